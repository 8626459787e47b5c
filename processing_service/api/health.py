"""Is it alive, is it ready, and what would an operator look at first?"""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from processing_service.api.answers import json_response
from processing_service.api.dependencies import EngineDoor
from processing_service.api.documentation import problem_answers
from processing_service.api.problems import HttpProblem
from processing_service.api.query import query
from processing_service.engine.health import Health

router = APIRouter(tags=["health"])


@router.get(
    "/health", operation_id="health", summary="How the engine stands", response_model=Health, responses=problem_answers(422)
)
async def health(request: Request, engine: EngineDoor) -> Response:
    """Always 200 while the process answers; `status` is `ok`, `degraded` (it works, somebody should look) or `unavailable`."""
    query(request)
    return json_response(await engine.health())


@router.get(
    "/livez",
    operation_id="livez",
    summary="The process answers",
    response_model=None,
    responses={200: {"description": "It does."}},
)
async def livez(request: Request) -> Response:
    """Asks nobody: a slow Redis must not get the API restarted."""
    query(request)
    return json_response({"status": "ok"})


@router.get(
    "/readyz",
    operation_id="readyz",
    summary="Requests can be served",
    response_model=Health,
    responses=problem_answers(422, 503),
)
async def readyz(request: Request, engine: EngineDoor) -> Response:
    """503 while Redis does not answer, refuses to write, or could evict the state of tasks."""
    query(request)
    found = await engine.health()
    if found.blocking:
        raise HttpProblem(
            503,
            found.blocking[0].code,
            found.blocking[0].message,
            headers={"Retry-After": "2"},
            problems=found.blocking,
        )
    return json_response(found)
