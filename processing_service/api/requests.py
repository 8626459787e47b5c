"""The bodies this API takes. Strict: no unknown field, no coercion; `true` is not a number and `"3"` is not either."""

from typing import Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field

from processing_service.contract.task import Report, TaskId

MAX_BATCH: Final = 100
MAX_WAIT: Final = 30.0  # seconds; shorter than the idle timeouts of common proxies (60 s)

TemplateNameField = Annotated[str, Field(pattern=r"^[A-Za-z][A-Za-z0-9_.-]{0,63}$")]
WorkerName = Annotated[str, Field(min_length=1, max_length=128)]
LeaseSeconds = Annotated[float, Field(gt=0, le=86_400)]


class Strict(BaseModel):
    """A body: nothing unknown, nothing converted."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class GenerateRequest(Strict):
    """What to make. `description` is the variable PROMPT, `slides_count` is N_SLIDES; `variables` sets any other by name."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"scenario": "CreateVideo", "description": "Создай видео про котов", "slides_count": 3}],
        }
    )

    scenario: TemplateNameField
    # The factories are the "not given": neither an empty description nor zero slides can be sent.
    description: str = Field(default_factory=str)
    slides_count: Annotated[int, Field(ge=1)] = Field(default_factory=int)
    variables: dict[str, Any] = Field(default_factory=dict)


class CancelRequest(Strict):
    """Why a scenario is cancelled; kept with it. The body may be left out."""

    reason: Annotated[str, Field(max_length=512)] = ""


class ClaimRequest(Strict):
    """Up to `max` tasks for one worker; waits up to `wait` seconds for the first. `lease`: seconds, the engine's own when absent."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"worker": "render-1", "max": 1, "wait": 20}]})

    worker: WorkerName
    max: Annotated[int, Field(ge=1, le=MAX_BATCH)] = 1
    wait: Annotated[float, Field(ge=0, le=MAX_WAIT)] = 0.0
    lease: LeaseSeconds | None = None


class TaskReport(Report):
    """A report that says which task it is about."""

    task_id: TaskId

    @property
    def report(self) -> Report:
        return Report.model_construct(**{name: getattr(self, name) for name in Report.model_fields})


class ReportRequest(Strict):
    """Reports of many tasks, answered one by one; and, with `claim`, the next tasks in the same call."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {
                    "reports": [
                        {
                            "task_id": "iCTvUjYiyCSk.7Qm2xV4eKd",
                            "status": "success",
                            "attempt": 1,
                            "result_ref": "s3://bucket/result.mp4",
                        }
                    ],
                    "claim": {"worker": "render-1", "wait": 20},
                }
            ]
        }
    )

    reports: Annotated[list[TaskReport], Field(max_length=MAX_BATCH)] = []
    claim: ClaimRequest | None = None


class Beat(Strict):
    """A sign of life for one held task, and what a person may see of its progress."""

    task_id: TaskId
    attempt: Annotated[int, Field(ge=1, le=2**31)]
    lease_token: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    progress: Annotated[float, Field(ge=0, le=100)] | None = None
    message: Annotated[str, Field(max_length=512)] | None = None
    lease: LeaseSeconds | None = None


class HeartbeatRequest(Strict):
    """One worker's sign of life for every task it holds. An empty list says only that the worker is there."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [{"worker": "render-1", "tasks": [{"task_id": "iCTvUjYiyCSk.7Qm2xV4eKd", "attempt": 1}]}]
        }
    )

    worker: WorkerName
    tasks: Annotated[list[Beat], Field(max_length=MAX_BATCH)] = []
