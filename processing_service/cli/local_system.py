"""The whole system on this machine: the server, the API and a worker per service, started together and ended together."""

import contextlib
import os
import socket
import sys
import sysconfig
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from processing_service.cli import engine_file
from processing_service.cli.exits import CommandError, Exit
from processing_service.cli.supervisor import Child, OnDeath, Supervisor
from processing_service.embedded.lock import state_lock
from processing_service.embedded.resp import Connection, Unreachable
from processing_service.embedded.server import EmbeddedServer

if TYPE_CHECKING:
    from processing_service.settings import Settings

# Our own services, by queue name: the module that `python -m` runs.
SERVICES: Mapping[str, str] = {
    "text-service": "services.text",
    "voice-service": "services.voice",
    "image-service": "services.image",
    "video-service": "services.video",
}
_API = "api"
_READY = 60.0  # seconds for the API to answer, on a machine that is busy with other things
_REDIS = 3.0  # seconds for a Redis of somebody else's to answer
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


class LocalSystem:
    """Runs from `start` to `stop`. Its address is announced in `<state>/engine.json` once it is ready."""

    def __init__(
        self,
        settings: "Settings",
        *,
        kind: str,
        port: int,
        host: str = "127.0.0.1",
        grace: float = 3.0,
        on_death: OnDeath = lambda _name, _code, _deaths: None,
    ) -> None:
        self._settings = settings
        self._kind = kind
        self._host = host
        self.port = port or _free_port(host)
        self._grace = grace
        self._on_death = on_death
        # One engine per state folder. A server of our own takes the lock itself and hands it down to its process.
        self._server = None if settings.redis_url else EmbeddedServer(settings.state)
        self._lock = state_lock(settings.state) if settings.redis_url else None
        self._supervisor: Supervisor | None = None
        self.redis_url = settings.redis_url or ""

    @property
    def url(self) -> str:
        """Where the API answers, as a program on this machine reaches it."""
        host = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(self._host, self._host)  # noqa: S104 -- compared with, not listened on
        return f"http://{host}:{self.port}"

    @property
    def logs(self) -> Mapping[str, Path]:
        """The log file of every process, by name."""
        return self._supervisor.logs if self._supervisor else {}

    def start(self) -> None:
        """Start everything and wait until the API answers. Raises FolderLocked, ServerFailed or CommandError; `stop` in any case."""
        self.require_port()
        if self._server:
            self.redis_url = self._server.start()
        elif self._lock:
            self._lock.acquire()
            _require_redis(self.redis_url)
        self._supervisor = Supervisor(list(self._children()), self._settings.state / "logs", self._on_death)
        self._supervisor.start()
        self._wait_until_ready()
        engine_file.announce(self._settings.state, self.url, self._kind)

    def stop(self, grace: float = 10.0, hurry: threading.Event | None = None) -> None:
        """End the API and the workers, then the server, with all its data on disk. Stopping again does nothing."""
        engine_file.withdraw(self._settings.state)
        if self._supervisor:
            self._supervisor.stop(grace, hurry)
        if self._server:
            self._server.stop()
        if self._lock:
            self._lock.release()

    def require_port(self) -> None:
        """Raises CommandError when somebody else has the port."""
        with socket.socket(_family(self._host)) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self._host, self.port))
            except OSError as error:
                known = engine_file.running(self._settings.state)
                ours = f" by the engine of this state folder, process {known.pid}" if known and known.url == self.url else ""
                raise CommandError(
                    f"port {self.port} on {self._host} is not to be had: {(error.strerror or str(error)).lower()}{ours}.",
                    exit=Exit.UNREACHABLE,
                    code="port-taken",
                    hint="Choose another with --port, or let one be chosen with --port 0.",
                ) from error

    def require_healthy(self) -> None:
        """Raises CommandError when a process does not come up, with the end of its log."""
        if self._supervisor and (name := self._supervisor.broken()):
            raise CommandError(
                f"{name} does not start. The end of its log:\n{tail(self.logs[name])}",
                exit=Exit.UNREACHABLE,
                code="process-broken",
                hint=f"Whole log: {self.logs[name]}. `scenaries doctor` checks this machine.",
            )

    def _children(self) -> Iterator[Child]:
        env = {
            **environment(self._settings, self.redis_url),
            "SCENARIES_GRACE": str(self._grace),
            "SCENARIES_LOG_FORMAT": "json",
        }
        yield Child(_API, python_module("processing_service.app"), {**env, "HOST": self._host, "PORT": str(self.port)})
        for service, module in SERVICES.items():
            yield Child(service.removesuffix("-service"), python_module(module), env)

    def _wait_until_ready(self) -> None:
        from processing_service.cli.client import Api

        deadline = time.monotonic() + _READY
        with Api(self.url) as api:
            while not api.is_ready():
                self.require_healthy()
                if time.monotonic() > deadline:
                    raise CommandError(
                        f"the API does not answer at {self.url} after {_READY:.0f} s. The end of its log:\n{tail(self.logs[_API])}",
                        exit=Exit.UNREACHABLE,
                        code="engine-unreachable",
                    )
                time.sleep(0.05)


def environment(settings: "Settings", redis_url: str | None) -> dict[str, str]:
    """The environment of the API and of the workers: `.env` and ours, with the places that they share spelt out."""
    from dotenv import dotenv_values  # part of pydantic-settings

    # The providers' settings (OPENAI_API_KEY, …) are read from the environment alone.
    env = {
        **{name: value for name, value in dotenv_values(".env").items() if value is not None},
        **os.environ,
        **({"REDIS_URL": redis_url} if redis_url else {}),
        "SCENARIES_STATE": str(settings.state.resolve()),
        "SCENARIES_ARTIFACTS": str(settings.artifacts_folder.resolve()),
        "PYTHONUNBUFFERED": "1",
    }
    # The address for commands; a worker that sees it would talk to that engine and not to this one.
    env.pop("SCENARIES_API_URL", None)
    root = Path(__file__).resolve().parents[2]
    if root not in {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")}:
        env["PYTHONPATH"] = os.pathsep.join(filter(None, (str(root), env.get("PYTHONPATH"))))
    return env


def python_module(module: str) -> list[str]:
    """The argument list that runs a module of this installation. -P: a folder `services` in the user's project is not ours."""
    return [sys.executable, "-P", "-m", module]


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach an address."""
    return host in _LOOPBACK or host.startswith("127.")


def tail(log: Path, lines: int = 12) -> str:
    """The last lines of a log."""
    with contextlib.suppress(OSError):
        return "\n".join(f"  {line}" for line in log.read_text(errors="replace").splitlines()[-lines:])
    return ""


def _require_redis(url: str) -> None:
    """Raises CommandError when the Redis somebody named does not answer; one that is just starting gets a few seconds."""
    deadline = time.monotonic() + _REDIS
    while True:
        try:
            Connection(url).close()
        except Unreachable as error:
            if time.monotonic() > deadline:
                raise CommandError(
                    f"REDIS_URL: {error}.",
                    exit=Exit.UNREACHABLE,
                    code="redis-unreachable",
                    hint="Start it, correct REDIS_URL (also in .env), or unset it to use the embedded server.",
                ) from error
            time.sleep(0.2)
        else:
            return


def _free_port(host: str) -> int:
    with socket.socket(_family(host)) as probe:
        probe.bind((host, 0))
        return int(probe.getsockname()[1])


def _family(host: str) -> socket.AddressFamily:
    return socket.AF_INET6 if ":" in host else socket.AF_INET
