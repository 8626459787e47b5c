"""Settings of the image service, read from the environment when an operation starts."""

from typing import Annotated

from pydantic import field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class ImageSettings(BaseSettings):
    """`IMAGE_PROVIDERS` names who draws, in order, separated by commas; unset, it is `offline`."""

    model_config = SettingsConfigDict(extra="ignore", env_ignore_empty=True)

    image_providers: Annotated[tuple[str, ...], NoDecode] = ("offline",)

    @field_validator("image_providers", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(name.strip().lower() for name in value.split(",") if name.strip()) if isinstance(value, str) else value
