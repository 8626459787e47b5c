"""A small farm for store tests: the stores, the sweep, a clock that only moves when told, and scenarios in one line."""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from redis.asyncio import Redis

from processing_service.contract.status import Status
from processing_service.contract.task import ClaimedTask, Report, TaskFailure
from processing_service.graph.build import build
from processing_service.graph.records import TaskRecord
from processing_service.store.answer import Answer
from processing_service.store.events import EventReader
from processing_service.store.keys import PlainKeys
from processing_service.store.policy import QueuePolicy
from processing_service.store.queue import QueueStore, ReportAnswer
from processing_service.store.scenarios import NewScenario, NewTask, ScenarioStore
from processing_service.store.sweep import Sweeper, SweepReport

SERVICE = "text-service"


@dataclass(slots=True)
class Clock:
    """Epoch milliseconds that stand still until somebody advances them. Counts the scripts' questions for the time."""

    ms: int = 1_800_000_000_000

    def __call__(self) -> str:
        return str(self.ms)

    def advance(self, seconds: float) -> None:
        self.ms += round(seconds * 1000)


@dataclass(slots=True)
class Farm:
    """Everything on one namespace."""

    redis: Redis
    keys: PlainKeys
    clock: Clock = field(default_factory=Clock)
    policy: QueuePolicy = field(default_factory=QueuePolicy)
    queue: QueueStore = field(init=False)
    scenarios: ScenarioStore = field(init=False)
    events: EventReader = field(init=False)
    chance: float = 0.0

    def __post_init__(self) -> None:
        self.queue = QueueStore(self.redis, self.keys, policy=self.policy, now=self.clock, chance=lambda: self.chance)
        self.scenarios = ScenarioStore(self.redis, self.keys, policy=self.policy, now=self.clock)
        self.events = EventReader(self.redis, self.keys)

    # -- scenarios -------------------------------------------------------------------------------------------------------

    async def submit(
        self,
        graph: Mapping[str, Sequence[str]],
        *,
        scenario_id: str = "",
        services: Mapping[str, str] | None = None,
        fields: Mapping[str, Mapping[str, Any]] | None = None,
        **more: Any,
    ) -> str:
        """Create a scenario; `graph` maps each name to the names of its consumers. The task `a` has the id `<scenario>.a`."""
        scenario, tasks = self.draft(graph, scenario_id=scenario_id, services=services, fields=fields, **more)
        assert await self.scenarios.create(scenario, tasks) in {Answer.OK, Answer.REPEAT}  # repeat: the command was sent twice
        return scenario.scenario_id

    def draft(
        self,
        graph: Mapping[str, Sequence[str]],
        *,
        scenario_id: str = "",
        services: Mapping[str, str] | None = None,
        fields: Mapping[str, Mapping[str, Any]] | None = None,
        created_at: str = "2026-11-20T10:34:12.349Z",
        idempotency_key: str = "",
        **record: Any,
    ) -> tuple[NewScenario, list[NewTask]]:
        scenario_id = scenario_id or secrets.token_hex(6)
        records = [
            TaskRecord(
                id=f"{scenario_id}.{name}",
                service=(services or {}).get(name, SERVICE),
                name=name.capitalize(),
                consumers=tuple(f"{scenario_id}.{consumer}" for consumer in consumers),
                fields=(fields or {}).get(name, {}),
                **record,
            )
            for name, consumers in graph.items()
        ]
        built = build(records)
        service_of = {task.id: task.service for task in records}
        tasks = [
            NewTask(task, built.needs[task.id], tuple(service_of[consumer] for consumer in task.consumers)) for task in records
        ]
        scenario = NewScenario(
            scenario_id, "CreateVideo", "1.0.0", {"PROMPT": "Создай видео про котов"}, created_at, 604_800, idempotency_key
        )
        return scenario, tasks

    # -- workers ---------------------------------------------------------------------------------------------------------

    async def claim(self, service: str = SERVICE, *, worker: str = "w1", **more: Any) -> ClaimedTask:
        """Claim exactly one task."""
        (task,) = await self.queue.claim(service, worker=worker, **more)
        return task

    async def start(self, task_id: str, **more: Any) -> ReportAnswer:
        return await self.report(task_id, "processing", **more)

    async def report(self, task_id: str, status: str, **fields: Any) -> ReportAnswer:
        """Report in one line; `error` may be (kind, message)."""
        error = fields.pop("error", None)
        if isinstance(error, tuple):
            kind, message, *rest = error
            fields["error"] = TaskFailure(kind=kind, message=message, retry_after=rest[0] if rest else None)
        elif error is not None:
            fields["error"] = error
        return await self.queue.report(task_id, Report(status=Status(status), **fields))

    async def pop(self, service: str = SERVICE) -> str | None:
        """What a tier-0 worker does: LPOP, and nobody knows."""
        return await self.redis.lpop(self.keys.queue(service))  # type: ignore[misc, no-any-return]

    async def sweep(self) -> SweepReport:
        """One sweep of a process that has just started."""
        return await Sweeper(self.redis, self.keys, self.queue, self.scenarios).sweep_once()

    # -- looking ---------------------------------------------------------------------------------------------------------

    async def task(self, task_id: str) -> dict[str, str]:
        found = await self.scenarios.task(task_id)
        assert found is not None
        return found

    async def scenario(self, scenario_id: str) -> dict[str, str]:
        found = await self.scenarios.scenario(scenario_id)
        assert found is not None
        return found

    async def statuses(self, scenario_id: str) -> dict[str, str]:
        """Name (the part of the id) -> status."""
        ids = json.loads((await self.scenario(scenario_id))["task_ids"])
        return {task["id"].partition(".")[2]: task["status"] for task in await self.scenarios.tasks(ids) if task}

    async def listed(self, service: str = SERVICE) -> list[str]:
        return await self.redis.lrange(self.keys.queue(service), 0, -1)  # type: ignore[misc, no-any-return]

    async def index(self, key: str) -> dict[str, float]:
        return dict(await self.redis.zrange(key, 0, -1, withscores=True))

    async def history(self, scenario_id: str) -> list[str]:
        """Event types, each with the task's own part."""
        entries = await self.events.read(scenario_id, "0-0", 0)
        return [f"{e['type']} {e.get('task_id', '').partition('.')[2]}".strip() for _, e in entries]

    async def snapshot(self) -> dict[str, Any]:
        """Everything in the namespace, without what a resent command may change: times and stream ids."""
        state: dict[str, Any] = {}
        async for key in self.redis.scan_iter(match=f"{self.keys.namespace}*", count=1_000):
            kind = await self.redis.type(key)
            name = key.removeprefix(self.keys.namespace)
            if name.startswith(("claims:", "workers:", "serving:")):
                continue
            if kind == "hash":
                state[name] = await self.redis.hgetall(key)  # type: ignore[misc]
            elif kind == "list":
                state[name] = await self.redis.lrange(key, 0, -1)  # type: ignore[misc]
            elif kind == "zset":
                state[name] = await self.redis.zrange(key, 0, -1, withscores=True)
            elif kind == "set":
                state[name] = sorted(await self.redis.smembers(key))  # type: ignore[misc]
            elif kind == "stream":
                state[name] = [entry for _, entry in await self.redis.xrange(key)]
        return state


async def until(seen: Callable[[], Awaitable[object]]) -> None:
    """Look until there is something to see, ten seconds at most."""
    async with asyncio.timeout(10):
        while not await seen():  # noqa: ASYNC110 - what is awaited happens in another process
            await asyncio.sleep(0.005)
