"""The verdict on what Redis says of itself."""

from dataclasses import replace

import pytest

from processing_service.engine.health import RedisFacts, judge

FINE = RedisFacts(reachable=True, latency_ms=0.3, version="9.1", eviction_policy="noeviction", append_only=True)


def test_a_sound_redis_is_ok() -> None:
    """Nothing to say."""
    health = judge(FINE, "1.0")
    assert (health.status, health.problems, health.redis.persistence) == ("ok", (), "append-only")


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (RedisFacts(reachable=False), "store-unavailable"),
        (replace(FINE, eviction_policy="allkeys-lru"), "eviction-policy"),
        (replace(FINE, eviction_policy="volatile-ttl"), "eviction-policy"),
        (replace(FINE, used_memory=80, maxmemory=100), "queue-full"),
        (replace(FINE, last_write_ok=False), "store-unavailable"),
    ],
)
def test_what_keeps_requests_from_being_served_blocks(facts: RedisFacts, code: str) -> None:
    """Each with a code and what to do."""
    health = judge(facts, "1.0")
    assert health.status == "unavailable"
    assert [problem.code for problem in health.blocking] == [code]
    assert health.blocking[0].help


def test_memory_only_is_worth_a_warning() -> None:
    """It serves; somebody should know."""
    health = judge(replace(FINE, append_only=False), "1.0")
    assert (health.status, health.blocking, health.problems[0].code) == ("degraded", (), "no-persistence")


def test_below_the_mark_there_is_room() -> None:
    """80 % of maxmemory is the mark."""
    assert judge(replace(FINE, used_memory=79, maxmemory=100), "1.0").status == "ok"
