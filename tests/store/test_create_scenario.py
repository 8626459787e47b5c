"""nothing -> pending: the whole graph or nothing."""

import json
from dataclasses import replace

import pytest

from processing_service.contract.errors import StoreUnavailable
from processing_service.store import verbs
from processing_service.store.answer import Answer
from processing_service.store.scripts import Call
from processing_service.store.server import Reply, Server
from tests.store.farm import Farm

FILM = {"text": ["voice", "slide"], "voice": ["film"], "slide": ["film"], "film": []}
SERVICES = {"text": "text-service", "voice": "voice-service", "slide": "image-service", "film": "video-service"}


async def test_a_task_hash_is_the_seeds(farm: Farm) -> None:
    """Field names and formats as the seed document writes them, so that its scripts read it."""
    fields = {"text": {"prompt": "Напиши короткий текст про кота\n# {{ 7*7 }}"}, "film": {"slide_ids": ["x.1", "x.2"], "n": 2}}
    scenario = await farm.submit(FILM, services=SERVICES, fields=fields, params={"model": "gpt-4o-mini"})
    text = await farm.redis.hgetall(farm.keys.task(f"{scenario}.text"))
    assert (text["id"], text["scenario_id"]) == (f"{scenario}.text", scenario)
    assert (text["service"], text["name"], text["status"], text["queue"]) == ("text-service", "Text", "pending", "0")
    assert json.loads(text["consumers"]) == [f"{scenario}.voice", f"{scenario}.slide"]
    assert text["created_at"] == text["updated_at"] == "2026-11-20T10:34:12.349Z"
    assert text["prompt"] == "Напиши короткий текст про кота\n# {{ 7*7 }}"
    assert text["params"] == '{"model":"gpt-4o-mini"}'
    assert text["result_ref"] == ""
    film = await farm.task(f"{scenario}.film")
    assert (film["queue"], film["needs"], film["slide_ids"], film["n"]) == ("2", "2", '["x.1","x.2"]', "2")


async def test_a_scenario_hash_counts_its_tasks(farm: Farm) -> None:
    """Counters, ids in the document's order, the time of creation in the index."""
    scenario = await farm.submit(FILM, services=SERVICES)
    found = await farm.scenario(scenario)
    assert json.loads(found["task_ids"]) == [f"{scenario}.{name}" for name in FILM]
    assert (found["status"], found["total"], found["remaining"], found["count:pending"]) == ("pending", "4", "4", "4")
    assert found["count:success"] == "0"
    assert json.loads(found["variables"]) == {"PROMPT": "Создай видео про котов"}
    assert await farm.index(farm.keys.scenarios_index) == {scenario: 1795170852349.0}
    assert await farm.queue.services() == set(SERVICES.values())
    assert await farm.history(scenario) == ["scenario.created"]


async def test_only_ready_roots_are_pushed_in_order(farm: Farm) -> None:
    """What waits is in no list; what is pushed is tracked from that moment."""
    scenario = await farm.submit({"a": ["c"], "b": ["c"], "c": []})
    assert await farm.listed() == [f"{scenario}.a", f"{scenario}.b"]
    due = float(farm.clock.ms + 5_000)
    assert await farm.index(farm.keys.pushed("text-service")) == {f"{scenario}.a": due, f"{scenario}.b": due}
    assert await farm.index(farm.keys.staging_index) == {}


async def test_the_same_submission_again_is_a_repeat(farm: Farm) -> None:
    """A repeat after a lost answer writes nothing, even when the scenario has moved on."""
    scenario, tasks = farm.draft(FILM)
    assert await farm.scenarios.create(scenario, tasks) is Answer.OK
    await farm.claim()
    before = await farm.snapshot()
    assert await farm.scenarios.create(scenario, tasks) is Answer.REPEAT
    assert await farm.snapshot() == before


async def test_a_taken_scenario_id_is_a_conflict(farm: Farm) -> None:
    """A collision is detected, never overwritten."""
    taken = await farm.submit(FILM)
    before = await farm.snapshot()
    scenario, tasks = farm.draft({"x": []}, scenario_id=taken, created_at="2026-11-20T11:00:00.000Z")
    assert await farm.scenarios.create(scenario, tasks) is Answer.CONFLICT
    assert await farm.snapshot() == before


async def test_a_taken_task_id_is_a_conflict(farm: Farm) -> None:
    """A literal task id that another scenario has is not overwritten."""
    first = await farm.submit({"a": []})
    before = await farm.task(f"{first}.a")
    scenario, tasks = farm.draft({"a": []})
    stolen = [replace(task, record=replace(task.record, id=f"{first}.a")) for task in tasks]
    assert await farm.scenarios.create(scenario, stolen) is Answer.CONFLICT
    assert await farm.task(f"{first}.a") == before
    assert await farm.scenarios.scenario(scenario.scenario_id) is None


async def test_a_large_graph_is_staged_in_chunks(farm: Farm) -> None:
    """A thousand tasks, one commit."""
    names = [f"n{i}" for i in range(1_000)]
    scenario = await farm.submit({"root": names, **{name: [] for name in names}})
    assert len(await farm.statuses(scenario)) == 1_001
    assert await farm.listed() == [f"{scenario}.root"]
    assert not await farm.redis.exists(farm.keys.staging(scenario))


async def test_nothing_is_visible_before_the_commit_and_the_sweep_takes_it_back(farm: Farm) -> None:
    """A submitter that dies leaves no orphan: what it staged is deleted after a minute of silence."""
    scenario, tasks = farm.draft(FILM)
    server = Server(farm.redis)
    for call in farm.scenarios._staging(scenario, tasks):
        await server.call(call)
    assert await farm.listed() == []
    farm.clock.advance(59)
    assert (await farm.sweep()).discarded == 0
    farm.clock.advance(2)
    assert (await farm.sweep()).discarded == 1
    assert await farm.snapshot() == {}


async def test_a_paused_submitter_starts_again_once(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """The sweep took the staged tasks away during a pause: the commit says `moved`, and the graph is written anew, whole."""
    scenario, tasks = farm.draft(FILM)
    pauses = []

    async def pause(self: Server, call: Call) -> Reply:
        if call.script is verbs.CREATE_SCENARIO and not pauses:
            pauses.append(1)
            farm.clock.advance(61)
            assert (await farm.sweep()).discarded == 1
        return (await self.calls([call]))[0]

    monkeypatch.setattr(Server, "call", pause)
    assert await farm.scenarios.create(scenario, tasks) is Answer.OK
    assert pauses == [1]
    assert len(await farm.statuses(scenario.scenario_id)) == 4


async def test_a_consumer_named_twice_is_one_edge(farm: Farm) -> None:
    """One dependency, counted once, whatever the document says."""
    scenario = await farm.submit({"a": ["b", "b"], "b": []})
    await farm.report(f"{scenario}.a", "success")
    assert (await farm.task(f"{scenario}.b"))["queue"] == "0"
    assert await farm.listed() == [f"{scenario}.a", f"{scenario}.b"]


async def test_a_wrong_type_in_the_way_writes_nothing(farm: Farm) -> None:
    """Types are looked at first, because a script that fails half-way is not rolled back."""
    await farm.redis.set(farm.keys.pushed("text-service"), "oops")
    scenario, tasks = farm.draft({"a": []})
    with pytest.raises(StoreUnavailable, match="WRONGTYPE"):
        await farm.scenarios.create(scenario, tasks)
    assert await farm.scenarios.scenario(scenario.scenario_id) is None
    assert await farm.listed() == []


async def test_pages_are_newest_first_and_stable_within_a_millisecond(farm: Farm) -> None:
    """Cursors neither repeat nor miss a scenario, even among scenarios of the same millisecond."""
    ids = [f"s{i}" for i in range(7)]
    for number, scenario_id in enumerate(ids):
        await farm.submit({"a": []}, scenario_id=scenario_id, created_at=f"2026-11-20T10:00:0{number // 4}.000Z")
    seen, before = [], None
    while page := await farm.scenarios.page(2, before):
        seen += page
        before = page[-1]
    assert [scenario_id for _, scenario_id in seen] == ["s6", "s5", "s4", "s3", "s2", "s1", "s0"]
