"""Presence of workers, and how a queue stands."""

from processing_service.store.queue import QueueStats
from tests.store.farm import SERVICE, Farm


async def test_a_worker_is_seen_for_a_minute(farm: Farm) -> None:
    """Its hash, and the count of its service."""
    await farm.queue.beat("w1", SERVICE, {"host": "studio", "pid": 42})
    await farm.queue.beat("w2", SERVICE, {})
    seen = await farm.redis.hgetall(farm.keys.worker("w1"))  # type: ignore[misc]
    assert seen == {"id": "w1", "service": SERVICE, "seen_at": "2027-01-15T08:00:00.000Z", "host": "studio", "pid": "42"}
    assert 0 < await farm.redis.pttl(farm.keys.worker("w1")) <= 60_000
    assert (await farm.queue.stats([SERVICE]))[0].workers == 2
    assert await farm.queue.seen_services() == {SERVICE}
    assert await farm.queue.services() == set()  # nobody has named it: the sweep has nothing to look for there
    farm.clock.advance(61)
    await farm.queue.beat("w3", SERVICE, {})
    assert (await farm.queue.stats([SERVICE]))[0].workers == 1


async def test_a_queue_in_figures(farm: Farm) -> None:
    """Ready, held, delayed, dead, and the age of the one that is next."""
    assert (await farm.queue.stats([SERVICE]))[0] == QueueStats(SERVICE, 0, 0, 0, 0, 0, None)
    scenario = await farm.submit({name: [] for name in "abcd"})
    await farm.redis.lpush(farm.keys.queue(SERVICE), "{garbage}")  # type: ignore[misc]
    await farm.queue.claim(SERVICE, worker="w", limit=3)
    await farm.report(f"{scenario}.a", "failed")
    stats = (await farm.queue.stats([SERVICE]))[0]
    assert (stats.ready, stats.processing, stats.delayed, stats.dead) == (2, 1, 1, 1)
    assert stats.oldest_ready_seconds is not None


async def test_nobody_grows_what_is_swept_by_inventing_services(farm: Farm) -> None:
    """A worker may say that it serves anything: the 1,000 newest are remembered, and every one of them is read in two round trips."""
    for number in range(1_010):
        farm.clock.advance(0.001)
        await farm.queue.beat("w", f"invented-{number}", {})
    seen = await farm.queue.seen_services()
    assert len(seen) == 1_000
    assert "invented-1009" in seen
    assert await farm.queue.services() == set()
    assert [stats.workers for stats in await farm.queue.stats(sorted(seen))] == [1] * 1_000
    farm.clock.advance(86_401)
    await farm.queue.beat("w", SERVICE, {})
    assert await farm.queue.seen_services() == {SERVICE}
