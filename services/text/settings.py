"""Settings of the text service, read from the environment when an operation starts."""

from typing import Annotated

from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from services.sdk.vendors.openai_compatible import DEFAULT_BASE_URL


class TextSettings(BaseSettings):
    """`TEXT_PROVIDERS` names who writes, in order; unset, it is `openai,offline` with a key or a base URL, else `offline`."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    text_providers: Annotated[tuple[str, ...], NoDecode] = ()
    openai_base_url: str = ""
    openai_api_key: SecretStr = SecretStr("")
    text_model: str = ""
    text_timeout: float = Field(default=90.0, gt=0, le=3_600)
    """Seconds for one request to a provider, all of it."""

    @field_validator("text_providers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(name.strip().lower() for name in value.split(",") if name.strip()) if isinstance(value, str) else value

    @property
    def connected(self) -> bool:
        return bool(self.openai_base_url or self.openai_api_key.get_secret_value())

    @property
    def providers(self) -> tuple[str, ...]:
        return self.text_providers or (("openai", "offline") if self.connected else ("offline",))

    @property
    def base_url(self) -> str:
        return self.openai_base_url or DEFAULT_BASE_URL
