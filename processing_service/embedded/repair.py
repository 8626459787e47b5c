"""Make damaged data of the embedded server readable again, by cutting off what cannot be read."""

import shutil
import subprocess
import time
from pathlib import Path

from processing_service.embedded.binary import find_binary
from processing_service.embedded.lock import FolderLock
from processing_service.embedded.server import ServerFailed

_MANIFEST = Path("appendonlydir") / "appendonly.aof.manifest"
_LONGEST = 600.0  # seconds


def repair(state: Path) -> str:
    """Repair what lies in the state folder, after a copy; a sentence about what was done. Raises FolderLocked, ServerFailed.

    A power cut only truncates the file, which the server mends by itself; this is for bytes that went bad in its middle.
    """
    folder = state / "redis"
    if not (folder / _MANIFEST).exists():
        return "there is no data to repair"
    lock = FolderLock(folder / "lock")
    lock.acquire()
    try:
        backup = folder / f"damaged-{time.strftime('%Y%m%d-%H%M%S')}"
        shutil.copytree(folder / _MANIFEST.parent, backup)
        # The server's own checker is the same program under another name, as in every Redis.
        command = ["valkey-check-aof", "--fix", str(_MANIFEST)]
        checker = subprocess.run(
            command, executable=find_binary(), cwd=folder, input=b"y\n", capture_output=True, timeout=_LONGEST, check=False
        )
        if checker.returncode:
            said = (checker.stdout + checker.stderr).decode(errors="replace").strip().splitlines()
            raise ServerFailed(f"the data cannot be repaired: {' '.join(said[-2:])}. It is untouched in {backup}.")
    finally:
        lock.release()
    return f"repaired; the data as it was is in {backup}"
