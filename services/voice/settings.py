"""Settings of the voice service, read from the environment when an operation starts."""

from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from services.sdk.vendors.openai_compatible import DEFAULT_BASE_URL


class VoiceSettings(BaseSettings):
    """`VOICE_PROVIDERS` names who speaks, in order.

    Unset, it is `openai,espeak` with a key for OpenAI itself or a `VOICE_MODEL`, else `espeak`: many compatible servers have
    models for text and none for speech, so a base URL alone is no reason to ask one for speech.
    """

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    voice_providers: Annotated[tuple[str, ...], NoDecode] = ()
    openai_base_url: str = ""
    openai_api_key: SecretStr = SecretStr("")
    voice_model: str = ""
    voice_timeout: float = Field(default=60.0, gt=0, le=3_600)
    """Seconds for one sentence at a provider, all of it."""

    @field_validator("voice_providers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(name.strip().lower() for name in value.split(",") if name.strip()) if isinstance(value, str) else value

    @property
    def providers(self) -> tuple[str, ...]:
        if self.voice_providers:
            return self.voice_providers
        openai_itself = bool(self.openai_api_key.get_secret_value()) and self.base_url.rstrip("/") == DEFAULT_BASE_URL
        return ("openai", "espeak") if openai_itself or self.voice_model else ("espeak",)

    @property
    def base_url(self) -> str:
        return self.openai_base_url or DEFAULT_BASE_URL
