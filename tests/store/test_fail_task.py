"""processing -> failed, and pending -> skipped for everything that depends on it."""

import asyncio
import itertools
import json

import pytest

from processing_service.store import settle
from tests.store.farm import SERVICE, Farm

FILM = {"text": ["voice", "s1", "s2"], "voice": ["film"], "s1": ["film"], "s2": ["film"], "film": ["post"], "post": []}


@pytest.mark.parametrize("kind", ["permanent", "bad_input"])
async def test_what_can_never_work_is_not_tried_again(farm: Farm, kind: str) -> None:
    """One attempt, and the scenario ends with the reason."""
    scenario = await farm.submit(FILM)
    await farm.claim()
    await farm.report(f"{scenario}.text", "failed", attempt=1, error=(kind, "no such model"))
    assert await farm.statuses(scenario) == {
        "text": "failed",
        **dict.fromkeys(["voice", "s1", "s2", "film", "post"], "skipped"),
    }
    head = await farm.scenario(scenario)
    assert (head["status"], head["remaining"], head["count:skipped"]) == ("failed", "0", "5")
    error = json.loads(head["error"])
    assert (error["task_id"], error["name"], error["kind"]) == (f"{scenario}.text", "Text", kind)
    for name in ("voice", "post"):
        reason = (await farm.task(f"{scenario}.{name}"))["reason"]
        assert reason == f"upstream Text ({scenario}.text) failed: no such model"
    assert (await farm.history(scenario)).count("scenario.finished") == 1
    assert (await farm.history(scenario))[-1] == "scenario.finished"


async def test_attempts_run_out(farm: Farm) -> None:
    """Three attempts by default, then failed."""
    scenario = await farm.submit({"a": ["b"], "b": []})
    for attempt in (1, 2, 3):
        await farm.claim()
        await farm.report(f"{scenario}.a", "failed", attempt=attempt, error=f"try {attempt}")
        farm.clock.advance(60)
        await farm.sweep()
    found = await farm.task(f"{scenario}.a")
    assert (found["status"], found["failures"], found["attempt"]) == ("failed", "3", "3")
    assert json.loads(found["error"])["message"] == "try 3"
    assert await farm.statuses(scenario) == {"a": "failed", "b": "skipped"}


async def test_a_task_may_have_its_own_number_of_attempts(farm: Farm) -> None:
    """`max_attempts` of the template has the last word."""
    scenario = await farm.submit({"a": []}, max_attempts=1)
    await farm.claim()
    await farm.report(f"{scenario}.a", "failed")
    assert (await farm.task(f"{scenario}.a"))["status"] == "failed"


async def test_siblings_go_on(farm: Farm) -> None:
    """What does not depend on the failed task is finished; its success settles edges into skipped tasks, once each."""
    scenario = await farm.submit(FILM)
    await farm.report((await farm.claim()).id, "success")
    await farm.queue.claim(SERVICE, worker="w", limit=3)
    await farm.report(f"{scenario}.s1", "failed", error=("permanent", "no"))
    assert (await farm.scenario(scenario))["status"] == "processing"
    await farm.report(f"{scenario}.voice", "success")
    await farm.report(f"{scenario}.s2", "success")
    film = await farm.task(f"{scenario}.film")
    deps = {field: value for field, value in film.items() if field.startswith("dep:")}
    assert (film["status"], film["queue"], len(deps)) == ("skipped", "0", 3)
    assert deps[f"dep:{scenario}.s1"] == "failed"
    assert (await farm.task(f"{scenario}.post"))[f"dep:{scenario}.film"] == "skipped"
    assert (await farm.scenario(scenario))["status"] == "failed"


async def test_the_first_failure_is_the_scenarios(farm: Farm) -> None:
    """Two branches fail: the scenario names the first."""
    scenario = await farm.submit({"a": ["c"], "b": ["c"], "c": []})
    await farm.queue.claim(SERVICE, worker="w", limit=2)
    await farm.report(f"{scenario}.b", "failed", error=("permanent", "first"))
    await farm.report(f"{scenario}.a", "failed", error=("permanent", "second"))
    assert json.loads((await farm.scenario(scenario))["error"])["message"] == "first"
    assert (await farm.task(f"{scenario}.c"))["reason"].endswith("first")
    assert (await farm.task(f"{scenario}.c"))["queue"] == "0"


async def test_a_crash_while_skipping_is_finished_by_the_sweep(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """A crash between any two scripts loses nothing: also when the first level is skipped and the next was never told."""
    scenario = await farm.submit(FILM)
    await farm.claim()
    calls = 0
    send = farm.queue.server.calls

    async def die_at_the_second_level(batch: object) -> object:
        nonlocal calls
        if batch and batch[0].script.name == "skip_consumers":  # type: ignore[index]
            calls += 1
            if calls == 2:
                raise ConnectionAbortedError
        return await send(batch)  # type: ignore[arg-type]

    with monkeypatch.context() as dying:
        dying.setattr(farm.queue.server, "calls", die_at_the_second_level)
        with pytest.raises(ConnectionAbortedError):
            await farm.report(f"{scenario}.text", "failed", error=("permanent", "no"))
    assert (await farm.statuses(scenario))["film"] == "pending"
    farm.clock.advance(11)
    assert (await farm.sweep()).settled == 1
    assert set((await farm.statuses(scenario)).values()) == {"failed", "skipped"}
    assert (await farm.task(f"{scenario}.post"))["reason"] == f"upstream Text ({scenario}.text) failed: no"
    assert await farm.index(farm.keys.leases(SERVICE)) == {}
    assert "settling" not in await farm.task(f"{scenario}.text")


async def test_a_wide_and_deep_graph_is_skipped_in_chunks(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Iterative, never recursive: a chain of 300 behind a fan of 30."""
    monkeypatch.setattr(settle, "CHUNK", 7)
    fan, chain = [f"f{i}" for i in range(30)], [f"c{i}" for i in range(300)]
    graph = {
        "root": fan,
        **{name: ["c0"] for name in fan},
        **{a: [b] for a, b in itertools.pairwise(chain)},
        "c299": [],
    }
    scenario = await farm.submit(graph)
    await farm.claim()
    await farm.report(f"{scenario}.root", "failed", error=("permanent", "no"))
    assert list((await farm.statuses(scenario)).values()).count("skipped") == 330
    assert (await farm.scenario(scenario))["remaining"] == "0"


async def test_fifty_failures_at_once_count_once(farm: Farm) -> None:
    """The same report fifty times: one failure."""
    scenario = await farm.submit({"a": []})
    await farm.claim()
    answers = await asyncio.gather(*(farm.report(f"{scenario}.a", "failed", attempt=1) for _ in range(50)))
    assert sorted(answer.answer for answer in answers) == ["ok"] + ["repeat"] * 49
    assert (await farm.task(f"{scenario}.a"))["failures"] == "1"


async def test_two_different_failures_of_two_attempts_are_decided_again(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """What a decision was made for has changed meanwhile: the script says `moved`, the report reads and decides again."""
    scenario = await farm.submit({"a": []})
    await farm.claim()
    look = farm.queue._reporter._look
    changed = []

    async def meanwhile(ids: object) -> object:
        seen = await look(ids)  # type: ignore[arg-type]
        if not changed:
            changed.append(1)
            await farm.redis.hset(farm.keys.task(f"{scenario}.a"), "failures", "2")
        return seen

    monkeypatch.setattr(farm.queue._reporter, "_look", meanwhile)
    assert (await farm.report(f"{scenario}.a", "failed")).status == "failed"
    assert (await farm.task(f"{scenario}.a"))["failures"] == "3"
