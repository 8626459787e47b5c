"""Not an arrow: the lease is extended, progress is told, cancellation is heard."""

from tests.store.farm import SERVICE, Farm


async def test_a_heartbeat_extends_the_lease(farm: Farm) -> None:
    """In the hash and in the index."""
    await farm.submit({"a": []})
    task = await farm.claim()
    farm.clock.advance(4)
    answer = await farm.start(task.id, attempt=1, lease_token=task.lease_token)
    assert (answer.answer, answer.lease_until, answer.cancel) == ("ok", farm.clock.ms + 10_000, False)
    assert await farm.index(farm.keys.leases(SERVICE)) == {task.id: float(answer.lease_until)}


async def test_progress_events_are_at_most_one_a_second(farm: Farm) -> None:
    """The hash is always up to date; the stream is not filled by an encoder that reports every frame."""
    scenario = await farm.submit({"a": []})
    await farm.claim()
    for percent in range(1, 31):
        await farm.start(f"{scenario}.a", attempt=1, progress=float(percent), message=f"frame {percent}")
        farm.clock.advance(0.1)
    assert (await farm.history(scenario)).count("task.progress a") == 3
    found = await farm.task(f"{scenario}.a")
    assert (found["progress"], found["message"]) == ("30", "frame 30")


async def test_a_heartbeat_without_news_writes_no_event(farm: Farm) -> None:
    """Not an arrow, not an event."""
    scenario = await farm.submit({"a": []})
    await farm.claim()
    for _ in range(3):
        farm.clock.advance(3)
        await farm.start(f"{scenario}.a", attempt=1, progress=5.0)
    assert (await farm.history(scenario)).count("task.progress a") == 1


async def test_a_worker_hears_of_a_cancellation(farm: Farm) -> None:
    """While the cancellation is on its way, and after it."""
    scenario = await farm.submit({"a": []})
    task = await farm.claim()
    await farm.redis.hset(farm.keys.scenario(scenario), "cancel_requested", "1")
    first = await farm.start(task.id, attempt=1)
    assert (first.answer, first.cancel) == ("ok", True)
    await farm.redis.hdel(farm.keys.scenario(scenario), "cancel_requested")
    await farm.scenarios.cancel(scenario, "enough")
    second = await farm.start(task.id, attempt=1)
    assert (second.answer, second.code, second.cancel) == ("conflict", "scenario-cancelled", True)


async def test_no_renewal_beyond_the_timeout(farm: Farm) -> None:
    """A worker that hangs but beats loses the task: 30 s of the task's own timeout and 5 s of grace."""
    await farm.submit({"a": []}, timeout=30.0)
    task = await farm.claim()
    limit = farm.clock.ms + 35_000
    for _ in range(8):
        farm.clock.advance(4)
        answer = await farm.start(task.id, attempt=1)
        assert answer.answer == "ok"
        assert answer.lease_until <= limit
    assert answer.lease_until == limit
    farm.clock.advance(4)
    answer = await farm.start(task.id, attempt=1)
    assert (answer.answer, answer.code) == ("conflict", "attempt-timeout")
    assert (await farm.sweep()).recovered == 1


async def test_a_heartbeat_of_a_vanished_task_or_scenario(farm: Farm) -> None:
    """`unknown`, and nothing is written."""
    scenario = await farm.submit({"a": []})
    task = await farm.claim()
    await farm.redis.delete(farm.keys.scenario(scenario))
    assert (await farm.start(task.id, attempt=1)).answer == "unknown"
    await farm.redis.delete(farm.keys.task(task.id))
    assert (await farm.start(task.id, attempt=1)).answer == "unknown"
    assert not await farm.redis.exists(farm.keys.task(task.id))
