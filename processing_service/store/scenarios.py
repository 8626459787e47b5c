"""The engine's half of the store: submit, look, cancel. Workers never need it.

Raises StoreUnavailable; everything else is said in Answers.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from redis.asyncio import Redis

from processing_service.contract.errors import StoreUnavailable
from processing_service.contract.status import LIVE, Status
from processing_service.contract.task import JSONValue
from processing_service.store import verbs
from processing_service.store.answer import Answer
from processing_service.store.keys import Keys, task_keys
from processing_service.store.policy import QueuePolicy, ms
from processing_service.store.scripts import Call, Value
from processing_service.store.server import Server
from processing_service.store.settle import chunks
from processing_service.store.task_hash import loads_list, new_task_fields, ordered

KEEP_RESERVATION = 86_400.0  # seconds an Idempotency-Key is remembered
SUBMISSION = 60.0  # seconds a submission may be silent before the sweep takes back what it has staged
_STAGED = 200  # tasks per staging script, fewer when they are large
_STAGED_CHARACTERS = 256 * 1024
_READS = 500  # hashes per round trip
_CANCELS = 250  # tasks per round trip


class Task(Protocol):
    """What the store needs to know of a record of an expanded template (graph.records.TaskRecord is one)."""

    @property
    def id(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def consumers(self) -> tuple[str, ...]: ...
    @property
    def params(self) -> Mapping[str, JSONValue]: ...
    @property
    def fields(self) -> Mapping[str, JSONValue]: ...
    @property
    def stage(self) -> str: ...
    @property
    def max_attempts(self) -> int | None: ...
    @property
    def timeout(self) -> float | None: ...


@dataclass(frozen=True, slots=True)
class NewScenario:
    """A scenario to be written. `created_at` is ISO 8601 in UTC with milliseconds; `retention_s` counts from its end.

    With `idempotency_key` the commit marks the reservation as used, so that it never replays a scenario that was deleted.
    """

    scenario_id: str
    name: str
    version: str
    variables: Mapping[str, JSONValue]
    created_at: str
    retention_s: int
    idempotency_key: str = ""


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be written. `needs` is the number of its dependencies; `consumer_services` stand beside `record.consumers`."""

    record: Task
    needs: int
    consumer_services: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Reservation:
    """What an Idempotency-Key stands for: `ok` = taken now, `repeat` = as before, `conflict` = with another body."""

    answer: Answer
    scenario_id: str
    instant_ms: int


class ScenarioStore:
    """`now` gives the time as epoch milliseconds, or "" for the server's own clock (production)."""

    def __init__(
        self, redis: Redis, keys: Keys, *, policy: QueuePolicy | None = None, now: Callable[[], str] = lambda: ""
    ) -> None:
        self._server = Server(redis)
        self._keys = keys
        self._policy = policy or QueuePolicy()
        self._now = now

    # -- submission ------------------------------------------------------------------------------------------------------

    async def reserve(self, key: str, fingerprint: str, scenario_id: str, instant_ms: int) -> Reservation:
        """Take (id, instant) for an Idempotency-Key, or learn which pair it already stands for."""
        record = self._keys.idempotency(key)
        for _ in range(8):
            (known,) = await self._server.read(("HGET", record, "scenario_id"))
            answer, (found, instant) = await self._server.call(
                verbs.RESERVE.call(
                    idempotency=record,
                    known_scenario=self._keys.scenario(known or scenario_id),
                    fingerprint=fingerprint,
                    scenario_id=scenario_id,
                    instant_ms=instant_ms,
                    known_id=known or scenario_id,
                    ttl_ms=ms(KEEP_RESERVATION),
                    pending_ms=ms(SUBMISSION),
                    now=self._now(),
                )
            )
            if answer is not Answer.MOVED:
                return Reservation(answer, str(found), int(instant))
        raise StoreUnavailable("this Idempotency-Key changes hands faster than it can be read", retry_after=1.0)

    async def create(self, scenario: NewScenario, tasks: Sequence[NewTask]) -> Answer:
        """The whole graph or nothing. `conflict`: an id is taken, use a fresh one; nothing was overwritten."""
        answer = Answer.MOVED
        for _ in range(2):  # `moved`: we paused so long that the sweep took our staged tasks away; once more from the start
            for call in self._staging(scenario, tasks):
                staged, _ = await self._server.call(call)
                if staged is Answer.CONFLICT:
                    return staged
            answer, _ = await self._server.call(self._commit(scenario, tasks))
            if answer is not Answer.MOVED:
                break
        return answer

    def _staging(self, scenario: NewScenario, tasks: Sequence[NewTask]) -> Iterator[Call]:
        """Scripts that write the tasks, a few hundred at a time."""
        keys: list[str] = []
        args: list[Value] = []
        characters = 0
        for task in tasks:
            fields = _fields(scenario, task)
            keys.append(self._keys.task(task.record.id))
            args += (task.record.id, len(fields) // 2, *fields)
            characters += sum(len(value) for value in fields if isinstance(value, str))
            if len(keys) >= _STAGED or characters >= _STAGED_CHARACTERS:
                yield self._stage(scenario, keys, args)
                keys, args, characters = [], [], 0
        if keys:
            yield self._stage(scenario, keys, args)

    def _stage(self, scenario: NewScenario, keys: Sequence[str], args: Sequence[Value]) -> Call:
        return verbs.STAGE_TASKS.call(
            scenario=self._keys.scenario(scenario.scenario_id),
            staging=self._keys.staging(scenario.scenario_id),
            staging_index=self._keys.staging_index,
            scenario_id=scenario.scenario_id,
            now=self._now(),
            more_keys=keys,
            more_args=args,
        )

    def _commit(self, scenario: NewScenario, tasks: Sequence[NewTask]) -> Call:
        roots: dict[str, list[str]] = {}
        for task in tasks:
            ready = roots.setdefault(task.record.service, [])
            if task.needs == 0:
                ready.append(task.record.id)
        fields = _scenario_fields(scenario, tasks)
        keys = [key for service in roots for key in (self._keys.queue(service), self._keys.pushed(service))]
        args: list[Value] = [*fields]
        for service, ids in roots.items():
            args += (service, self._keys.wake(service), len(ids))
        for ids in roots.values():
            args += ids
        return verbs.CREATE_SCENARIO.call(
            scenario=self._keys.scenario(scenario.scenario_id),
            staging=self._keys.staging(scenario.scenario_id),
            staging_index=self._keys.staging_index,
            scenarios_index=self._keys.scenarios_index,
            services_index=self._keys.services_index,
            events=self._keys.events(scenario.scenario_id),
            idempotency=self._keys.idempotency(scenario.idempotency_key),
            scenario_id=scenario.scenario_id,
            created_at=scenario.created_at,
            created_ms=round(datetime.fromisoformat(scenario.created_at).timestamp() * 1000),
            total=len(tasks),
            check_ms=ms(self._policy.check),
            now=self._now(),
            size=len(fields) // 2,
            more_keys=keys,
            more_args=args,
        )

    # -- looking ---------------------------------------------------------------------------------------------------------

    async def scenario(self, scenario_id: str) -> dict[str, str] | None:
        """A scenario's hash."""
        (found,) = await self._server.hashes([self._keys.scenario(scenario_id)])
        return found or None

    async def scenarios(self, ids: Sequence[str]) -> list[dict[str, str] | None]:
        """The hashes of many scenarios, None for one that is gone."""
        return await self._hashes([self._keys.scenario(scenario_id) for scenario_id in ids])

    async def task(self, task_id: str) -> dict[str, str] | None:
        """A task's hash."""
        (found,) = await self._server.hashes([self._keys.task(task_id)])
        return found or None

    async def tasks(self, ids: Sequence[str]) -> list[dict[str, str] | None]:
        """The hashes of many tasks, None for one that is gone."""
        return await self._hashes([self._keys.task(task_id) for task_id in ids])

    async def _hashes(self, keys: Sequence[str]) -> list[dict[str, str] | None]:
        found: list[dict[str, str] | None] = []
        for part in chunks(keys, _READS):
            found += [row or None for row in await self._server.hashes(part)]
        return found

    async def page(self, limit: int, before: tuple[int, str] | None = None) -> list[tuple[int, str]]:
        """Up to `limit` (created_ms, id), newest first, after the position `before`."""
        found: list[tuple[int, str]] = []
        newest = before[0] if before else "+inf"
        offset = 0
        while len(found) < limit:
            (rows,) = await self._server.read(
                ("ZREVRANGEBYSCORE", self._keys.scenarios_index, newest, "-inf", "WITHSCORES", "LIMIT", offset, limit)
            )
            # Equal times are in the order of the ids, so a page may begin in the middle of one millisecond.
            positions = [(int(score), scenario_id) for scenario_id, score in zip(rows[::2], rows[1::2], strict=True)]
            found += [position for position in positions if before is None or position < before]
            offset += limit
            if len(positions) < limit:
                break
        return found[:limit]

    # -- cancelling ------------------------------------------------------------------------------------------------------

    async def cancel(self, scenario_id: str, reason: str) -> Answer:
        """Cancel whatever is not finished. Workers learn it on their next heartbeat. `conflict`: it has ended otherwise."""
        answer, _ = await self._server.call(
            verbs.CANCEL_SCENARIO.call(
                scenario=self._keys.scenario(scenario_id),
                events=self._keys.events(scenario_id),
                cancelling=self._keys.cancelling_index,
                scenario_id=scenario_id,
                reason=reason or "cancelled",
                now=self._now(),
            )
        )
        if answer in {Answer.OK, Answer.REPEAT}:
            await self.cancel_tasks(scenario_id)
        return answer

    async def cancel_tasks(self, scenario_id: str) -> None:
        """Cancel every live task of a scenario whose flag is set; begun again by the sweep when we die."""
        ids, reason = (await self._server.read(("HMGET", self._keys.scenario(scenario_id), "task_ids", "reason")))[0]
        for part in chunks(loads_list(ids), _CANCELS):
            rows = await self._server.read(*[("HMGET", self._keys.task(task_id), "status", "service") for task_id in part])
            await self._server.calls(
                [
                    self._cancel_task(task_id, scenario_id, service, reason or "cancelled")
                    for task_id, (status, service) in zip(part, rows, strict=True)
                    if status in LIVE
                ]
            )
        await self._server.call(
            verbs.FORGET_SCENARIO.call(
                scenario=self._keys.scenario(scenario_id),
                index=self._keys.cancelling_index,
                scenario_id=scenario_id,
                only_if_gone="",
            )
        )

    def _cancel_task(self, task_id: str, scenario_id: str, service: str, reason: str) -> Call:
        return verbs.CANCEL_TASK.call(
            **task_keys(self._keys, verbs.CANCEL_TASK.keys, task_id, scenario_id, service),
            task_id=task_id,
            scenario_id=scenario_id,
            reason=reason,
            now=self._now(),
        )


def _fields(scenario: NewScenario, task: NewTask) -> list[str | int]:
    record = task.record
    # A consumer named twice is one edge: `needs` counts it once, and so must we.
    edges = dict(zip(record.consumers, task.consumer_services, strict=True))
    return new_task_fields(
        id=record.id,
        scenario_id=scenario.scenario_id,
        service=record.service,
        name=record.name,
        consumers=list(edges),
        consumer_services=list(edges.values()),
        needs=task.needs,
        created_at=scenario.created_at,
        params=record.params,
        fields=record.fields,
        stage=record.stage,
        max_attempts=record.max_attempts,
        timeout=record.timeout,
    )


def _scenario_fields(scenario: NewScenario, tasks: Sequence[NewTask]) -> list[str | int]:
    flat: list[str | int] = [
        *("scenario_id", scenario.scenario_id, "name", scenario.name, "version", scenario.version),
        *("status", Status.PENDING, "variables", ordered(dict(scenario.variables))),
        *("task_ids", ordered([task.record.id for task in tasks])),
        *("created_at", scenario.created_at, "updated_at", scenario.created_at),
        *("total", len(tasks), "remaining", len(tasks), "retention", scenario.retention_s),
    ]
    for status in Status:
        flat += (f"count:{status}", len(tasks) if status is Status.PENDING else 0)
    return flat
