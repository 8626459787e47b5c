"""The context an operation runs in, on this machine's artifact storage."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from processing_service.artifacts.storage import ArtifactMissing, Storage
from processing_service.contract.artifact import MEDIA_TYPES, ArtifactRef
from processing_service.contract.errors import BadInput, TaskError
from processing_service.contract.task import JSONValue


class StorageContext:
    """Implements `operation.Context` over a storage, a folder and a callable that takes progress."""

    def __init__(self, workspace: Path, storage: Storage, on_progress: Callable[[float, str], None]) -> None:
        self.workspace = workspace
        self._storage = storage
        self._on_progress = on_progress

    def progress(self, percent: float, message: str = "") -> None:
        self._on_progress(max(0.0, min(100.0, percent)), message)

    def open(self, ref: str) -> Path:
        parsed = ArtifactRef.parse(ref)
        if parsed is None:
            raise BadInput(
                f"cannot read {ref[:200]!r}: this service reads artifact:// references only; upload the bytes with POST /artifacts",
                code="foreign-ref",
            )
        try:
            return self._storage.fetch(parsed)
        except ArtifactMissing:
            raise BadInput(f"{parsed} is not in the artifact storage of this worker", code="artifact-missing") from None

    def read_json(self, ref: str) -> Any:
        try:
            return json.loads(self.open(ref).read_bytes())
        except ValueError as error:
            raise BadInput(f"{ref[:200]} does not hold JSON: {error}", code="not-json") from error

    def save(self, path: Path) -> str:
        extension = path.suffix.removeprefix(".").lower()
        if extension not in MEDIA_TYPES:
            raise TaskError(f"no media type for the suffix of {path.name!r}; known: {', '.join(sorted(MEDIA_TYPES))}")
        return str(self._storage.put(path, extension))

    def save_json(self, value: JSONValue) -> str:
        path = self.workspace / "document.json"
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))
        path.write_text(text, encoding="utf-8")
        return self.save(path)
