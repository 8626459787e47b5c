"""Who can speak, by the name used in VOICE_PROVIDERS. A new provider is one file and one line here."""

from collections.abc import Callable

from processing_service.contract.errors import Permanent
from services.sdk.chain import Chain
from services.voice.port import VoiceProvider
from services.voice.settings import VoiceSettings


def _espeak(settings: VoiceSettings) -> VoiceProvider:
    from services.voice.providers.espeak import EspeakVoice  # noqa: PLC0415 -- a provider loads when it is chosen

    return EspeakVoice()


def _openai(settings: VoiceSettings) -> VoiceProvider:
    from services.voice.providers.openai import OpenAIVoice  # noqa: PLC0415 -- the same

    return OpenAIVoice(settings)


PROVIDERS: dict[str, Callable[[VoiceSettings], VoiceProvider]] = {"openai": _openai, "espeak": _espeak}


def build_chain(settings: VoiceSettings) -> Chain[VoiceProvider]:
    """The providers of the settings, in order. Raises Permanent for a name nobody has."""
    unknown = [name for name in settings.providers if name not in PROVIDERS]
    if unknown:
        raise Permanent(f"VOICE_PROVIDERS names {', '.join(unknown)}; known: {', '.join(PROVIDERS)}", code="unknown-provider")
    return Chain([(name, PROVIDERS[name](settings)) for name in settings.providers])
