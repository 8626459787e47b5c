"""Run a command that cannot outlive the process that started it: `python -I -S tether.py PARENT SIGNAL COMMAND…`.

The command replaces this process, so its pid is the one the parent knows. Executed as a script and not called between fork
and exec: a parent with threads may run no Python there (a lock held by another thread at the fork is never released).
Linux sends SIGNAL itself when the parent's *thread* that started the command ends: start from a thread that lives as long
as the command may. Elsewhere a watcher process looks four times a second.
"""

import os
import signal
import sys
import time
from collections.abc import Sequence

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_LOOK_EVERY = 0.25  # seconds
_GRACE = 5.0  # seconds between SIGNAL and SIGKILL, where a watcher sends them


def tethered(command: Sequence[str], number: signal.Signals) -> list[str]:
    """The argument list that runs `command` and sends it `number` when the calling process ends in whatever way."""
    return [sys.executable, "-I", "-S", __file__, str(os.getpid()), str(int(number)), *command]


def watch(parent: int, target: int, number: int) -> None:
    """Look until `target` or `parent` is gone; in the second case end `target`. Runs in a child of `target`."""
    while os.getppid() == target:
        if not _exists(parent):
            os.kill(target, number)
            time.sleep(_GRACE)
            if os.getppid() == target:
                os.kill(target, signal.SIGKILL)
            return
        time.sleep(_LOOK_EVERY)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _tie(parent: int, number: int) -> None:
    if sys.platform == "linux":
        import ctypes  # noqa: PLC0415 -- 8 ms, and only this branch needs it

        if ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, number, 0, 0, 0):
            raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG)")
        return
    target = os.getpid()
    if os.fork() == 0:
        watch(parent, target, number)
        os._exit(0)


def main(arguments: Sequence[str]) -> None:
    parent, number, *command = arguments
    _tie(int(parent), int(number))
    # A parent that died before the tie was made sends no signal: then this process already has another parent.
    if os.getppid() != int(parent):
        raise SystemExit(f"the process {parent} that wanted {command[0]} is gone")
    os.execvp(command[0], command)  # noqa: S606 -- an argument list, no shell


if __name__ == "__main__":
    main(sys.argv[1:])
