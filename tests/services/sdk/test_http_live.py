"""Workers that reach only the API, and the examples of tier 0 and of ten lines: on the real application."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from processing_service.artifacts.storage import ArtifactMissing
from processing_service.contract.artifact import ArtifactRef
from processing_service.contract.errors import Transient
from services.sdk.http_storage import HttpStorage
from tests.servers import server
from tests.services.sdk.processes import wait_until

ROOT = Path(__file__).parents[3]
TEMPLATE = """
scenario_id: "{{ SHORT_UUID('Greeting') }}"
version: "1"
name: Greeting
variables:
  PROMPT: "world"
tasks:
  - id: "{{ SHORT_UUID('Greet') }}"
    service: greeting-service
    name: Greet
    consumers: ["{{ SHORT_UUID('Answer') }}"]
    prompt: "{{ PROMPT }}"
  - id: "{{ SHORT_UUID('Answer') }}"
    service: stub-service
    name: quote
    consumers: []
    greeting_id: "{{ SHORT_UUID('Greet') }}"
"""
# A byte that must not be lost or changed on the way, whatever a shell thinks of it.
PROMPT = 'Кот "Ёж" $HOME `id` \\n 100% & <b>'


@dataclass
class Live:
    """A running API, and processes beside it."""

    redis_url: str
    api_url: str
    folder: Path
    processes: list["subprocess.Popen[bytes]"]

    def start(self, *command: str, **environment: str) -> "subprocess.Popen[bytes]":
        log = (self.folder / f"{len(self.processes)}.log").open("wb")
        with log:
            process = subprocess.Popen(
                command,
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "HOME": str(self.folder), **environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # a group of its own, as in a terminal: a signal reaches what a shell has started too
            )
        self.processes.append(process)
        return process

    def submit(self, prompt: str) -> str:
        body = {"scenario": "Greeting", "description": prompt}
        answer = httpx.post(f"{self.api_url}/generate", json=body, timeout=30)
        assert answer.status_code == 202, answer.text
        return str(answer.json()["scenario_id"])

    def scenario(self, scenario_id: str) -> dict[str, Any]:
        found: dict[str, Any] = httpx.get(f"{self.api_url}/scenarios/{scenario_id}", timeout=30).json()
        return found

    def finished(self, scenario_id: str) -> dict[str, dict[str, Any]]:
        """The tasks of the scenario by name, once it has ended well."""
        wait_until(lambda: self.scenario(scenario_id)["status"] not in {"pending", "processing"}, "the scenario ends", 30)
        scenario = self.scenario(scenario_id)
        assert scenario["status"] == "success", scenario
        return {task["name"]: task for task in scenario["tasks"]}


@contextmanager
def _application(folder: Path, redis_url: str) -> Iterator[Live]:
    (folder / "scenaries.yml").write_text(TEMPLATE, encoding="utf-8")
    live = Live(redis_url, "", folder, [])
    port = _free_port()
    live.api_url = f"http://127.0.0.1:{port}"
    environment = {"REDIS_URL": redis_url, "PORT": str(port), "SCENARIES_STATE": str(folder / "state"), "SCENARIES_LEASE": "1"}
    live.start(sys.executable, "-m", "processing_service.app", **environment)
    try:
        wait_until(lambda: _answers(live.api_url), "the API answers", 30)
        yield live
    finally:
        for process in live.processes:
            process.kill()
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _answers(url: str) -> bool:
    try:
        return httpx.get(f"{url}/livez", timeout=2).is_success
    except httpx.TransportError:
        return False


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with server() as redis_url, _application(tmp_path_factory.mktemp("live"), redis_url) as live:
        yield live


@pytest.fixture(autouse=True)
def _workers_end_with_their_test(live: Live) -> Iterator[None]:
    api = len(live.processes)
    yield
    for process in live.processes[api:]:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
    for process in live.processes[api:]:
        process.wait(15)
    del live.processes[api:]


def stub(live: Live, *arguments: str, **environment: str) -> "subprocess.Popen[bytes]":
    """A worker of ours for the second task, through the API alone: no Redis, no shared folder."""
    return live.start(
        *(sys.executable, "-m", "tests.services.sdk.stub_service", *arguments),
        SCENARIES_API_URL=live.api_url,
        SCENARIES_STATE=str(live.folder / "elsewhere"),
        SCENARIES_LEASE="1",
        **environment,
    )


Start = Callable[[Live], "subprocess.Popen[bytes]"]


def shell(live: Live) -> "subprocess.Popen[bytes]":
    return live.start("sh", str(ROOT / "examples/worker.sh"), REDIS_URL=live.redis_url, SCENARIES_API_URL=live.api_url)


def python(live: Live) -> "subprocess.Popen[bytes]":
    state = str(live.folder / "state")
    return live.start(sys.executable, str(ROOT / "examples/worker.py"), REDIS_URL=live.redis_url, SCENARIES_STATE=state)


def python_over_http(live: Live) -> "subprocess.Popen[bytes]":
    state = str(live.folder / "elsewhere")
    return live.start(sys.executable, str(ROOT / "examples/worker.py"), SCENARIES_API_URL=live.api_url, SCENARIES_STATE=state)


needs_redis_cli = pytest.mark.skipif(
    not (shutil.which("redis-cli") and shutil.which("curl")), reason="needs redis-cli and curl (Debian: redis-tools, curl)"
)


@pytest.mark.parametrize("start", [pytest.param(shell, marks=needs_redis_cli), python, python_over_http])
def test_an_example_serves_beside_our_own_worker(live: Live, start: Start):
    """Ten lines of shell or of Python serve a service of their own; our worker gets their result, byte for byte."""
    start(live)
    stub(live)
    tasks = live.finished(live.submit(PROMPT))
    assert tasks["quote"]["result"] == f"Hello, {PROMPT}!\n"
    assert tasks["quote"]["attempt"] == tasks["Greet"]["attempt"] == 1


def test_a_worker_over_http_dies_and_is_replaced(live: Live):
    """kill -9 of a worker that only knows the API: another one has its task within lease + 1 s."""
    python_over_http(live)
    first = stub(live, "--name", "first", STUB_SLOW="60")
    scenario_id = live.submit("cats")

    def second_task() -> dict[str, Any]:
        return next(task for task in live.scenario(scenario_id)["tasks"] if task["name"] == "quote")

    wait_until(lambda: second_task()["status"] == "processing", "the first worker has the task", 30)
    stub(live, "--name", "second")
    first.kill()
    killed = time.monotonic()
    wait_until(lambda: second_task()["status"] == "success", "the second worker did it", 30)
    assert time.monotonic() - killed <= 1 + 1 + 2.5  # lease + 1 s, and the second worker's own start on a loaded machine
    assert (second_task()["worker"], second_task()["attempt"]) == ("second", 2)


def test_storage_over_http(live: Live, tmp_path: Path):
    """Bytes go up and come down again; what is not there is missing; what has another size says so."""
    storage, elsewhere = HttpStorage(live.api_url), HttpStorage(live.api_url)
    path = tmp_path / "sound.wav"
    path.write_bytes(os.urandom(3_000_000))
    ref = storage.put(path, "wav")
    assert storage.put(path, "wav") == ref
    assert elsewhere.fetch(ref).read_bytes() == path.read_bytes()
    assert storage.size(ref) == 3_000_000
    absent = ArtifactRef("0" * 64, "wav")
    assert storage.size(absent) is None
    with pytest.raises(ArtifactMissing):
        storage.fetch(absent)
    storage.close()
    elsewhere.close()


def test_storage_that_does_not_answer_is_transient(tmp_path: Path):
    """The attempt may well work in a moment, and says what was missing."""
    path = tmp_path / "a.txt"
    path.write_text("x")
    with pytest.raises(Transient, match="does not answer"):
        HttpStorage("http://127.0.0.1:9").put(path, "txt")
