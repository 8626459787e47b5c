"""A command that cannot outlive its parent, by the kernel's help and by a watcher's."""

import os
import signal
import subprocess
import sys

import pytest

from processing_service.embedded.tether import tethered, watch
from tests.processes import alive, eventually

STARTER = """
import signal, subprocess, sys
from processing_service.embedded.tether import tethered
child = subprocess.Popen(tethered([sys.executable, "-c", "import time; time.sleep(60)"], signal.SIGKILL))
print(child.pid, flush=True)
sys.stdin.read()
"""


def test_the_command_replaces_the_launcher() -> None:
    """The pid that the parent knows is the command's own, and its output and exit code are its own."""
    command = [sys.executable, "-c", "import os; print(os.getpid()); raise SystemExit(7)"]
    child = subprocess.Popen(tethered(command, signal.SIGTERM), stdout=subprocess.PIPE, text=True)
    output, _ = child.communicate(timeout=20)
    assert (int(output), child.returncode) == (child.pid, 7)


def test_the_command_dies_with_its_killed_parent() -> None:
    """kill -9 of the parent ends the command."""
    with subprocess.Popen([sys.executable, "-c", STARTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert alive(pid)
        parent.kill()
    eventually("the command gone", lambda: None if alive(pid) else True)


def test_a_parent_that_is_gone_already_starts_nothing() -> None:
    """Between fork and the tie the parent may die; then the command is not run."""
    arguments = tethered([sys.executable, "-c", "print('ran')"], signal.SIGTERM)
    arguments[4] = "1"  # a parent that is not ours
    done = subprocess.run(arguments, capture_output=True, text=True, check=False)
    assert done.returncode != 0
    assert "ran" not in done.stdout


@pytest.mark.parametrize("parent_lives", [True, False])
def test_a_watcher_ends_the_command_only_when_the_parent_is_gone(parent_lives: bool) -> None:
    """Where the kernel does not help, a watcher below the command looks; it goes when the command goes."""
    parent = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    script = f"""
import os, signal, time
from processing_service.embedded.tether import watch
target = os.getpid()
if os.fork() == 0:
    watch({parent.pid}, target, signal.SIGTERM)
    os._exit(0)
time.sleep({1 if parent_lives else 60})
"""
    target = subprocess.Popen([sys.executable, "-c", script])
    if not parent_lives:
        parent.kill()
        parent.wait()
    assert target.wait(20) == (0 if parent_lives else -signal.SIGTERM)
    parent.kill()
    parent.communicate()


def test_a_watcher_of_a_command_that_is_gone_ends() -> None:
    """`watch` returns at once when its target is not its parent any more."""
    watch(os.getpid(), 2**22 + 1, signal.SIGTERM)
