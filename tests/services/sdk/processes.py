"""Looking at processes from outside, and waiting for a fact with a deadline."""

import time
from collections.abc import Callable
from pathlib import Path


def alive(pid: int) -> bool:
    """Whether a process exists and is not just waiting to be reaped."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False
    return state not in "ZX"


def wait_until(fact: Callable[[], object], what: str, seconds: float = 10.0) -> None:
    """Poll until the fact holds; fail with what was awaited."""
    deadline = time.monotonic() + seconds
    while not fact():
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {seconds:g} s for this: {what}")
        time.sleep(0.01)
