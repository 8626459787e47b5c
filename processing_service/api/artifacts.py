"""Artifacts over HTTP: bytes out by digest with ranges, bytes in from workers that do not share the storage."""

import asyncio
import base64
import errno
import hashlib
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Final

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, Response
from starlette.types import Receive, Scope, Send

from processing_service.api.answers import json_response
from processing_service.api.byte_range import Unsatisfiable, one_range
from processing_service.api.dependencies import EngineDoor, RequestBounds
from processing_service.api.documentation import problem_answers
from processing_service.api.etag import strong, unchanged
from processing_service.api.json_body import BODY_SECONDS, check_length, stalled, too_large
from processing_service.api.problems import HttpProblem, invalid
from processing_service.api.query import query
from processing_service.contract.artifact import MEDIA_TYPES, ArtifactRef
from processing_service.contract.errors import StoreUnavailable
from processing_service.engine.engine import Engine

IMMUTABLE: Final = "public, max-age=31536000, immutable"  # a digest names the same bytes for ever

# Documents that run scripts in a browser are only ever saved to disk.
_ACTIVE: Final = frozenset({"svg"})
_EXTENSIONS: Final = {media.partition(";")[0]: extension for extension, media in MEDIA_TYPES.items()}

router = APIRouter(prefix="/artifacts", tags=["artifacts"])


class Stored(BaseModel):
    """An uploaded artifact: what to write into `result_ref`, and where to read it back."""

    result_ref: str
    href: str
    size: int
    media_type: str


@router.get(
    "/{file_name}",
    operation_id="getArtifact",
    summary="An artifact by digest",
    response_class=Response,
    responses={
        200: {"description": "The bytes"},
        206: {"description": "A part of them"},
        **problem_answers(304, 404, 416, 422),
    },
)
async def get_artifact(file_name: str, request: Request, engine: EngineDoor) -> Response:
    """`<sha256>.<ext>`; the bytes behind a digest never change."""
    query(request)
    ref = ArtifactRef.parse(f"artifact://{file_name}")
    if ref is None:
        raise invalid("invalid-id", "an artifact is named by 64 hexadecimal digits, a dot and an extension")
    return await artifact_response(request, engine, ref, name=ref.digest[:12], cache=IMMUTABLE)


@router.post(
    "",
    operation_id="uploadArtifact",
    summary="Store an artifact",
    status_code=201,
    response_model=Stored,
    responses=problem_answers(400, 403, 408, 413, 415, 422, 503),
    openapi_extra={
        "parameters": [
            {
                "name": "extension",
                "in": "query",
                "required": False,
                "schema": {"type": "string", "enum": sorted(MEDIA_TYPES)},
                "description": "Decides the media type. Without it, the Content-Type header does.",
            }
        ],
        "requestBody": {"required": True, "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}}},
    },
)
async def upload_artifact(request: Request, engine: EngineDoor, bounds: RequestBounds) -> Response:
    """The body is the bytes. The same bytes again are the same artifact. `Content-Digest: sha-256=:…:` is compared when given."""
    extension = _extension(request, query(request, ("extension",)).get("extension"))
    check_length(request, bounds.max_upload)
    with room(), tempfile.NamedTemporaryFile(dir=bounds.uploads) as target:
        digest = await _receive(request, target.file, limit=bounds.max_upload)
        _compare(request.headers.get("content-digest"), digest)
        size = target.tell()
        ref = await engine.keep_artifact(Path(target.name), extension)
    href = f"/artifacts/{ref.file_name}"
    stored = Stored(result_ref=str(ref), href=href, size=size, media_type=ref.media_type)
    return json_response(stored, status=201, headers={"Location": href})


@contextmanager
def room() -> Iterator[None]:
    """A full disk is trouble of ours that passes, not a mistake in the request and not a bug."""
    try:
        yield
    except OSError as error:
        if error.errno not in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}:
            raise
        raise StoreUnavailable(
            "the artifact storage has no room left; nothing of this upload was kept", code="storage-full", retry_after=30.0
        ) from error


class _OneRange(FileResponse):
    """A file, or one range of it: the framework sees the header as we understood it, and has nothing to refuse."""

    asked: tuple[int, int] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name != b"range"]
        if self.asked is not None:
            headers.append((b"range", f"bytes={self.asked[0]}-{self.asked[1]}".encode()))
        await super().__call__({**scope, "headers": headers}, receive, send)


async def artifact_response(request: Request, engine: Engine, ref: ArtifactRef, *, name: str, cache: str) -> Response:
    """The bytes of `ref` or the range asked for, or 304 when the caller has them. Raises a 416 for a range past the end."""
    path = await engine.artifact(ref)
    headers = {"ETag": strong(ref.digest), "Cache-Control": cache, "X-Content-Type-Options": "nosniff"}
    if unchanged(request, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    if ref.extension in _ACTIVE:
        headers["Content-Security-Policy"] = "sandbox"
    status = await asyncio.to_thread(path.stat)
    answer = _OneRange(
        path,
        media_type=ref.media_type,
        headers=headers,
        filename=f"{name}.{ref.extension}",
        content_disposition_type="attachment" if ref.extension in _ACTIVE else "inline",
        stat_result=status,
    )
    answer.asked = _asked(request, headers["ETag"], status.st_size)
    return answer


def _asked(request: Request, tag: str, size: int) -> tuple[int, int] | None:
    try:
        return one_range(",".join(request.headers.getlist("range")), size)
    except Unsatisfiable:
        if request.headers.get("if-range", tag) != tag:
            return None  # the caller has another version in mind, so it gets the whole of this one
        detail = f"the range lies past the end: the artifact has {size:,} bytes"
        raise HttpProblem(416, "range-not-satisfiable", detail, headers={"Content-Range": f"bytes */{size}"}) from None


def _extension(request: Request, given: str | None) -> str:
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    extension = given if given is not None else _EXTENSIONS.get(media_type, "")
    if extension in MEDIA_TYPES:
        return extension
    known = ", ".join(sorted(MEDIA_TYPES))
    if given is not None:
        raise invalid("out-of-range", f"`extension` is one of {known}", pointer="?extension")
    raise HttpProblem(
        415, "unsupported-media-type", f"no artifact has this Content-Type; say `?extension=` with one of {known}"
    )


async def _receive(request: Request, target: IO[bytes], *, limit: int) -> str:
    """The body into a file; its SHA-256. The clock starts again with each piece: a large upload may be slow but may not stall."""
    digest = hashlib.sha256()
    size = 0
    pieces = request.stream().__aiter__()
    try:
        while True:
            async with asyncio.timeout(BODY_SECONDS):
                piece = await anext(pieces, None)
            if piece is None:
                break
            size += len(piece)
            if size > limit:
                raise too_large(limit)
            digest.update(piece)
            await asyncio.to_thread(target.write, piece)
    except TimeoutError:
        raise stalled(BODY_SECONDS) from None
    except ClientDisconnect:
        raise HttpProblem(400, "bad-request", "the connection closed before the body was complete") from None
    await asyncio.to_thread(target.flush)
    return digest.hexdigest()


def _compare(given: str | None, digest: str) -> None:
    """Check RFC 9530's Content-Digest; algorithms we do not know say nothing."""
    if given is None or "sha-256=:" not in given:
        return
    expected = given.partition("sha-256=:")[2].partition(":")[0]
    if expected != base64.b64encode(bytes.fromhex(digest)).decode():
        raise invalid("artifact-mismatch", "the bytes do not have the digest the header promises")
