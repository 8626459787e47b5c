"""Who can draw, by the name used in IMAGE_PROVIDERS. A new provider is one file and one line here."""

from collections.abc import Callable

from processing_service.contract.errors import Permanent
from services.image.port import Illustrator
from services.image.settings import ImageSettings
from services.sdk.chain import Chain


def _offline(_: ImageSettings) -> Illustrator:
    from services.image.providers.pillow import PillowIllustrator  # noqa: PLC0415 -- a provider loads when it is chosen

    return PillowIllustrator()


PROVIDERS: dict[str, Callable[[ImageSettings], Illustrator]] = {"offline": _offline}


def build_chain(settings: ImageSettings) -> Chain[Illustrator]:
    """The providers of the settings, in order. Raises Permanent for a name nobody has."""
    unknown = [name for name in settings.image_providers if name not in PROVIDERS]
    if unknown:
        raise Permanent(f"IMAGE_PROVIDERS names {', '.join(unknown)}; known: {', '.join(PROVIDERS)}", code="unknown-provider")
    return Chain([(name, PROVIDERS[name](settings)) for name in settings.image_providers])
