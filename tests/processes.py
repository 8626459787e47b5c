"""Looking at processes from outside, as an operator does: who lives, who descends from whom."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")


def eventually(what: str, look: Callable[[], T | None], *, seconds: float = 20.0) -> T:
    """Look until there is something to see; fail with a sentence after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (seen := look()) is not None:
            return seen
        time.sleep(0.01)
    raise AssertionError(f"{what}: not seen within {seconds:.0f} s")


def alive(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def mentioning(text: str) -> list[int]:
    """Processes whose command line, environment or working folder contains a text, for instance the path of a test's own."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                said = (entry / "cmdline").read_bytes() + b"\0" + (entry / "environ").read_bytes()
                # A server that writes its title into its argument list overwrites its environment with it.
                said += b"\0" + os.fsencode((entry / "cwd").readlink())
                if text.encode() in said and alive(int(entry.name)):
                    found.append(int(entry.name))
    return sorted(found)
