"""Artifact storage behind the HTTP API: for a worker that does not share the engine's folder."""

import base64
import hashlib
import shutil
import tempfile
import time
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import TypeVar

import httpx

from processing_service.artifacts.storage import ArtifactMissing
from processing_service.contract.artifact import ArtifactRef
from processing_service.contract.errors import TaskError, Transient
from services.sdk.transport import Patience

T = TypeVar("T")

_TRIES = 6  # with Patience between them about 3 s: an hour of rendering should survive a restart of the API
_SECONDS = 60.0  # without a byte moving


class HttpStorage:
    """Uploads with POST /artifacts, downloads with GET /artifacts/<digest>.<ext>, and compares digests both ways.

    Downloads land in the temporary folder of this process, which for an attempt is removed with its workspace. Raises Transient
    when the API stays away.
    """

    def __init__(self, api_url: str, transport: httpx.BaseTransport | None = None) -> None:
        # Made before the attempts are forked: loading the certificates takes longer than the fork. It has no connection yet.
        self._client = httpx.Client(base_url=api_url, timeout=_SECONDS, transport=transport)
        self._folder: Path | None = None

    def put(self, path: Path, extension: str) -> ArtifactRef:
        with path.open("rb") as source:
            digest = hashlib.file_digest(source, "sha256")
        ref = ArtifactRef(digest.hexdigest(), extension)
        headers = {
            "Content-Type": "application/octet-stream",
            "Content-Length": str(path.stat().st_size),
            "Content-Digest": f"sha-256=:{base64.b64encode(digest.digest()).decode()}:",
        }

        def upload() -> ArtifactRef:
            with path.open("rb") as content:
                response = self._client.post("/artifacts", params={"extension": extension}, content=content, headers=headers)
            _check(response, "upload")
            return ref

        return _patiently(upload)

    def fetch(self, ref: ArtifactRef) -> Path:
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="artifacts-"))
        target = self._folder / ref.file_name
        if not target.exists():
            _patiently(lambda: self._download(ref, target))
        return target

    def size(self, ref: ArtifactRef) -> int | None:
        def ask() -> int | None:
            with self._client.stream("GET", f"/artifacts/{ref.file_name}") as response:
                if response.status_code == HTTPStatus.NOT_FOUND:
                    return None
                _check(response, "look at")
                return int(response.headers["Content-Length"])

        return _patiently(ask)

    def close(self) -> None:
        """Let go of the connections. What was downloaded stays."""
        self._client.close()

    def _download(self, ref: ArtifactRef, target: Path) -> None:
        digest = hashlib.sha256()
        partial = target.with_suffix(".partial")
        with self._client.stream("GET", f"/artifacts/{ref.file_name}") as response, partial.open("wb") as file:
            if response.status_code == HTTPStatus.NOT_FOUND:
                raise ArtifactMissing(str(ref))
            _check(response, "download")
            for chunk in response.iter_bytes():
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != ref.digest:
            raise Transient(f"{ref} arrived with other bytes than its digest says", code="artifact-corrupt")
        shutil.move(partial, target)


def _check(response: httpx.Response, verb: str) -> None:
    if response.is_success:
        return
    sentence = f"cannot {verb} an artifact: the API answered {response.status_code}"
    if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
        raise Transient(sentence, code="storage-unavailable")
    raise TaskError(sentence, code="storage-refused")


def _patiently(call: Callable[[], T]) -> T:
    patience = Patience()
    for rest in reversed(range(_TRIES)):
        try:
            return call()
        except httpx.TransportError as error:
            if not rest:
                raise Transient(
                    f"the API that keeps the artifacts does not answer: {error!r}", code="storage-unavailable"
                ) from error
        except Transient:
            if not rest:
                raise
        time.sleep(patience.next_delay())
    raise AssertionError("unreachable: the last try returns or raises")
