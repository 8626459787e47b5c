"""A whole system as a user starts it: `scenaries up`, watched and killed from outside."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, TypeVar

import httpx

ROOT = Path(__file__).resolve().parents[2]
T = TypeVar("T")


def eventually(what: str, look: Callable[[], T | None], *, seconds: float = 60.0) -> T:
    """Look until there is something to see; fail with a sentence after `seconds`."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if (seen := look()) is not None:
            return seen
        time.sleep(0.02)
    raise AssertionError(f"{what}: not seen within {seconds:.0f} s")


class Live:
    """One running system: its API, the process that supervises it, the state folder it keeps."""

    def __init__(self, state: Path, process: "subprocess.Popen[bytes]", url: str) -> None:
        self.state = state
        self.process = process
        self.http = httpx.Client(base_url=url, timeout=30, trust_env=False)

    def generate(self, **body: Any) -> str:
        """POST /generate; the scenario's id. Retried while the API restarts under us, with the same idempotency key."""
        headers = {"Idempotency-Key": os.urandom(8).hex()}

        def post() -> str | None:
            with contextlib.suppress(httpx.TransportError):
                answer = self.http.post("/generate", json=body, headers=headers)
                if answer.status_code < 500:
                    assert answer.status_code == 202, answer.text
                    return str(answer.json()["scenario_id"])
            return None

        return eventually("POST /generate accepted", post)

    def scenario(self, scenario_id: str) -> dict[str, Any] | None:
        """GET /scenarios/{id}, or None while the API is away."""
        with contextlib.suppress(httpx.TransportError):
            answer = self.http.get(f"/scenarios/{scenario_id}")
            if answer.status_code < 500:
                assert answer.status_code == 200, answer.text
                return dict(answer.json())
        return None

    def task(self, scenario_id: str, name: str) -> dict[str, Any] | None:
        """The first task of a scenario with this operation name."""
        view = self.scenario(scenario_id)
        return next((task for task in view["tasks"] if task["name"] == name), None) if view else None

    def wait_for(self, scenario_id: str, *statuses: str, seconds: float = 120.0) -> dict[str, Any]:
        """Follow a scenario until it has one of these statuses."""

        def look() -> dict[str, Any] | None:
            view = self.scenario(scenario_id)
            return view if view and view["status"] in statuses else None

        return eventually(f"scenario {scenario_id} {' or '.join(statuses)}", look, seconds=seconds)

    def successes(self, scenario_id: str) -> list[str]:
        """The ids of the tasks whose success the history tells, in its order."""
        events: list[dict[str, Any]] = []
        with self.http.stream("GET", f"/scenarios/{scenario_id}/events", params={"after": "0-0"}) as stream:
            events.extend(json.loads(line[5:]) for line in stream.iter_lines() if line.startswith("data:"))
        return [event["task_id"] for event in events if event.get("type") == "task.success"]

    def attempts(self, scenario_id: str, name: str) -> int:
        """How often the first task with this operation name was started; 0 before the first time, or while it rests."""
        task = self.task(scenario_id, name)
        return int(task["attempt"]) if task and task["status"] != "pending" else 0

    def pids(self, needle: str) -> list[int]:
        """Descendants of the supervisor whose command line contains `needle`."""
        parents: dict[int, int] = {}
        commands: dict[int, str] = {}
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with contextlib.suppress(OSError, ValueError, IndexError):
                    stat = (entry / "stat").read_text().rsplit(")", 1)[1].split()
                    parents[int(entry.name)] = int(stat[1])
                    commands[int(entry.name)] = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()

        def descends(pid: int) -> bool:
            while pid in parents and pid > 1:
                if pid == self.process.pid:
                    return True
                pid = parents[pid]
            return False

        return sorted(
            pid for pid, command in commands.items() if needle in command and pid != self.process.pid and descends(pid)
        )

    def kill(self, needle: str) -> int:
        """SIGKILL the oldest descendant whose command line contains `needle`; its pid."""
        pid = eventually(f"a process running {needle}", lambda: self.pids(needle) or None)[0]
        os.kill(pid, signal.SIGKILL)
        return pid

    def download(self, path: str, target: Path) -> Path:
        """GET a path of the API into a file."""
        with self.http.stream("GET", path) as answer:
            assert answer.status_code == 200, answer.read()
            with target.open("wb") as file:
                for chunk in answer.iter_bytes():
                    file.write(chunk)
        return target


@contextlib.contextmanager
def started(state: Path, env: Mapping[str, str] | None = None) -> Iterator[Live]:
    """`scenaries up` on a free port with its own state folder, until the block ends; asserts that nothing survives it."""
    environment = {**os.environ, "SCENARIES_STATE": str(state), **(env or {})}
    command = [sys.executable, "-m", "processing_service.cli.main", "up", "--port", "0"]
    log = state.parent / f"{state.name}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL)
    try:

        def facts() -> dict[str, Any] | None:
            assert process.poll() is None, f"`scenaries up` ended: {log.read_text()[-4000:]}"
            with contextlib.suppress(OSError, ValueError):
                return dict(json.loads((state / "engine.json").read_text()))
            return None

        live = Live(state, process, eventually("engine.json", facts)["url"])

        def ready() -> bool | None:
            assert process.poll() is None, f"`scenaries up` ended: {log.read_text()[-4000:]}"
            with contextlib.suppress(httpx.TransportError):
                if live.http.get("/readyz").status_code == 200:
                    return True
            return None

        eventually("the API ready", ready)
        with contextlib.closing(live.http):
            yield live
        everything = live.pids("")
        process.send_signal(signal.SIGINT)
        process.wait(30)
        left = eventually("no process left", lambda: [] if not [pid for pid in everything if alive(pid)] else None, seconds=15)
        assert left == []
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()


def alive(pid: int) -> bool:
    """Whether a process exists and is not a zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False
