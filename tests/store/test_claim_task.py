"""pending -> processing: by a claim of many, or by id."""

import asyncio
import time
from collections import Counter
from typing import Any

import pytest

from processing_service.contract.errors import NotFound
from processing_service.store import verbs
from processing_service.store.queue import QueueStore
from processing_service.store.scripts import source
from processing_service.store.server import Server
from tests.store.farm import SERVICE, Farm, until


async def test_a_claim_hands_over_everything(farm: Farm) -> None:
    """Fields with their types, parameters, every dependency's result by id and under each field that names it."""
    sid = "filmfilmfilm"
    fields = {
        "film": {"slide_ids": [f"{sid}.s2", f"{sid}.s1"], "voice_track_id": f"{sid}.voice", "note": "7", "n": 7},
        "s1": {"slide_prompt_id": f"{sid}.text"},
    }
    graph = {"text": ["s1", "s2", "voice"], "s1": ["film"], "s2": ["film"], "voice": ["film"], "film": []}
    services = {"s1": "image-service", "s2": "image-service", "voice": "voice-service", "film": "video-service"}
    await farm.submit(graph, scenario_id=sid, services=services, fields=fields, params={"style": "modern-flat"}, timeout=30.0)
    text = await farm.claim()
    assert (text.attempt, text.timeout, text.params, text.inputs) == (1, 30.0, {"style": "modern-flat"}, {})
    await farm.report(text.id, "success", result_ref="artifact://x", result={"title": "Коты"})
    slides = await farm.queue.claim("image-service", worker="w", limit=10)
    assert [task.id for task in slides] == [f"{sid}.s1", f"{sid}.s2"]
    upstream = slides[0].upstream("slide_prompt_id")
    assert upstream is not None
    assert (upstream.name, upstream.result_ref, upstream.result) == ("Text", "artifact://x", {"title": "Коты"})
    places = [task.inputs[text.id] for task in slides]
    assert [(place.position, place.siblings) for place in places] == [(1, 2), (2, 2)]
    for task_id in (f"{sid}.s1", f"{sid}.s2", f"{sid}.voice"):
        await farm.report(task_id, "success", result_ref=f"s3://{task_id}")
    film = await farm.claim("video-service")
    assert film.fields == {"slide_ids": [f"{sid}.s2", f"{sid}.s1"], "voice_track_id": f"{sid}.voice", "note": "7", "n": 7}
    assert [slide.id for slide in film.upstreams("slide_ids")] == [f"{sid}.s2", f"{sid}.s1"]
    assert film.upstream("voice_track_id") == film.inputs[f"{sid}.voice"]
    assert await farm.queue.claimed(film.id) == film


async def test_a_claim_takes_the_lease(farm: Farm) -> None:
    """Attempt, holder and lease in the hash; `leases` instead of `pushed`; the scenario is processing."""
    scenario = await farm.submit({"a": []})
    task = await farm.claim(worker="w7", lease=20.0)
    found = await farm.task(task.id)
    assert (found["status"], found["attempt"], found["worker"]) == ("processing", "1", "w7")
    assert task.lease_until == int(found["lease_until"]) == farm.clock.ms + 20_000
    assert await farm.index(farm.keys.leases(SERVICE)) == {task.id: float(task.lease_until)}
    assert await farm.index(farm.keys.pushed(SERVICE)) == {}
    head = await farm.scenario(scenario)
    assert (head["status"], head["count:processing"], head["count:pending"]) == ("processing", "1", "0")
    assert head["started_at"] == "2027-01-15T08:00:00.000Z"
    assert await farm.history(scenario) == ["scenario.created", "task.processing a"]


async def test_a_lease_is_never_longer_than_the_timeout(farm: Farm) -> None:
    """A worker without a heartbeat may ask for a long lease, up to what one attempt may take."""
    scenario = await farm.submit({"a": []})
    answer = await farm.start(f"{scenario}.a", worker="w", lease=9_999.0)
    assert answer.lease_until == farm.clock.ms + 120_000


async def test_a_hundred_claims_race_for_ten_tasks(farm: Farm) -> None:
    """Each task is claimed exactly once; the others get nothing, never an error."""
    names = {f"n{i}": [] for i in range(10)}
    await farm.submit(names)
    found = await asyncio.gather(*(farm.queue.claim(SERVICE, worker=f"w{i}") for i in range(100)))
    claims = Counter(task.id for tasks in found for task in tasks)
    assert len(claims) == 10
    assert set(claims.values()) == {1}


async def test_two_name_the_same_id(farm: Farm) -> None:
    """Two tier-1 workers that hold the same id: one gets it, the other is told so."""
    scenario = await farm.submit({"a": []})
    answers = await asyncio.gather(*(farm.start(f"{scenario}.a", worker=f"w{i}") for i in range(10)))
    assert Counter(answer.code or str(answer.answer) for answer in answers) == {"ok": 1, "already-held": 9}


async def test_stale_hints_are_dropped(farm: Farm) -> None:
    """An id of a task that is held, waits, is delayed or has ended is harmless in a list, once or many times."""
    scenario = await farm.submit({"held": [], "done": ["next"], "next": ["waits"], "waits": [], "late": []})
    await farm.start(f"{scenario}.held", worker="w")
    await farm.report(f"{scenario}.done", "success")
    await farm.start(f"{scenario}.late", worker="w")
    await farm.report(f"{scenario}.late", "failed", error="later")
    await farm.redis.delete(farm.keys.queue(SERVICE))
    await farm.redis.rpush(farm.keys.queue(SERVICE), *[f"{scenario}.{name}" for name in ("held", "done", "waits", "late")])
    await farm.redis.rpush(farm.keys.queue(SERVICE), f"{scenario}.next", f"{scenario}.next")
    tasks = await farm.queue.claim(SERVICE, worker="w", limit=10)
    assert [task.id for task in tasks] == [f"{scenario}.next"]
    assert await farm.listed() == []
    held, next_ = await farm.task(f"{scenario}.held"), tasks[0]
    assert await farm.index(farm.keys.leases(SERVICE)) == {
        f"{scenario}.held": float(held["lease_until"]),
        next_.id: float(next_.lease_until),
    }
    assert list(await farm.index(farm.keys.delayed(SERVICE))) == [f"{scenario}.late"]


async def test_garbage_goes_to_the_dead_with_the_reason(farm: Farm) -> None:
    """Whatever somebody pushed that is no task's id; the worker gets the next task."""
    scenario = await farm.submit({"a": []})
    await farm.redis.lpush(farm.keys.queue(SERVICE), "nobody.nothing", "{not an id}", "x" * 100_000, "строка", b"\xff\xfe")
    tasks = await farm.queue.claim(SERVICE, worker="w", limit=10)
    assert [task.id for task in tasks] == [f"{scenario}.a"]
    dead = await farm.redis.lrange(farm.keys.dead(SERVICE), 0, -1)
    assert len(dead) == 5
    assert sum("not a task id" in entry for entry in dead) == 4
    assert '"found":"nobody.nothing"' in dead[-1]
    assert "no such task" in dead[-1]
    assert all(len(entry) < 400 for entry in dead)
    assert await farm.index(farm.keys.leases(SERVICE)) == {tasks[0].id: float(tasks[0].lease_until)}


async def test_a_task_whose_scenario_is_gone_is_nobodys(farm: Farm) -> None:
    """Somebody deleted the scenario's hash: the id leaves the queue, nothing crashes."""
    scenario = await farm.submit({"a": []})
    await farm.redis.delete(farm.keys.scenario(scenario))
    assert await farm.queue.claim(SERVICE, worker="w") == []
    assert "its scenario is gone" in (await farm.redis.lrange(farm.keys.dead(SERVICE), 0, -1))[0]
    assert (await farm.report(f"{scenario}.a", "success")).answer == "unknown"


async def test_an_id_made_otherwise_is_claimed_too(farm: Farm) -> None:
    """The scenario is guessed from the id to save a round trip; the task's hash has the last word."""
    scenario = await farm.submit({"x": []}, scenario_id="plain")
    await farm.redis.rename(farm.keys.task("plain.x"), farm.keys.task("my_own-id"))
    await farm.redis.hset(farm.keys.task("my_own-id"), "id", "my_own-id")
    await farm.redis.delete(farm.keys.queue(SERVICE))
    await farm.redis.rpush(farm.keys.queue(SERVICE), "my_own-id")
    assert (await farm.claim()).scenario_id == scenario


async def test_after_cancel_no_claim_succeeds(farm: Farm) -> None:
    """The flag alone is enough, before any task is cancelled."""
    scenario = await farm.submit({"a": []})
    await farm.redis.hset(farm.keys.scenario(scenario), "cancel_requested", "1")
    assert await farm.queue.claim(SERVICE, worker="w") == []
    answer = await farm.start(f"{scenario}.a", worker="w")
    assert (answer.answer, answer.code, answer.cancel) == ("conflict", "scenario-cancelled", True)


async def test_a_waiting_claim_wakes_at_the_push(farm: Farm) -> None:
    """Long polling without polling: the task is there within a fraction of the safety net's second."""
    waiting = asyncio.create_task(farm.queue.claim(SERVICE, worker="w", wait=20.0))
    channel = farm.keys.wake(SERVICE)
    await until(lambda: subscribed(farm, channel))
    started = time.monotonic()
    scenario = await farm.submit({"a": []})
    (task,) = await waiting
    assert task.id == f"{scenario}.a"
    assert time.monotonic() - started < 0.7


async def test_many_waiting_claims_share_one_subscription(farm: Farm) -> None:
    """However many services a process waits for."""
    waiting = [asyncio.create_task(farm.queue.claim(f"service-{i % 5}", worker=f"w{i}", wait=20.0)) for i in range(20)]
    for i in range(5):
        channel = farm.keys.wake(f"service-{i}")
        await until(lambda channel=channel: subscribed(farm, channel))
        assert dict(await farm.redis.pubsub_numsub(channel)) == {channel: 1}
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_claim_that_waits_in_vain_ends_in_time(farm: Farm) -> None:
    """No task, no error, and not a second too late."""
    started = time.monotonic()
    assert await farm.queue.claim(SERVICE, worker="w", wait=0.3) == []
    assert 0.25 < time.monotonic() - started < 1.5


@pytest.mark.parametrize("at", ["pop_ready", "claim_task", "HMGET", "after"])
async def test_a_caller_that_gives_up_loses_nothing(farm: Farm, monkeypatch: pytest.MonkeyPatch, at: str) -> None:
    """Cancelled anywhere in a claim, the task is at the head of its list again, and no failure is counted."""
    scenario = await farm.submit({"root": ["a", "b"], "a": [], "b": []})
    await farm.report(f"{scenario}.root", "success")
    assert await farm.pop() == f"{scenario}.root"
    reached = asyncio.Event()
    send = Server._send

    async def slow(self: Server, commands: Any) -> list[Any]:
        replies = await send(self, commands)
        names = {str(call[0]) for call in commands} | {
            name for call in commands for name in ("pop_ready", "claim_task") if str(call[1]) in shas(name)
        }
        if at in names:
            reached.set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        return replies

    monkeypatch.setattr(Server, "_send", slow)
    claiming = asyncio.create_task(farm.queue.claim(SERVICE, worker="w", limit=2))
    if at == "after":
        await claiming
        await farm.queue.hand_back(claiming.result(), "w")
    else:
        await reached.wait()
        claiming.cancel()
        with pytest.raises(asyncio.CancelledError):
            await claiming
    assert await farm.listed() == [f"{scenario}.a", f"{scenario}.b"]
    for name in ("a", "b"):
        found = await farm.task(f"{scenario}.{name}")
        assert (found["status"], found.get("failures"), found.get("lost")) == ("pending", None, None)


async def test_only_a_task_that_is_processed_can_be_looked_up_as_claimed(farm: Farm) -> None:
    """`claimed` is for who holds a task."""
    scenario = await farm.submit({"a": []})
    with pytest.raises(NotFound):
        await farm.queue.claimed(f"{scenario}.a")


async def test_a_closed_store_leaves_nothing_running(farm: Farm) -> None:
    """Closing ends the subscription; a later claim starts it anew."""
    store = QueueStore(farm.redis, farm.keys)
    assert await store.claim(SERVICE, worker="w", wait=0.05) == []
    await store.aclose()
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name() == "store-wake"] == []


async def subscribed(farm: Farm, channel: str) -> bool:
    return bool(dict(await farm.redis.pubsub_numsub(channel))[channel])


def shas(name: str) -> set[str]:
    """The names of a script's two texts in the server's cache."""
    script = next(script for script in verbs.ALL if script.name == name)
    return {source(script, flags).sha for flags in (True, False)}
