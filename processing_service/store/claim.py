"""A claim: ready ids off the list, each confirmed under a lease, with everything its worker needs. Three round trips."""

import json
import secrets
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from processing_service.contract.status import Status
from processing_service.contract.task import ClaimedTask, Upstream
from processing_service.store import verbs
from processing_service.store.answer import Answer
from processing_service.store.keys import Keys, scenario_of, task_keys
from processing_service.store.policy import QueuePolicy, ms
from processing_service.store.scripts import Call
from processing_service.store.server import Server
from processing_service.store.settle import chunks
from processing_service.store.task_hash import claimed_task, dependencies, loads_list, places

KEEP_CLAIM = 60.0  # seconds a worker's last claim is remembered, for a command that is sent again
_PLACES = 256  # upstreams whose consumers are remembered: fifty slides ask for the place of each in the same list
_READS = 1_000  # upstreams per round trip


class Claimer:
    """The parts of a claim. `now` is empty for the server's clock."""

    def __init__(self, server: Server, keys: Keys, policy: QueuePolicy, now: Callable[[], str]) -> None:
        self._server = server
        self._keys = keys
        self._policy = policy
        self._now = now
        self._places: OrderedDict[str, dict[str, tuple[int, int]]] = OrderedDict()

    async def take(self, service: str, worker: str, limit: int, lease: float) -> tuple[list[ClaimedTask], int]:
        """Up to `limit` tasks under a lease, and how many ids were taken off the list for them: a stale hint is dropped."""
        claim_id = secrets.token_urlsafe(12)
        _, ids = await self._server.call(
            verbs.POP_READY.call(
                queue=self._keys.queue(service),
                leases=self._keys.leases(service),
                pushed=self._keys.pushed(service),
                claims=self._keys.claims(service, worker),
                dead=self._keys.dead(service),
                claim_id=claim_id,
                limit=limit,
                confirm_ms=ms(self._policy.confirm),
                keep_ms=ms(KEEP_CLAIM),
                now=self._now(),
            )
        )
        if not ids:
            return [], 0
        return await self.assemble(await self._confirm(service, worker, claim_id, ids, lease)), len(ids)

    async def _confirm(
        self, service: str, worker: str, token: str, ids: Sequence[str], lease: float
    ) -> list[Mapping[str, str]]:
        """The hashes of those ids that are ours now."""
        wanted = dict.fromkeys(ids)
        named = {task_id: scenario_of(task_id) for task_id in wanted}
        hashes: dict[str, Mapping[str, str]] = {}
        for _ in range(2):
            calls = [
                self.claim_call(task_id, scenario, service, worker=worker, token=token, lease=lease, popped=True)
                for task_id, scenario in named.items()
            ]
            replies = await self._server.calls(calls)
            moved = {}
            for (task_id, _), (answer, values) in zip(named.items(), replies, strict=True):
                if answer in {Answer.OK, Answer.REPEAT}:
                    flat = values[7:]
                    hashes[task_id] = dict(zip(flat[::2], flat[1::2], strict=True))
                elif answer is Answer.MOVED:
                    moved[task_id] = values[0]
            named = moved
            if not named:
                break
        return [hashes[task_id] for task_id in wanted if task_id in hashes]

    def claim_call(
        self, task_id: str, scenario_id: str, service: str, *, worker: str, token: str, lease: float, popped: bool
    ) -> Call:
        """One id put under a lease."""
        return verbs.CLAIM_TASK.call(
            **task_keys(self._keys, verbs.CLAIM_TASK.keys, task_id, scenario_id, service),
            task_id=task_id,
            scenario_id=scenario_id,
            popped="1" if popped else "",
            token=token,
            worker=worker,
            lease_ms=ms(lease),
            timeout_ms=ms(self._policy.timeout_of(service)),
            grace_ms=ms(self._policy.grace),
            now=self._now(),
        )

    async def assemble(self, hashes: Sequence[Mapping[str, str]]) -> list[ClaimedTask]:
        """Tasks with every finished dependency's result, read once for all of them."""
        upstream_ids = list(dict.fromkeys(upstream for task in hashes for upstream in dependencies(task)))
        found = await self._upstreams(upstream_ids)
        return [claimed_task(task, self._inputs(task, found), self._policy.timeout_of(task["service"])) for task in hashes]

    async def _upstreams(self, ids: Sequence[str]) -> dict[str, list[Any]]:
        rows: dict[str, list[Any]] = {}
        for part in chunks(ids, _READS):
            commands = []
            for upstream in part:
                # Who consumes a task never changes, so a list of ten thousand is read once and not for each of them.
                edges = () if upstream in self._places else ("consumers", "consumer_services")
                commands.append(("HMGET", self._keys.task(upstream), "name", "status", "result_ref", "result", *edges))
            for upstream, row in zip(part, await self._server.read(*commands), strict=True):
                if row[1] is None:
                    continue  # deleted by hand: the worker is told of what is left
                rows[upstream] = row
                if len(row) > 4:
                    self._places[upstream] = places(loads_list(row[4]), loads_list(row[5]))
        return rows

    def _inputs(self, task: Mapping[str, str], rows: Mapping[str, list[Any]]) -> dict[str, Upstream]:
        inputs = {}
        for upstream in dependencies(task):
            if upstream in rows:
                name, status, result_ref, result = rows[upstream][:4]
                position, siblings = self._places.get(upstream, {}).get(task["id"], (None, None))
                inputs[upstream] = Upstream(
                    id=upstream,
                    name=name,
                    status=Status(status),
                    result_ref=result_ref or None,
                    result=json.loads(result) if result else None,
                    position=position,
                    siblings=siblings,
                )
        return inputs

    def forget_places(self) -> None:
        """Keep the newest of what is remembered; called between claims, never while one is assembled."""
        while len(self._places) > _PLACES:
            self._places.popitem(last=False)
