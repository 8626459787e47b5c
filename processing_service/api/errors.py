"""The words of the error answers: `type` in a problem points here."""

from collections.abc import Mapping
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from processing_service.api.answers import json_response
from processing_service.api.path import TemplateName
from processing_service.api.query import query
from processing_service.contract.errors import NotFound

router = APIRouter(include_in_schema=False)

MEANINGS: Final[Mapping[str, str]] = {
    "artifact-mismatch": "The artifact a report or an upload speaks of is not there, or its bytes are other ones.",
    "already-held": "Another worker holds the task. Send the attempt you hold, or take another task.",
    "attempt-timeout": "The attempt has used up the time its task allows. Stop it; the engine tries again.",
    "bad-request": "The request is not sound HTTP.",
    "body-too-large": "The body is larger than the route takes. Large results are artifacts.",
    "conflicting-result": "The task has already ended with another result. The first terminal report wins.",
    "duplicate-key": "An object in the body has the same key twice; which one is meant nobody can know.",
    "eviction-policy": "Redis may delete the state of tasks when memory is short. Set maxmemory-policy to noeviction.",
    "foreign-artifact": "The result is kept by somebody else; `result_ref` is its URI.",
    "headers-too-large": "The request has too many or too large headers.",
    "host-not-allowed": "The Host header is not a name of this server. Add yours to SCENARIES_ALLOWED_HOSTS.",
    "idempotency-key-invalid": "An Idempotency-Key is one header of 1 to 255 printable ASCII characters.",
    "idempotency-key-reused": "The key was used with another body in the last 24 hours. Use a new key for a new request.",
    "illegal-transition": "The task or scenario is in a state that does not allow this; `allowed` says what it does.",
    "internal": "A mistake of ours. The log has it under `request_id`.",
    "invalid-character": "A string holds the character NUL.",
    "invalid-cursor": "The cursor was not handed out by this server. Start the list again without one.",
    "invalid-id": "An id has another shape.",
    "invalid-name": "A name has another shape.",
    "invalid-unicode": "A string holds half of a surrogate pair.",
    "malformed-json": "The body is not JSON in UTF-8.",
    "method-not-allowed": "The path does not answer to this method; see the Allow header.",
    "no-artifact": "The task has not reported a result_ref.",
    "not-a-choice": "The value is not one of those the field takes.",
    "not-a-status": "A status is pending, processing, success, failed, skipped or cancelled.",
    "not-found": "Nothing has this id or path. A finished scenario is kept for the retention time only.",
    "not-ready": "The task still waits for others; `queue` says for how many.",
    "number-out-of-range": "A number in the body is not finite or does not fit 64 bits.",
    "origin-not-allowed": "A web page of another origin may not change anything here.",
    "out-of-range": "A number or a choice is outside the range the message names.",
    "queue-full": "Redis is short of memory. Work in progress goes on; new scenarios wait.",
    "range-not-satisfiable": "The artifact is shorter than the range asked for.",
    "request-timeout": "The body did not arrive in time.",
    "required": "A required field is missing or empty.",
    "result-ref": "A result_ref is artifact://<sha256>.<ext> or an s3, gs, https or http URI.",
    "scenario-cancelled": "The scenario was cancelled; its tasks take no reports any more.",
    "stale-attempt": "The task is at another attempt; `current_attempt` names it. Drop your result.",
    "storage-full": "The disk of the artifact storage is full. Work is tried again; make room on it.",
    "store-unavailable": "Redis does not answer or cannot write. Try again after Retry-After; nothing was lost.",
    "template-invalid": "The template has mistakes; each is listed with file and line.",
    "template-limit": "The template takes more time, memory or tasks than the limits allow.",
    "too-deep": "The value is nested too deeply.",
    "too-long": "The value is too long.",
    "too-many-items": "The list or map has too many items.",
    "type": "The value has another JSON type than the field takes. Nothing is converted.",
    "unknown-field": "The body has a field that is not known here.",
    "unknown-parameter": "The URL has a query parameter that is not known here.",
    "unknown-scenario": "No template has this name.",
    "unknown-variable": "The template has no variable of this name.",
    "unsupported-encoding": "Bodies are taken as they are, without Content-Encoding.",
    "unsupported-media-type": "The Content-Type is not one this route takes.",
    "uri-too-long": "The URL is longer than 8 KB.",
    "validation": "The request has mistakes; each is listed under `errors`.",
    "variable-set-twice": "A variable is given by its own field and under `variables`.",
}
"""What each code means and what to do about it."""


@router.get("/errors/{code}")
async def explain(code: TemplateName, request: Request) -> Response:
    """One code in a sentence."""
    query(request)
    if code not in MEANINGS:
        raise NotFound("there is no such code")
    return json_response({"code": code, "meaning": MEANINGS[code]})
