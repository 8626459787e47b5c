"""The sweep: whatever a death left undone is done by any engine process, without a leader. Ten at once do no harm.

A sweep costs a handful of round trips when nothing is due, however many services there are. What is due is put right by guarded scripts, one per id.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, fields

import structlog
from redis.asyncio import Redis
from redis.exceptions import ResponseError

from processing_service.contract.errors import StoreUnavailable
from processing_service.contract.status import TERMINAL
from processing_service.store import verbs
from processing_service.store.answer import Answer
from processing_service.store.housekeeping import Housekeeper
from processing_service.store.keys import Keys, scenario_of, task_keys
from processing_service.store.policy import ms
from processing_service.store.queue import QueueStore
from processing_service.store.scenarios import ScenarioStore
from processing_service.store.scripts import Call
from processing_service.store.settle import chunks

_BATCH = 100  # ids of one index in one pass
_PASSES = 50  # over what is due in one sweep; the next one is half a second away
_OVERDUE = 1_000  # ids compared with one reading of a list
_LIST = 1_000  # entries of a list per read
_HOLD = 2.0  # seconds other sweeps leave ids alone that this one has taken
_LONGEST_CHECK = 60.0  # seconds between two looks at an id behind a long list

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class SweepReport:
    """What one sweep did, for logs and tests."""

    promoted: int = 0
    recovered: int = 0
    failed: int = 0
    missing: int = 0
    settled: int = 0
    dropped: int = 0
    cancelled: int = 0
    discarded: int = 0
    expired: int = 0
    abandoned: int = 0

    def done(self) -> dict[str, int]:
        """What was done at all, with how often."""
        counts = {field.name: int(getattr(self, field.name)) for field in fields(self)}
        return {name: count for name, count in counts.items() if count}


class Sweeper:
    """Recovers, promotes, settles, cancels, expires."""

    def __init__(self, redis: Redis, keys: Keys, queue_store: QueueStore, scenario_store: ScenarioStore) -> None:
        self._keys = keys
        self._queue = queue_store
        self._server = queue_store.server
        self._policy = queue_store.policy
        self._house = Housekeeper(redis, keys, scenario_store, now=queue_store.now)

    async def run(self, stop: asyncio.Event, period: float = 0.5) -> None:
        """Sweep every `period` seconds until `stop` is set. While Redis is away, wait for it."""
        away = False
        while not stop.is_set():
            try:
                done = (await self.sweep_once()).done()
                if done.keys() == {"expired"}:
                    log.debug("swept", **done)  # every scenario comes to it; nobody needs to know
                elif done:
                    log.info("swept", **done)
                away = False
            except StoreUnavailable as error:
                if not away:
                    log.warning("the sweep waits for Redis", reason=error.detail)
                away = True
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(period):
                    await stop.wait()

    async def sweep_once(self) -> SweepReport:
        """One pass over everything that may be due. Raises StoreUnavailable."""
        report = SweepReport()
        services = sorted(await self._queue.services())
        for _ in range(_PASSES):
            due = await self._due(services)
            if not due:
                break
            for service, index, ids in due:
                try:
                    await self._put_right(service, index, ids, report)
                except StoreUnavailable as error:
                    if not isinstance(error.__cause__, ResponseError):
                        raise
                    # Something else stands where one of this service's keys should: the other services go on.
                    log.exception("a service cannot be swept", service=service, reason=error.detail)
                    services = [other for other in services if other != service]
        report.cancelled += await self._house.go_on_cancelling()
        report.discarded += await self._house.discard_abandoned_submissions()
        report.expired += await self._house.expire_ended()
        report.abandoned += await self._house.look_for_deleted()
        return report

    async def _due(self, services: Sequence[str]) -> list[tuple[str, str, list[str]]]:
        """(service, index, ids) of everything whose time has come: one read for the time, one for all services."""
        now = self._queue.now() or await self._server.time()
        indexes = [
            (service, index, key)
            for service in services
            for index, key in (
                ("delayed", self._keys.delayed(service)),
                ("leases", self._keys.leases(service)),
                ("pushed", self._keys.pushed(service)),
            )
        ]
        found = await self._server.read(
            *[("ZRANGEBYSCORE", key, "-inf", now, "LIMIT", 0, _BATCH) for _, _, key in indexes], errors=True
        )
        return [
            (service, index, list(ids))
            for (service, index, _), ids in zip(indexes, found, strict=True)
            if ids and not isinstance(ids, Exception)
        ]

    async def _put_right(self, service: str, index: str, ids: Sequence[str], report: SweepReport) -> None:
        if index == "delayed":
            await self._promote(ids, service, report)
        elif index == "leases":
            await self._recover(ids, service, report, index="leases")
        else:
            await self._unclaimed(service, report)

    # -- delayed -> ready ------------------------------------------------------------------------------------------------

    async def _promote(self, ids: Sequence[str], service: str, report: SweepReport) -> None:
        # Each goes to the head, so the one that is due first comes last.
        named = {task_id: scenario_of(task_id) for task_id in reversed(ids)}
        for _ in range(2):
            replies = await self._server.calls([self._promotion(id_, its, service) for id_, its in named.items()])
            report.promoted += sum(answer is Answer.OK for answer, _ in replies)
            named = {id_: values[0] for id_, (answer, values) in zip(named, replies, strict=True) if answer is Answer.MOVED}

    def _promotion(self, task_id: str, scenario_id: str, service: str) -> Call:
        return verbs.PROMOTE_DELAYED.call(
            **task_keys(self._keys, verbs.PROMOTE_DELAYED.keys, task_id, scenario_id, service),
            task_id=task_id,
            scenario_id=scenario_id,
            check_ms=ms(self._policy.check),
            wake=self._keys.wake(service),
            now=self._queue.now(),
        )

    # -- pushed, and never claimed ---------------------------------------------------------------------------------------

    async def _unclaimed(self, service: str, report: SweepReport) -> None:
        _, ids = await self._server.call(
            verbs.TAKE_OVERDUE.call(pushed=self._keys.pushed(service), limit=_OVERDUE, hold_ms=ms(_HOLD), now=self._queue.now())
        )
        if not ids:
            return
        listed, length = await self._listed(service, set(ids))
        if listed:
            # Behind a long list nobody comes for a while: look again later, or ten thousand ids would be compared all the time.
            check = min(_LONGEST_CHECK, self._policy.check * max(1.0, length / 1_000))
            waiting = [id_ for id_ in ids if id_ in listed]
            await self._server.call(
                verbs.REARM_PUSHED.call(
                    pushed=self._keys.pushed(service),
                    check_ms=ms(check),
                    now=self._queue.now(),
                    more_keys=[self._keys.task(id_) for id_ in waiting],
                    more_args=waiting,
                )
            )
        absent = [id_ for id_ in ids if id_ not in listed]
        for part in chunks(absent, _BATCH):
            await self._recover(part, service, report, index="pushed")

    async def _listed(self, service: str, ids: set[str]) -> tuple[set[str], int]:
        """Which of these ids stand in their list, and its length.

        The list is read from its tail: pushes there move entries further from it, so one may be seen twice; pops at the head
        do not move them at all. Read from the head, an entry could slip through between two reads.
        """
        found: set[str] = set()
        queue = self._keys.queue(service)
        (length,) = await self._server.read(("LLEN", queue))
        end = -1
        while found != ids:
            (entries,) = await self._server.read(("LRANGE", queue, end - _LIST + 1, end))
            found |= ids.intersection(entries)
            if len(entries) < _LIST:
                break
            end -= _LIST
        return found, int(length)

    # -- one id at a time ------------------------------------------------------------------------------------------------

    async def _recover(self, ids: Sequence[str], service: str, report: SweepReport, *, index: str) -> None:
        (workers,) = await self._server.read(("ZCARD", self._keys.serving(service)))
        # Each goes to the head, so the one whose time was up first comes last.
        named = {task_id: scenario_of(task_id) for task_id in reversed(ids)}
        unfinished: list[str] = []
        for _ in range(2):
            calls = [self._recovery(id_, its, service, index=index, served=bool(workers)) for id_, its in named.items()]
            replies = await self._server.calls(calls)
            moved = {}
            for task_id, (answer, (what, its)) in zip(named, replies, strict=True):
                if answer is Answer.MOVED:
                    moved[task_id] = its
                    continue
                report.recovered += what == "recovered"
                report.failed += what == "failed"
                report.missing += what == "missing"
                report.dropped += what == "gone"
                if what in {"failed", "settle"}:
                    unfinished.append(task_id)
            named = moved
            if not named:
                break
        for task in await self._server.hashes([self._keys.task(task_id) for task_id in unfinished]):
            if task.get("status") in TERMINAL:
                await self._queue.settler.settle_again(task, self._queue.now())
                report.settled += 1

    def _recovery(self, task_id: str, scenario_id: str, service: str, *, index: str, served: bool) -> Call:
        return verbs.RECOVER_TASK.call(
            **task_keys(self._keys, verbs.RECOVER_TASK.keys, task_id, scenario_id, service),
            task_id=task_id,
            scenario_id=scenario_id,
            index=index,
            max_lost=self._policy.retry.max_lost,
            timeout_ms=ms(self._policy.timeout_of(service)),
            served="1" if served else "",
            pickup_ms=ms(self._policy.pickup),
            check_ms=ms(self._policy.check),
            settle_ms=ms(self._policy.settle),
            wake=self._keys.wake(service),
            now=self._queue.now(),
        )
