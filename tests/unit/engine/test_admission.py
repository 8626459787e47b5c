"""The gate in front of submissions."""

import pytest

from processing_service.contract.errors import StoreUnavailable
from processing_service.engine.admission import Admission
from processing_service.engine.health import RedisFacts


async def test_submissions_stop_at_eighty_percent_and_start_again() -> None:
    """A full Redis is 503 `queue-full` with a time to come back; one look counts for a second."""
    used, looks, now = 79, 0, 0.0

    async def probe() -> RedisFacts:
        nonlocal looks
        looks += 1
        return RedisFacts(reachable=True, used_memory=used, maxmemory=100)

    gate = Admission(probe, lambda: now)
    await gate.admit()
    used = 80
    await gate.admit()
    assert looks == 1
    now = 1.0
    with pytest.raises(StoreUnavailable) as refusal:
        await gate.admit()
    assert (refusal.value.code, refusal.value.retry_after) == ("queue-full", 5.0)
    used, now = 10, 2.0
    await gate.admit()


@pytest.mark.parametrize("facts", [RedisFacts(reachable=True, used_memory=10**12), RedisFacts(reachable=False)])
async def test_without_a_limit_or_without_an_answer_the_gate_is_open(facts: RedisFacts) -> None:
    """No maxmemory is no limit; a Redis that is away is reported by the write itself."""

    async def probe() -> RedisFacts:
        return facts

    await Admission(probe).admit()
