"""The sweep: the table of the engine's notes, section 6, line by line."""

import asyncio
import json

import pytest
from structlog.testing import capture_logs

from processing_service.store.sweep import Sweeper
from tests.store.farm import SERVICE, Farm, until


async def test_a_dead_workers_task_is_at_the_head_when_its_lease_ends(farm: Farm) -> None:
    """Not a moment earlier, and in the first sweep after it."""
    scenario = await farm.submit({"a": [], "b": []})
    task = await farm.claim()
    farm.clock.ms = task.lease_until - 1
    assert (await farm.sweep()).recovered == 0
    farm.clock.ms = task.lease_until
    assert (await farm.sweep()).recovered == 1
    assert await farm.listed() == [f"{scenario}.a", f"{scenario}.b"]
    found = await farm.task(task.id)
    assert (found["status"], found["lost"], found["last_outcome"]) == ("pending", "1", "lost")
    assert "failures" not in found
    assert (await farm.history(scenario))[-1] == "task.recovered a"
    assert (await farm.claim()).attempt == 2


async def test_a_late_worker_cannot_win(farm: Farm) -> None:
    """A zombie's success after a newer attempt began is refused, and the new attempt's result stands."""
    scenario = await farm.submit({"a": []})
    old = await farm.claim(worker="zombie")
    farm.clock.advance(11)
    await farm.sweep()
    new = await farm.claim(worker="new")
    late = await farm.report(old.id, "success", attempt=old.attempt, lease_token=old.lease_token, result_ref="s3://zombie")
    assert (late.answer, late.attempt) == ("stale", 2)
    await farm.report(new.id, "success", attempt=2, result_ref="s3://new")
    assert (await farm.task(f"{scenario}.a"))["result_ref"] == "s3://new"


async def test_a_late_worker_wins_while_nobody_else_began(farm: Farm) -> None:
    """The task was recovered and stands in its list: the work that was done is taken; the hint left behind is harmless."""
    scenario = await farm.submit({"a": []})
    task = await farm.claim()
    farm.clock.advance(11)
    await farm.sweep()
    assert (await farm.report(task.id, "success", attempt=1, lease_token=task.lease_token)).answer == "ok"
    assert await farm.listed() == [f"{scenario}.a"]
    assert await farm.queue.claim(SERVICE, worker="w") == []
    assert await farm.listed() == []


async def test_a_task_that_kills_its_workers_fails(farm: Farm) -> None:
    """Three lost leases are forgiven, the fourth ends it, with class `lost`, and what depends on it is skipped."""
    scenario = await farm.submit({"poison": ["b"], "b": ["c"], "c": []})
    for _ in range(4):
        await farm.claim()
        farm.clock.advance(11)
        await farm.sweep()
    found = await farm.task(f"{scenario}.poison")
    assert (found["status"], found["lost"]) == ("failed", "4")
    assert json.loads(found["error"])["kind"] == "lost"
    assert await farm.statuses(scenario) == {"poison": "failed", "b": "skipped", "c": "skipped"}
    assert "lost 4 times" in (await farm.task(f"{scenario}.c"))["reason"]
    head = await farm.scenario(scenario)
    assert (head["status"], json.loads(head["error"])["task_id"]) == ("failed", f"{scenario}.poison")


async def test_an_id_in_its_list_is_left_there(farm: Farm) -> None:
    """Nobody serves: however long it takes, nothing is lost and nothing is counted."""
    scenario = await farm.submit({"a": [], "b": []})
    for _ in range(20):
        farm.clock.advance(30)
        report = await farm.sweep()
        assert (report.recovered, report.missing) == (0, 0)
    assert await farm.listed() == [f"{scenario}.a", f"{scenario}.b"]
    assert "lost" not in await farm.task(f"{scenario}.a")


async def test_a_bare_pop_that_dies_is_found_after_the_timeout(farm: Farm) -> None:
    """Tier 0 has no heartbeat: 5 s, the service's timeout, one sweep; then the task is at the head again."""
    scenario = await farm.submit({"a": [], "b": []})
    await farm.pop()
    farm.clock.advance(5)
    assert (await farm.sweep()).missing == 1
    farm.clock.advance(119)
    assert (await farm.sweep()).recovered == 0
    farm.clock.advance(1)
    assert (await farm.sweep()).recovered == 1
    assert await farm.listed() == [f"{scenario}.a", f"{scenario}.b"]
    assert (await farm.task(f"{scenario}.a"))["lost"] == "1"


async def test_a_bare_pop_that_reports_in_time_is_not_disturbed(farm: Farm) -> None:
    """A shell worker that takes 100 s for a text."""
    scenario = await farm.submit({"a": []})
    await farm.pop()
    for _ in range(20):
        farm.clock.advance(5)
        await farm.sweep()
    assert await farm.listed() == []
    assert (await farm.report(f"{scenario}.a", "success")).answer == "ok"
    assert (await farm.scenario(scenario))["status"] == "success"


async def test_where_our_workers_wait_a_vanished_id_is_offered_soon_and_once(farm: Farm) -> None:
    """Somebody deleted the list: with workers of ours present the tasks are back after 15 s, uncounted. A tier-0 worker that has
    one of them in work is disturbed at most once by it."""
    scenario = await farm.submit({"a": [], "b": []})
    await farm.queue.beat("w1", SERVICE, {"host": "here"})
    await farm.redis.delete(farm.keys.queue(SERVICE))
    farm.clock.advance(5)
    assert (await farm.sweep()).missing == 2
    farm.clock.advance(10)
    assert (await farm.sweep()).recovered == 2
    assert await farm.listed() == [f"{scenario}.a", f"{scenario}.b"]
    assert "lost" not in await farm.task(f"{scenario}.a")
    await farm.redis.delete(farm.keys.queue(SERVICE))
    farm.clock.advance(5)
    assert (await farm.sweep()).missing == 2
    farm.clock.advance(10)
    assert (await farm.sweep()).recovered == 0
    farm.clock.advance(110)
    assert (await farm.sweep()).recovered == 2
    assert (await farm.task(f"{scenario}.a"))["lost"] == "1"


async def test_a_pop_of_ours_that_was_never_confirmed_comes_back_in_two_seconds(farm: Farm) -> None:
    """Died between the two halves of a claim: nobody worked on it, so nothing is counted."""
    scenario = await farm.submit({"a": [], "b": []})
    await farm.redis.lpop(farm.keys.queue(SERVICE))
    await farm.redis.zrem(farm.keys.pushed(SERVICE), f"{scenario}.a")
    await farm.redis.zadd(farm.keys.leases(SERVICE), {f"{scenario}.a": farm.clock.ms + 2_000})
    farm.clock.advance(1.9)
    assert (await farm.sweep()).recovered == 0
    farm.clock.advance(0.1)
    assert (await farm.sweep()).recovered == 1
    assert await farm.listed() == [f"{scenario}.a", f"{scenario}.b"]
    assert "lost" not in await farm.task(f"{scenario}.a")


async def test_a_score_that_lags_behind_the_hash_is_put_right(farm: Farm) -> None:
    """The hash is the truth: a lease that is alive there is alive."""
    await farm.submit({"a": []})
    task = await farm.claim()
    await farm.redis.zadd(farm.keys.leases(SERVICE), {task.id: 1})
    report = await farm.sweep()
    assert (report.recovered, report.dropped) == (0, 0)
    assert await farm.index(farm.keys.leases(SERVICE)) == {task.id: float(task.lease_until)}


async def test_what_is_gone_or_over_leaves_the_indexes(farm: Farm) -> None:
    """Ids of tasks that were deleted or have ended, in either index."""
    scenario = await farm.submit({"done": []})
    await farm.report(f"{scenario}.done", "success")
    for key in (farm.keys.leases(SERVICE), farm.keys.pushed(SERVICE), farm.keys.delayed(SERVICE)):
        await farm.redis.zadd(key, {f"{scenario}.done": 1, "nobody.nothing": 1})
    await farm.sweep()
    for key in (farm.keys.leases(SERVICE), farm.keys.pushed(SERVICE), farm.keys.delayed(SERVICE)):
        assert await farm.index(key) == {}


async def test_ten_sweeps_at_once_push_once(farm: Farm) -> None:
    """No leader: forty expired leases, ten processes, forty ids in the list, each lost once."""
    names = [f"n{i}" for i in range(40)]
    scenario = await farm.submit({name: [] for name in names})
    await farm.queue.claim(SERVICE, worker="dead", limit=40)
    farm.clock.advance(11)
    reports = await asyncio.gather(*(farm.sweep() for _ in range(10)))
    assert sum(report.recovered for report in reports) == 40
    assert sorted(await farm.listed()) == sorted(f"{scenario}.{name}" for name in names)
    assert {task["lost"] for task in await farm.scenarios.tasks([f"{scenario}.{name}" for name in names]) if task} == {"1"}


async def test_ten_sweeps_at_once_rescue_a_deleted_list_once(farm: Farm) -> None:
    """The same for ids nobody claimed."""
    names = [f"n{i}" for i in range(40)]
    await farm.submit({name: [] for name in names})
    await farm.redis.delete(farm.keys.queue(SERVICE))
    farm.clock.advance(5)
    await asyncio.gather(*(farm.sweep() for _ in range(10)))
    farm.clock.advance(120)
    reports = await asyncio.gather(*(farm.sweep() for _ in range(10)))
    assert sum(report.recovered for report in reports) == 40
    assert len(await farm.listed()) == len(set(await farm.listed())) == 40


async def test_a_long_list_is_compared_whole(farm: Farm) -> None:
    """Overdue ids at the far end of a list of several reads are found, and looked at less often."""
    names = [f"n{i}" for i in range(2_500)]
    scenario = await farm.submit({name: [] for name in names})
    farm.clock.advance(5)
    for _ in range(3):
        report = await farm.sweep()
        assert (report.missing, report.recovered) == (0, 0)
    scores = await farm.index(farm.keys.pushed(SERVICE))
    assert scores[f"{scenario}.n0"] == farm.clock.ms + 12_500
    assert min(scores.values()) > farm.clock.ms


async def test_a_wrong_type_stops_only_its_own_service(farm: Farm) -> None:
    """Somebody wrote a string over a list: the other services are swept, the log says which one is not."""
    scenario = await farm.submit({"a": [], "b": []}, services={"a": "a-service", "b": "b-service"})
    await farm.queue.claim("a-service", worker="w")
    await farm.queue.claim("b-service", worker="w")
    await farm.redis.set(farm.keys.queue("a-service"), "oops")
    farm.clock.advance(11)
    assert (await farm.sweep()).recovered == 1
    assert await farm.statuses(scenario) == {"a": "processing", "b": "pending"}
    assert (await farm.task(f"{scenario}.a")).get("lost") is None


async def test_the_sweep_goes_on_until_it_is_told_to_stop(farm: Farm) -> None:
    """`run` sweeps every period, in every engine process."""
    await farm.submit({"a": []})
    await farm.claim()
    farm.clock.advance(11)
    stop = asyncio.Event()
    running = asyncio.create_task(Sweeper(farm.redis, farm.keys, farm.queue, farm.scenarios).run(stop, period=0.01))
    await until(farm.listed)
    stop.set()
    await running


async def test_the_log_says_what_a_sweep_did_and_nothing_else(farm: Farm) -> None:
    """A recovered task is news, without a row of zeros; that an ended scenario got its expiry is not."""
    scenario = await farm.submit({"a": []})
    await farm.claim()
    farm.clock.advance(11)
    stop = asyncio.Event()

    async def expires() -> bool:
        return int(await farm.redis.pttl(farm.keys.scenario(scenario))) > 0

    with capture_logs() as lines:

        async def told() -> bool:
            return bool(lines)

        running = asyncio.create_task(Sweeper(farm.redis, farm.keys, farm.queue, farm.scenarios).run(stop, period=0.01))
        await until(told)  # the sweep that recovers is over: what follows is another's
        await farm.report(f"{scenario}.a", "success")
        await until(expires)
        stop.set()
        await running
    assert lines == [
        {"event": "swept", "log_level": "info", "recovered": 1},
        {"event": "swept", "log_level": "debug", "expired": 1},
    ]


@pytest.mark.parametrize("service", ["text-service", "video-service", "my-own"])
async def test_silence_is_measured_by_the_service(farm: Farm, service: str) -> None:
    """A film may take forty minutes, a text two, anything else five."""
    await farm.submit({"a": []}, services={"a": service})
    task = await farm.claim(service)
    assert task.timeout == {"text-service": 120.0, "video-service": 2_400.0}.get(service, 300.0)
