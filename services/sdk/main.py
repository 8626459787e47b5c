"""What `python -m services.<name>` does: read the settings, build the worker, run it until it is told to stop."""

import argparse
import asyncio
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from processing_service import logs
from processing_service.artifacts.local import LocalStorage
from processing_service.artifacts.storage import Storage
from services.sdk.attempt import Performer
from services.sdk.isolation import ChildProcesses, Isolation, Threads
from services.sdk.nursery import Limits
from services.sdk.operation import Operation
from services.sdk.settings import WorkerSettings
from services.sdk.transport import Transport
from services.sdk.worker import Worker, WorkerPolicy

_BROKEN = 70  # EX_SOFTWARE of sysexits.h: whoever supervises us should start us anew


def run_service(
    service: str,
    operations: Mapping[str, Operation],
    *,
    concurrency: int = 1,
    inline: bool = False,
    argv: Sequence[str] | None = None,
) -> None:
    """Serve `service` with these operations until SIGTERM or SIGINT; then return. Exits with a sentence when it cannot start.

    Call it at the end of the main module, before any thread or event loop has been started: it forks (see nursery.py).
    `concurrency` is what suits the service; arguments and SCENARIES_CONCURRENCY override it. `inline` performs operations in
    threads of this process: only for trivially small ones that call no tool.
    """
    settings = _settings(service, sorted(operations), argv)
    logs.configure(settings.log_format, "DEBUG" if settings.debug else settings.log_level)
    url = _redis_url(settings)
    performer = Performer(service, operations, _storage(settings))
    isolation = Threads(performer) if inline else _processes(performer, settings)
    healthy = asyncio.run(_serve(service, isolation, url, settings, settings.concurrency or concurrency))
    if not healthy:
        sys.exit(_BROKEN)


async def _serve(service: str, isolation: Isolation, redis_url: str | None, settings: WorkerSettings, concurrency: int) -> bool:
    transport = _transport(redis_url, settings)
    worker = Worker(
        transport,
        isolation,
        service=service,
        name=settings.worker,
        policy=WorkerPolicy(concurrency=concurrency, lease=settings.lease, grace=settings.grace),
        health_file=settings.health_file,
    )
    loop = asyncio.get_running_loop()
    for asked in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(asked, worker.stop)
    try:
        return await worker.run()
    finally:
        await isolation.close()
        await transport.close()


def _settings(service: str, operations: list[str], argv: Sequence[str] | None) -> WorkerSettings:
    parser = argparse.ArgumentParser(
        description=f"A worker for {service}. It can do: {', '.join(operations)}.",
        epilog="Every setting can also be given in the environment or in .env; see .env.example.",
    )
    parser.add_argument("--name", dest="worker", help="name of this worker (default: host, pid and a random part)")
    parser.add_argument("--concurrency", type=int, metavar="N", help="attempts at the same time")
    parser.add_argument(
        "--health", dest="health_file", type=Path, metavar="FILE", help="file to touch while the engine hears us"
    )
    parser.add_argument("--redis-url", help="the engine's Redis (REDIS_URL)")
    parser.add_argument("--api-url", help="the engine's API, instead of its Redis (SCENARIES_API_URL)")
    given: dict[str, Any] = {name: value for name, value in vars(parser.parse_args(argv)).items() if value is not None}
    try:
        return WorkerSettings(**given)
    except ValidationError as error:
        mistakes = "; ".join(f"{_variable(str(each['loc'][0]))}: {each['msg']}" for each in error.errors())
        sys.exit(f"{service}: a setting has a mistake: {mistakes}")


def _variable(field: str) -> str:
    """The environment variable behind a field, or the alias that already is one."""
    return f"SCENARIES_{field.upper()}" if field in WorkerSettings.model_fields else field.upper()


def _redis_url(settings: WorkerSettings) -> str | None:
    """The Redis to use, or None when the API is to be used instead."""
    if settings.redis_url or settings.api_url:
        return settings.redis_url
    from processing_service.embedded.server import running_url  # noqa: PLC0415 -- only a worker beside an embedded server needs it

    if url := running_url(settings.state):
        return url
    sys.exit(
        f"there is no engine to work for: no embedded server runs for {settings.state}. Start one with `scenaries up`, "
        "or set REDIS_URL (straight to its Redis) or SCENARIES_API_URL (through its API)."
    )


def _transport(redis_url: str | None, settings: WorkerSettings) -> Transport:
    if redis_url is not None:
        from services.sdk.redis_transport import RedisTransport  # noqa: PLC0415 -- a worker needs only one of the two

        return RedisTransport(redis_url, settings.namespace)
    from services.sdk.http_transport import HttpTransport  # noqa: PLC0415 -- the same

    assert settings.api_url is not None
    return HttpTransport(settings.api_url)


def _storage(settings: WorkerSettings) -> Storage:
    if settings.api_url and settings.artifacts is None:
        from services.sdk.http_storage import HttpStorage  # noqa: PLC0415 -- only a worker without the folder needs it

        return HttpStorage(settings.api_url)
    return LocalStorage(settings.artifacts or settings.state / "artifacts")


def _processes(performer: Performer, settings: WorkerSettings) -> ChildProcesses:
    if settings.workspaces is not None:
        settings.workspaces.mkdir(parents=True, exist_ok=True)
    return ChildProcesses(performer, Limits(memory=settings.memory_limit, file=settings.file_limit), settings.workspaces)
