"""Real workers on a real server, killed, stopped, blocked and cancelled in the middle of their work."""

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from redis.asyncio import Redis

from processing_service.artifacts.local import LocalStorage
from processing_service.contract.artifact import ArtifactRef
from processing_service.store.keys import PlainKeys
from processing_service.store.queue import QueueStore
from processing_service.store.scenarios import ScenarioStore
from processing_service.store.sweep import Sweeper
from tests.services.sdk.live import LEASE, SERVICE, Floor
from tests.services.sdk.processes import alive, wait_until

SLACK = 1.5  # seconds that a loaded machine with two cores may add to a promise


@pytest.fixture
async def floor(redis_url: str, redis: Redis, keys: PlainKeys, tmp_path: Path) -> AsyncIterator[Floor]:
    """Somewhere to work, with the engine's sweep going on."""
    scenarios, queue = ScenarioStore(redis, keys), QueueStore(redis, keys)
    stop = asyncio.Event()
    sweeping = asyncio.create_task(Sweeper(redis, keys, queue, scenarios).run(stop, 0.1))
    floor = Floor(redis_url, keys.namespace, tmp_path, scenarios, queue)
    yield floor
    floor.close()
    stop.set()
    await sweeping


async def until_gone(pids: list[int], seconds: float = 5.0) -> None:
    await asyncio.to_thread(wait_until, lambda: not any(map(alive, pids)), f"{pids} are gone", seconds)


def read(folder: Path, ref: str) -> str:
    parsed = ArtifactRef.parse(ref)
    assert parsed is not None
    return LocalStorage(folder / "artifacts").fetch(parsed).read_text()


async def test_a_worker_does_what_it_is_given(floor: Floor):
    """Ten tasks become ten successes, each with its artifact, at the first attempt."""
    floor.worker("--name", "w1")
    tasks = [await floor.submit("echo", fields={"prompt": f"Кот №{number}"}) for number in range(10)]
    for number, task_id in enumerate(tasks):
        task = await floor.until_status(task_id, "success", "failed")
        assert (task["status"], task["attempt"], task["worker"]) == ("success", "1", "w1")
        assert read(floor.folder, task["result_ref"]) == f"Кот №{number}"


async def test_log_lines_carry_the_ids(floor: Floor):
    """Each line about a task names its scenario, task and attempt."""
    worker = floor.worker()
    task_id = await floor.submit("echo")
    await floor.until_status(task_id, "success")
    await asyncio.to_thread(wait_until, lambda: len(floor.log(worker)) >= 3, "the end is logged")
    lines = [line for line in floor.log(worker) if line.get("task_id") == task_id]
    assert [line["event"] for line in lines] == ["an attempt starts", "an attempt ended"]
    assert {(line["scenario_id"], line["attempt"]) for line in lines} == {(task_id.partition(".")[0], 1)}


async def test_kill_9_of_a_worker_leaves_nothing_and_loses_nothing(floor: Floor):
    """Its attempt and the attempt's tools die with it; another worker has the task within lease + 1 s."""
    first = floor.worker()
    task_id = await floor.submit("sleep", seconds=60, once=True)
    pids = await floor.until_attempt(task_id, 1)
    floor.worker("--name", "second")
    await asyncio.to_thread(wait_until, lambda: floor.log(floor.workers[1]), "the second worker is ready")
    first.kill()
    killed = time.monotonic()
    await until_gone(pids)
    await floor.until_attempt(task_id, 2)
    assert time.monotonic() - killed <= LEASE + 1 + SLACK
    task = await floor.until_status(task_id, "success")
    assert (task["attempt"], task.get("lost", "0"), task.get("failures", "0"), task["worker"]) == ("2", "1", "0", "second")
    await asyncio.to_thread(wait_until, lambda: not any((floor.folder / "workspaces").iterdir()), "no workspace is left")


async def test_a_zombie_cannot_overwrite_its_successor(floor: Floor):
    """A worker frozen past its lease comes back with a result: it is refused, and the worker goes on with other tasks."""
    zombie = floor.worker("--name", "zombie", "--concurrency", "1")
    task_id = await floor.submit("sleep", seconds=1.5 * LEASE)
    await floor.until_attempt(task_id, 1)
    zombie.send_signal(signal.SIGSTOP)
    second = floor.worker("--name", "second")
    await floor.until_status(task_id, "success", seconds=20)
    assert (await floor.task(task_id))["worker"] == "second"
    zombie.send_signal(signal.SIGCONT)
    second.terminate()
    await asyncio.to_thread(second.wait)
    other = await floor.submit("echo")
    assert (await floor.until_status(other, "success"))["worker"] == "zombie"
    task = await floor.task(task_id)
    assert (task["status"], task["worker"], json.loads(task["result"])) == ("success", "second", {"attempt": 2})


async def test_a_thawed_zombie_whose_task_nobody_took_is_believed(floor: Floor):
    """When no newer attempt exists, the late success counts: the work is not done twice for nothing."""
    zombie = floor.worker("--concurrency", "1")
    task_id = await floor.submit("sleep", seconds=1)
    await floor.until_attempt(task_id, 1)
    zombie.send_signal(signal.SIGSTOP)
    await floor.until_status(task_id, "pending")
    zombie.send_signal(signal.SIGCONT)
    task = await floor.until_status(task_id, "success")
    assert task["attempt"] == "1"


async def test_work_that_holds_the_interpreter_keeps_its_lease(floor: Floor):
    """Three leases long inside one C call after another: the heartbeat goes on, nobody else gets the task."""
    floor.worker()
    floor.worker()
    task_id = await floor.submit("spin", seconds=3 * LEASE)
    task = await floor.until_status(task_id, "success", "failed")
    assert (task["status"], task["attempt"], task.get("lost", "0")) == ("success", "1", "0")


async def test_progress_is_seen_while_the_work_goes_on(floor: Floor):
    """What an operation says of its progress stands in the task after the next heartbeat."""
    floor.worker()
    task_id = await floor.submit("sleep", seconds=60)
    await floor.until_attempt(task_id, 1)
    deadline = time.monotonic() + 5
    while (task := await floor.task(task_id)).get("message") != "asleep":
        assert time.monotonic() < deadline, task
        await asyncio.sleep(0.02)
    assert float(task["progress"]) == 25


async def test_cancel_reaches_the_work(floor: Floor):
    """Within a third of a lease and a second the attempt and its tools are gone; the worker takes the next task."""
    floor.worker("--concurrency", "1")
    task_id = await floor.submit("sleep", seconds=60)
    pids = await floor.until_attempt(task_id, 1)
    await floor.scenarios.cancel(task_id.partition(".")[0], "enough")
    await until_gone(pids, LEASE / 3 + 1 + SLACK)
    assert (await floor.task(task_id))["status"] == "cancelled"
    await floor.until_status(await floor.submit("echo"), "success")


async def test_a_timeout_ends_the_attempt(floor: Floor):
    """An attempt that takes too long is killed with its tools, and says so."""
    floor.worker()
    task_id = await floor.submit("sleep", seconds=60, seconds_allowed=0.5, max_attempts=1)
    pids = await floor.until_attempt(task_id, 1)
    task = await floor.until_status(task_id, "failed")
    error = json.loads(task["error"])
    assert (error["kind"], error["code"]) == ("transient", "timeout")
    await until_gone(pids)


async def test_sigterm_hands_back_what_does_not_end(floor: Floor):
    """Exit code 0, the attempt is not counted as failed or lost, nothing is left running, and another worker finishes the task."""
    worker = floor.worker(SCENARIES_GRACE="0.3")
    task_id = await floor.submit("sleep", seconds=60, once=True)
    pids = await floor.until_attempt(task_id, 1)
    worker.terminate()
    began = time.monotonic()
    assert await asyncio.to_thread(worker.wait, 10) == 0
    assert time.monotonic() - began <= 0.3 + 1 + SLACK
    task = await floor.task(task_id)
    assert (task["status"], task.get("failures", "0"), task.get("lost", "0")) == ("pending", "0", "0")
    await until_gone(pids)
    floor.worker()
    assert (await floor.until_status(task_id, "success"))["attempt"] == "2"


async def test_an_idle_worker_stops_at_once(floor: Floor):
    """SIGTERM while waiting for work: exit code 0 within a second or so."""
    worker = floor.worker()
    await asyncio.to_thread(wait_until, lambda: floor.log(worker), "the worker is ready")
    worker.terminate()
    assert await asyncio.to_thread(worker.wait, 1 + 1 + SLACK) == 0


async def test_an_attempt_that_kills_itself_is_a_failure_with_a_name(floor: Floor):
    """The crash is the attempt's; the worker lives and says what happened."""
    worker = floor.worker()
    task_id = await floor.submit("kill_itself", max_attempts=1)
    error = json.loads((await floor.until_status(task_id, "failed"))["error"])
    assert error["code"] == "killed"
    assert "SIGKILL" in error["message"]
    assert worker.poll() is None


async def test_a_task_that_kills_its_workers_ends_as_failed(floor: Floor):
    """After three lost leases too many it has failed, kind `lost`, however many workers are left to kill."""
    task_id = await floor.submit("kill_the_worker")
    deadline = time.monotonic() + 60
    while (task := await floor.task(task_id))["status"] != "failed":
        assert time.monotonic() < deadline, task
        if not any(worker.poll() is None for worker in floor.workers):
            floor.worker()
        await asyncio.sleep(0.05)
    assert json.loads(task["error"])["kind"] == "lost"
    for number in range(1, int(task["attempt"]) + 1):
        await until_gone(await floor.until_attempt(task_id, number))


async def test_a_retry_follows_a_transient_failure(floor: Floor):
    """The failure is counted, the task waits for its next attempt, and the worker is free meanwhile."""
    floor.worker("--concurrency", "1")
    task_id = await floor.submit("fail")
    await floor.until_status(await floor.submit("echo"), "success")
    task = await floor.until_status(task_id, "pending")
    assert (task.get("failures", "0"), json.loads(task["error"])["message"]) == ("1", "the line is busy")


async def test_workers_are_visible(floor: Floor):
    """A worker stands in `workers:<name>` with its service while it lives, idle or not."""
    floor.worker("--name", "visible-1")
    deadline = time.monotonic() + 20
    while not (stats := (await floor.queue.stats([SERVICE]))[0]).workers:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)
    assert stats.workers == 1


@pytest.mark.parametrize("group", [False, True])
async def test_nothing_survives_the_worker(floor: Floor, group: bool):
    """kill -9 of the worker alone, or of worker and nursery together, takes a tool two levels down with it."""
    worker = floor.worker()
    task_id = await floor.submit("sleep", seconds=60)
    pids = await floor.until_attempt(task_id, 1)
    if group:
        os.killpg(worker.pid, signal.SIGKILL)
    else:
        worker.kill()
    await until_gone(pids)
