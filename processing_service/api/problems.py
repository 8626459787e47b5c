"""Every refusal as RFC 9457 problem+json, and the one table from the engine's codes to HTTP status.

`detail` is a sentence, so a client that knows only FastAPI's `detail` still shows something useful. What the caller sent is never
repeated: it may be huge, secret or impossible to encode.
"""

import math
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

import orjson
from starlette.responses import Response

from processing_service.contract.errors import (
    Conflict,
    InvalidRequest,
    NotFound,
    Problem,
    ScenariesError,
    StoreUnavailable,
    TemplateError,
)
from processing_service.engine.cursor import InvalidCursor

MEDIA_TYPE = "application/problem+json"
ERRORS_PAGE = "/errors"
DEFAULT_RETRY_AFTER = 2  # seconds: longer than a restart of the embedded server, shorter than a person's patience

STATUS: Mapping[type[ScenariesError], int] = {
    InvalidCursor: 400,
    InvalidRequest: 422,
    TemplateError: 422,
    NotFound: 404,
    Conflict: 409,
    StoreUnavailable: 503,
}
"""One status per family, the nearest class first; the codes inside a family are its words."""


class HttpProblem(Exception):
    """Something wrong with the request as HTTP, before the engine is asked."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        problems: tuple[Problem, ...] = (),
        headers: Mapping[str, str] | None = None,
        extra: Mapping[str, object] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.problems = problems
        self.headers = dict(headers or {})
        self.extra = dict(extra or {})


def invalid(code: str, message: str, *, pointer: str = "", help: str = "") -> HttpProblem:
    """A 422 with one mistake."""
    return refused((Problem(code=code, message=message, pointer=pointer, help=help),))


def refused(problems: Iterable[Problem]) -> HttpProblem:
    """A 422 that lists every mistake. The sentence is that of the only one, or of the first."""
    listed = tuple(problems)
    return HttpProblem(422, "validation", _summary(listed), problems=listed)


def from_error(error: ScenariesError) -> HttpProblem:
    """What the engine refused, as HTTP."""
    status = next((STATUS[family] for family in type(error).__mro__ if family in STATUS), 500)
    headers = {}
    if status == 503:
        headers["Retry-After"] = str(math.ceil(error.retry_after or DEFAULT_RETRY_AFTER))
    code, detail, problems = error.code, error.detail, error.problems
    if status == 422 and isinstance(error, InvalidRequest):
        # One rule for every 422 of a request: the specific word stands in `errors`.
        problems = problems or (Problem(code=error.code, message=error.detail),)
        code = "validation"
    if status == 422 and len(problems) == 1:
        detail = _sentence(problems[0])
    return HttpProblem(status, code, detail, problems=problems, headers=headers, extra=error.extra)


def response(problem: HttpProblem, *, path: str, request_id: str) -> Response:
    """The problem as it goes out."""
    body: dict[str, Any] = {
        "type": f"{ERRORS_PAGE}/{problem.code}",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        "instance": path,
        "code": problem.code,
        "errors": [_error(item) for item in problem.problems],
        "request_id": request_id,
    }
    body |= {name: value for name, value in problem.extra.items() if name not in body}
    return Response(orjson.dumps(body), status_code=problem.status, headers=problem.headers, media_type=MEDIA_TYPE)


def _error(problem: Problem) -> dict[str, Any]:
    entry: dict[str, Any] = {
        "pointer": problem.pointer,
        "code": problem.code,
        "message": problem.message,
        "help": problem.help,
    }
    if problem.file:
        entry |= {"file": problem.file, "line": problem.line, "column": problem.column, "severity": problem.severity}
    return entry


def _summary(problems: tuple[Problem, ...]) -> str:
    more = len(problems) - 1
    return f"{problems[0].message}; and {more} more mistake{'s' if more > 1 else ''}" if more else _sentence(problems[0])


def _sentence(problem: Problem) -> str:
    """What is wrong and what to do, readable without `errors`: the field is named unless the sentence names it."""
    field = problem.pointer.rpartition("/")[2].removeprefix("?")
    place = f"`{field}`: " if 0 < len(field) <= 64 and field not in problem.message else ""
    return f"{place}{problem.message}" + (f"; {problem.help}" if problem.help else "")
