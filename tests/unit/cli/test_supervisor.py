"""Children that are kept alive, and end with their supervisor."""

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from processing_service.cli.supervisor import HOPELESS, Child, Supervisor
from tests.processes import alive, eventually

Start = Callable[..., Supervisor]
SLEEPER = "import time; print('up', flush=True); time.sleep(60)"
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('up', flush=True); time.sleep(60)"
PARENT = """
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
print(os.getpid(), child.pid, flush=True)
time.sleep(60)
"""


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """Supervisors that are stopped at the end."""
    made: list[Supervisor] = []

    def make(script: str, **arguments: object) -> Supervisor:
        supervisor = Supervisor([Child("child", [sys.executable, "-c", script], os.environ)], tmp_path, **arguments)  # type: ignore[arg-type]
        made.append(supervisor)
        supervisor.start()
        return supervisor

    yield make
    for supervisor in made:
        supervisor.stop(0)


def words(log: Path) -> list[str] | None:
    return log.read_text().split() if log.exists() and log.read_text() else None


def test_a_killed_child_and_what_it_started_are_replaced(start: Start, tmp_path: Path) -> None:
    """The dead child's own child goes with it; a new pair comes within a second."""
    deaths: list[tuple[str, int, int]] = []
    start(PARENT, on_death=lambda *death: deaths.append(death))
    log = tmp_path / "child.log"
    parent, grandchild = map(int, eventually("the first pair", lambda: words(log)))
    os.kill(parent, signal.SIGKILL)
    eventually("a second pair", lambda: len(log.read_text().splitlines()) == 2 or None, seconds=5)
    eventually("the orphan gone", lambda: None if alive(grandchild) else True)
    assert deaths == [("child", -signal.SIGKILL, 1)]


def test_a_child_that_never_comes_up_is_told_apart(start: Start) -> None:
    """After four early deaths in a row it counts as broken; the pause between starts grows."""
    seen = threading.Event()
    supervisor = start("raise SystemExit(3)", on_death=lambda _name, _code, deaths: seen.set() if deaths >= HOPELESS else None)
    assert seen.wait(20)
    assert supervisor.broken() == "child"


def test_stopping_asks_first_and_then_insists(start: Start, tmp_path: Path) -> None:
    """SIGTERM, and SIGKILL for a child that does not listen, also before the grace is over when somebody is in a hurry."""
    supervisor = start(STUBBORN)
    eventually("the child", lambda: words(tmp_path / "child.log"))
    hurry = threading.Event()
    threading.Timer(0.2, hurry.set).start()
    supervisor.stop(60, hurry)


def test_stopping_ends_a_whole_family(start: Start, tmp_path: Path) -> None:
    """Also what the child started."""
    supervisor = start(PARENT)
    family = [int(pid) for pid in eventually("the pair", lambda: words(tmp_path / "child.log"))]
    supervisor.stop(5)
    assert not [pid for pid in family if alive(pid)]


def test_a_log_that_grows_too_long_is_cut_and_kept_once(start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The child goes on writing to the same file."""
    monkeypatch.setattr("processing_service.cli.supervisor._LOG_LIMIT", 1_000)
    start("import time\nwhile True: print('x' * 99, flush=True); time.sleep(0.005)")
    eventually("the old part", lambda: True if (tmp_path / "child.log.1").exists() else None)
    eventually("the new part", lambda: words(tmp_path / "child.log"))
