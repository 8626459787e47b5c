"""Everything that can go wrong, as sentences for people with stable codes for programs.

Two families. `ScenariesError` is what the engine answers to a caller; the API turns each code into one HTTP status in one
table. `TaskError` is what a worker reports of an attempt; its kind says whether trying again can help.
"""

from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in what somebody gave us, precise enough to mend it.

    `pointer` is a JSON pointer into a request body; `line` and `column` count from 1 and point into `file`, a template.
    The offending value itself is never repeated: it may be large, secret or unprintable.
    """

    code: str
    message: str
    help: str = ""
    pointer: str = ""
    file: str = ""
    line: int = 0
    column: int = 0
    severity: str = "error"


class ScenariesError(Exception):
    """Something the engine refuses or cannot do. The docstring of each subclass is its default message."""

    code = "internal"

    def __init__(
        self,
        detail: str = "",
        *,
        code: str = "",
        problems: tuple[Problem, ...] = (),
        extra: dict[str, object] | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.code = code or type(self).code
        self.problems = problems
        self.extra = extra or {}
        self.retry_after = retry_after
        super().__init__(self.detail)


class InvalidRequest(ScenariesError):
    """The request has mistakes; each one is listed under `errors`."""

    code = "validation"


class TemplateError(ScenariesError):
    """The template has mistakes; each one is listed under `errors` with its file and line."""

    code = "template-invalid"


class NotFound(ScenariesError):
    """Nothing has this id. It may have expired: a finished scenario is kept for the retention time only."""

    code = "not-found"


class Conflict(ScenariesError):
    """The task or scenario is in a state that does not allow this."""

    code = "illegal-transition"


class StoreUnavailable(ScenariesError):
    """Redis does not answer, or refuses to write. Try again shortly; nothing was lost."""

    code = "store-unavailable"


class ErrorKind(StrEnum):
    """Why an attempt failed, in the one respect that matters to the engine: whether another attempt can help."""

    TRANSIENT = "transient"  #        tried again: 5xx, reset, timeout
    RATE_LIMITED = "rate_limited"  #  tried again, not before `retry_after`
    BAD_INPUT = "bad_input"  #        never tried again: the request can never work
    PERMANENT = "permanent"  #        never tried again: policy, missing model, quota ended for good
    INTERNAL = "internal"  #          tried again: a bug in the service; also when no kind is given
    LOST = "lost"  #                  never reported: the engine's word for a lease that ran out too often

    @property
    def retryable(self) -> bool:
        return self in {ErrorKind.TRANSIENT, ErrorKind.RATE_LIMITED, ErrorKind.INTERNAL}


class TaskError(Exception):
    """An attempt failed. Raise the subclass that says whether trying again can help."""

    kind = ErrorKind.INTERNAL

    def __init__(self, message: str, *, code: str = "", retry_after: float | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.kind.value.replace("_", "-")
        self.retry_after = retry_after


class Transient(TaskError):
    """The same attempt may well work in a moment."""

    kind = ErrorKind.TRANSIENT


class RateLimited(TaskError):
    """A provider asked us to slow down; `retry_after` is in seconds."""

    kind = ErrorKind.RATE_LIMITED


class BadInput(TaskError):
    """What the task was given can never work; the message says what to change."""

    kind = ErrorKind.BAD_INPUT


class Permanent(TaskError):
    """No attempt will ever work, whatever the input: a refused policy, a missing model, a quota that ended."""

    kind = ErrorKind.PERMANENT
