"""Workers as real processes on a real server: starting them, giving them work, looking at what became of it."""

import asyncio
import json
import os
import secrets
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from processing_service.graph.records import TaskRecord
from processing_service.store.queue import QueueStore
from processing_service.store.scenarios import NewScenario, NewTask, ScenarioStore
from tests.services.sdk.processes import alive

ROOT = Path(__file__).parents[3]
SERVICE = "stub-service"
LEASE = 1.0  # seconds


@dataclass
class Floor:
    """A place where workers work: a namespace on a server, a folder, and the store's own view of it.

    With an empty `url` a worker has to find the server by the state folder.
    """

    url: str
    namespace: str
    folder: Path
    scenarios: ScenarioStore
    queue: QueueStore
    workers: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def worker(self, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
        """Start a worker in a process group of its own; its log goes to a file of the folder."""
        with (self.folder / f"worker-{len(self.workers)}.log").open("wb") as log:
            worker = subprocess.Popen(
                [sys.executable, "-m", "tests.services.sdk.stub_service", *arguments],
                cwd=ROOT,
                env={
                    "PATH": os.environ["PATH"],
                    **({"REDIS_URL": self.url} if self.url else {}),
                    "SCENARIES_NAMESPACE": self.namespace.removesuffix(":"),
                    "SCENARIES_STATE": str(self.folder),
                    "SCENARIES_WORKSPACES": str(self.folder / "workspaces"),
                    "SCENARIES_LEASE": str(LEASE),
                    "SCENARIES_LOG_FORMAT": "json",
                    **environment,
                },
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=log,
                start_new_session=True,
            )
        self.workers.append(worker)
        return worker

    def log(self, worker: "subprocess.Popen[bytes]") -> list[dict[str, Any]]:
        """What a worker has logged."""
        text = (self.folder / f"worker-{self.workers.index(worker)}.log").read_text()
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    async def submit(
        self,
        operation: str,
        *,
        seconds_allowed: float = 60.0,
        max_attempts: int | None = None,
        fields: Any = None,
        **params: Any,
    ) -> str:
        """A scenario of one task; the task's id. Parameter `note` names the file returned by `notes`."""
        scenario = f"s{secrets.token_hex(5)}"
        record = TaskRecord(
            id=f"{scenario}.t",
            service=SERVICE,
            name=operation,
            consumers=(),
            params={"note": str(self.note(f"{scenario}.t")), **params},
            fields=fields or {},
            stage="",
            max_attempts=max_attempts,
            timeout=seconds_allowed,
            declared_queue=None,
            line=1,
            label="",
        )
        now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        await self.scenarios.create(
            NewScenario(scenario_id=scenario, name="Test", version="1", variables={}, created_at=now, retention_s=3_600),
            [NewTask(record=record, needs=0, consumer_services=())],
        )
        return record.id

    def note(self, task_id: str) -> Path:
        return self.folder / f"{task_id}.note"

    async def task(self, task_id: str) -> dict[str, str]:
        found = await self.scenarios.task(task_id)
        assert found is not None
        return found

    async def until_status(self, task_id: str, *statuses: str, seconds: float = 30.0) -> dict[str, str]:
        """Wait until the task has one of these statuses; the task."""
        deadline = time.monotonic() + seconds
        while (task := await self.task(task_id))["status"] not in statuses:
            assert time.monotonic() < deadline, f"{task_id} is {task} and not {statuses} after {seconds} s"
            await asyncio.sleep(0.02)
        return task

    async def until_attempt(self, task_id: str, attempt: int, seconds: float = 30.0) -> list[int]:
        """Wait until this attempt has noted its pids; the pids."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in await asyncio.to_thread(self._lines, task_id):
                number, *pids = (int(word) for word in line.split())
                if number == attempt:
                    return pids
            await asyncio.sleep(0.02)
        raise AssertionError(f"attempt {attempt} of {task_id} did not start within {seconds} s: {await self.task(task_id)}")

    def _lines(self, task_id: str) -> list[str]:
        note = self.note(task_id)
        return note.read_text().splitlines() if note.exists() else []

    def close(self) -> None:
        """Kill what a test left running."""
        for worker in self.workers:
            if alive(worker.pid):
                worker.send_signal(signal.SIGCONT)
                worker.kill()
            worker.wait()
