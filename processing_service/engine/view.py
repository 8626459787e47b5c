"""What people see: tasks, scenarios, queues and templates as the HTTP API, the CLI and the products show them.

Fields the seed document names are here to the letter; everything else is added beside them. Times are ISO 8601 in UTC.
"""

from typing import Any

from pydantic import BaseModel, ConfigDict

from processing_service.contract.errors import Problem
from processing_service.contract.status import Status


class TaskView(BaseModel):
    """One task. Every extra field of the template (`prompt`, `text_task_id`, `slide_ids`, …) stands beside these."""

    model_config = ConfigDict(extra="allow", frozen=True)

    id: str
    scenario_id: str
    service: str
    name: str
    status: Status
    queue: int
    consumers: list[str]
    params: dict[str, Any] = {}
    result_ref: str = ""
    result: Any = None
    stage: str = ""
    attempt: int = 0
    max_attempts: int = 3
    failures: int = 0
    lost: int = 0
    worker: str = ""
    progress: float | None = None
    message: str = ""
    error: dict[str, Any] | None = None
    reason: str = ""
    created_at: str
    updated_at: str
    started_at: str | None = None
    finished_at: str | None = None


class ResultLink(BaseModel):
    """A final result of a scenario: a successful task that nobody else consumes."""

    model_config = ConfigDict(frozen=True)

    task_id: str
    name: str
    result_ref: str
    result: Any = None
    href: str


class ScenarioSummary(BaseModel):
    """One line of a list of scenarios."""

    model_config = ConfigDict(frozen=True)

    scenario_id: str
    name: str
    version: str
    status: Status
    created_at: str
    updated_at: str
    started_at: str | None = None
    finished_at: str | None = None
    counts: dict[Status, int]
    progress: float


class ScenarioView(ScenarioSummary):
    """A scenario with everything in it. `error` names the first task that failed and says why."""

    variables: dict[str, Any]
    task_ids: list[str]
    tasks: list[TaskView]
    results: list[ResultLink]
    error: dict[str, Any] | None = None
    cancel_requested: bool = False
    last_event_id: str = "0-0"


class Accepted(BaseModel):
    """The answer to a submission. `replayed`: the same Idempotency-Key and body had been accepted before."""

    model_config = ConfigDict(frozen=True)

    scenario_id: str
    name: str
    version: str
    status: Status
    task_count: int
    created_at: str
    replayed: bool = False
    warnings: tuple[Problem, ...] = ()


class QueueView(BaseModel):
    """How one service stands. `oldest_ready_seconds` is the age of the task that is next, None when none is ready."""

    model_config = ConfigDict(frozen=True)

    service: str
    ready: int
    processing: int
    delayed: int
    dead: int
    workers: int
    oldest_ready_seconds: float | None = None


class TemplateView(BaseModel):
    """A template people can start: its names, its variables with their defaults, where it is written."""

    model_config = ConfigDict(frozen=True)

    name: str
    aliases: tuple[str, ...] = ()
    version: str
    description: str = ""
    file: str
    variables: dict[str, Any] = {}
    problems: tuple[Problem, ...] = ()


class Event(BaseModel):
    """One entry of a scenario's history: `id` is the Redis stream id, `type` is `<task|scenario>.<what happened>`."""

    model_config = ConfigDict(frozen=True)

    id: str
    type: str
    data: dict[str, Any]
