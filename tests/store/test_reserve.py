"""Idempotency-Key: one key, one (scenario id, instant), for 24 hours."""

import asyncio

from processing_service.store.answer import Answer
from processing_service.store.scenarios import Reservation
from tests.store.farm import Farm


async def test_a_key_keeps_its_id_and_instant(farm: Farm) -> None:
    """Whoever comes again with the same body gets the first one's pair."""
    assert await farm.scenarios.reserve("k", "f", "s1", 111) == Reservation(Answer.OK, "s1", 111)
    assert await farm.scenarios.reserve("k", "f", "s2", 222) == Reservation(Answer.REPEAT, "s1", 111)
    assert 0 < await farm.redis.pttl(farm.keys.idempotency("k")) <= 86_400_000


async def test_another_body_under_the_same_key_is_a_conflict(farm: Farm) -> None:
    """The key names one request."""
    await farm.scenarios.reserve("k", "f", "s1", 111)
    assert (await farm.scenarios.reserve("k", "g", "s2", 222)).answer is Answer.CONFLICT


async def test_fifty_at_once_agree(farm: Farm) -> None:
    """Concurrent repeats of one request: one `ok`, and one pair for all."""
    found = await asyncio.gather(*(farm.scenarios.reserve("k", "f", f"s{i}", i) for i in range(50)))
    assert sorted(reservation.answer for reservation in found) == ["ok"] + ["repeat"] * 49
    assert len({(reservation.scenario_id, reservation.instant_ms) for reservation in found}) == 1


async def test_a_record_of_a_vanished_scenario_does_not_replay(farm: Farm) -> None:
    """Somebody deleted the scenario: the same request is a new one. While it is only being written, it is the same one."""
    await farm.scenarios.reserve("k", "f", "s1", 111)
    farm.clock.advance(30)
    assert (await farm.scenarios.reserve("k", "f", "s2", 222)).scenario_id == "s1"
    farm.clock.advance(31)
    assert await farm.scenarios.reserve("k", "f", "s2", 222) == Reservation(Answer.OK, "s2", 222)


async def test_a_committed_scenario_that_vanished_is_known_at_once(farm: Farm) -> None:
    """The commit marks the record, so no minute has to pass."""
    await farm.scenarios.reserve("k", "f", "s1", 111)
    await farm.submit({"a": []}, scenario_id="s1", idempotency_key="k")
    assert (await farm.scenarios.reserve("k", "f", "s2", 222)).scenario_id == "s1"
    await farm.redis.delete(farm.keys.scenario("s1"), farm.keys.task("s1.a"))
    assert (await farm.scenarios.reserve("k", "f", "s2", 222)).scenario_id == "s2"
