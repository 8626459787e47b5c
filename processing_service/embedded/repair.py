"""Make damaged data of the embedded server readable again, by cutting off what cannot be read."""

import shutil
import subprocess
import time
from pathlib import Path

from processing_service.embedded.binary import find_binary
from processing_service.embedded.lock import state_lock
from processing_service.embedded.server import ServerFailed

_FILES = Path("appendonlydir")
_MANIFEST = _FILES / "appendonly.aof.manifest"
_LONGEST = 600.0  # seconds


def repair(state: Path) -> str:
    """Repair what lies in the state folder, after a copy; a sentence about what was done. Raises FolderLocked, ServerFailed.

    A power cut only truncates the file, which the server mends by itself; this is for bytes that went bad in its middle.
    """
    folder = state / "redis"
    if not (folder / _MANIFEST).exists():
        return "there is no data to repair"
    lock = state_lock(state)
    lock.acquire()
    try:
        backup = folder / f"damaged-{time.strftime('%Y%m%d-%H%M%S')}"
        shutil.copytree(folder / _FILES, backup)
        # The server's own checker is the same program under another name, as in every Redis. It is given the newest file
        # and not the manifest: it takes the base file of Valkey 9, whose signature is new, for a damaged one.
        newest = _newest((folder / _MANIFEST).read_text())
        checker = subprocess.run(
            ["valkey-check-aof", "--fix", str(_FILES / newest)],  # noqa: S607 -- `executable` says which program
            executable=find_binary(),
            cwd=folder,
            input=b"y\n",
            capture_output=True,
            timeout=_LONGEST,
            check=False,
        )
        if checker.returncode:
            said = (checker.stdout + checker.stderr).decode(errors="replace").strip().splitlines()
            raise ServerFailed(f"the data cannot be repaired: {' '.join(said[-2:])}. As it was, it is in {backup}.")
    finally:
        lock.release()
    return f"repaired; the data as it was is in {backup}"


def _newest(manifest: str) -> str:
    """The file that was written last: `file NAME seq N type i`, one per line, the highest number."""
    lines = [line.split() for line in manifest.splitlines()]
    grown = [(int(words[3]), words[1]) for words in lines if len(words) >= 6 and words[5] == "i"]
    if not grown:
        raise ServerFailed("the list of data files is damaged too; only a backup helps.")
    return max(grown)[1]
