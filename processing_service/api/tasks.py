"""Tasks: one of them, its artifact, and what a worker reports of it."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from processing_service.api.answers import json_response
from processing_service.api.artifacts import artifact_response
from processing_service.api.dependencies import EngineDoor
from processing_service.api.documentation import accepts, problem_answers
from processing_service.api.json_body import read_json
from processing_service.api.path import TaskId
from processing_service.api.problems import HttpProblem
from processing_service.api.query import query
from processing_service.api.validation import validate
from processing_service.contract.artifact import ArtifactRef
from processing_service.contract.errors import NotFound
from processing_service.contract.status import Status
from processing_service.contract.task import RESULT_DEPTH, Report
from processing_service.engine.reported import Reported
from processing_service.engine.view import TaskView

# A `result` of the allowed depth stands two levels down in a batch; one deeper than allowed is still told so by name (422).
REPORT_DEPTH = 2 * RESULT_DEPTH

router = APIRouter(prefix="/tasks", tags=["tasks"])


@router.get(
    "/{task_id}", operation_id="getTask", summary="A task", response_model=TaskView, responses=problem_answers(404, 422, 503)
)
async def get_task(task_id: TaskId, request: Request, engine: EngineDoor) -> Response:
    """Its fields as the template wrote them, and where it stands."""
    query(request)
    return json_response(await engine.task(task_id))


@router.patch(
    "/{task_id}/status",
    operation_id="reportTask",
    summary="Report a task's status",
    response_model=TaskView,
    responses=problem_answers(400, 403, 404, 408, 409, 413, 415, 422, 503),
    openapi_extra=accepts(Report),
)
async def report_task(task_id: TaskId, request: Request, engine: EngineDoor) -> Response:
    """What a worker says of a task. Only `status` is required; `attempt` fences the report.

    `processing` claims a ready task (the answer carries `attempt`, `lease_token`, `lease_until`) and, with that attempt, is
    the heartbeat. `success` and `failed` end the attempt, `pending` hands it back. An exact repeat is 200 and counts nothing twice.
    """
    query(request)
    report = validate(Report, await read_json(request, depth=REPORT_DEPTH))
    reported = await engine.report(task_id, report)
    headers = {"Idempotency-Replayed": "true"} if reported.repeated else {}
    return json_response(patched(reported), headers=headers)


@router.get(
    "/{task_id}/artifact",
    operation_id="getTaskArtifact",
    summary="The bytes a task made",
    response_class=Response,
    responses={
        200: {"description": "The artifact"},
        206: {"description": "A part of it"},
        **problem_answers(304, 404, 409, 416, 422, 503),
    },
)
async def get_task_artifact(task_id: TaskId, request: Request, engine: EngineDoor) -> Response:
    """The artifact behind `result_ref`. A result kept elsewhere (`s3://…`, `https://…`) is 409 and names its URI: we never fetch it."""
    query(request)
    task = await engine.task(task_id)
    if not task.result_ref:
        raise NotFound(f"this task has no artifact: it is {task.status} and reported no result_ref", code="no-artifact")
    ref = ArtifactRef.parse(task.result_ref)
    if ref is None:
        sentence = "the result is kept elsewhere; fetch it from its own URI, `result_ref`"
        raise HttpProblem(409, "foreign-artifact", sentence, extra={"result_ref": task.result_ref})
    return await artifact_response(request, engine, ref, name=f"{task.name}-{task.id}", cache="no-cache")


def patched(reported: Reported) -> dict[str, Any]:
    """The task as it now is and, while somebody holds it, what the holder needs to know."""
    content = reported.task.model_dump(mode="json")
    if reported.task.status is Status.PROCESSING:
        content |= {"lease_until": reported.lease_until, "lease_token": reported.lease_token, "cancel": reported.cancel}
    return content
