"""The `Idempotency-Key` header (IETF draft-ietf-httpapi-idempotency-key-header-07) and what "the same request" means."""

import hashlib
import json
import re
from typing import Any

from starlette.requests import Request

from processing_service.api.problems import HttpProblem

_KEY = re.compile(r"[\x21-\x7e]{1,255}")


def idempotency_key(request: Request) -> str | None:
    """The key, or None when the header is absent.

    The draft wants a quoted string; most clients send it bare. Both are taken, and both are the same key.
    """
    given = request.headers.getlist("idempotency-key")
    if not given:
        return None
    key = given[0].strip()
    if len(key) >= 2 and key[0] == key[-1] == '"':
        key = key[1:-1]
    if len(given) > 1 or not _KEY.fullmatch(key):
        raise HttpProblem(
            400, "idempotency-key-invalid", "send one Idempotency-Key of 1 to 255 printable ASCII characters without blanks"
        )
    return key


def fingerprint(body: Any) -> str:
    """SHA-256 of the body as canonical JSON: key order and blanks do not make another request."""
    canonical = json.dumps(body, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()
