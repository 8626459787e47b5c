"""Artifact storage in a folder: `<root>/<first two digits>/<sha256>.<ext>`."""

import hashlib
import os
import tempfile
from pathlib import Path

from processing_service.artifacts.storage import ArtifactMissing
from processing_service.contract.artifact import ArtifactRef

_CHUNK = 1024 * 1024


class LocalStorage:
    """A folder on this machine, or a volume that several share."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._incoming = root / "incoming"
        self._incoming.mkdir(parents=True, exist_ok=True)

    def put(self, path: Path, extension: str) -> ArtifactRef:
        """Keep the bytes of a file; see `Storage.put`.

        Copied beside its final place, flushed to disk, then renamed: after a crash there is either the whole artifact or
        a leftover in `incoming`, never a half one under a digest. The digest is taken of what was written, not of what a
        second read of `path` would say.
        """
        handle, temporary = tempfile.mkstemp(dir=self._incoming)
        try:
            digest = hashlib.sha256()
            with path.open("rb") as source, os.fdopen(handle, "wb") as target:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    target.write(chunk)
                target.flush()
                os.fsync(target.fileno())
            ref = ArtifactRef(digest.hexdigest(), extension)
            final = self._path(ref)
            if final.exists():
                return ref
            final.parent.mkdir(exist_ok=True)
            Path(temporary).chmod(0o644)
            Path(temporary).replace(final)
            _sync_folder(final.parent)
            return ref
        finally:
            Path(temporary).unlink(missing_ok=True)

    def fetch(self, ref: ArtifactRef) -> Path:
        path = self._path(ref)
        if not path.is_file():
            raise ArtifactMissing(str(ref))
        return path

    def size(self, ref: ArtifactRef) -> int | None:
        try:
            return self._path(ref).stat().st_size
        except FileNotFoundError:
            return None

    def _path(self, ref: ArtifactRef) -> Path:
        return self._root / ref.digest[:2] / ref.file_name


def _sync_folder(folder: Path) -> None:
    """Make a rename survive a power cut: on POSIX the directory entry is data of the directory."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
