"""Every setting of a worker, in one class. Nothing else in a service's process reads these variables.

Precedence: an argument, then the environment, then `.env` in the working folder, then the default here. Names shared with the
engine mean the same there; a service must not import the engine's settings, so the few are said again.
"""

import os
import platform
import secrets
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AliasChoices, Field
from pydantic_settings import BaseSettings, SettingsConfigDict


def _default_state() -> Path:
    """`.scenaries/` beside a `scenaries.yml` in the working folder, else the place XDG gives for state."""
    if Path("scenaries.yml").is_file():
        return Path.cwd() / ".scenaries"
    return Path(os.environ.get("XDG_STATE_HOME") or "~/.local/state").expanduser() / "scenaries"


def _default_name() -> str:
    """Host, pid and four random hex digits: two containers may share a host name and a pid."""
    return f"{platform.node()[:64] or 'worker'}-{os.getpid()}-{secrets.token_hex(2)}"


class WorkerSettings(BaseSettings):
    """`REDIS_URL` and `DEBUG` as the seed names them; every other begins with `SCENARIES_`."""

    model_config = SettingsConfigDict(
        env_prefix="SCENARIES_", env_file=".env", extra="ignore", frozen=True, populate_by_name=True
    )

    redis_url: Annotated[
        str | None,
        Field(
            default=None,
            repr=False,  # it may carry a password
            validation_alias=AliasChoices("redis_url", "REDIS_URL"),
            description="Redis or Valkey of the engine. Not set: SCENARIES_API_URL, else the embedded server that runs for the state folder.",
        ),
    ]
    api_url: Annotated[
        str | None,
        Field(
            default=None,
            pattern=r"^https?://",
            description="The engine's API, for a worker without access to Redis, or (with REDIS_URL) without access to the artifacts folder.",
        ),
    ]
    state: Annotated[
        Path,
        Field(
            default_factory=_default_state,
            description="The engine's state folder, when it runs on this machine. "
            "Default: `.scenaries` beside a `scenaries.yml`, else `~/.local/state/scenaries`.",
        ),
    ]
    artifacts: Annotated[
        Path | None,
        Field(
            default=None,
            description="Folder for artifacts, shared with the engine. Default: through SCENARIES_API_URL when that is set, "
            "else `artifacts` in the state folder.",
        ),
    ]
    namespace: Annotated[
        str,
        Field(
            default="", pattern=r"^[A-Za-z0-9_.-]{0,64}$", description="Prefix of every Redis key; the same as the engine's."
        ),
    ]
    worker: Annotated[
        str,
        Field(
            default_factory=_default_name,
            min_length=1,
            max_length=128,
            description="Name of this worker, as tasks and logs show it. Default: host, pid and a random part.",
        ),
    ]
    concurrency: Annotated[
        int | None, Field(default=None, ge=1, le=100, description="Attempts at the same time. Default: what suits the service.")
    ]
    lease: Annotated[
        float, Field(default=10.0, ge=0.3, le=3_600, description="Seconds a worker may hold a task without a sign of life.")
    ]
    grace: Annotated[
        float,
        Field(
            default=20.0,
            ge=0,
            le=86_400,
            description="Seconds that running attempts have after SIGTERM before they are handed back.",
        ),
    ]
    memory_limit: Annotated[
        int | None,
        Field(default=None, ge=64 * 1024**2, description="Bytes of address space for each process of an attempt (Linux)."),
    ]
    file_limit: Annotated[
        int | None, Field(default=None, ge=1024**2, description="Bytes of the largest file an attempt may write.")
    ]
    workspaces: Annotated[
        Path | None, Field(default=None, description="Folder for the attempts' temporary files. Default: the system's.")
    ]
    health_file: Annotated[
        Path | None,
        Field(
            default=None,
            description="File to touch while the engine hears this worker; `python -m services.sdk.health` looks at it.",
        ),
    ]
    debug: Annotated[
        bool, Field(default=False, validation_alias=AliasChoices("debug", "DEBUG"), description="Log at level DEBUG.")
    ]
    log_format: Annotated[
        Literal["auto", "json", "pretty"],
        Field(default="auto", description="Logs as JSON lines or for people; `auto`: for people on a terminal."),
    ]
    log_level: Annotated[
        Literal["DEBUG", "INFO", "WARNING", "ERROR"], Field(default="INFO", description="Least severe log line to write.")
    ]
