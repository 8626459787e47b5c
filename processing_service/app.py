"""The application as a server finds it: `uvicorn processing_service.app:app`, `uvicorn app:app` in this folder, `python app.py`."""

import ipaddress
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

if __package__ in {None, ""}:
    # Started from inside the folder, as the seed does: the package is one level up.
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import structlog
import uvicorn
from pydantic import ValidationError

from processing_service import logs
from processing_service.api.application import create_app
from processing_service.api.connection import BoundedProtocol
from processing_service.api.dependencies import Bounds
from processing_service.settings import Settings
from processing_service.wiring import open_engine, version

if TYPE_CHECKING:
    from fastapi import FastAPI

log = structlog.get_logger("processing_service.app")


def build(settings: Settings) -> "FastAPI":
    """The application for these settings. Nothing is opened before the server starts it."""
    return create_app(
        partial(open_engine, settings),
        Bounds(uploads=settings.state / "uploads", max_upload=settings.max_upload),
        version=version(),
        allowed_hosts=settings.allowed_hosts,
    )


def server(settings: Settings) -> uvicorn.Server:
    """The application in a server of ours, with the limits that only a server can keep."""
    return uvicorn.Server(
        uvicorn.Config(
            build(settings),
            host=settings.host,
            port=settings.port,
            http=BoundedProtocol,
            log_config=None,
            access_log=settings.debug,
            server_header=False,
            date_header=True,
            timeout_keep_alive=75,  # longer than the 60 s of common proxies, so that the proxy closes first
            timeout_graceful_shutdown=5,
            limit_concurrency=2_000,  # connections; a long poll or an event stream is one
            backlog=2_048,
            ws="none",
        )
    )


def serve(settings: Settings) -> None:
    """Serve until interrupted."""
    logs.configure(settings.log_format, settings.effective_log_level)
    if not _is_loopback(settings.host):
        log.warning(
            "open to the network",
            host=settings.host,
            reason="there are no tokens: whoever reaches this port can start scenarios, report results and read films",
            help="bind 127.0.0.1, or let only a trusted network reach it",
        )
    # The server hands Ctrl-C on once everything is closed; it has been obeyed.
    with suppress(KeyboardInterrupt):
        server(settings).run()


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        mistakes = "; ".join(f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors(include_input=False))
        sys.exit(f"a setting is wrong: {mistakes}")


def __getattr__(name: str) -> "FastAPI":
    """`app`, made when a server asks for it: importing this module builds nothing and reads no environment."""
    if name != "app":
        raise AttributeError(name)
    settings = _settings()
    logs.configure(settings.log_format, settings.effective_log_level)
    return build(settings)


if __name__ == "__main__":
    serve(_settings())
