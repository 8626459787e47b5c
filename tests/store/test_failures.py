"""When Redis fails: one error with a code, at one border; and when it is out of memory, work drains."""

import asyncio
import random
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis
from redis.exceptions import (
    BusyLoadingError,
    NoScriptError,
    OutOfMemoryError,
    ReadOnlyError,
    ResponseError,
)
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import TimeoutError as TookTooLong

from processing_service.contract.errors import StoreUnavailable
from processing_service.store.connection import connect
from processing_service.store.failures import translated
from processing_service.store.keys import PlainKeys
from processing_service.store.queue import QueueStore
from tests.servers import server
from tests.store.farm import SERVICE, Farm


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (ConnectionLost("Connection refused"), "store-unavailable", "cannot be reached"),
        (ConnectionResetError(), "store-unavailable", "cannot be reached"),
        (TookTooLong("Timeout reading"), "store-unavailable", "does not answer in time"),
        (OutOfMemoryError("command not allowed when used memory > 'maxmemory'"), "queue-full", "memory limit"),
        (ResponseError("OOM command not allowed"), "queue-full", "memory limit"),
        (ReadOnlyError("You can't write against a read only replica."), "store-unavailable", "replica"),
        (BusyLoadingError("Redis is loading the dataset in memory"), "store-unavailable", "reading its data back"),
        (ResponseError("BUSY Redis is busy running a script."), "store-unavailable", "busy"),
        (ResponseError("MISCONF Errors writing to the AOF file"), "store-unavailable", "disk"),
        (ResponseError("NOREPLICAS Not enough good replicas"), "store-unavailable", "replica"),
        (ResponseError("CLUSTERDOWN The cluster is down"), "store-unavailable", "cluster"),
        (ResponseError("WRONGTYPE q is a string, not a list"), "store-unavailable", "WRONGTYPE"),
        (NoScriptError("No matching script"), "store-unavailable", "No matching"),
    ],
)
def test_every_failure_is_one_error_with_a_sentence(error: Exception, code: str, says: str) -> None:
    """Never a bare RedisError above the store."""
    with pytest.raises(StoreUnavailable, match=says) as caught, translated():
        raise error
    assert caught.value.code == code
    assert caught.value.retry_after


async def test_replies_are_never_mixed_up(farm: Farm) -> None:
    """Reads cancelled at any moment on a shared pool: whoever is answered gets the answer to its own question."""
    names = [f"n{i}" for i in range(60)]
    await farm.redis.mset({farm.keys.task(name): name for name in names})
    dice = random.Random(7)

    async def ask(name: str) -> str:
        async with asyncio.timeout(dice.uniform(0, 0.01)):
            return str((await farm.queue.server.read(*[("GET", farm.keys.task(name))] * 3))[2])

    for _ in range(10):
        answers = await asyncio.gather(*(ask(name) for name in names), return_exceptions=True)
        for name, answer in zip(names, answers, strict=True):
            assert answer == name or isinstance(answer, TimeoutError)
    assert await farm.queue.server.read(*[("GET", farm.keys.task(name)) for name in names]) == names
    await farm.redis.delete(*[farm.keys.task(name) for name in names])


async def test_a_lone_surrogate_is_written_as_a_question_mark(farm: Farm) -> None:
    """It is no character; nothing crashes on it."""
    scenario = await farm.submit({"a": []}, fields={"a": {"prompt": "x\ud800y"}})
    assert (await farm.task(f"{scenario}.a"))["prompt"] == "x?y"


async def test_a_server_that_is_not_there() -> None:
    """Refused connections are tried again for a moment, then said."""
    client = connect("redis://127.0.0.1:1/0")
    with pytest.raises(StoreUnavailable):
        await QueueStore(client, PlainKeys()).claim(SERVICE, worker="w", wait=5.0)
    await client.aclose()


async def test_scripts_survive_a_flush_of_the_script_cache(farm: Farm) -> None:
    """Between any two commands, also within a batch."""
    scenario = await farm.submit({name: [] for name in "abc"})
    await farm.redis.script_flush()
    tasks = await farm.queue.claim(SERVICE, worker="w", limit=3)
    await farm.redis.script_flush()
    assert [(await farm.report(task.id, "success", attempt=1)).answer for task in tasks] == ["ok"] * 3
    assert (await farm.scenario(scenario))["status"] == "success"


@pytest.fixture
async def full(redis: Redis, keys: PlainKeys) -> AsyncIterator[Farm]:
    """A server of its own with work on it, and then not a byte free."""
    del redis, keys
    with server(options={"maxmemory-policy": "noeviction"}) as url:
        client = connect(url)
        farm = Farm(client, PlainKeys("full:"))
        await farm.submit({"a": ["d"], "b": [], "c": [], "d": [], "e": ["f"], "f": []}, scenario_id="s")
        await farm.queue.claim(SERVICE, worker="w", limit=2)
        await farm.queue.server.calls([])
        await client.config_set("maxmemory", "1")
        yield farm
        await client.config_set("maxmemory", "0")
        await client.aclose()


async def test_out_of_memory_no_new_work_is_taken_and_running_work_drains(full: Farm) -> None:
    """`queue-full` for submissions; claim, heartbeat, complete, fail, return, recover and cancel all pass."""
    with pytest.raises(StoreUnavailable) as caught:
        await full.submit({"x": []})
    assert caught.value.code == "queue-full"
    assert (await full.start("s.a", attempt=1, progress=5.0)).answer == "ok"
    assert (await full.report("s.a", "success", attempt=1, result_ref="s3://a")).answer == "ok"
    assert (await full.report("s.b", "failed", attempt=1, error="later")).answer == "ok"
    c = await full.claim()
    assert (await full.report(c.id, "pending", attempt=1)).answer == "ok"
    assert (await full.claim()).id == c.id
    e = await full.claim()
    assert (await full.report(e.id, "failed", attempt=1, error=("permanent", "no"))).answer == "ok"
    full.clock.advance(11)
    report = await full.sweep()
    assert (report.recovered, report.promoted) == (1, 1)
    while tasks := await full.queue.claim(SERVICE, worker="w", limit=10):
        for task in tasks:
            await full.report(task.id, "success", attempt=task.attempt)
    assert await full.statuses("s") == {**dict.fromkeys("abcd", "success"), "e": "failed", "f": "skipped"}
    await full.queue.beat("w", SERVICE, {})


async def test_out_of_memory_a_scenario_can_be_cancelled(full: Farm) -> None:
    """An operator's way out."""
    assert await full.scenarios.cancel("s", "make room") == "ok"
    assert set((await full.statuses("s")).values()) == {"cancelled"}
