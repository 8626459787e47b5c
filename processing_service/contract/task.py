"""The messages between engine and workers: what a claim hands over, what a report may say.

Checked once where they arrive (pydantic); inside, they travel as they are. Readers ignore what they do not know, so that a
worker one version older than the engine, or newer, still understands it.
"""

from typing import Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from processing_service.contract.errors import ErrorKind, TaskError
from processing_service.contract.status import Status

JSONValue: TypeAlias = "bool | int | float | str | list[JSONValue] | dict[str, JSONValue] | None"

RESULT_BYTES = 64 * 1024  # of UTF-8 JSON kept inline in Redis; anything larger is an artifact
RESULT_DEPTH = 32
ERROR_MESSAGE_BYTES = 2 * 1024

TaskId = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


class TaskFailure(BaseModel):
    """Why an attempt failed, as it travels in a report and stands in the task's `error` field."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    kind: ErrorKind = ErrorKind.INTERNAL
    message: str = ""
    code: str = ""
    retry_after: Annotated[float, Field(ge=0, le=86_400)] | None = None

    @classmethod
    def of(cls, error: TaskError) -> "TaskFailure":
        return cls(kind=error.kind, message=error.message, code=error.code, retry_after=error.retry_after)


class Report(BaseModel):
    """What a worker says of a task: the body of `PATCH /tasks/{id}/status`.

    Only `status` is required (tier 0). `attempt`, when given, fences the report: an older attempt is refused as stale.
    `lease` asks for a lease of so many seconds, for a worker without a heartbeat. `progress` is a percentage.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    status: Status
    result_ref: str | None = None
    result: Any = None
    attempt: Annotated[int, Field(ge=1, le=2**31)] | None = None
    lease_token: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    worker: Annotated[str, Field(min_length=1, max_length=128)] | None = None
    lease: Annotated[float, Field(gt=0, le=86_400)] | None = None
    progress: Annotated[float, Field(ge=0, le=100)] | None = None
    message: Annotated[str, Field(max_length=512)] | None = None
    error: TaskFailure | str | None = None

    @property
    def failure(self) -> TaskFailure:
        """The error as one type: a bare sentence, or none at all, counts as `internal`."""
        if isinstance(self.error, TaskFailure):
            return self.error
        return TaskFailure(message=self.error or "the worker gave no reason")


class Upstream(BaseModel):
    """One finished dependency of a claimed task: where its result is, and the result itself when it is small.

    `position` and `siblings` place the claimed task among this upstream's consumers of the same service (from 1), so that
    slide 2 of 3 knows what it is even when the template does not say.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    id: str
    name: str
    status: Status
    result_ref: str | None = None
    result: Any = None
    position: int | None = None
    siblings: int | None = None


class ClaimedTask(BaseModel):
    """Everything a worker needs to do one task, in one message.

    `fields` holds every extra field of the template as it was written (`prompt`, `text_task_id`, `slide_ids`, …).
    `inputs` holds every finished dependency by its id; `by_field` the same ones under each field that names them.
    Times are milliseconds since the epoch on the server's clock; `timeout` is in seconds, for this attempt.
    """

    model_config = ConfigDict(extra="ignore", frozen=True)

    v: Literal[1] = 1
    id: str
    scenario_id: str
    service: str
    name: str
    attempt: int
    lease_token: str
    lease_until: int
    timeout: float
    params: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    inputs: dict[str, Upstream] = {}
    by_field: dict[str, Upstream | list[Upstream]] = {}

    def upstream(self, field: str) -> Upstream | None:
        """The one dependency that `field` names, or None."""
        found = self.by_field.get(field)
        return found[0] if isinstance(found, list) and found else found if isinstance(found, Upstream) else None

    def upstreams(self, field: str) -> list[Upstream]:
        """The dependencies that `field` names, in its own order."""
        found = self.by_field.get(field)
        return found if isinstance(found, list) else [found] if isinstance(found, Upstream) else []

    def named(self, name: str) -> Upstream | None:
        """The first dependency with this operation name, for templates that say who depends but not under which field."""
        return next((upstream for upstream in self.inputs.values() if upstream.name == name), None)
