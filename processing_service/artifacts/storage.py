"""The port to artifact storage: bytes in, a digest out; a digest in, a local file out."""

from pathlib import Path
from typing import Protocol

from processing_service.contract.artifact import ArtifactRef


class ArtifactMissing(LookupError):
    """No bytes are stored under this reference."""


class Storage(Protocol):
    """Content-addressed storage. All methods are synchronous: callers on an event loop use a thread."""

    def put(self, path: Path, extension: str) -> ArtifactRef:
        """Keep the bytes of a file. Atomic: a reader sees all of them or none. Putting the same bytes again is free."""
        ...

    def fetch(self, ref: ArtifactRef) -> Path:
        """A local file with the bytes, to be read and not changed. Raises ArtifactMissing."""
        ...

    def size(self, ref: ArtifactRef) -> int | None:
        """Bytes stored under the reference, or None when there are none."""
        ...
