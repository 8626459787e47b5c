"""Reports: one read, one script. Which script is decided from what was read; the script verifies it."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from processing_service.contract.errors import StoreUnavailable
from processing_service.contract.retry import decide
from processing_service.contract.status import Status
from processing_service.contract.task import Report
from processing_service.store import verbs
from processing_service.store.answer import Answer
from processing_service.store.claim import Claimer
from processing_service.store.keys import Keys, task_keys
from processing_service.store.policy import QueuePolicy, ms
from processing_service.store.scripts import Call, Script
from processing_service.store.server import Reply, Server
from processing_service.store.settle import CHUNK, Settler, failure_reason
from processing_service.store.task_hash import dumps, failure_fields, loads_list, result_text

_ROUNDS = 8  # how often a decision may find that what it was made for has changed
_READ = (
    *("status", "queue", "service", "name", "scenario_id", "attempt", "failures", "due_at", "max_attempts"),
    *("consumers", "consumer_services"),
)


@dataclass(frozen=True, slots=True)
class ReportAnswer:
    """What became of a report. `code` says which conflict; `attempt` is the task's current one; `lease_until` is in epoch ms.

    `lease_token` is given to the one who holds the lease, and to nobody else. `cancel` tells a holder to stop.
    """

    answer: Answer
    code: str = ""
    status: str = ""
    attempt: int = 0
    lease_until: int = 0
    lease_token: str = ""
    cancel: bool = False
    queue: int = 0
    extra: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Seen:
    """A task as it was when the decision was made."""

    id: str
    status: str
    queue: int
    service: str
    name: str
    scenario_id: str
    attempt: int
    failures: int
    due_at: str
    max_attempts: str
    consumers: list[str]
    consumer_services: list[str]

    @property
    def ready(self) -> bool:
        return self.status == Status.PENDING and self.queue == 0 and not self.due_at


class Reporter:
    """Takes workers' words. `chance` is uniform in [0, 1); `now` is empty for the server's clock."""

    def __init__(
        self,
        server: Server,
        keys: Keys,
        policy: QueuePolicy,
        claimer: Claimer,
        settler: Settler,
        *,
        now: Callable[[], str],
        chance: Callable[[], float],
    ) -> None:
        self._server = server
        self._keys = keys
        self._policy = policy
        self._claimer = claimer
        self._settler = settler
        self._now = now
        self._chance = chance

    async def report(self, reports: Sequence[tuple[str, Report]]) -> list[ReportAnswer]:
        """Answers in the order of the reports, which are taken as if they came one after the other."""
        results = [result_text(report.result) for _, report in reports]  # refuse before anything is written
        answers: dict[int, ReportAnswer] = {}
        token = secrets.token_urlsafe(12)  # one for all rounds: a claim that is decided again finds its own
        open_ = list(range(len(reports)))
        for _ in range(_ROUNDS):
            seen = await self._look([reports[i][0] for i in open_])
            echoes = await self._echoes([(task, reports[i][1]) for i, task in zip(open_, seen, strict=True)])
            sent: list[tuple[int, _Seen, Call]] = []
            for i, task in zip(open_, seen, strict=True):
                if task is None:
                    answers[i] = ReportAnswer(Answer.UNKNOWN)
                elif call := self._decide(task, reports[i][1], results[i], task.id in echoes, token):
                    sent.append((i, task, call))
                else:
                    answers[i] = ReportAnswer(
                        Answer.CONFLICT, "illegal-transition", task.status, task.attempt, queue=task.queue
                    )
            replies = await self._server.calls([call for _, _, call in sent])
            open_ = []
            for (i, task, call), reply in zip(sent, replies, strict=True):
                if reply[0] is Answer.MOVED:
                    open_.append(i)
                    continue
                answers[i] = _answer(reply)
                if reply[0] in {Answer.OK, Answer.REPEAT}:
                    await self._follow_up(task, call.script, reply[0], reports[i][1])
            if not open_:
                return [answers[i] for i in range(len(reports))]
        raise StoreUnavailable("the task changes faster than this report can be decided; try again shortly", retry_after=1.0)

    async def _look(self, ids: Sequence[str]) -> list[_Seen | None]:
        rows = await self._server.read(*[("HMGET", self._keys.task(task_id), *_READ) for task_id in ids])
        return [_seen(task_id, row) if row[0] and row[4] else None for task_id, row in zip(ids, rows, strict=True)]

    async def _echoes(self, pairs: Sequence[tuple[_Seen | None, Report]]) -> set[str]:
        """Of the ready tasks somebody reports as failed without an attempt: those that nobody can have popped by BLPOP.

        They stand in their list, or our own claim has them in its hand, so the report is the echo of an older failure.
        """
        asked = [
            task for task, report in pairs if task and task.ready and report.status is Status.FAILED and report.attempt is None
        ]
        commands: list[tuple[str, ...]] = []
        for task in asked:
            commands.append(("LPOS", self._keys.queue(task.service), task.id))
            commands.append(("ZSCORE", self._keys.leases(task.service), task.id))
        found = await self._server.read(*commands)
        return {
            task.id
            for task, position, score in zip(asked, found[::2], found[1::2], strict=True)
            if position is not None or score is not None
        }

    def _decide(self, task: _Seen, report: Report, result: str, echo: bool, token: str) -> Call | None:
        """The one script for this report; None for `skipped`, which is nobody's to report."""
        match report.status:
            case Status.PROCESSING:
                return self._claim_or_beat(task, report, token)
            case Status.SUCCESS:
                return self._complete(task, report, result)
            case Status.FAILED:
                return self._fail_or_delay(task, report, echo)
            case Status.PENDING:
                return self._return(task, report)
            case Status.CANCELLED:
                return self._cancel(task, report)
            case Status.SKIPPED:
                return None

    def _claim_or_beat(self, task: _Seen, report: Report, token: str) -> Call:
        lease = report.lease or self._policy.lease
        if task.status != Status.PROCESSING and report.attempt is None and report.lease_token is None:
            return self._claimer.claim_call(
                task.id, task.scenario_id, task.service, worker=report.worker or "", token=token, lease=lease, popped=False
            )
        return verbs.HEARTBEAT.call(
            **self._keys_of(verbs.HEARTBEAT, task),
            **_holder(report),
            task_id=task.id,
            lease_ms=ms(lease),
            timeout_ms=ms(self._policy.timeout_of(task.service)),
            progress="" if report.progress is None else f"{report.progress:g}",
            message=report.message or "",
            event_every_ms=ms(self._policy.progress),
            now=self._now(),
        )

    def _complete(self, task: _Seen, report: Report, result: str) -> Call:
        keys, args = self._settler.consumer_groups(task.consumers[:CHUNK], task.consumer_services[:CHUNK])
        return verbs.COMPLETE_TASK.call(
            **self._keys_of(verbs.COMPLETE_TASK, task),
            **_holder(report),
            task_id=task.id,
            scenario_id=task.scenario_id,
            result_ref=report.result_ref or "",
            result=result,
            settling="1" if len(task.consumers) > CHUNK else "",
            settle_ms=ms(self._policy.settle),
            check_ms=ms(self._policy.check),
            now=self._now(),
            more_keys=keys,
            more_args=args,
        )

    def _fail_or_delay(self, task: _Seen, report: Report, echo: bool) -> Call:
        failure = report.failure
        delay = decide(self._policy.retry_of(task.max_attempts), failure, task.failures + 1, self._chance())
        error = failure_fields(failure)
        common: dict[str, Any] = {
            **self._keys_of(verbs.FAIL_TASK, task),  # DELAY_TASK has the same
            **_holder(report),
            "task_id": task.id,
            "scenario_id": task.scenario_id,
            "in_list": "1" if echo else "",
            "seen_attempt": task.attempt,
            "seen_failures": task.failures,
            "error": dumps(error),
            "now": self._now(),
        }
        if delay is not None:
            return verbs.DELAY_TASK.call(**common, delay_ms=ms(delay))
        return verbs.FAIL_TASK.call(
            **common,
            scenario_error=dumps({**error, "task_id": task.id, "name": task.name, "service": task.service}),
            settling="1" if task.consumers else "",
            settle_ms=ms(self._policy.settle),
        )

    def _return(self, task: _Seen, report: Report) -> Call:
        return verbs.RETURN_TASK.call(
            **self._keys_of(verbs.RETURN_TASK, task),
            **_holder(report),
            task_id=task.id,
            scenario_id=task.scenario_id,
            check_ms=ms(self._policy.check),
            wake=self._keys.wake(task.service),
            now=self._now(),
        )

    def _cancel(self, task: _Seen, report: Report) -> Call:
        """A worker that was told to stop says that it did; where the cancellation has not come yet, this is it."""
        return verbs.CANCEL_TASK.call(
            **self._keys_of(verbs.CANCEL_TASK, task),
            task_id=task.id,
            scenario_id=task.scenario_id,
            reason=report.message or "the scenario was cancelled",
            now=self._now(),
        )

    def _keys_of(self, script: Script, task: _Seen) -> dict[str, str]:
        return task_keys(self._keys, script.keys, task.id, task.scenario_id, task.service)

    async def _follow_up(self, task: _Seen, script: Script, answer: Answer, report: Report) -> None:
        """What did not fit into the script. The sweep does it if we die here."""
        long = script is verbs.COMPLETE_TASK and len(task.consumers) > CHUNK
        if not long and not (script is verbs.FAIL_TASK and task.consumers):
            return
        if answer is Answer.REPEAT:
            # Perhaps the reply to our own first sending got lost: then nobody else goes on with it before the sweep does.
            (found,) = await self._server.hashes([self._keys.task(task.id)])
            if found.get("settling"):
                await self._settler.settle_again(found, self._now())
        elif long:
            rest, services = task.consumers[CHUNK:], task.consumer_services[CHUNK:]
            await self._settler.settle_success(task.id, task.scenario_id, task.service, rest, services, now=self._now())
        else:
            reason = failure_reason(task.name, task.id, dumps(failure_fields(report.failure)))
            await self._settler.skip_downstream(
                task.id, task.scenario_id, task.service, task.consumers, reason=reason, now=self._now()
            )


def _seen(id: str, row: Sequence[str | None]) -> _Seen:
    status, queue, service, name, scenario_id, attempt, failures, due_at, max_attempts, consumers, services = row
    return _Seen(
        id=id,
        status=status or "",
        queue=int(queue or 0),
        service=service or "",
        name=name or "",
        scenario_id=scenario_id or "",
        attempt=int(attempt or 0),
        failures=int(failures or 0),
        due_at=due_at or "",
        max_attempts=max_attempts or "",
        consumers=loads_list(consumers),
        consumer_services=loads_list(services),
    )


def _answer(reply: Reply) -> ReportAnswer:
    answer, (code, status, attempt, lease_until, lease_token, cancel, queue, *_) = reply
    return ReportAnswer(answer, code, status, attempt, lease_until, lease_token, bool(cancel), queue)


def _holder(report: Report) -> dict[str, str]:
    """Who reports, and by which claim; empty is what a report did not say."""
    return {
        "attempt": "" if report.attempt is None else str(report.attempt),
        "lease_token": report.lease_token or "",
        "worker": report.worker or "",
    }
