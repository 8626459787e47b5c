"""How a worker speaks with the engine, whatever lies between: straight to Redis, or over HTTP.

Every method may raise StoreUnavailable; the worker then tries again with `Patience`. Nothing here retries by itself, and every
call may be repeated: the engine is idempotent by (task, attempt).
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

import structlog

from processing_service.contract.errors import StoreUnavailable
from processing_service.contract.status import Status
from processing_service.contract.task import ClaimedTask, Report


class Standing(StrEnum):
    """What the engine thinks of an attempt that reported or gave a sign of life."""

    HELD = "held"  #            it holds the task; go on
    CLOSED = "closed"  #        the report was applied, now or before; nothing is left to do
    CANCELLED = "cancelled"  #  the scenario was cancelled; stop
    LOST = (
        "lost"  #            the task belongs to a newer attempt, has ended, or does not exist any more; stop, and say nothing
    )
    REFUSED = "refused"  #      the report itself has a mistake and will never be taken


@dataclass(frozen=True, slots=True)
class Answer:
    """A standing, and why, in a word or a sentence for the log."""

    standing: Standing
    why: str = ""


@dataclass(frozen=True, slots=True)
class SignOfLife:
    """One held task in a heartbeat: `report` is a `processing` report with its attempt and token."""

    task_id: str
    report: Report


@dataclass(frozen=True, slots=True)
class Presence:
    """What a worker says of itself, seldom, for people who look at the queues."""

    worker: str
    service: str
    info: dict[str, Any] = field(default_factory=dict)


class Transport(Protocol):
    """The worker's half of the engine."""

    async def claim(self, service: str, *, worker: str, limit: int, wait: float, lease: float) -> list[ClaimedTask]:
        """Up to `limit` tasks, now held by this worker for `lease` seconds; waits up to `wait` seconds for the first."""
        ...

    async def heartbeat(self, service: str, worker: str, beats: Sequence[SignOfLife]) -> list[Answer]:
        """Renew the leases of these tasks and pass on their progress; one answer for each, in order."""
        ...

    async def report(self, service: str, task_id: str, report: Report) -> Answer:
        """Say how an attempt ended (success, failed, cancelled), or hand its task back (pending)."""
        ...

    async def present(self, presence: Presence) -> None:
        """Show that the worker is there, also when it holds nothing."""
        ...

    async def close(self) -> None: ...


def standing_of(reported: Status, word: str, code: str, *, cancel: bool) -> Answer:
    """What the engine's word (`ok`, `repeat`, `stale`, `conflict`, `unknown`, `invalid`) means for the attempt that reported."""
    why = code or word
    if cancel or code == "scenario-cancelled":
        return Answer(Standing.CANCELLED, why)
    if word in {"ok", "repeat"}:
        return Answer(Standing.HELD if reported is Status.PROCESSING else Standing.CLOSED, why)
    return Answer(Standing.REFUSED if word == "invalid" else Standing.LOST, why)


class Patience:
    """How long to wait after the n-th failure in a row: 0.1 s, doubling to 5 s, half of each left to chance.

    Chance keeps a thousand workers from coming back in step with each other after a restart of Redis; 5 s bound how late the
    last of them notices. An outage is one line in the log when it begins and one when it ends.
    """

    _BASE, _CAP = 0.1, 5.0

    def __init__(self) -> None:
        self._failures = 0

    def next_delay(self) -> float:
        """Seconds to wait after one more failure."""
        full = min(self._CAP, self._BASE * 2.0 ** min(self._failures, 16))
        self._failures += 1
        return full * (1 - random.random() / 2)  # noqa: S311 -- spread, not secrecy

    def complain(self, log: structlog.stdlib.BoundLogger, event: str, error: Exception) -> None:
        """Log the first failure in a row. One that is not an outage is a bug in somebody's code: with its traceback."""
        if self._failures == 0:
            log.warning(event, error=str(error) or repr(error), exc_info=not isinstance(error, StoreUnavailable))

    def recover(self, log: structlog.stdlib.BoundLogger | None = None) -> None:
        """It worked again."""
        if self._failures and log is not None:
            log.info("the engine answers again", failures=self._failures)
        self._failures = 0
