"""Histories: read from anywhere, waited for, never a gap."""

import asyncio
import time

from tests.store.farm import Farm


async def test_a_reader_goes_on_where_it_stopped(farm: Farm) -> None:
    """Ids are stream ids; fields say who, what and when."""
    scenario = await farm.submit({"a": []})
    assert await farm.events.last_id("nobody") == "0-0"
    assert await farm.events.first("nobody") is None
    after = await farm.events.last_id(scenario)
    await farm.claim(worker="w9")
    ((entry, event),) = await farm.events.read(scenario, after, 0)
    assert event == {
        "type": "task.processing",
        "at": str(farm.clock.ms),
        "task_id": f"{scenario}.a",
        "name": "A",
        "service": "text-service",
        "status": "processing",
        "attempt": "1",
        "worker": "w9",
    }
    assert await farm.events.read(scenario, entry, 0) == []
    first = await farm.events.first(scenario)
    assert first is not None
    assert first[1]["type"] == "scenario.created"


async def test_a_reader_waits_for_the_next_event(farm: Farm) -> None:
    """It is there at once, and silence ends in time, longer than one blocking read."""
    scenario = await farm.submit({"a": []})
    after = await farm.events.last_id(scenario)
    started = time.monotonic()
    assert await farm.events.read(scenario, after, 150) == []
    assert 0.1 < time.monotonic() - started < 2
    reading = asyncio.create_task(farm.events.read(scenario, after, 20_000))
    await farm.report(f"{scenario}.a", "success")
    assert next(event["type"] for _, event in await reading) == "task.success"


async def test_every_transition_has_its_event(farm: Farm) -> None:
    """No arrow without an event: statuses replayed from the history are those in the hashes."""
    scenario = await farm.submit({"a": ["b"], "b": ["c"], "c": []})
    await farm.report((await farm.claim()).id, "success")
    await farm.claim()
    farm.clock.advance(11)
    await farm.sweep()
    await farm.claim()
    await farm.report(f"{scenario}.b", "failed", error=("permanent", "no"))
    replayed = {}
    for _, event in await farm.events.read(scenario, "0-0", 0):
        if event.get("task_id"):
            replayed[event["task_id"].partition(".")[2]] = event["status"]
    assert replayed == await farm.statuses(scenario)
