"""One held task, seen through: from its claim until the engine has answered the last report about it."""

import asyncio
import time
from enum import StrEnum
from typing import Any

import structlog

from processing_service.contract.errors import ErrorKind, InvalidRequest, StoreUnavailable
from processing_service.contract.status import Status
from processing_service.contract.task import ClaimedTask, Report, TaskFailure
from services.sdk.isolation import Attempt, Isolation
from services.sdk.operation import Outcome
from services.sdk.transport import Answer, Patience, SignOfLife, Standing, Transport

_log = structlog.get_logger(__name__)


class Fate(StrEnum):
    """Why an attempt is ended before its own end."""

    CANCELLED = "cancelled"
    LOST = "lost"
    HANDED_BACK = "handed back"


class Holding:
    """A task that `worker` holds, `lease` seconds at a time. `stopping`: the worker is shutting down."""

    def __init__(
        self,
        task: ClaimedTask,
        transport: Transport,
        isolation: Isolation,
        *,
        worker: str,
        lease: float,
        stopping: asyncio.Event,
    ) -> None:
        self.task = task
        self._transport = transport
        self._isolation = isolation
        self._worker = worker
        self._lease = lease
        self._stopping = stopping
        self._attempt: Attempt | None = None
        self._fate: asyncio.Future[Fate] = asyncio.get_running_loop().create_future()

    def end(self, fate: Fate) -> None:
        """Stop the attempt for this reason; the first reason counts. Harmless after its end."""
        if not self._fate.done():
            self._fate.set_result(fate)

    def sign_of_life(self) -> SignOfLife:
        """What goes into the next heartbeat: that we hold it, and the latest progress."""
        percent, message = (self._attempt.progress if self._attempt else None) or (None, "")
        said = {"lease": self._lease, "progress": percent, "message": message or None}
        return SignOfLife(self.task.id, self._report(Status.PROCESSING, **said))

    async def see_through(self) -> None:
        """Run the attempt and report its end. Raises nothing: what goes wrong here ends as a lease that runs out."""
        task = self.task
        with structlog.contextvars.bound_contextvars(scenario_id=task.scenario_id, task_id=task.id, attempt=task.attempt):
            started = time.monotonic()
            try:
                report = await self._run()
                _log_end(task, report, round(time.monotonic() - started, 3))
                if report is not None:
                    await self._deliver(report)
            except Exception:  # noqa: BLE001 -- the worker outlives it; the engine's sweep does the rest
                _log.exception("the worker broke over a task; its lease will run out and another worker take it")

    async def _run(self) -> Report | None:
        """What to report of the attempt, once it has ended or met its fate; None for nothing."""
        stopped, timed_out = True, False
        ended: Outcome | TaskFailure | None = None
        if not self._fate.done():
            _log.info("an attempt starts", operation=self.task.name)
            self._attempt = await self._isolation.start(self.task)
            end = asyncio.create_task(self._attempt.end())
            either: set[asyncio.Future[Any]] = {end, self._fate}
            await asyncio.wait(either, timeout=self.task.timeout, return_when=asyncio.FIRST_COMPLETED)
            stopped = not end.done()
            timed_out = stopped and not self._fate.done()
            if stopped:
                self._attempt.kill()
            ended = await end
        if isinstance(ended, Outcome):
            # Also when it ended in the instant in which it was to be stopped: the work is done, and the engine decides.
            return self._report(Status.SUCCESS, result_ref=ended.result_ref, result=ended.result)
        if timed_out:
            return self._report(Status.FAILED, error=_timeout(self.task))
        fate = self._fate.result() if stopped else None
        if fate is Fate.LOST:
            return None
        if fate is Fate.CANCELLED:
            return self._report(Status.CANCELLED)
        # A service manager sends its SIGTERM to every process of a unit: a death in the middle of a shutdown is no failure.
        if fate is Fate.HANDED_BACK or (ended is not None and ended.code == "killed" and self._stopping.is_set()):
            return self._report(Status.PENDING)
        return self._report(Status.FAILED, error=ended)

    async def _deliver(self, report: Report) -> None:
        """Report until the engine has taken it, or says that it never will. The worker goes on to renew the lease meanwhile."""
        answer = await self._answer_to(report)
        if answer.standing is Standing.REFUSED and report.status is Status.SUCCESS:
            # E20: a result that cannot be stored is a failed attempt with a clear class, never a silent hang.
            failure = TaskFailure(message=f"the engine refused the result: {answer.why}"[:500], code="unstorable-result")
            report = self._report(Status.FAILED, error=failure)
            answer = await self._answer_to(report)
        if answer.standing is not Standing.CLOSED:
            _log.warning(
                "the engine did not take the report", status=report.status.value, standing=answer.standing.value, why=answer.why
            )

    async def _answer_to(self, report: Report) -> Answer:
        patience = Patience()
        while True:
            try:
                return await self._transport.report(self.task.service, self.task.id, report)
            except InvalidRequest as error:
                return Answer(Standing.REFUSED, error.detail)
            except StoreUnavailable as error:
                patience.complain(_log, "the engine does not answer; reporting again until it does", error)
            except Exception as error:  # noqa: BLE001 -- the end of an attempt is not thrown away for a broken reply
                patience.complain(_log, "a report went wrong; reporting again", error)
            await asyncio.sleep(patience.next_delay())

    def _report(self, status: Status, **said: Any) -> Report:
        # Constructed, not validated: the parts were checked where they were made (attempt.py), and an error here would hide
        # how the attempt ended.
        task = self.task
        return Report.model_construct(
            status=status, attempt=task.attempt, lease_token=task.lease_token, worker=self._worker, **said
        )


def _timeout(task: ClaimedTask) -> TaskFailure:
    sentence = f"the attempt took longer than its {task.timeout:g} s and was stopped"
    return TaskFailure(kind=ErrorKind.TRANSIENT, message=sentence, code="timeout")


def _log_end(task: ClaimedTask, report: Report | None, seconds: float) -> None:
    if report is None:
        _log.warning("an attempt was given up: the task is no longer ours", operation=task.name, seconds=seconds)
    elif report.error is None:
        _log.info("an attempt ended", operation=task.name, status=report.status.value, seconds=seconds)
    else:
        failure = report.failure
        _log.warning(
            "an attempt failed",
            operation=task.name,
            seconds=seconds,
            kind=failure.kind.value,
            code=failure.code,
            error=failure.message,
        )
