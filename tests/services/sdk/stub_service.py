"""A service whose operations misbehave on purpose: `python -m tests.services.sdk.stub_service`.

What an operation has seen goes, a line each, to the file that the task's parameter `note` names.
"""

import os
import re
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from processing_service.contract.errors import Transient
from processing_service.contract.task import ClaimedTask
from services.sdk.main import run_service
from services.sdk.operation import Context, Outcome


def note(task: ClaimedTask, *words: object) -> None:
    with Path(task.params["note"]).open("a") as file:
        file.write(" ".join(str(word) for word in (task.attempt, *words)) + "\n")


def echo(task: ClaimedTask, context: Context) -> Outcome:
    """Saves its prompt as an artifact."""
    path = context.workspace / "prompt.txt"
    path.write_text(str(task.fields.get("prompt", "")), encoding="utf-8")
    return Outcome(result_ref=context.save(path), result={"attempt": task.attempt})


def sleep(task: ClaimedTask, context: Context) -> Outcome:
    """Sleeps in a tool of a tool, for `seconds`; on attempts after the first, not at all when `once`."""
    with subprocess.Popen(["sh", "-c", f"sleep {task.params['seconds']} & wait"]) as tool:
        note(task, os.getpid(), tool.pid)
        context.progress(25, "asleep")
        if task.params.get("once") and task.attempt > 1:
            tool.kill()
    return Outcome(result={"attempt": task.attempt})


def spin(task: ClaimedTask, context: Context) -> Outcome:
    """Holds the interpreter lock inside one call of the regular expression engine, for seconds."""
    note(task, os.getpid())
    began = time.monotonic()
    length, took = 20, 0.0
    while time.monotonic() - began < task.params["seconds"]:
        started = time.monotonic()
        re.match(r"(a|a)+$", "a" * length + "b")
        took = max(took, time.monotonic() - started)
        length += took < 0.5  # each character doubles the time
    return Outcome(result={"attempt": task.attempt, "longest": took})


def kill_itself(task: ClaimedTask, context: Context) -> Outcome:
    """Poison for its own process."""
    note(task, os.getpid())
    os.kill(os.getpid(), signal.SIGKILL)
    return Outcome()


def kill_the_worker(task: ClaimedTask, context: Context) -> Outcome:
    """Poison for the whole worker: process, nursery and all."""
    note(task, os.getpid())
    nursery = os.getppid()
    worker = int(Path(f"/proc/{nursery}/stat").read_text().rpartition(")")[2].split()[1])
    os.kill(worker, signal.SIGKILL)
    time.sleep(60)
    return Outcome()


def fail(task: ClaimedTask, context: Context) -> Outcome:
    """Fails like a network."""
    raise Transient("the line is busy")


def quote(task: ClaimedTask, context: Context) -> Outcome:
    """What the task that `greeting_id` names has written; after STUB_SLOW seconds."""
    time.sleep(float(os.environ.get("STUB_SLOW", "0")))
    greeting = task.upstream("greeting_id")
    assert greeting is not None
    assert greeting.result_ref is not None
    return Outcome(result=context.open(greeting.result_ref).read_text(encoding="utf-8"))


OPERATIONS: dict[str, Callable[[ClaimedTask, Context], Outcome]] = {
    each.__name__: each for each in (echo, sleep, spin, kill_itself, kill_the_worker, fail, quote)
}

if __name__ == "__main__":
    run_service("stub-service", OPERATIONS, concurrency=2)
