"""Scenarios: the list, one of them, its events, its end before its time."""

from collections.abc import AsyncIterator
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from processing_service.api import sse
from processing_service.api.answers import json_response
from processing_service.api.dependencies import EngineDoor
from processing_service.api.documentation import accepts, problem_answers
from processing_service.api.etag import unchanged, weak
from processing_service.api.json_body import read_optional_json
from processing_service.api.path import STREAM_ID, ScenarioId
from processing_service.api.problems import invalid
from processing_service.api.query import number, query
from processing_service.api.requests import CancelRequest
from processing_service.api.validation import validate
from processing_service.contract.status import TERMINAL, Status
from processing_service.engine.engine import Engine
from processing_service.engine.follow import Resume
from processing_service.engine.view import ScenarioSummary, ScenarioView

RECONNECT_MS = 2_000
COMMENT_SECONDS = 15.0  # below the idle timeouts of common proxies

router = APIRouter(prefix="/scenarios", tags=["scenarios"])


class ScenarioPage(BaseModel):
    """Newest first. `next_cursor` is null on the last page."""

    items: list[ScenarioSummary]
    next_cursor: str | None


@router.get(
    "",
    operation_id="listScenarios",
    summary="List scenarios",
    response_model=ScenarioPage,
    responses=problem_answers(400, 422, 503),
)
async def list_scenarios(request: Request, engine: EngineDoor) -> Response:
    """`?limit=50&cursor=…&status=failed&name=CreateVideo`; the next page is also in the `Link` header."""
    parameters = query(request, ("limit", "cursor", "status", "name"))
    status = parameters.get("status")
    if status is not None and status not in set(Status):
        raise invalid("not-a-status", f"`status` is one of {', '.join(Status)}", pointer="?status")
    items, following = await engine.scenarios(
        limit=number(parameters, "limit", 50, low=1, high=500),
        cursor=parameters.get("cursor"),
        status=Status(status) if status else None,
        name=parameters.get("name"),
    )
    headers = {}
    if following:
        url = request.url.include_query_params(cursor=following)
        headers["Link"] = f'<{url.path}?{url.query}>; rel="next"'
    return json_response(ScenarioPage(items=items, next_cursor=following), headers=headers)


@router.get(
    "/{scenario_id}",
    operation_id="getScenario",
    summary="A scenario with all its tasks",
    response_model=ScenarioView,
    responses=problem_answers(304, 404, 422, 503),
)
async def get_scenario(scenario_id: ScenarioId, request: Request, engine: EngineDoor) -> Response:
    """Status, counts, progress, every task in the order of the document, links to the results. Poll with `If-None-Match`."""
    query(request)
    # Read before the view: a view newer than its tag costs one needless 200; an older one would hide a change behind 304.
    tag = weak(await engine.last_event_id(scenario_id))
    headers = {"ETag": tag, "Cache-Control": "no-cache"}
    if unchanged(request, tag):
        return Response(status_code=304, headers=headers)
    return json_response(await engine.scenario(scenario_id), headers=headers)


@router.post(
    "/{scenario_id}/cancel",
    operation_id="cancelScenario",
    summary="Cancel a scenario",
    response_model=ScenarioView,
    responses=problem_answers(403, 404, 409, 415, 422, 503),
    openapi_extra=accepts(CancelRequest, required=False),
)
async def cancel_scenario(scenario_id: ScenarioId, request: Request, engine: EngineDoor) -> Response:
    """Nothing of it starts any more; workers stop at their next heartbeat and keep what they finished. Again is harmless."""
    query(request)
    wanted = validate(CancelRequest, await read_optional_json(request))
    return json_response(await engine.cancel(scenario_id, reason=wanted.reason))


@router.get(
    "/{scenario_id}/events",
    operation_id="followScenario",
    summary="A scenario's events, live",
    response_class=StreamingResponse,
    responses={
        200: {"description": "Server-sent events", "content": {sse.MEDIA_TYPE: {"schema": {"type": "string"}}}},
        204: {"description": "The scenario has ended and the caller has seen its last event."},
        **problem_answers(404, 422, 503),
    },
)
async def follow_scenario(scenario_id: ScenarioId, request: Request, engine: EngineDoor) -> Response:
    """First a `snapshot`, then one event per change; ids are stream ids, so that `Last-Event-ID` (or `?after=`) resumes without a gap.

    `scenario.finished` is the last one; a browser that then reconnects gets 204 and stops.
    """
    parameter = query(request, ("after",)).get("after")
    after = parameter or request.headers.get("last-event-id")
    if after is not None and not STREAM_ID.fullmatch(after):
        pointer = "?after" if parameter else ""
        raise invalid("invalid-id", "an event id is two numbers with a dash between them", pointer=pointer)
    resume = Resume.SNAPSHOT if after is None else await engine.resumes(scenario_id, after)
    if resume is Resume.OVER:
        return Response(status_code=204)
    if resume is Resume.GO_ON and after is not None:
        stream = _changes(engine, scenario_id, after)
    else:
        stream = _from_snapshot(engine, await engine.scenario(scenario_id))
    return StreamingResponse(
        stream, media_type=sse.MEDIA_TYPE, headers={"Cache-Control": "no-cache", "X-Accel-Buffering": "no"}
    )


async def _from_snapshot(engine: Engine, scenario: ScenarioView) -> AsyncIterator[bytes]:
    yield sse.event("snapshot", scenario.model_dump(mode="json"), id=scenario.last_event_id)
    if scenario.status in TERMINAL:
        yield sse.event("scenario.finished", _ending(scenario), id=scenario.last_event_id)
        return
    async for chunk in _changes(engine, scenario.scenario_id, scenario.last_event_id):
        yield chunk


async def _changes(engine: Engine, scenario_id: str, after: str) -> AsyncIterator[bytes]:
    yield sse.retry(RECONNECT_MS)
    async for event in engine.events(scenario_id, after, idle=COMMENT_SECONDS):
        yield sse.COMMENT if event is None else sse.event(event.type, event.data, id=event.id)


def _ending(scenario: ScenarioView) -> dict[str, Any]:
    return {"type": "scenario.finished", "scenario_id": scenario.scenario_id, "status": scenario.status}
