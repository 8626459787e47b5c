"""Answers as JSON. `orjson`, because a scenario of 20,000 tasks is one answer."""

from collections.abc import Mapping
from typing import Any

import orjson
from pydantic import BaseModel
from starlette.responses import Response


def json_response(
    content: BaseModel | Mapping[str, Any] | bytes, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """A 2xx with a body. Views serialise themselves; bytes are JSON already."""
    if isinstance(content, BaseModel):
        body = content.model_dump_json().encode()
    elif isinstance(content, bytes):
        body = content
    else:
        body = orjson.dumps(content)
    return Response(body, status_code=status, headers=dict(headers or {}), media_type="application/json")
