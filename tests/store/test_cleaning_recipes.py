"""The seed document's recipes for cleaning Redis, in the middle of the work: nothing misbehaves afterwards."""

import json

from tests.store.farm import SERVICE, Farm

FILM = {"text": ["voice", "slide"], "voice": ["film"], "slide": ["film"], "film": []}


async def delete(farm: Farm, pattern: str) -> None:
    """DEL of everything that matches, as the recipes do it."""
    keys = [key async for key in farm.redis.scan_iter(match=f"{farm.keys.namespace}{pattern}")]
    await farm.redis.delete(*keys)


async def test_all_tasks_deleted(farm: Farm) -> None:
    """Workers are told `unknown`, lists and indexes empty themselves, the scenario ends and says why."""
    scenario = await farm.submit(FILM)
    task = await farm.claim()
    other = await farm.submit({"a": []})
    await delete(farm, "task:*")
    for status in ("processing", "success", "failed", "pending"):
        assert (await farm.report(task.id, status, attempt=1)).answer == "unknown"
    assert await farm.queue.claim(SERVICE, worker="w", limit=10) == []
    assert await farm.listed() == []
    farm.clock.advance(30)
    await farm.sweep()
    assert not [key async for key in farm.redis.scan_iter(match=f"{farm.keys.namespace}task:*")]
    for key in (farm.keys.leases(SERVICE), farm.keys.pushed(SERVICE)):
        assert await farm.index(key) == {}
    for gone in (scenario, other):
        head = await farm.scenario(gone)
        assert head["status"] == "failed"
        assert json.loads(head["error"])["code"] == "tasks-deleted"
    await farm.sweep()
    assert await farm.redis.pttl(farm.keys.scenario(scenario)) > 0


async def test_all_queues_deleted(farm: Farm) -> None:
    """Ready tasks come back by themselves; running ones go on; the scenario succeeds."""
    scenario = await farm.submit(FILM)
    await farm.queue.beat("w", SERVICE, {})
    await farm.report((await farm.claim()).id, "success")
    await delete(farm, "queue:*")
    farm.clock.advance(5)
    await farm.sweep()
    farm.clock.advance(10)
    await farm.sweep()
    while tasks := await farm.queue.claim(SERVICE, worker="w", limit=10):
        for task in tasks:
            await farm.report(task.id, "success", attempt=task.attempt)
    assert set((await farm.statuses(scenario)).values()) == {"success"}


async def test_all_scenarios_deleted(farm: Farm) -> None:
    """Their tasks are nobody's; new scenarios work."""
    await farm.submit(FILM)
    task = await farm.claim()
    await delete(farm, "scenario:*")
    assert (await farm.report(task.id, "success", attempt=1)).answer == "unknown"
    farm.clock.advance(30)
    await farm.sweep()
    assert await farm.scenarios.page(10, None) == []
    assert await farm.index(farm.keys.leases(SERVICE)) == {}
    fresh = await farm.submit({"a": []})
    assert (await farm.claim()).id == f"{fresh}.a"


async def test_everything_deleted(farm: Farm) -> None:
    """FLUSHALL of our part of the world, scripts included: what workers still hold is unknown, new work goes on."""
    await farm.submit(FILM)
    task = await farm.claim()
    await delete(farm, "*")
    await farm.redis.script_flush()
    assert (await farm.start(task.id, attempt=1)).answer == "unknown"
    assert (await farm.report(task.id, "success", attempt=1)).answer == "unknown"
    assert (await farm.sweep()).done() == {}
    assert await farm.snapshot() == {}
    fresh = await farm.submit({"a": []})
    assert (await farm.claim()).id == f"{fresh}.a"


async def test_the_seeds_monitor_counts_what_it_counts(farm: Farm) -> None:
    """Its EVAL over the task hashes and its LLEN, on our keys."""
    scenario = await farm.submit(FILM)
    await farm.report(f"{scenario}.text", "success")
    count = (
        "local tasks = redis.call('KEYS', ARGV[1]) local count = 0 for i=1,#tasks do "
        "if redis.call('HGET', tasks[i], 'status') == ARGV[2] then count = count + 1 end end return count"
    )
    pattern = f"{farm.keys.namespace}task:*{scenario}*"
    counts = [await farm.redis.eval(count, 0, pattern, status) for status in ("pending", "processing", "success", "failed")]
    assert counts == [3, 0, 1, 0]
    ready = [
        task
        for task in await farm.scenarios.tasks([f"{scenario}.{name}" for name in FILM])
        if task and int(task.get("queue", 0)) == 0 and task["status"] == "pending"
    ]
    assert len(ready) == 2
