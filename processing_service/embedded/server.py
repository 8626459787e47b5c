"""A real Redis server of our own: a child on 127.0.0.1 that keeps its data in the state folder and is never away for long.

Guarantees: one server per state folder; what it acknowledged a second ago survives kill -9 of everything; a server that
dies is back on the same port, with the same password and data, about a tenth of a second later; none outlives us; and
whoever else listens on a port is never taken for ours.
"""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import threading
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from types import TracebackType

from processing_service.contract.errors import ScenariesError
from processing_service.embedded.binary import find_binary
from processing_service.embedded.lock import state_lock
from processing_service.embedded.resp import Connection, ErrorReply, Unreachable
from processing_service.embedded.tether import tethered

_START = 20.0  # seconds until a new server must answer; reading a large file back does not count
_STOP = 10.0  # seconds for a shutdown that flushes its file
_LOOK_EVERY = 0.05  # seconds between looks at the child
_PORTS = 5  # how often another free port is tried when somebody takes the one we chose


class ServerFailed(ScenariesError):
    """The embedded server does not start."""

    code = "embedded-server"


@dataclass(frozen=True, slots=True)
class Facts:
    """How to reach the server, as `server.json` (mode 0600) says; port and password stay the same across restarts."""

    port: int
    password: str
    pid: int = 0
    run_id: str = ""

    @property
    def url(self) -> str:
        """With the user's name: redis-cli 7.0 takes none for the user of the empty name, who does not exist."""
        return f"redis://default:{self.password}@127.0.0.1:{self.port}/0"


def read_facts(state: Path) -> Facts | None:
    """What `server.json` of this state folder says, or None. Says nothing about whether that server still runs."""
    try:
        found = json.loads(_facts_file(state).read_text())
        return Facts(int(found["port"]), str(found["password"]), int(found["pid"]), str(found["run_id"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def running_url(state: Path) -> str | None:
    """The URL of the server that runs for this state folder now, or None; a stranger on its old port is not taken for it."""
    facts = read_facts(state)
    return facts.url if facts and facts.pid and _is_ours(facts, facts.pid) else None


class EmbeddedServer:
    """One server for one state folder: `with EmbeddedServer(state) as url: …`, or `start` and `stop` from any thread.

    A thread of ours starts the child and restarts it: the child is tied to the life of that thread (see tether.py).
    """

    def __init__(self, state: Path, port: int = 0) -> None:
        self._state = state
        self._wanted_port = port
        self._lock = state_lock(state)
        self._stop = threading.Event()
        self._ready = threading.Event()
        self._failure: ScenariesError | None = None
        self._facts = Facts(0, "")
        self._thread: threading.Thread | None = None

    @property
    def pid(self) -> int:
        """The child's process id now."""
        return self._facts.pid

    def start(self) -> str:
        """Start the server and return its URL when it answers. Raises FolderLocked, NoServer or ServerFailed."""
        folder = _folder(self._state)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o700)
        binary = find_binary()
        self._lock.acquire()
        known = read_facts(self._state) or Facts(0, secrets.token_urlsafe(24))
        self._facts = replace(known, port=self._wanted_port or known.port, pid=0, run_id="")
        self._thread = threading.Thread(target=self._supervise, args=(binary,), name="embedded-server", daemon=True)
        self._thread.start()
        self._ready.wait()
        if self._failure:
            self.stop()
            raise self._failure
        return self._facts.url

    def stop(self) -> None:
        """Shut the server down with everything on disk, and let the folder go. Stopping again does nothing."""
        self._stop.set()
        if self._thread:
            self._thread.join()
        self._lock.release()

    def __enter__(self) -> str:
        return self.start()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.stop()

    def _supervise(self, binary: Path) -> None:
        """The thread: start, wait, start again, until somebody asks to stop."""
        child = None
        try:
            child = self._first(binary)
            self._ready.set()
            while not self._stop.wait(_LOOK_EVERY):
                if child.poll() is not None:
                    child = self._again(binary) or child
        except ScenariesError as error:
            self._failure = error
        except OSError as error:
            self._failure = ServerFailed(f"{binary} cannot be started: {error}")
        finally:
            if child:
                _end(child)
            if self._facts.pid:
                self._write(replace(self._facts, pid=0, run_id=""))
            self._ready.set()

    def _first(self, binary: Path) -> "subprocess.Popen[bytes]":
        """Start on the port of last time, or on a free one when that is taken and nobody asked for it by number."""
        for _ in range(_PORTS):
            if not self._wanted_port and not _is_free(self._facts.port):
                self._facts = replace(self._facts, port=_free_port())
            child, why = self._launch(binary)
            if child:
                return child
            # Taken between our look and the server's bind: choose again. Anything else would only fail again.
            if self._wanted_port or _is_free(self._facts.port):
                break
        raise ServerFailed(f"the embedded server does not start on port {self._facts.port}: {why}")

    def _again(self, binary: Path) -> "subprocess.Popen[bytes] | None":
        """Restart on the same port, or nothing yet: clients hold the URL, so there is no other port to go to."""
        with contextlib.suppress(OSError):
            child, _ = self._launch(binary)
            if child:
                return child
        self._stop.wait(0.5)
        return None

    def _launch(self, binary: Path) -> tuple["subprocess.Popen[bytes] | None", str]:
        """Start one child and wait until it serves; else None and why."""
        log = _folder(self._state) / "server.log"
        if log.exists() and log.stat().st_size > 10_000_000:
            log.replace(log.with_suffix(".log.1"))
        start = log.stat().st_size if log.exists() else 0
        with log.open("ab") as output:
            child = subprocess.Popen(
                tethered([str(binary), "-"], signal.SIGTERM),
                stdin=subprocess.PIPE,
                stdout=output,
                stderr=output,
                cwd=_folder(self._state),
                pass_fds=[self._lock.descriptor],
                start_new_session=True,  # Ctrl-C at the terminal is for us; we end the server when nobody needs it
            )
        assert child.stdin
        # On stdin, not on the command line or in a file: every user of the machine may read argument lists.
        with contextlib.suppress(BrokenPipeError), child.stdin:
            child.stdin.write(configuration(self._facts.port, self._facts.password).encode())
        deadline = time.monotonic() + _START
        while child.poll() is None and not self._stop.is_set():
            match _answers(self._facts, child.pid):
                case "loading":
                    deadline = time.monotonic() + _START
                case "":
                    pass
                case run_id:
                    self._write(replace(self._facts, pid=child.pid, run_id=run_id))
                    return child, ""
            if time.monotonic() > deadline:
                break
            time.sleep(0.01)
        _end(child)
        return None, _last_words(log, start)

    def _write(self, facts: Facts) -> None:
        self._facts = facts
        path = _facts_file(self._state)
        temporary = path.with_suffix(".new")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(asdict(facts), file)
        temporary.replace(path)


def configuration(port: int, password: str) -> str:
    """What the server is told: loopback only, nothing evicted, every write on disk within a second.

    `hash-max-ziplist-value` is the name that every version from 2.6 to Valkey 9 understands (now hash-max-listpack-value);
    1,024 bytes keep a task with a prompt of a paragraph in the compact encoding. A truncated tail of the append-only file
    is what a power cut leaves: it is cut off and the rest is served.
    """
    return f"""\
bind 127.0.0.1
port {port}
protected-mode yes
requirepass {password}
daemonize no
dir .
save ""
appendonly yes
appendfsync everysec
aof-load-truncated yes
maxmemory-policy noeviction
hash-max-ziplist-value 1024
"""


def _folder(state: Path) -> Path:
    return state / "redis"


def _facts_file(state: Path) -> Path:
    return _folder(state) / "server.json"


def _is_ours(facts: Facts, pid: int) -> bool:
    return bool(facts.run_id) and _answers(facts, pid) == facts.run_id


def _answers(facts: Facts, pid: int) -> str:
    """The run id of the server on our port when it is the process `pid`; "loading" while it reads its file; else ""."""
    try:
        with Connection(facts.url) as connection:
            reply = connection.command("PING")
            if isinstance(reply, ErrorReply):
                return "loading" if reply.text.startswith("LOADING") else ""
            info = connection.info("server")
    except Unreachable:
        return ""
    return info.get("run_id", "") if info.get("process_id") == str(pid) else ""


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _is_free(port: int) -> bool:
    if not port:
        return False
    with socket.socket() as probe:
        # As the server itself does: a connection of the last run in TIME_WAIT does not hold a port.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _end(child: "subprocess.Popen[bytes]") -> None:
    """SIGTERM makes the server flush its file and leave; SIGKILL if it does not."""
    if child.poll() is None:
        child.terminate()
        try:
            child.wait(_STOP)
        except subprocess.TimeoutExpired:
            child.kill()
    child.wait()


def _last_words(log: Path, start: int) -> str:
    """What this start wrote to the log, in its last lines; and what to do about a damaged file."""
    with log.open("rb") as file:
        file.seek(start)
        text = file.read().decode(errors="replace").strip()
    if "Bad file format reading the append only file" in text:
        return "its data is damaged. `scenaries doctor --repair` cuts off what cannot be read and keeps the rest."
    lines = [line for line in text.splitlines() if line.strip()]
    return f"{' | '.join(lines[-4:]) or 'it said nothing'} (whole log: {log})"
