"""processing -> success: each edge is counted exactly once."""

import asyncio
import json
from collections import Counter

import pytest

from processing_service.contract.errors import InvalidRequest
from processing_service.contract.status import Status
from processing_service.contract.task import Report
from processing_service.store import settle
from tests.store.farm import SERVICE, Farm


async def test_only_the_last_dependency_makes_a_consumer_ready(farm: Farm) -> None:
    """A join of three: pushed once, at the third success, into its own service's list."""
    scenario = await farm.submit({"a": ["d"], "b": ["d"], "c": ["d"], "d": []}, services={"d": "video-service"})
    queues = []
    for name in "abc":
        await farm.report(f"{scenario}.{name}", "success", result_ref=f"s3://{name}")
        queues.append((await farm.task(f"{scenario}.d"))["queue"])
    assert queues == ["2", "1", "0"]
    assert await farm.listed("video-service") == [f"{scenario}.d"]
    assert list(await farm.index(farm.keys.pushed("video-service"))) == [f"{scenario}.d"]
    found = await farm.task(f"{scenario}.d")
    assert {field: value for field, value in found.items() if field.startswith("dep:")} == {
        f"dep:{scenario}.{name}": "success" for name in "abc"
    }


async def test_a_success_keeps_its_result(farm: Farm) -> None:
    """Reference, inline result, end, winning worker; traces of the lease and of earlier failures are gone."""
    scenario = await farm.submit({"a": []})
    task = await farm.claim(worker="w1")
    await farm.start(task.id, attempt=1, progress=50.0, message="half")
    farm.clock.advance(1.5)
    await farm.report(task.id, "success", attempt=1, result_ref="s3://b/k", result={"b": [1.5, "ё"], "a": None})
    found = await farm.task(task.id)
    assert (found["status"], found["result_ref"], found["worker"]) == ("success", "s3://b/k", "w1")
    assert json.loads(found["result"]) == {"b": [1.5, "ё"], "a": None}
    assert found["finished_at"] == found["updated_at"] == "2027-01-15T08:00:01.500Z"
    assert not {"lease_until", "progress", "message", "error", "due_at"} & found.keys()
    assert await farm.index(farm.keys.leases(SERVICE)) == {}
    assert (await farm.history(scenario))[-2:] == ["task.success a", "scenario.finished"]


async def test_the_last_success_ends_the_scenario(farm: Farm) -> None:
    """Status, time and the place from which it will expire, in the same script."""
    scenario = await farm.submit({"a": ["b"], "b": []})
    await farm.report(f"{scenario}.a", "success")
    assert (await farm.scenario(scenario))["status"] == "processing"
    await farm.report(f"{scenario}.b", "success")
    head = await farm.scenario(scenario)
    assert (head["status"], head["remaining"], head["count:success"]) == ("success", "0", "2")
    assert head["finished_at"] == "2027-01-15T08:00:00.000Z"
    assert await farm.index(farm.keys.ended_index) == {scenario: float(farm.clock.ms)}


async def test_fifty_identical_reports_at_once_count_once(farm: Farm) -> None:
    """One `ok`, forty-nine `repeat`, one push."""
    scenario = await farm.submit({"a": ["c"], "b": ["c"], "c": []})
    await farm.claim()
    answers = await asyncio.gather(
        *(farm.report(f"{scenario}.a", "success", result_ref="s3://x", attempt=1) for _ in range(50))
    )
    assert Counter(answer.answer for answer in answers) == {"ok": 1, "repeat": 49}
    assert (await farm.task(f"{scenario}.c"))["queue"] == "1"
    head = await farm.scenario(scenario)
    assert (head["remaining"], head["count:success"], head["count:processing"]) == ("2", "1", "0")
    assert (await farm.history(scenario)).count("task.success a") == 1


async def test_a_batch_is_two_round_trips(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """Thirty-two reports: one read, one round trip of scripts; a claim of as many takes three."""
    await farm.submit({"root": [f"n{i}" for i in range(32)], **{f"n{i}": [] for i in range(32)}})
    await farm.report((await farm.claim()).id, "success", result={"title": "x"})
    trips = []
    send = farm.queue.server._send

    async def counted(commands: object) -> list[object]:
        trips.append(commands)
        return await send(commands)  # type: ignore[arg-type]

    monkeypatch.setattr(farm.queue.server, "_send", counted)
    tasks = await farm.queue.claim(SERVICE, worker="w", limit=32)
    assert (len(tasks), len(trips)) == (32, 3)
    answers = await farm.queue.report_many([(task.id, Report(status=Status.SUCCESS, attempt=1)) for task in tasks])
    assert {answer.answer for answer in answers} == {"ok"}
    assert len(trips) == 5


async def test_many_consumers_are_settled_in_chunks(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """More consumers than one script takes: all become ready, once, and the task keeps no place in `leases`."""
    monkeypatch.setattr("processing_service.store.report.CHUNK", 10)
    monkeypatch.setattr(settle, "CHUNK", 10)
    names = [f"n{i}" for i in range(35)]
    scenario = await farm.submit({"root": names, **{name: [] for name in names}})
    await farm.claim()
    await farm.report(f"{scenario}.root", "success", attempt=1)
    assert await farm.listed() == [f"{scenario}.{name}" for name in names]
    assert "settling" not in await farm.task(f"{scenario}.root")
    assert await farm.index(farm.keys.leases(SERVICE)) == {}


@pytest.mark.parametrize("by", ["sweep", "repeat"])
async def test_a_crash_between_chunks_is_finished(farm: Farm, monkeypatch: pytest.MonkeyPatch, by: str) -> None:
    """A crash between any two scripts loses nothing: ten of thirty-five consumers were told; the sweep tells the rest, or the
    worker that repeats its report."""
    monkeypatch.setattr("processing_service.store.report.CHUNK", 10)
    monkeypatch.setattr(settle, "CHUNK", 10)
    names = [f"n{i}" for i in range(35)]
    scenario = await farm.submit({"root": names, **{name: [] for name in names}})
    await farm.claim()

    async def die(*_: object, **__: object) -> None:
        raise ConnectionAbortedError

    with monkeypatch.context() as dying:
        dying.setattr(settle.Settler, "settle_success", die)
        with pytest.raises(ConnectionAbortedError):
            await farm.report(f"{scenario}.root", "success", attempt=1)
    assert len(await farm.listed()) == 10
    if by == "repeat":
        assert (await farm.report(f"{scenario}.root", "success", attempt=1)).answer == "repeat"
    else:
        farm.clock.advance(9)
        assert (await farm.sweep()).settled == 0
        farm.clock.advance(2)
        assert (await farm.sweep()).settled == 1
    assert sorted(await farm.listed()) == sorted(f"{scenario}.{name}" for name in names)
    assert await farm.index(farm.keys.leases(SERVICE)) == {}
    assert "settling" not in await farm.task(f"{scenario}.root")


async def test_a_counter_that_would_become_negative_is_an_alarm_and_no_push(farm: Farm) -> None:
    """Somebody meddled with `queue`: it stays at 0, nothing is pushed a second time, the scenario says so."""
    scenario = await farm.submit({"a": ["c"], "b": ["c"], "c": []})
    await farm.redis.hset(farm.keys.task(f"{scenario}.c"), "queue", 0)
    await farm.report(f"{scenario}.a", "success")
    assert (await farm.task(f"{scenario}.c"))["queue"] == "0"
    assert f"{scenario}.c" not in await farm.listed()
    assert json.loads((await farm.scenario(scenario))["error"])["code"] == "queue-negative"


@pytest.mark.parametrize("result", [float("nan"), {"x": "ы" * 40_000}, object()])
async def test_a_result_that_redis_is_no_place_for_is_refused(farm: Farm, result: object) -> None:
    """Refused before anything is written; the task stays with its worker."""
    scenario = await farm.submit({"a": []})
    await farm.claim()
    with pytest.raises(InvalidRequest):
        await farm.report(f"{scenario}.a", "success", result=result)
    assert (await farm.task(f"{scenario}.a"))["status"] == "processing"
