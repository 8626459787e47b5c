"""`scenaries up` keeps everything running; `serve` and `worker` are its parts, for those who supervise them otherwise."""

import json
import os
import sys
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from processing_service.cli.exits import CommandError, Exit

if TYPE_CHECKING:
    from processing_service.cli.local_system import LocalSystem
    from processing_service.settings import Settings

_GRACE = 12.0  # seconds for workers to finish or hand back what they hold; they are told 10
_LOOK_EVERY = 0.2  # seconds between two looks at the logs

_host = click.option("--host", help="Address of the API; default: HOST, else 127.0.0.1.")
_port = click.option(
    "--port", type=click.IntRange(0, 65_535), help="Port of the API; 0 picks a free one; default: PORT, else 8001."
)
_insecure = click.option("--insecure-no-auth", is_flag=True, help="Serve other machines although there are no tokens.")


@click.command()
@_host
@_port
@_insecure
@click.option("-q", "--quiet", is_flag=True, help="Keep the logs to their files.")
def up(*, host: str | None, port: int | None, insecure_no_auth: bool, quiet: bool) -> int:
    """Keep everything running: the API, a worker per service, the embedded server with its data.

    What was in progress when it was stopped goes on. Ctrl-C stops all of it.
    """
    from processing_service.cli.interrupts import Interrupts
    from processing_service.cli.local_system import LocalSystem
    from processing_service.cli.log_tail import LogTail
    from processing_service.settings import Settings

    settings = Settings()
    address = _allowed(host or settings.host, insecure_no_auth=insecure_no_auth)
    says = threading.Lock()

    def died(name: str, code: int, deaths: int) -> None:
        with says:
            often = f" ({deaths} times in a row; see {settings.state / 'logs' / name}.log)" if deaths > 1 else ""
            click.secho(f"{name} ended with code {code}; it is started again{often}", fg="yellow", err=True)

    with Interrupts().installed() as interrupts:
        system = LocalSystem(
            settings, kind="up", host=address, port=settings.port if port is None else port, on_death=died, grace=_GRACE - 2
        )
        try:
            click.echo("starting…", err=True)
            system.start()
            _welcome(settings, system)
            _follow_logs(None if quiet else LogTail(system.logs))
        except KeyboardInterrupt:
            click.echo("\nstopping; again to stop at once", err=True)
        finally:
            with interrupts.shielded() as hurry:
                system.stop(_GRACE, hurry)
    click.echo("stopped", err=True)
    return Exit.OK


@click.command()
@_host
@_port
@_insecure
def serve(*, host: str | None, port: int | None, insecure_no_auth: bool) -> None:
    """Run the API and engine alone, with the embedded server unless REDIS_URL names another."""
    from processing_service.cli import engine_file
    from processing_service.cli.local_system import LocalSystem, environment, python_module
    from processing_service.embedded.lock import state_lock
    from processing_service.settings import Settings

    settings = Settings()
    address = _allowed(host or settings.host, insecure_no_auth=insecure_no_auth)
    system = LocalSystem(settings, kind="serve", host=address, port=settings.port if port is None else port)
    system.require_port()
    lock = state_lock(settings.state)
    lock.acquire()
    # This process becomes the server and keeps its pid, so that the announcement holds as long as the server lives.
    engine_file.announce(settings.state, system.url, "serve")
    if settings.redis_url:
        lock.keep_through_exec()
    else:
        lock.release()  # for the embedded server, which takes it itself
    env = environment(settings, settings.redis_url)
    _become(python_module("processing_service.app"), {**env, "HOST": address, "PORT": str(system.port)})


@click.command()
@click.argument("service")
@click.option("--concurrency", type=click.IntRange(1, 100), help="Tasks at a time.")
def worker(*, service: str, concurrency: int | None) -> None:
    """Run the worker of SERVICE: text-service, voice-service, image-service or video-service.

    It works for REDIS_URL, SCENARIES_API_URL, or the engine of this state folder.
    """
    from processing_service.cli.local_system import SERVICES, environment, python_module
    from processing_service.settings import Settings

    module = SERVICES.get(service) or SERVICES.get(f"{service}-service")
    if module is None:
        raise CommandError(
            f"{service} is none of our services: {', '.join(SERVICES)}.",
            exit=Exit.USAGE,
            hint="Any program may serve another name; see docs/protocol.md.",
        )
    settings = Settings()
    env = environment(settings, settings.redis_url)
    if api_url := os.environ.get("SCENARIES_API_URL"):
        env["SCENARIES_API_URL"] = api_url
        if settings.artifacts is None:
            env.pop("SCENARIES_ARTIFACTS", None)
    if concurrency:
        env["SCENARIES_CONCURRENCY"] = str(concurrency)
    _become(python_module(module), env)


def _become(command: list[str], env: dict[str, str]) -> None:
    sys.stdout.flush()
    sys.stderr.flush()
    os.execve(command[0], command, env)  # noqa: S606 -- an argument list, no shell


def _allowed(host: str, *, insecure_no_auth: bool) -> str:
    """The address, when it is loopback or somebody said that they know what they do (notes on localhost: docs/operate.md)."""
    from processing_service.cli.local_system import is_loopback

    if is_loopback(host):
        return host
    if not insecure_no_auth:
        raise CommandError(
            f"{host} is an address that other machines reach, and there are no tokens to keep strangers out.",
            exit=Exit.USAGE,
            code="open-to-the-network",
            hint="Leave --host out, put a proxy that authenticates in front, or say --insecure-no-auth on a network you trust.",
        )
    click.secho(
        f" OPEN TO THE NETWORK  whoever reaches {host} can start scenarios, report results and read films ",
        fg="white",
        bg="red",
        bold=True,
        err=True,
    )
    return host


def _welcome(settings: "Settings", system: "LocalSystem") -> None:
    from processing_service.cli.local_system import SERVICES

    redis = urlsplit(system.redis_url)
    server = f"{redis.hostname}:{redis.port or 6379}" + ("" if settings.redis_url else ", embedded")
    body = json.dumps({"scenario": "CreateVideo", "description": "How tides work", "slides_count": 3})
    lines = (
        ("API", f"{system.url} · {system.url}/docs"),
        ("Redis", server),
        ("workers", ", ".join(SERVICES)),
        ("state", str(settings.state)),
        ("", ""),
        ("try", f"""curl -X POST {system.url}/generate -H 'Content-Type: application/json' -d '{body}'"""),
        ("", 'scenaries run CreateVideo -d "How tides work" -o tides.mp4'),
        ("look", "scenaries ps · scenaries watch @last · scenaries queues · scenaries redis KEYS 'task:*'"),
        ("", 'redis-cli -u "$(scenaries redis --url)" · Ctrl-C here stops everything'),
    )
    click.echo(err=True)
    for name, text in lines:
        click.echo(f"  {click.style(name.ljust(8), fg='cyan')} {text}".rstrip(), err=True)
    click.echo(err=True)


def _follow_logs(logs: "Callable[[], object] | None") -> None:
    """Until interrupted."""
    pause = threading.Event()
    while True:
        if logs:
            logs()
        pause.wait(_LOOK_EVERY)
