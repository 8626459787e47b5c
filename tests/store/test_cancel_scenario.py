"""any live -> cancelled."""

import asyncio
from collections import Counter

import pytest

from processing_service.store.answer import Answer
from processing_service.store.scenarios import ScenarioStore
from tests.store.farm import SERVICE, Farm

FILM = {"text": ["voice", "slide"], "voice": ["film"], "slide": ["film"], "film": [], "late": []}


async def test_everything_that_is_not_finished_is_cancelled(farm: Farm) -> None:
    """Finished stays, running, ready, delayed and waiting tasks are cancelled, and no queue remembers them."""
    scenario = await farm.submit(FILM)
    await farm.report(f"{scenario}.text", "success")
    await farm.pop()
    await farm.start(f"{scenario}.late", worker="w")
    await farm.report(f"{scenario}.late", "failed")
    await farm.start(f"{scenario}.voice", worker="w")
    assert await farm.scenarios.cancel(scenario, "changed my mind") is Answer.OK
    assert await farm.statuses(scenario) == {
        "text": "success",
        "voice": "cancelled",
        "slide": "cancelled",
        "film": "cancelled",
        "late": "cancelled",
    }
    head = await farm.scenario(scenario)
    assert (head["status"], head["remaining"], head["count:cancelled"]) == ("cancelled", "0", "4")
    assert (await farm.task(f"{scenario}.film"))["reason"] == "changed my mind"
    assert f"{scenario}.slide" not in await farm.listed()
    for key in (farm.keys.leases(SERVICE), farm.keys.pushed(SERVICE), farm.keys.delayed(SERVICE), farm.keys.cancelling_index):
        assert await farm.index(key) == {}
    history = await farm.history(scenario)
    assert history.index("scenario.cancelling") < history.index("task.cancelled voice")
    assert history[-1] == "scenario.finished"


async def test_cancelling_again_is_a_repeat(farm: Farm) -> None:
    """And changes nothing."""
    scenario = await farm.submit(FILM)
    await farm.scenarios.cancel(scenario, "once")
    before = await farm.snapshot()
    assert await farm.scenarios.cancel(scenario, "twice") is Answer.REPEAT
    assert await farm.snapshot() == before


async def test_what_has_ended_cannot_be_cancelled(farm: Farm) -> None:
    """`conflict`, or `unknown` when there is no such scenario."""
    scenario = await farm.submit({"a": []})
    await farm.report(f"{scenario}.a", "success")
    assert await farm.scenarios.cancel(scenario, "") is Answer.CONFLICT
    assert await farm.scenarios.cancel("nobody", "") is Answer.UNKNOWN


async def test_a_late_success_is_refused(farm: Farm) -> None:
    """From the moment of the flag, and after."""
    scenario = await farm.submit({"a": ["b"], "b": []})
    task = await farm.claim()
    await farm.redis.hset(farm.keys.scenario(scenario), "cancel_requested", "1")
    answer = await farm.report(task.id, "success", attempt=1)
    assert (answer.answer, answer.code, answer.cancel) == ("conflict", "scenario-cancelled", True)
    assert (await farm.report(task.id, "cancelled", attempt=1)).answer == "ok"
    assert (await farm.report(task.id, "cancelled", attempt=1)).answer == "repeat"
    assert (await farm.report(task.id, "success", attempt=1)).code == "scenario-cancelled"


async def test_a_crash_while_cancelling_is_finished_by_the_sweep(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The flag is sticky and indexed: whoever sweeps next goes on."""
    scenario = await farm.submit(FILM)

    async def die(*_: object) -> None:
        raise ConnectionAbortedError

    with monkeypatch.context() as dying:
        dying.setattr(ScenarioStore, "cancel_tasks", die)
        with pytest.raises(ConnectionAbortedError):
            await farm.scenarios.cancel(scenario, "stop")
    assert set((await farm.statuses(scenario)).values()) == {"pending"}
    farm.clock.advance(3)
    assert (await farm.sweep()).cancelled == 1
    assert set((await farm.statuses(scenario)).values()) == {"cancelled"}
    assert (await farm.scenario(scenario))["status"] == "cancelled"


async def test_a_cancel_races_with_the_last_success(farm: Farm) -> None:
    """Success or cancelled, never both, never stuck."""
    outcomes: Counter[str] = Counter()
    for _ in range(40):
        scenario = await farm.submit({"a": []})
        task = await farm.claim()
        await asyncio.gather(farm.report(task.id, "success", attempt=1), farm.scenarios.cancel(scenario, "race"))
        head, found = await farm.scenario(scenario), await farm.task(task.id)
        assert head["status"] == found["status"]
        assert head["remaining"] == "0"
        assert (await farm.history(scenario)).count("scenario.finished") == 1
        outcomes[head["status"]] += 1
    assert outcomes.keys() <= {"success", "cancelled"}
