"""Who can write, by the name used in TEXT_PROVIDERS. A new provider is one file and one line here."""

from collections.abc import Callable

from processing_service.contract.errors import Permanent
from services.sdk.chain import Chain
from services.text.port import TextProvider
from services.text.settings import TextSettings


def _offline(settings: TextSettings) -> TextProvider:
    from services.text.providers.offline import OfflineWriter  # noqa: PLC0415 -- a provider loads when it is chosen

    return OfflineWriter()


def _openai(settings: TextSettings) -> TextProvider:
    from services.text.providers.openai import OpenAIWriter  # noqa: PLC0415 -- the same

    return OpenAIWriter(settings)


PROVIDERS: dict[str, Callable[[TextSettings], TextProvider]] = {"openai": _openai, "offline": _offline}


def build_chain(settings: TextSettings) -> Chain[TextProvider]:
    """The providers of the settings, in order. Raises Permanent for a name nobody has."""
    unknown = [name for name in settings.providers if name not in PROVIDERS]
    if unknown:
        raise Permanent(f"TEXT_PROVIDERS names {', '.join(unknown)}; known: {', '.join(PROVIDERS)}", code="unknown-provider")
    return Chain([(name, PROVIDERS[name](settings)) for name in settings.providers])
