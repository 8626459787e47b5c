"""Attempts in processes of their own: what they leave, how they die, what dies with them."""

import asyncio
import ctypes
import faulthandler
import os
import re
import signal
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from processing_service.artifacts.local import LocalStorage
from processing_service.contract.task import ClaimedTask, TaskFailure
from services.sdk.attempt import Performer
from services.sdk.isolation import ChildProcesses, Threads
from services.sdk.nursery import Limits
from services.sdk.operation import Context, Outcome
from services.sdk.process import run_tool
from services.sdk.testing import claimed
from tests.services.sdk.processes import alive, wait_until

# From Python 3.12 on, a fork in a process with threads warns; pytest-xdist has some. A worker forks before its first.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


def echo(task: ClaimedTask, context: Context) -> Outcome:
    context.progress(40, "half way")
    return Outcome(
        result={"fields": task.fields, "pid": os.getpid(), "group": os.getpgrp(), "workspace": str(context.workspace)}
    )


def litter(task: ClaimedTask, context: Context) -> Outcome:
    (context.workspace / "frames").mkdir()
    (context.workspace / "frames" / "1.png").write_bytes(b"x")
    handle, name = tempfile.mkstemp()
    os.close(handle)
    return Outcome(result={"workspace": str(context.workspace), "temporary": name})


def crash(task: ClaimedTask, context: Context) -> Outcome:
    faulthandler.disable()  # pytest enables it, and its report of this very crash is noise
    ctypes.string_at(0)
    return Outcome()


def devour(task: ClaimedTask, context: Context) -> Outcome:
    return Outcome(result=len(bytearray(8 * 1024**3)))


def write_much(task: ClaimedTask, context: Context) -> Outcome:
    (context.workspace / "big").write_bytes(b"x" * 8 * 1024**2)
    return Outcome()


def hang_in_a_tool(task: ClaimedTask, context: Context) -> Outcome:
    """A tool that has a child of its own; both pids go to the file that the task names."""
    script = f'sleep 120 & echo "$$ $! {os.getpid()}" > {task.fields["note"]}.new && mv {task.fields["note"]}.new {task.fields["note"]}; wait'
    run_tool(["sh", "-c", script], timeout=120)
    return Outcome()


def hold_the_interpreter(task: ClaimedTask, context: Context) -> Outcome:
    """One call into C that never lets go of the interpreter lock: no thread of this process runs again."""
    Path(task.fields["note"]).write_text(str(os.getpid()))
    re.match(r"(a|a|a|aa)+$", "a" * 64 + "b")
    return Outcome()


def leave_a_child(task: ClaimedTask, context: Context) -> Outcome:
    return Outcome(result=subprocess.Popen(["sleep", "120"]).pid)


OPERATIONS = {
    each.__name__: each
    for each in (echo, litter, crash, devour, write_much, hang_in_a_tool, hold_the_interpreter, leave_a_child)
}


@pytest.fixture
def forked(tmp_path: Path) -> ChildProcesses:
    performer = Performer("test-service", OPERATIONS, LocalStorage(tmp_path / "artifacts"))
    return ChildProcesses(performer, Limits(memory=4 * 1024**3, file=4 * 1024**2), tmp_path)


@pytest.fixture
async def isolation(forked: ChildProcesses) -> AsyncIterator[ChildProcesses]:
    yield forked
    await forked.close()


async def pids_in(note: Path, count: int) -> list[int]:
    def read() -> list[int]:
        return [int(pid) for pid in note.read_text().split()] if note.exists() else []

    await asyncio.to_thread(wait_until, lambda: len(read()) == count, "the operation runs")
    return read()


async def test_an_attempt_runs_in_a_process_and_group_of_its_own(isolation: ChildProcesses):
    """The task arrives whole, progress and result come back, and the process leads its group."""
    attempt = await isolation.start(claimed(name="echo", fields={"prompt": "Котики\u2028\n\"'{{ 7*7 }}" * 1000}))
    end = await attempt.end()
    assert isinstance(end, Outcome)
    assert isinstance(end.result, dict)
    assert end.result["fields"] == {"prompt": "Котики\u2028\n\"'{{ 7*7 }}" * 1000}
    assert end.result["pid"] == end.result["group"] != os.getpid()
    assert attempt.progress == (40, "half way")


async def test_workspace_and_temporary_files_go_with_the_attempt(isolation: ChildProcesses):
    """Whatever an operation leaves in its workspace or in a temporary file is removed."""
    end = await (await isolation.start(claimed(name="litter"))).end()
    assert isinstance(end, Outcome)
    assert isinstance(end.result, dict)
    left = [Path(str(end.result["workspace"])).parent, Path(str(end.result["temporary"]))]
    await asyncio.to_thread(wait_until, lambda: not any(path.exists() for path in left), "the attempt's folder is gone")


async def test_a_crash_is_the_attempts_only(isolation: ChildProcesses):
    """A codec that dereferences null becomes a failed attempt; the next attempt is fine."""
    end = await (await isolation.start(claimed(name="crash"))).end()
    assert isinstance(end, TaskFailure)
    assert "SIGSEGV" in end.message
    assert isinstance(await (await isolation.start(claimed(name="echo"))).end(), Outcome)


@pytest.mark.parametrize("operation", ["devour", "write_much"])
async def test_a_limit_ends_the_attempt_with_its_own_code(isolation: ChildProcesses, operation: str):
    """More memory or a larger file than allowed is `resource-limit`, and nobody else suffers."""
    end = await (await isolation.start(claimed(name=operation))).end()
    assert isinstance(end, TaskFailure)
    assert end.code == "resource-limit"


async def test_kill_takes_the_tools_and_their_children(isolation: ChildProcesses, tmp_path: Path):
    """Killing an attempt leaves neither its tool nor what the tool started."""
    note = tmp_path / "pids"
    attempt = await isolation.start(claimed(name="hang_in_a_tool", fields={"note": str(note)}))
    pids = await pids_in(note, 3)
    started = time.monotonic()
    attempt.kill()
    end = await attempt.end()
    assert isinstance(end, TaskFailure)
    assert end.code == "killed"
    await asyncio.to_thread(wait_until, lambda: not any(map(alive, pids)), "tool, its child and the attempt are gone")
    assert time.monotonic() - started < 2


async def test_kill_reaches_an_attempt_that_holds_the_interpreter(isolation: ChildProcesses, tmp_path: Path):
    """A C call that never returns cannot be asked to stop, and need not be."""
    attempt = await isolation.start(claimed(name="hold_the_interpreter", fields={"note": str(tmp_path / "pid")}))
    await pids_in(tmp_path / "pid", 1)
    attempt.kill()
    assert isinstance(await asyncio.wait_for(attempt.end(), 2), TaskFailure)


async def test_what_an_attempt_leaves_running_ends_with_it(isolation: ChildProcesses):
    """A process that an operation forgot does not outlive a successful attempt."""
    end = await (await isolation.start(claimed(name="leave_a_child"))).end()
    assert isinstance(end, Outcome)
    pid = end.result
    assert isinstance(pid, int)
    await asyncio.to_thread(wait_until, lambda: not alive(pid), "the forgotten process is gone")


async def test_a_dead_nursery_is_noticed(isolation: ChildProcesses, tmp_path: Path):
    """Should the process that starts attempts be killed, its attempts die and fail, and the worker is told that it is broken."""
    note = tmp_path / "pids"
    attempt = await isolation.start(claimed(name="hang_in_a_tool", fields={"note": str(note)}))
    pids = await pids_in(note, 3)
    os.kill(isolation._nursery, signal.SIGKILL)
    end = await asyncio.wait_for(attempt.end(), 5)
    assert isinstance(end, TaskFailure)
    assert end.code == "worker-broken", end
    assert isolation.broken.is_set()
    await asyncio.to_thread(wait_until, lambda: not any(map(alive, pids)), "the attempt and its tools are gone")
    late = await isolation.start(claimed(name="echo"))
    assert isinstance(await asyncio.wait_for(late.end(), 5), TaskFailure)


async def test_many_attempts_at_the_same_time(isolation: ChildProcesses):
    """Thirty attempts at once each get their own end."""
    attempts = [await isolation.start(claimed(name="echo", fields={"n": n})) for n in range(30)]
    ends = await asyncio.gather(*(attempt.end() for attempt in attempts))
    assert [end.result["fields"]["n"] for end in ends if isinstance(end, Outcome) and isinstance(end.result, dict)] == list(
        range(30)
    )


async def test_threads_perform_without_a_process(tmp_path: Path):
    """The inline mode gives the same answers from this very process."""
    threads = Threads(Performer("test-service", OPERATIONS, LocalStorage(tmp_path / "artifacts")))
    end = await (await threads.start(claimed(name="echo"))).end()
    assert isinstance(end, Outcome)
    assert isinstance(end.result, dict)
    assert end.result["pid"] == os.getpid()
