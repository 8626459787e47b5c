"""A worker beside the embedded server: how it finds it, and what it does while it is away."""

import asyncio
import os
import signal
from pathlib import Path

from processing_service.embedded.server import EmbeddedServer, read_facts
from processing_service.store.connection import connect
from processing_service.store.keys import PlainKeys
from processing_service.store.queue import QueueStore
from processing_service.store.scenarios import ScenarioStore
from tests.services.sdk.live import Floor
from tests.services.sdk.processes import wait_until


async def test_a_worker_outlives_the_server(tmp_path: Path):
    """Found by the state folder alone; killed while work goes on, the server comes back, and the result is reported once, to it."""
    with EmbeddedServer(tmp_path) as url:
        redis = connect(url)
        floor = Floor("", "", tmp_path, ScenarioStore(redis, PlainKeys()), QueueStore(redis, PlainKeys()))
        try:
            worker = floor.worker(SCENARIES_LEASE="10")
            task_id = await floor.submit("sleep", seconds=2)
            await floor.until_attempt(task_id, 1)
            facts = read_facts(tmp_path)
            assert facts is not None
            # `everysec`: what was acknowledged in the last second may be lost by a power cut, not by a kill.
            os.kill(facts.pid, signal.SIGKILL)
            task = await floor.until_status(task_id, "success")
            assert (task["attempt"], task.get("lost", "0")) == ("1", "0")
            other = await floor.submit("echo")
            await floor.until_status(other, "success")
            assert worker.poll() is None
            worker.terminate()
            await asyncio.to_thread(wait_until, lambda: worker.poll() == 0, "the worker ends", 10)
        finally:
            floor.close()
            await floor.queue.aclose()
            await redis.aclose()
