"""processing -> pending, later: backoff, and the retry at the head."""

import json

import pytest

from tests.store.farm import SERVICE, Farm


@pytest.mark.parametrize(
    ("failures", "error", "chance", "delay"),
    [
        (1, "boom", 0.0, 2.0),
        (1, "boom", 0.5, 1.5),
        (2, "boom", 0.0, 4.0),
        (1, ("transient", "reset"), 0.0, 2.0),
        (1, ("rate_limited", "slow down", 33.0), 0.0, 33.0),
    ],
)
async def test_a_failure_is_tried_again_after_its_backoff(
    farm: Farm, failures: int, error: object, chance: float, delay: float
) -> None:
    """The delay is the retry policy's; a provider's wish is a floor."""
    scenario = await farm.submit({"a": []})
    farm.chance = chance
    for attempt in range(1, failures + 1):
        await farm.claim()
        assert (await farm.report(f"{scenario}.a", "failed", attempt=attempt, error=error)).answer == "ok"
        found = await farm.task(f"{scenario}.a")
        if attempt < failures:
            farm.clock.ms = int(found["due_at"])
            assert (await farm.sweep()).promoted == 1
    assert int(found["due_at"]) == farm.clock.ms + delay * 1000
    assert (found["status"], found["failures"], found["last_outcome"]) == ("pending", str(failures), "failed")
    assert await farm.index(farm.keys.delayed(SERVICE)) == {f"{scenario}.a": float(found["due_at"])}
    assert await farm.index(farm.keys.leases(SERVICE)) == {}
    assert (await farm.scenario(scenario))["count:pending"] == "1"


async def test_the_error_stays_readable_while_it_waits(farm: Farm) -> None:
    """Kind, code and message in the hash and in the event; a long message is cut at 2 KB of whole characters."""
    scenario = await farm.submit({"a": []})
    await farm.claim()
    await farm.report(f"{scenario}.a", "failed", error=("transient", "ы" * 5_000))
    error = json.loads((await farm.task(f"{scenario}.a"))["error"])
    assert (error["kind"], error["code"], error["message"]) == ("transient", "transient", "ы" * 1_024)
    assert (await farm.history(scenario))[-1] == "task.delayed a"


async def test_a_due_retry_goes_to_the_head(farm: Farm) -> None:
    """It has already waited its turn; those that are due first come first."""
    scenario = await farm.submit({"a": [], "b": [], "c": []})
    for name in "ab":
        await farm.claim()
        await farm.report(f"{scenario}.{name}", "failed", error="x")
        farm.clock.advance(0.1)
    assert (await farm.sweep()).promoted == 0
    farm.clock.advance(2)
    assert (await farm.sweep()).promoted == 2
    assert await farm.listed() == [f"{scenario}.{name}" for name in "abc"]
    assert "due_at" not in await farm.task(f"{scenario}.a")
    assert await farm.index(farm.keys.delayed(SERVICE)) == {}
    assert (await farm.claim()).attempt == 2


async def test_a_tier_0_failure_is_claim_and_failure_in_one(farm: Farm) -> None:
    """A shell worker that popped the id and sends only `failed`."""
    scenario = await farm.submit({"a": []})
    await farm.pop()
    answer = await farm.report(f"{scenario}.a", "failed", worker="shell")
    assert (answer.answer, answer.attempt, answer.status) == ("ok", 1, "pending")
    found = await farm.task(f"{scenario}.a")
    assert (found["failures"], found["worker"]) == ("1", "shell")
    assert json.loads(found["error"])["message"] == "the worker gave no reason"


async def test_a_late_success_while_delayed_is_taken(farm: Farm) -> None:
    """Nobody has the task since, and results are content-addressed: the retry is called off."""
    scenario = await farm.submit({"a": []})
    await farm.claim()
    await farm.report(f"{scenario}.a", "failed", attempt=1)
    assert (await farm.report(f"{scenario}.a", "success", attempt=1)).answer == "ok"
    assert await farm.index(farm.keys.delayed(SERVICE)) == {}
    farm.clock.advance(60)
    assert (await farm.sweep()).promoted == 0
    assert (await farm.scenario(scenario))["status"] == "success"
