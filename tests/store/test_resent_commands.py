"""A client library that silently sends a command again after a lost reply must change nothing (redis-py does so by default)."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest

from processing_service.store import verbs
from processing_service.store.scripts import source
from processing_service.store.server import Server
from tests.store.farm import SERVICE, Farm

RARE = ("discard_staging", "settle_consumers", "rearm_pushed")  # the last one with take_overdue
FILM = {"text": ["voice", "slide"], "voice": ["film"], "slide": ["film"], "film": ["post"], "post": []}


@pytest.fixture
def twice(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From the call on everything is executed, its replies are lost, and everything is executed again."""
    send = Server._send

    async def send_twice(self: Server, commands: Sequence[Sequence[Any]]) -> list[Any]:
        await send(self, commands)
        return await send(self, commands)

    return lambda: monkeypatch.setattr(Server, "_send", send_twice)


async def life(farm: Farm) -> None:
    """Every verb of the store at least once, in one story."""
    scenarios, clock = farm.scenarios, farm.clock
    await scenarios.reserve("key", "fingerprint", "s1", 111)
    await farm.submit(FILM, scenario_id="s1", idempotency_key="key")
    await farm.queue.beat("w", SERVICE, {"pid": 1})
    text = await farm.claim()
    await farm.start(text.id, attempt=1, progress=10.0)
    await farm.queue.hand_back([text], "w")
    await farm.claim()
    clock.advance(11)
    await farm.sweep()  # recovered
    await farm.claim()
    await farm.report(text.id, "failed", attempt=3, error="once")
    clock.advance(3)
    await farm.sweep()  # promoted
    await farm.claim()
    await farm.report(text.id, "success", attempt=4, result_ref="s3://text", result={"n": 1})
    voice, slide = await farm.queue.claim(SERVICE, worker="w", limit=5)
    await farm.report(voice.id, "success")
    await farm.report(slide.id, "failed", attempt=1, error=("permanent", "never"))
    await farm.submit({"a": [], "b": ["c"], "c": []}, scenario_id="s2")
    await farm.pop()
    await farm.report("s2.a", "success")
    await farm.pop()
    await farm.start("s2.b", worker="shell")
    await scenarios.cancel("s2", "stop")
    await farm.submit({"gone": []}, scenario_id="s3")
    await farm.redis.delete(farm.keys.task("s3.gone"))
    await farm.redis.rpush(farm.keys.queue(SERVICE), "{garbage}")  # type: ignore[misc]
    await farm.queue.claim(SERVICE, worker="w", limit=5)
    clock.advance(30)
    await farm.sweep()


def comparable(state: dict[str, Any]) -> dict[str, Any]:
    """Tokens are random."""
    return {
        name: {field: text for field, text in value.items() if field != "lease_token"} if isinstance(value, dict) else value
        for name, value in state.items()
    }


async def test_every_command_sent_twice_leaves_the_same_state(farm: Farm, twice: Callable[[], None]) -> None:
    """Hashes, lists, indexes and histories of a whole life are equal, entry for entry."""
    await life(farm)
    once = comparable(await farm.snapshot())
    async for key in farm.redis.scan_iter(match=f"{farm.keys.namespace}*"):
        await farm.redis.delete(key)
    resent = Farm(farm.redis, farm.keys)
    twice()
    await life(resent)
    again = comparable(await farm.snapshot())
    assert again.keys() == once.keys()
    for name, value in once.items():
        assert again[name] == value, name
    await resent.queue.aclose()


async def test_a_lost_reply_to_a_claim_gives_the_same_tasks(farm: Farm, twice: Callable[[], None]) -> None:
    """Not a second set."""
    scenario = await farm.submit({name: [] for name in "abcd"})
    twice()
    tasks = await farm.queue.claim(SERVICE, worker="w", limit=2)
    assert [task.id for task in tasks] == [f"{scenario}.a", f"{scenario}.b"]
    assert [task.attempt for task in tasks] == [1, 1]
    assert await farm.listed() == [f"{scenario}.c", f"{scenario}.d"]


async def test_the_story_used_every_verb(farm: Farm, monkeypatch: pytest.MonkeyPatch) -> None:
    """A verb that this file does not send twice would be unproved. Those of rare accidents have their own tests."""
    used: set[str] = set()
    send = type(farm.queue.server)._send

    async def noted(self: Any, commands: Any) -> list[Any]:
        used.update(str(command[1]) for command in commands if command[0] == "EVALSHA")
        return await send(self, commands)

    monkeypatch.setattr(type(farm.queue.server), "_send", noted)
    await life(farm)
    unused = {script.name for script in verbs.ALL if not names_of(script) & used}
    assert unused <= {*RARE, "take_overdue"}


def names_of(script: Any) -> set[str]:
    return {source(script, flags).sha for flags in (True, False)}


@pytest.mark.parametrize("verb", RARE)
async def test_the_verbs_of_rare_accidents(farm: Farm, twice: Callable[[], None], verb: str) -> None:
    """Sent twice, they do their work once."""
    if verb == "discard_staging":
        scenario, tasks = farm.draft(FILM)
        for call in farm.scenarios._staging(scenario, tasks):
            await farm.queue.server.call(call)
        farm.clock.advance(61)
        twice()
        await farm.sweep()
        assert await farm.snapshot() == {}
    elif verb == "settle_consumers":
        scenario_id = await farm.submit({"a": ["b", "c"], "b": [], "c": []})
        await farm.report(f"{scenario_id}.a", "success")
        before = await farm.snapshot()
        edges = [f"{scenario_id}.b", f"{scenario_id}.c"]
        twice()
        await farm.queue.settler.settle_success(
            f"{scenario_id}.a", scenario_id, SERVICE, edges, [SERVICE] * 2, now=farm.clock()
        )
        assert await farm.snapshot() == before
    else:
        await farm.submit({"a": []})
        farm.clock.advance(5)
        twice()
        await farm.sweep()
        assert len(await farm.listed()) == 1
        assert list((await farm.index(farm.keys.pushed(SERVICE))).values()) in (
            [farm.clock.ms + 5_000],
            [farm.clock.ms + 2_000],
        )
