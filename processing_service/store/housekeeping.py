"""What the sweep does for whole scenarios: finish cancellations, take back abandoned submissions, let ended ones expire, notice
what somebody deleted by hand."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Final

from redis.asyncio import Redis

from processing_service.contract.status import LIVE
from processing_service.store import verbs
from processing_service.store.answer import Answer
from processing_service.store.keys import Keys
from processing_service.store.policy import ms
from processing_service.store.scenarios import SUBMISSION, ScenarioStore
from processing_service.store.scripts import Call
from processing_service.store.server import Server
from processing_service.store.settle import chunks
from processing_service.store.task_hash import dumps, loads_list

_BATCH: Final = 100  # scenarios of one index in one sweep
_KEYS: Final = 1_000  # keys per script
_LOOK_EVERY: Final = 5.0  # seconds between two looks for scenarios that somebody deleted, or whose tasks somebody deleted
_SETTLE_IN: Final = 2_000  # ms a cancellation belongs to whoever asked for it, before a sweep joins in


class Housekeeper:
    """Scenarios as wholes. Raises StoreUnavailable."""

    def __init__(self, redis: Redis, keys: Keys, scenarios: ScenarioStore, *, now: Callable[[], str]) -> None:
        self._server = Server(redis)
        self._keys = keys
        self._scenarios = scenarios
        self._now = now
        self._looked = float("-inf")
        self._position = 0

    async def go_on_cancelling(self) -> int:
        """Finish what a dead process has begun to cancel."""
        before = await self._time() - _SETTLE_IN
        ids = await self._due(self._keys.cancelling_index, before)
        for scenario_id in ids:
            await self._scenarios.cancel_tasks(scenario_id)
        return len(ids)

    async def discard_abandoned_submissions(self) -> int:
        """Delete the tasks of submissions that have been silent for a minute: nobody can see them, and nobody will."""
        before = await self._time() - ms(SUBMISSION)
        ids = await self._due(self._keys.staging_index, before)
        for scenario_id in ids:
            (members,) = await self._server.read(("SMEMBERS", self._keys.staging(scenario_id)))
            for part in list(chunks(sorted(members), _KEYS)) or [[]]:
                answer, _ = await self._server.call(
                    verbs.DISCARD_STAGING.call(
                        scenario=self._keys.scenario(scenario_id),
                        staging=self._keys.staging(scenario_id),
                        staging_index=self._keys.staging_index,
                        scenario_id=scenario_id,
                        before=before,
                        more_keys=[self._keys.task(task_id) for task_id in part],
                        more_args=list(part),
                    )
                )
                if answer is Answer.REPEAT:
                    break  # its submitter is back
        return len(ids)

    async def expire_ended(self) -> int:
        """Give every key of an ended scenario the same end: the retention, counted from the scenario's."""
        (ids,) = await self._server.read(("ZRANGE", self._keys.ended_index, 0, _BATCH - 1))
        for scenario_id in ids:
            await self._expire(scenario_id)
        return len(ids)

    async def _expire(self, scenario_id: str) -> None:
        scenario = self._keys.scenario(scenario_id)
        ((task_ids, finished_at, retention),) = await self._server.read(
            ("HMGET", scenario, "task_ids", "finished_at", "retention")
        )
        if task_ids is not None and finished_at:
            at = ms(datetime.fromisoformat(finished_at).timestamp() + float(retention or 0))
            keys = [self._keys.task(task_id) for task_id in loads_list(task_ids)]
            # The scenario last: as long as it has no expiry of its own it says what is still to be done.
            keys += [self._keys.events(scenario_id), scenario]
            for part in chunks(keys, _KEYS):
                await self._server.call(verbs.EXPIRE_KEYS.call(at=at, more_keys=list(part)))
        await self._server.call(self._forget(scenario_id, self._keys.ended_index, only_if_gone=""))

    async def look_for_deleted(self) -> int:
        """Walk through the index of scenarios, a part every few seconds. One that is gone (expired, or deleted by hand) leaves
        the index; one whose tasks were deleted by hand can never end by itself and is ended here."""
        clock = asyncio.get_running_loop().time()
        if clock < self._looked + _LOOK_EVERY:
            return 0
        self._looked = clock
        (ids,) = await self._server.read(("ZRANGE", self._keys.scenarios_index, self._position, self._position + _BATCH - 1))
        rows = await self._server.read(*[("HMGET", self._keys.scenario(id_), "status", "task_ids") for id_ in ids])
        gone, abandoned = 0, 0
        for scenario_id, (status, task_ids) in zip(ids, rows, strict=True):
            if status is None:
                gone += 1
                for index in (self._keys.scenarios_index, self._keys.cancelling_index, self._keys.ended_index):
                    await self._server.call(self._forget(scenario_id, index, only_if_gone="1"))
            elif status in LIVE:
                abandoned += await self._abandon_if_deleted(scenario_id, loads_list(task_ids))
        self._position = 0 if len(ids) < _BATCH else self._position + _BATCH - gone
        return abandoned

    async def _abandon_if_deleted(self, scenario_id: str, task_ids: list[str]) -> bool:
        there = 0
        for part in chunks(task_ids, _KEYS):
            (found,) = await self._server.read(("EXISTS", *[self._keys.task(task_id) for task_id in part]))
            there += found
        if there == len(task_ids):
            return False
        error = {
            "kind": "permanent",
            "code": "tasks-deleted",
            "message": f"{len(task_ids) - there} of {len(task_ids)} tasks were deleted from Redis; submit the scenario again",
        }
        await self._server.call(
            verbs.ABANDON_SCENARIO.call(
                scenario=self._keys.scenario(scenario_id),
                events=self._keys.events(scenario_id),
                cancelling=self._keys.cancelling_index,
                ended=self._keys.ended_index,
                scenario_id=scenario_id,
                error=dumps(error),
                now=self._now(),
            )
        )
        return True

    def _forget(self, scenario_id: str, index: str, *, only_if_gone: str) -> Call:
        return verbs.FORGET_SCENARIO.call(
            scenario=self._keys.scenario(scenario_id), index=index, scenario_id=scenario_id, only_if_gone=only_if_gone
        )

    async def _due(self, index: str, before: int) -> list[str]:
        (ids,) = await self._server.read(("ZRANGEBYSCORE", index, "-inf", before, "LIMIT", 0, _BATCH))
        return list(ids)

    async def _time(self) -> int:
        return int(self._now() or await self._server.time())
