"""A lock on a folder: one owner at a time, known by pid and command, gone with its owner however that ends."""

import fcntl
import os
import sys
import time
from pathlib import Path

from processing_service.contract.errors import ScenariesError

_DYING = 10.0  # seconds that the processes of a dead owner may need to let go


class FolderLocked(ScenariesError):
    """Another process uses this state folder."""

    code = "state-locked"


class FolderLock:
    """Held from `acquire` to `release`.

    An flock belongs to the open file, not to the process: hand `descriptor` down to a child that works in the folder, and
    the lock stays taken until that child is gone too, also when the owner is killed. So two servers never write one folder.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self.descriptor = -1

    def acquire(self) -> None:
        """Take the lock. Raises FolderLocked that names the owner; waits only for what a dead owner left behind."""
        self._path.parent.mkdir(parents=True, exist_ok=True)
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        deadline = time.monotonic() + _DYING
        while not _try(descriptor):
            pid, command = holder(self._path)
            if (pid and _exists(pid)) or time.monotonic() > deadline:
                os.close(descriptor)
                who = f"process {pid} ({command})" if pid else "another process"
                raise FolderLocked(
                    f"{who} already uses {self._path.parent}. Stop it, or choose another folder with SCENARIES_STATE.",
                    extra={"pid": pid, "command": command},
                )
            time.sleep(0.05)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"{os.getpid()}\n{' '.join(sys.argv)}\n".encode(errors="surrogateescape"), 0)
        self.descriptor = descriptor

    def keep_through_exec(self) -> None:
        """Let the program that replaces this process hold the lock for as long as it runs."""
        os.set_inheritable(self.descriptor, True)

    def release(self) -> None:
        """Let go; releasing again does nothing."""
        if self.descriptor >= 0:
            os.ftruncate(self.descriptor, 0)
            os.close(self.descriptor)
            self.descriptor = -1


def state_lock(state: Path) -> FolderLock:
    """The lock that whoever runs the engine of a state folder holds, with a server of its own there or without."""
    return FolderLock(state / "redis" / "lock")


def holder(path: Path) -> tuple[int, str]:
    """Pid and command of the last owner, as it wrote them; (0, "") when it let go."""
    try:
        first, _, second = path.read_text(errors="replace").partition("\n")
        return int(first), second.strip()
    except (OSError, ValueError):
        return 0, ""


def _try(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
