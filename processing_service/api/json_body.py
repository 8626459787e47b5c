"""Request bodies: read within bounds, as exactly the JSON that RFC 8259 and I-JSON (RFC 7493) agree on.

FastAPI's own reader takes duplicate keys, NaN, 4,000-digit integers and bodies of any size, and answers 500 to a lone surrogate
it wants to echo. Here each of these is refused with a sentence, and nothing of the body is ever repeated.
"""

import asyncio
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NoReturn

from starlette.requests import ClientDisconnect, Request

from processing_service.api.problems import HttpProblem, invalid

MAX_BODY_BYTES: Final = 1024 * 1024
MAX_DEPTH: Final = 32
BODY_SECONDS: Final = 15.0
MAX_INTEGER: Final = 2**63 - 1

_STRINGS = re.compile(r'"(?:[^"\\]|\\.)*+"?', re.DOTALL)
_UNREADABLE = re.compile("[\x00\ud800-\udfff]")
_PLAIN_KEY = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_UTF8_BOM: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class JsonBody:
    """A body that is known to be sound JSON: as bytes for a validator that reads JSON, as a value for looking around."""

    raw: bytes
    value: Any


async def read_json(
    request: Request, *, limit: int = MAX_BODY_BYTES, depth: int = MAX_DEPTH, seconds: float = BODY_SECONDS
) -> JsonBody:
    """The request's body. Raises HttpProblem: 415, 413, 408, 400 for what is not JSON, 422 for what JSON should not hold."""
    _check_type(request)
    raw = await read_bytes(request, limit=limit, seconds=seconds)
    return JsonBody(raw, parse(raw, depth=depth))


async def read_optional_json(request: Request) -> JsonBody:
    """As `read_json`; no body at all counts as `{}`."""
    length = request.headers.get("content-length", "0" if "transfer-encoding" not in request.headers else "")
    return JsonBody(b"{}", {}) if length == "0" else await read_json(request)


async def read_bytes(request: Request, *, limit: int, seconds: float) -> bytes:
    """All bytes of the body, at most `limit`, within `seconds` (a body that stalls would hold its connection for ever)."""
    check_length(request, limit)
    chunks: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for chunk in request.stream():
                size += len(chunk)
                if size > limit:
                    raise too_large(limit)
                chunks.append(chunk)
    except TimeoutError:
        raise stalled(seconds) from None
    except ClientDisconnect:
        raise HttpProblem(400, "bad-request", "the connection closed before the body was complete") from None
    return b"".join(chunks)


def check_length(request: Request, limit: int) -> None:
    """Refuse by Content-Length before a byte is read, and any encoding: it would hide the true size."""
    if request.headers.get("content-encoding", "identity").lower() != "identity":
        raise HttpProblem(415, "unsupported-encoding", "send the body as it is, without Content-Encoding")
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared[:20]) > limit:
        raise too_large(limit)


def too_large(limit: int) -> HttpProblem:
    """413, and the connection closed: the rest of the body stays unread."""
    return HttpProblem(413, "body-too-large", f"the body is larger than {limit} bytes", headers={"Connection": "close"})


def stalled(seconds: float) -> HttpProblem:
    """408, and the connection closed: nobody knows whether the rest will ever come."""
    sentence = f"the body did not arrive within {seconds:g} seconds"
    return HttpProblem(408, "request-timeout", sentence, headers={"Connection": "close"})


def parse(raw: bytes, *, depth: int = MAX_DEPTH) -> Any:
    """JSON bytes as a value. Raises HttpProblem; see the module."""
    text = _decode(raw)
    _check_depth(text, depth)
    notes = _Notes()
    try:
        value = json.loads(
            text,
            object_pairs_hook=_unique_keys,
            parse_constant=_no_constants,
            parse_int=notes.integer,
            parse_float=notes.floating,
        )
    except json.JSONDecodeError as error:
        offset = len(text[: error.pos].encode())
        raise _malformed(f"the body is not JSON: {error.msg} at byte {offset}") from None
    if notes.out_of_range:
        raise invalid("number-out-of-range", "a number in the body is outside -2^63 … 2^63-1 or not finite")
    if "\\u" in text and (found := next(_unreadable(value), None)):
        raise found
    return value


def _check_type(request: Request) -> None:
    media_type, _, parameters = request.headers.get("content-type", "").partition(";")
    charset = re.search(r"charset\s*=\s*\"?([^\s\";]+)", parameters, re.IGNORECASE)
    if media_type.strip().lower() != "application/json" or (charset and charset[1].lower() not in {"utf-8", "utf8"}):
        raise HttpProblem(
            415,
            "unsupported-media-type",
            "send JSON in UTF-8 with the header `Content-Type: application/json` (curl: -H, or --json)",
        )


def _decode(raw: bytes) -> str:
    if raw.startswith(_UTF8_BOM):
        raise _malformed("the body begins with a byte order mark (BOM); send UTF-8 without it")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise _malformed(f"the body is not UTF-8 at byte {error.start}") from None


def _check_depth(text: str, limit: int) -> None:
    """Refuse nesting before the parser recurses into it. Most bodies have too few brackets to be deep: those cost two counts."""
    if text.count("[") + text.count("{") <= limit:
        return
    depth = 0
    for character in _STRINGS.sub("", text):
        if character in "[{":
            depth += 1
            if depth > limit:
                raise HttpProblem(400, "too-deep", f"the body is nested deeper than {limit} levels")
        elif character in "]}":
            depth -= 1


class _Notes:
    """What the number hooks saw: they cannot raise a sentence with a place, so they note and go on."""

    def __init__(self) -> None:
        self.out_of_range = False

    def integer(self, digits: str) -> int:
        # 20 characters hold every 64-bit integer; `int` of thousands of digits is quadratic.
        if len(digits) > 20 or not -MAX_INTEGER - 1 <= (value := int(digits)) <= MAX_INTEGER:
            self.out_of_range = True
            return 0
        return value

    def floating(self, digits: str) -> float:
        value = float(digits)
        self.out_of_range |= not math.isfinite(value)
        return value


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise HttpProblem(400, "duplicate-key", "an object in the body has the same key twice")
    return found


def _no_constants(_name: str) -> NoReturn:
    raise _malformed("NaN and Infinity are not JSON")


def _unreadable(value: Any, pointer: str = "") -> Iterator[HttpProblem]:
    """Strings that no store and no other language can hold: lone surrogates, NUL. Depth is bounded already."""
    if isinstance(value, str):
        if match := _UNREADABLE.search(value):
            if match[0] == "\x00":
                yield invalid("invalid-character", "a string holds the character NUL", pointer=pointer)
            yield invalid("invalid-unicode", "a string holds half of a surrogate pair", pointer=pointer)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unreadable(item, f"{pointer}/{index}")
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _unreadable(key, pointer)
            yield from _unreadable(item, pointer + step(key))


def step(key: str | int) -> str:
    """One more step of a JSON pointer; nothing for a key of a stranger's choice, which is input and is not repeated."""
    return f"/{key}" if _PLAIN_KEY.fullmatch(str(key)) else ""


def _malformed(detail: str) -> HttpProblem:
    return HttpProblem(400, "malformed-json", detail)
