"""Server-sent events as bytes (WHATWG HTML, 9.2)."""

from collections.abc import Mapping
from typing import Any

import orjson

MEDIA_TYPE = "text/event-stream"
COMMENT = b": still here\n\n"


def retry(milliseconds: int) -> bytes:
    """How long a browser waits before it comes back."""
    return b"retry: %d\n\n" % milliseconds


def event(kind: str, data: Mapping[str, Any], *, id: str) -> bytes:
    """One event. JSON has no raw newline, so the data is one line."""
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (id.encode(), kind.encode(), orjson.dumps(data))
