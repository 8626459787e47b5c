"""Queues, and the worker's half of the protocol: claim, report, heartbeat, many tasks in one call."""

from dataclasses import asdict
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import Response

from processing_service.api.answers import json_response
from processing_service.api.dependencies import EngineDoor
from processing_service.api.disconnect import while_connected
from processing_service.api.documentation import accepts, problem_answers
from processing_service.api.json_body import read_json
from processing_service.api.path import ServiceName
from processing_service.api.query import query
from processing_service.api.requests import MAX_BATCH, ClaimRequest, HeartbeatRequest, ReportRequest
from processing_service.api.tasks import REPORT_DEPTH
from processing_service.api.validation import validate
from processing_service.contract.status import Status
from processing_service.contract.task import RESULT_BYTES, ClaimedTask, Report
from processing_service.engine.engine import Engine
from processing_service.engine.view import QueueView

# A full batch of full results, and the JSON around each.
MAX_REPORT_BYTES = MAX_BATCH * (RESULT_BYTES + 8 * 1024)

router = APIRouter(prefix="/queues", tags=["queues"])


class QueueList(BaseModel):
    """Every service that a template named or a worker served."""

    items: list[QueueView]


class ReportAnswer(BaseModel):
    """What became of one report: `ok`, `repeat`, `stale`, `conflict`, `unknown` or `invalid`."""

    task_id: str
    answer: str
    code: str
    detail: str
    status: str
    attempt: int
    lease_until: int
    lease_token: str
    cancel: bool


class Claimed(BaseModel):
    """The tasks this worker now holds; empty when none came in time."""

    tasks: list[ClaimedTask]


class ReportAnswers(Claimed):
    """One answer per report, in the order sent; and the tasks claimed in the same call."""

    answers: list[ReportAnswer]


class HeartbeatAnswers(BaseModel):
    """One answer per task, in the order sent. `cancel` tells the worker to stop that task."""

    answers: list[ReportAnswer]


@router.get(
    "",
    operation_id="listQueues",
    summary="How every service stands",
    response_model=QueueList,
    responses=problem_answers(422, 503),
)
async def list_queues(request: Request, engine: EngineDoor) -> Response:
    """Ready, held, delayed and quarantined tasks, live workers, and the age of the task that is next."""
    query(request)
    return json_response(QueueList(items=await engine.queues()))


@router.post(
    "/{service}/claim",
    operation_id="claimTasks",
    summary="Take ready tasks",
    response_model=Claimed,
    responses=problem_answers(400, 403, 408, 413, 415, 422, 503),
    openapi_extra=accepts(ClaimRequest),
)
async def claim(service: ServiceName, request: Request, engine: EngineDoor) -> Response:
    """Up to `max` tasks with everything they need, under a lease; waits up to `wait` seconds for the first."""
    query(request)
    wanted = validate(ClaimRequest, await read_json(request))
    return json_response({"tasks": await _claim(request, engine, service, wanted)})


@router.post(
    "/{service}/report",
    operation_id="reportTasks",
    summary="Report many tasks, and take the next ones",
    response_model=ReportAnswers,
    responses=problem_answers(400, 403, 408, 413, 415, 422, 503),
    openapi_extra=accepts(ReportRequest),
)
async def report(service: ServiceName, request: Request, engine: EngineDoor) -> Response:
    """Each report is answered for itself: one that is refused does not stop the others. With `claim`, the same call then waits for work."""
    query(request)
    body = validate(ReportRequest, await read_json(request, limit=MAX_REPORT_BYTES, depth=REPORT_DEPTH))
    answers = await engine.report_lines([(item.task_id, item.report) for item in body.reports])
    tasks = await _claim(request, engine, service, body.claim) if body.claim else []
    return json_response({"answers": [asdict(line) for line in answers], "tasks": tasks})


@router.post(
    "/{service}/heartbeat",
    operation_id="heartbeat",
    summary="A worker's sign of life",
    response_model=HeartbeatAnswers,
    responses=problem_answers(400, 403, 408, 413, 415, 422, 503),
    openapi_extra=accepts(HeartbeatRequest),
)
async def heartbeat(service: ServiceName, request: Request, engine: EngineDoor) -> Response:
    """Renews the lease of every task named, writes their progress, and says which ones to stop."""
    query(request)
    body = validate(HeartbeatRequest, await read_json(request))
    await engine.beat(body.worker, service)
    signs = [
        (beat.task_id, Report(status=Status.PROCESSING, worker=body.worker, **beat.model_dump(exclude={"task_id"})))
        for beat in body.tasks
    ]
    return json_response({"answers": [asdict(line) for line in await engine.report_lines(signs)]})


async def _claim(request: Request, engine: Engine, service: str, wanted: ClaimRequest) -> list[dict[str, Any]]:
    claim = engine.claim(service, worker=wanted.worker, limit=wanted.max, wait=wanted.wait, lease=wanted.lease)
    # A worker that died while it waited must not be handed a task: cancelled, or too late, what was taken goes back.
    claimed = await while_connected(request, claim, undo=lambda tasks: engine.hand_back(tasks, wanted.worker))
    return [task.model_dump(mode="json") for task in claimed]
