"""Random graphs, several workers, random failures, deaths and duplicates: every invariant of reliability.md, I1 to I11, holds."""

import asyncio
import json
import random
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing_service.contract.status import LIVE, Status, scenario_status
from tests.store.farm import Farm

SERVICES = ("text-service", "image-service")


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, list[str]], dict[str, str]]:
    """Up to ten tasks; edges go forward, so there is no cycle."""
    size = draw(st.integers(1, 10))
    names = [f"n{i}" for i in range(size)]
    graph = {
        name: draw(st.lists(st.sampled_from(names[i + 1 :]), unique=True, max_size=4)) if i + 1 < size else []
        for i, name in enumerate(names)
    }
    return graph, {name: draw(st.sampled_from(SERVICES)) for name in names}


async def check(farm: Farm, scenario: str) -> dict[str, dict[str, str]]:
    """I1 to I11 of one scenario at this instant."""
    head = await farm.scenario(scenario)
    ids = json.loads(head["task_ids"])
    tasks = {id_: task for id_, task in zip(ids, await farm.scenarios.tasks(ids), strict=True) if task}
    assert len(tasks) == len(ids)
    counts = Counter(Status(task["status"]) for task in tasks.values())
    leases, delayed = set[str](), set[str]()
    for service in SERVICES:
        leases |= (await farm.index(farm.keys.leases(service))).keys()
        delayed |= (await farm.index(farm.keys.delayed(service))).keys()
    for id_, task in tasks.items():
        deps = {field[4:]: value for field, value in task.items() if field.startswith("dep:")}
        queue = int(task["queue"])
        assert queue >= 0, "I6: never negative"
        assert queue == int(task["needs"]) - len(deps), "I6: queue == needs - count(dep:*)"
        assert all(tasks[dep]["status"] == status for dep, status in deps.items()), "I6: an edge says how its task ended"
        match task["status"]:
            case "processing":
                assert id_ in leases, "I2: whoever is processed is leased"
                assert (set(deps.values()) <= {"success"}, queue) == (True, 0), "I5"
            case "pending":
                assert not (queue > 0 and (id_ in leases or task.get("due_at"))), "I1: what waits is nowhere else"
                assert bool(task.get("due_at")) == (id_ in delayed), "I1: delayed in the hash and in the index, or in neither"
            case "success":
                assert (set(deps.values()) <= {"success"}, queue) == (True, 0), "I5"
        if Status(task["status"]) not in LIVE:
            assert id_ not in delayed, "I7"
            assert "lease_until" not in task, "I7"
            assert id_ not in leases or task.get("settling"), "I7"
        assert int(task.get("failures", 0)) <= 3, "I10"
        assert int(task.get("lost", 0)) <= 4, "I10"
    assert {status: int(head[f"count:{status}"]) for status in Status} == {status: counts[status] for status in Status}, "I11"
    assert int(head["remaining"]) == sum(counts[status] for status in LIVE), "I11"
    expected = scenario_status(counts, cancel_requested=bool(head.get("cancel_requested")))
    assert head["status"] == expected, "I8: a pure function of its tasks"
    return tasks


async def audit(farm: Farm, scenario: str) -> None:
    """The history: attempts only grow, one failure per attempt, one success per task, nothing after a terminal state."""
    attempts: Counter[str] = Counter()
    outcomes: Counter[tuple[str, str]] = Counter()
    ended: set[str] = set()
    finished = 0
    for _, event in await farm.events.read(scenario, "0-0", 0):
        task, kind = event.get("task_id", ""), event["type"]
        finished += kind == "scenario.finished"
        if not task:
            continue
        assert task not in ended, f"I4: {kind} after the end of {task}"
        assert int(event["attempt"]) >= attempts[task], "I3: attempts only grow"
        attempts[task] = int(event["attempt"])
        if kind in {"task.failed", "task.delayed"}:
            outcomes[task, event["attempt"]] += (
                1  # a late success of the same attempt is taken as long as nobody has begun anew
            )
        if kind in {"task.success", "task.failed", "task.skipped", "task.cancelled"}:
            ended.add(task)
    assert finished == 1
    assert set(outcomes.values()) <= {1}, "I3: at most one counted failure per attempt"


class Worker:
    """Works, fails, dies, repeats itself, comes back late, as the dice say."""

    def __init__(self, farm: Farm, name: str, dice: random.Random) -> None:
        self.farm, self.name, self.dice = farm, name, dice
        self.said: list[tuple[str, str, dict[str, Any]]] = []

    async def step(self) -> None:
        farm, dice = self.farm, self.dice
        if self.said and dice.random() < 0.3:
            task_id, status, fields = dice.choice(self.said)
            await farm.report(task_id, status, **fields)  # an old report once more
            return
        service = dice.choice(SERVICES)
        if dice.random() < 0.2:
            task_id = await farm.pop(service)
            if task_id and dice.random() < 0.8:
                await self.say(task_id, "success" if dice.random() < 0.7 else "failed", {"worker": self.name})
            return
        for task in await farm.queue.claim(service, worker=self.name, limit=dice.randint(1, 3)):
            fields = {"attempt": task.attempt, "lease_token": task.lease_token}
            roll = dice.random()
            if roll < 0.15:
                continue  # dies with the task in its hands
            if roll < 0.3:
                await self.say(task.id, "processing", fields)
            if roll < 0.4:
                await self.say(task.id, "pending", fields)
            elif roll < 0.6:
                kind = dice.choice(["transient", "transient", "permanent"])
                await self.say(task.id, "failed", {**fields, "error": (kind, "dice")})
            else:
                await self.say(task.id, "success", {**fields, "result_ref": f"s3://{task.id}/{task.attempt}"})

    async def say(self, task_id: str, status: str, fields: dict[str, Any]) -> None:
        self.said.append((task_id, status, fields))
        await self.farm.report(task_id, status, **fields)


@given(shape=graphs(), seed=st.integers(0, 2**32), cancel=st.booleans())
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
async def test_every_invariant_holds_whatever_workers_do(farm: Farm, shape: Any, seed: int, cancel: bool) -> None:
    """A storm of concurrent steps, sweeps and jumps of the clock; then calm, until every scenario has ended."""
    await storm(farm, 4, shape, seed, cancel)


async def storm(farm: Farm, turns: int, shape: Any, seed: int, cancel: bool) -> None:
    dice = random.Random(seed)
    farm.chance = dice.random()
    graph, services = shape
    scenario = await farm.submit(graph, services=services)
    workers = [Worker(farm, f"w{i}", random.Random(dice.random())) for i in range(4)]
    for turn in range(turns):
        await asyncio.gather(*(worker.step() for worker in workers for _ in range(2)))
        await check(farm, scenario)
        farm.clock.advance(dice.choice([0.1, 3, 11, 130]))
        await asyncio.gather(farm.sweep(), farm.sweep())
        await check(farm, scenario)
        if cancel and turn == 2:
            await farm.scenarios.cancel(scenario, "dice")
            await check(farm, scenario)
    for _ in range(400):
        if (await farm.scenario(scenario))["status"] not in LIVE:
            break
        for service in SERVICES:
            for task in await farm.queue.claim(service, worker="calm", limit=20):
                await farm.report(task.id, "success", attempt=task.attempt)
        farm.clock.advance(60)
        await farm.sweep()
    tasks = await check(farm, scenario)
    assert all(Status(task["status"]) not in LIVE for task in tasks.values()), "V1: every scenario ends"
    await audit(farm, scenario)
    for service in SERVICES:
        assert await farm.queue.claim(service, worker="late", limit=100) == [], "I7: no entry that a claim would accept"
        farm.clock.advance(4_000)
        await farm.sweep()
        for key in (farm.keys.leases(service), farm.keys.pushed(service), farm.keys.delayed(service)):
            assert await farm.index(key) == {}
