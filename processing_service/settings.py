"""Every setting of the engine and its API, in one class. Nothing else reads the environment.

Precedence: an argument, then the environment, then `.env` in the working folder, then the default here. `.env.example` lists them
all; a test compares it with `documented()`.
"""

import os
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


def _listed(separator: str) -> BeforeValidator:
    """A list written in one variable, as people write it: `a,b` or `one.yml:two/`."""

    def split(value: object) -> object:
        return [item.strip() for item in value.split(separator) if item.strip()] if isinstance(value, str) else value

    return BeforeValidator(split)


def project_folder() -> Path | None:
    """The folder with the user's `scenaries.yml`: the working one, or the one above when started inside this package."""
    here = Path.cwd()
    folder = here.parent if here == Path(__file__).resolve().parent else here
    return folder if (folder / "scenaries.yml").is_file() else None


def _default_state() -> Path:
    """`.scenaries/` beside the user's own `scenaries.yml`, else the place XDG gives for state."""
    if (folder := project_folder()) is not None:
        return folder / ".scenaries"
    base = os.environ.get("XDG_STATE_HOME") or "~/.local/state"
    return Path(base).expanduser() / "scenaries"


class Settings(BaseSettings):
    """The seed's three names (`REDIS_URL`, `PORT`, `DEBUG`) as they are; every other begins with `SCENARIES_`."""

    model_config = SettingsConfigDict(
        env_prefix="SCENARIES_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        populate_by_name=True,
    )

    redis_url: Annotated[
        str | None,
        Field(
            default=None,
            repr=False,  # it may carry a password
            validation_alias=AliasChoices("redis_url", "REDIS_URL"),
            description="Redis or Valkey to use. Not set: a server of our own, started and supervised, with its data in the state folder.",
        ),
    ]
    host: Annotated[
        str,
        Field(
            default="127.0.0.1",
            validation_alias=AliasChoices("host", "HOST"),
            description="Address the API listens on. Anything but loopback is reachable by others: there are no tokens yet.",
        ),
    ]
    port: Annotated[
        int,
        Field(
            default=8001,
            ge=0,
            le=65_535,
            validation_alias=AliasChoices("port", "PORT"),
            description="Port of the API; 0 picks a free one.",
        ),
    ]
    debug: Annotated[
        bool,
        Field(default=False, validation_alias=AliasChoices("debug", "DEBUG"), description="Log at level DEBUG."),
    ]
    state: Annotated[
        Path,
        Field(
            default_factory=_default_state,
            description="Folder for all we keep: the embedded server's data, artifacts, uploads. "
            "Default: `.scenaries` beside a `scenaries.yml`, else `~/.local/state/scenaries`.",
        ),
    ]
    artifacts: Annotated[
        Path | None,
        Field(
            default=None,
            description="Folder for artifacts, shared by the API and the workers. Default: `artifacts` in the state folder.",
        ),
    ]
    templates: Annotated[
        list[Path],
        NoDecode,
        _listed(os.pathsep),
        Field(
            default_factory=list,
            description="Template files and folders, separated like PATH. "
            "Default: `scenaries.yml` and `scenarios/` of the working folder, else the copies in the package.",
        ),
    ]
    namespace: Annotated[
        str,
        Field(
            default="",
            pattern=r"^[A-Za-z0-9_.-]{0,64}$",
            description="Prefix of every Redis key, for several engines on one server. Empty: the plain names, as documented.",
        ),
    ]
    lease: Annotated[
        float, Field(default=10.0, ge=1, le=3_600, description="Seconds a worker may hold a task without a sign of life.")
    ]
    sweep: Annotated[
        float, Field(default=0.5, gt=0, le=60, description="Seconds between two looks for overdue leases and due retries.")
    ]
    retention: Annotated[
        int,
        Field(
            default=7 * 86_400,
            ge=1,
            description="Seconds a finished scenario is kept in Redis, all its keys together. Default: 7 days.",
        ),
    ]
    max_slides: Annotated[int, Field(default=50, ge=1, le=10_000, description="Largest `slides_count` a request may ask for.")]
    max_upload: Annotated[
        int, Field(default=2 * 1024**3, ge=1, description="Largest artifact a worker may upload, in bytes. Default: 2 GiB.")
    ]
    allowed_hosts: Annotated[
        list[str],
        NoDecode,
        _listed(","),
        Field(
            default_factory=list,
            description="Host names the API answers to, beside `localhost` and the loopback addresses, separated by commas; `*` is any.",
        ),
    ]
    secret: Annotated[
        SecretStr | None,
        Field(
            default=None,
            description="Key that signs list cursors; give the same one to every API process. Default: made once, kept in the state folder.",
        ),
    ]
    log_format: Annotated[
        Literal["auto", "json", "pretty"],
        Field(default="auto", description="Logs as JSON lines or for people; `auto`: for people on a terminal."),
    ]
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"],
        Field(default="INFO", description="Least severe log line to write."),
    ]

    @property
    def artifacts_folder(self) -> Path:
        return self.artifacts or self.state / "artifacts"

    @property
    def effective_log_level(self) -> str:
        return "DEBUG" if self.debug else self.log_level


def documented() -> list[tuple[str, str, str]]:
    """(environment variable, default as text, description) of every setting, in the order of the class."""
    rows = []
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        variable = str(alias.choices[-1]) if isinstance(alias, AliasChoices) else f"SCENARIES_{name.upper()}"
        default = "" if field.default_factory is not None or field.default is None else str(field.default)
        rows.append((variable, default.lower() if isinstance(field.default, bool) else default, field.description or ""))
    return rows
