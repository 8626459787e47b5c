"""What OpenAPI says of bodies we read ourselves and of the problems every route may answer with."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final

from pydantic import BaseModel, Field

from processing_service.api.problems import MEDIA_TYPE


class ProblemError(BaseModel):
    """One mistake: where it is, a stable word, a sentence, and what to do."""

    pointer: str = Field(
        description="A JSON pointer into the body (`/slides_count`; empty: the whole of it), or `?` and the name of a query "
        "parameter (`?limit`).",
        examples=["/slides_count", "?limit"],
    )
    code: str
    message: str
    help: str


class ProblemDetails(BaseModel):
    """RFC 9457. `code` is stable; `detail` is a sentence for a person."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    errors: list[ProblemError] = Field(default_factory=list)
    request_id: str


EXAMPLES: Final[Mapping[int, tuple[str, str]]] = {
    304: ("", "The caller's copy is current."),
    400: ("malformed-json", "the body is not JSON: Expecting value at byte 0"),
    403: ("origin-not-allowed", "a web page of another origin may not change anything here"),
    404: ("not-found", "nothing has this id"),
    408: ("request-timeout", "the body did not arrive within 15 seconds"),
    409: ("stale-attempt", "this attempt is over; a newer one holds the task"),
    413: ("body-too-large", "the body is larger than 1048576 bytes"),
    415: ("unsupported-media-type", "send JSON in UTF-8 with the header `Content-Type: application/json`"),
    416: ("range-not-satisfiable", "the artifact is shorter than that"),
    422: ("validation", "there is no such field here"),
    503: ("store-unavailable", "Redis does not answer. Try again shortly; nothing was lost."),
}
"""One code and sentence for each status, shown as its example."""


def accepts(model: type[BaseModel], *, required: bool = True) -> dict[str, Any]:
    """`openapi_extra` for a JSON body that the route reads itself."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": required, "content": {"application/json": {"schema": schema}}}}


def problem_answers(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """`responses` of a route: its problems, each with an example."""
    return {status: _problem(status) for status in statuses}


def _problem(status: int) -> dict[str, Any]:
    code, detail = EXAMPLES[status]
    if not code:
        return {"description": detail}
    example = {
        "type": f"/errors/{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": detail,
        "instance": "/generate",
        "code": code,
        "errors": [{"pointer": "/scenario", "code": "required", "message": detail, "help": ""}] if status == 422 else [],
        "request_id": "5f1d7a84c6b2e930",
    }
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDetails"}, "example": example}}
    return {"description": f"{HTTPStatus(status).phrase}: `{code}`", "content": content}
