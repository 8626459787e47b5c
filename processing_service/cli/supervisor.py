"""Keeps child processes alive: each starts again when it dies, all end together, none outlives this process."""

import contextlib
import os
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from processing_service.embedded.tether import tethered

_LOOK_EVERY = 0.1  # seconds
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0  # seconds between a death and the next start, doubling
_HEALTHY = 10.0  # seconds after which a process counts as started well
HOPELESS = 4  # deaths in a row, each soon after its start, after which a child will not come up by itself
_LOG_LIMIT = 20_000_000  # bytes of one log file; then it becomes `.log.1`

OnDeath = Callable[[str, int, int], None]
"""Called with the name of a child that ended unasked, its exit code, and how often in a row it died young."""


@dataclass(frozen=True, slots=True)
class Child:
    """One process to keep alive: its name in logs, its argument list, its whole environment."""

    name: str
    command: Sequence[str]
    env: Mapping[str, str]


@dataclass(slots=True)
class _Watched:
    child: Child
    log: Path
    process: "subprocess.Popen[bytes] | None" = None
    started: float = 0.0
    due: float = 0.0
    deaths: int = 0  # in a row, without a healthy life between


class Supervisor:
    """Runs `children` from `start` to `stop`. Their output goes straight to `<logs>/<name>.log`: no pipe of ours that could
    fill up and block them. `on_death` is called from the supervising thread.
    """

    def __init__(self, children: Sequence[Child], logs: Path, on_death: OnDeath = lambda _name, _code, _deaths: None) -> None:
        self._watched = [_Watched(child, logs / f"{child.name}.log") for child in children]
        self._logs = logs
        self._on_death = on_death
        self._stop = threading.Event()
        self._grace = 0.0
        self._hurry = threading.Event()
        self._thread = threading.Thread(target=self._supervise, name="supervisor", daemon=True)

    @property
    def logs(self) -> Mapping[str, Path]:
        """Where each child writes."""
        return {watched.child.name: watched.log for watched in self._watched}

    def start(self) -> None:
        """Start every child, and the thread that keeps them alive. The thread is their parent as far as tethers go."""
        self._logs.mkdir(parents=True, exist_ok=True)
        self._thread.start()

    def stop(self, grace: float, hurry: threading.Event | None = None) -> None:
        """End every child: SIGTERM, and after `grace` seconds, or as soon as `hurry` is set, SIGKILL to its whole group."""
        self._grace = grace
        self._hurry = hurry or self._hurry
        self._stop.set()
        if self._thread.ident:
            self._thread.join()

    def broken(self) -> str | None:
        """The name of a child that does not come up, if there is one."""
        return next((watched.child.name for watched in self._watched if watched.deaths >= HOPELESS), None)

    def _supervise(self) -> None:
        try:
            while not self._stop.is_set():
                for watched in self._watched:
                    self._look_after(watched)
                self._stop.wait(_LOOK_EVERY)
        finally:
            self._end_all()

    def _look_after(self, watched: _Watched) -> None:
        now = time.monotonic()
        if watched.process is None:
            if now >= watched.due:
                self._launch(watched, now)
            return
        if not _ended(watched.process):
            if watched.deaths and now - watched.started > _HEALTHY:
                watched.deaths = 0
            _limit(watched.log)
            return
        code = watched.process.returncode
        watched.process = None
        watched.deaths = watched.deaths + 1 if now - watched.started < _HEALTHY else 1
        watched.due = now + min(_FIRST_PAUSE * 2 ** (watched.deaths - 1), _LONGEST_PAUSE)
        self._on_death(watched.child.name, code, watched.deaths)

    def _launch(self, watched: _Watched, now: float) -> None:
        with watched.log.open("ab") as output:
            watched.process = subprocess.Popen(
                tethered(watched.child.command, signal.SIGKILL),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                env=dict(watched.child.env),
                start_new_session=True,  # Ctrl-C at the terminal reaches us alone; we end the children in order
            )
        watched.started = now

    def _end_all(self) -> None:
        alive = [watched.process for watched in self._watched if watched.process]
        for process in alive:
            process.terminate()
        deadline = time.monotonic() + self._grace
        while alive and not self._hurry.is_set() and time.monotonic() < deadline:
            alive = [process for process in alive if not _ended(process)]
            time.sleep(0.02)
        for process in alive:
            _signal_group(process.pid, signal.SIGKILL)
            process.wait()


def _ended(process: "subprocess.Popen[bytes]") -> bool:
    """Whether a child has ended; the rest of its group ends with it, at once: later its number may belong to a stranger."""
    if process.poll() is None:
        return False
    _signal_group(process.pid, signal.SIGKILL)
    return True


def _signal_group(leader: int, number: signal.Signals) -> None:
    """Signal what is left of the group a child leads, the leader dead or alive."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def _limit(log: Path) -> None:
    """Keep one old copy. The file itself stays: its writer appends, so cutting it to nothing is safe at any moment."""
    if log.stat().st_size > _LOG_LIMIT:
        shutil.copyfile(log, log.with_suffix(".log.1"))
        os.truncate(log, 0)
