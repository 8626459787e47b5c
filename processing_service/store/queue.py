"""The worker's half of the store: claim, report, hand back, be seen. Services use it straight, the engine over HTTP.

Every call is safe to repeat: claims by their claim id, reports by (task, attempt). Raises StoreUnavailable.
"""

import asyncio
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from redis.asyncio import Redis

from processing_service.contract.errors import NotFound, StoreUnavailable
from processing_service.contract.status import Status
from processing_service.contract.task import ClaimedTask, Report
from processing_service.store import verbs
from processing_service.store.claim import Claimer
from processing_service.store.keys import Keys
from processing_service.store.policy import QueuePolicy, ms
from processing_service.store.report import ReportAnswer, Reporter
from processing_service.store.server import Server
from processing_service.store.settle import Settler
from processing_service.store.wake import Bell

__all__ = ["QueueStats", "QueueStore", "ReportAnswer"]

PRESENCE = 60.0  # seconds a worker is remembered after its last sign of life
_LOOK_AGAIN = 1.0  # seconds: the safety net under a ring that got lost


@dataclass(frozen=True, slots=True)
class QueueStats:
    """How one service stands. `oldest_ready_seconds` is the age of the task that is next, None when none is ready."""

    service: str
    ready: int
    processing: int
    delayed: int
    dead: int
    workers: int
    oldest_ready_seconds: float | None = None


class QueueStore:
    """`lease` in seconds; `now` gives the time as epoch milliseconds, or "" for the server's own clock (production)."""

    def __init__(
        self,
        redis: Redis,
        keys: Keys,
        *,
        lease: float | None = None,
        policy: QueuePolicy | None = None,
        now: Callable[[], str] = lambda: "",
        chance: Callable[[], float] = random.random,
    ) -> None:
        policy = policy or QueuePolicy()
        self.policy = policy if lease is None else replace(policy, lease=lease)
        self.now = now
        self.server = Server(redis)
        self.settler = Settler(self.server, keys, self.policy)
        self._keys = keys
        self._claimer = Claimer(self.server, keys, self.policy, now)
        self._reporter = Reporter(self.server, keys, self.policy, self._claimer, self.settler, now=now, chance=chance)
        self._bell = Bell(redis)

    async def claim(
        self, service: str, *, worker: str, limit: int = 1, wait: float = 0.0, lease: float | None = None
    ) -> list[ClaimedTask]:
        """Up to `limit` ready tasks under a lease; waits up to `wait` seconds for the first.

        A caller that gives up (cancellation) loses nothing: what was taken for it goes back to the head of the queue.
        """
        deadline = asyncio.get_running_loop().time() + wait
        channel = self._keys.wake(service)
        while True:
            rings = self._bell.rings(channel)
            tasks, popped = await self._take(service, worker, limit, lease or self.policy.lease)
            left = deadline - asyncio.get_running_loop().time()
            if tasks or (left <= 0 and not popped):
                return tasks
            if not popped:
                await self._bell.wait(channel, rings, min(left, _LOOK_AGAIN))

    async def _take(self, service: str, worker: str, limit: int, lease: float) -> tuple[list[ClaimedTask], int]:
        taking = asyncio.create_task(self._claimer.take(service, worker, limit, lease))
        try:
            taken = await asyncio.shield(taking)
        except asyncio.CancelledError:
            # Between the two halves of a claim nobody could say which ids are ours; so let it end, then give them back.
            try:
                tasks, _ = await taking
                await self.hand_back(tasks, worker)
            except StoreUnavailable:
                pass  # the sweep brings them back when their lease is over
            raise
        self._claimer.forget_places()
        return taken

    async def hand_back(self, tasks: Sequence[ClaimedTask], worker: str) -> list[ReportAnswer]:
        """Give claimed tasks back unfinished, to the head of their queue: no failure is counted."""
        return await self.report_many(
            [
                (
                    task.id,
                    Report(status=Status.PENDING, attempt=task.attempt, lease_token=task.lease_token or None, worker=worker),
                )
                for task in reversed(tasks)  # each goes to the head, so the first comes last
            ]
        )

    async def claimed(self, task_id: str) -> ClaimedTask:
        """A task that is being processed, with its inputs as a claim hands them over. Raises NotFound."""
        (found,) = await self.server.hashes([self._keys.task(task_id)])
        if not found or found.get("status") != Status.PROCESSING:
            raise NotFound(f"no task {task_id} is being processed")
        return (await self._claimer.assemble([found]))[0]

    async def report(self, task_id: str, report: Report) -> ReportAnswer:
        """Take a worker's word on a task: what it gets is section 5 of the engine's notes. Raises InvalidRequest too."""
        return (await self._reporter.report([(task_id, report)]))[0]

    async def report_many(self, reports: Sequence[tuple[str, Report]]) -> list[ReportAnswer]:
        """As `report`, for many tasks in the same two round trips."""
        return await self._reporter.report(reports) if reports else []

    async def beat(self, worker_id: str, service: str, info: Mapping[str, object]) -> None:
        """A worker's sign of life, with what it says of itself; kept for a minute."""
        await self.server.call(
            verbs.BEAT.call(
                worker=self._keys.worker(worker_id),
                serving=self._keys.serving(service),
                served_index=self._keys.served_index,
                worker_id=worker_id,
                service=service,
                ttl_ms=ms(PRESENCE),
                now=self.now(),
                more_args=[text for field, value in info.items() for text in (field, str(value))],
            )
        )

    async def stats(self, services: Sequence[str]) -> list[QueueStats]:
        """How services stand now, in two round trips however many they are."""
        keys = self._keys
        commands = [
            command
            for service in services
            for command in (
                ("LLEN", keys.queue(service)),
                ("ZCARD", keys.leases(service)),
                ("ZCARD", keys.delayed(service)),
                ("LLEN", keys.dead(service)),
                ("ZCARD", keys.serving(service)),
                ("LINDEX", keys.queue(service), 0),
            )
        ]
        *flat, (seconds, _) = await self.server.read(*commands, ("TIME",))
        rows = [flat[start : start + 6] for start in range(0, len(flat), 6)]
        heads = [str(row[5])[:64] for row in rows if row[5] is not None]
        pushed = iter(await self.server.read(*[("HGET", keys.task(head), "updated_at") for head in heads]))
        found = []
        for service, (ready, processing, delayed, dead, workers, head) in zip(services, rows, strict=True):
            since = next(pushed) if head is not None else None
            age = max(0.0, int(seconds) - datetime.fromisoformat(since).timestamp()) if since else None
            found.append(QueueStats(service, ready, processing, delayed, dead, workers, age))
        return found

    async def services(self) -> set[str]:
        """Every service some scenario has named: the only ones that can have tasks."""
        (found,) = await self.server.read(("SMEMBERS", self._keys.services_index))
        return set(found)

    async def seen_services(self) -> set[str]:
        """Every service some scenario has named, or some worker has served within a day."""
        named, served = await self.server.read(
            ("SMEMBERS", self._keys.services_index), ("ZRANGE", self._keys.served_index, 0, -1)
        )
        return {*named, *served}

    async def aclose(self) -> None:
        """End what waits in the background. The client is its owner's to close."""
        await self._bell.aclose()
