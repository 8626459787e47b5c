"""Histories: read from anywhere, waited for, never a gap."""

import asyncio
import time

import pytest

from processing_service.contract.errors import StoreUnavailable
from processing_service.store.connection import CONNECTIONS
from tests.store.farm import SERVICE, Farm


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


async def test_a_crowd_of_readers_costs_one_connection(farm: Farm) -> None:
    """300 wait for the history of three scenarios; everybody else is served meanwhile, and all of them hear the news."""
    scenarios = [await farm.submit({"a": []}) for _ in range(3)]
    after = {scenario: await farm.events.last_id(scenario) for scenario in scenarios}
    before = (await farm.redis.info("clients"))["connected_clients"]
    crowd = [asyncio.create_task(farm.events.read(scenario, after[scenario], 20_000)) for scenario in scenarios * 100]
    await asyncio.sleep(0)
    assert len(await farm.queue.claim(SERVICE, worker="w1", limit=3)) == 3
    heard = await asyncio.gather(*crowd)
    assert [entries[0][1]["type"] for entries in heard] == ["task.processing"] * 300
    # The crowd's first look is a burst that the pool takes in turns; nobody holds a connection while waiting. Other tests may
    # use the same server meanwhile.
    assert (await farm.redis.info("clients"))["connected_clients"] < before + 3 * CONNECTIONS


async def test_readers_of_a_key_of_wrong_type_do_not_sit_out_the_time(farm: Farm) -> None:
    """Whoever waits when the history cannot be read any more does not sit out the time."""
    scenario = await farm.submit({"a": []})
    after = await farm.events.last_id(scenario)
    reading = asyncio.create_task(farm.events.read(scenario, after, 20_000))
    await asyncio.sleep(0)
    await farm.redis.delete(farm.keys.events(scenario))
    await farm.redis.set(farm.keys.events(scenario), "not a stream")
    with pytest.raises(StoreUnavailable):
        await reading
