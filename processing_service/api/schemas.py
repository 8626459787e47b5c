"""JSON Schemas of what engine and workers say to each other, for workers in any language."""

from collections.abc import Mapping
from typing import Any, Final

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from processing_service.api.answers import json_response
from processing_service.api.documentation import ProblemDetails, problem_answers
from processing_service.api.path import TemplateName
from processing_service.api.query import query
from processing_service.api.queues import Claimed, HeartbeatAnswers, ReportAnswers
from processing_service.api.requests import ClaimRequest, GenerateRequest, HeartbeatRequest, ReportRequest
from processing_service.contract.errors import NotFound
from processing_service.contract.task import ClaimedTask, Report
from processing_service.engine.view import ScenarioView, TaskView

router = APIRouter(prefix="/schemas", tags=["schemas"])

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

MESSAGES: Final[Mapping[str, type[BaseModel]]] = {
    "generate-request": GenerateRequest,
    "claim-request": ClaimRequest,
    "claim-answer": Claimed,
    "claimed-task": ClaimedTask,
    "report": Report,
    "report-request": ReportRequest,
    "report-answer": ReportAnswers,
    "heartbeat-request": HeartbeatRequest,
    "heartbeat-answer": HeartbeatAnswers,
    "task": TaskView,
    "scenario": ScenarioView,
    "problem": ProblemDetails,
}


@router.get("", operation_id="listSchemas", summary="Message schemas", response_model=list[str], responses=problem_answers(422))
async def list_schemas(request: Request) -> Response:
    """Their names."""
    query(request)
    return json_response({"items": [f"/schemas/{name}" for name in MESSAGES]})


@router.get(
    "/{name}",
    operation_id="getSchema",
    summary="A message schema",
    response_model=dict[str, Any],
    responses=problem_answers(404, 422),
)
async def get_schema(name: TemplateName, request: Request) -> Response:
    """JSON Schema, draft 2020-12."""
    query(request)
    if name not in MESSAGES:
        raise NotFound("there is no such schema; GET /schemas lists them")
    schema = MESSAGES[name].model_json_schema(ref_template="#/$defs/{model}")
    return json_response({"$schema": DIALECT, "$id": f"/schemas/{name}", **schema})
