"""A server as `scenaries serve` starts it, on a real Redis, and a client for it."""

import secrets
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

from processing_service.app import server
from processing_service.settings import Settings

TEMPLATES = """
name: ScenarioPair
version: "1.0.0"
description: Two tasks, one after the other.
variables:
  SERVICE: text-service
  PROMPT: something
  N_SLIDES: 3
  ANYTHING: {}
scenario_id: "{{ SHORT_UUID('ScenarioPair') }}"
tasks:
  - id: "{{ SHORT_UUID('First') }}"
    service: "{{ SERVICE }}"
    name: First
    consumers: ["{{ SHORT_UUID('Second') }}"]
    prompt: "{{ PROMPT }}"
    anything: "{{ ANYTHING }}"
    slides_count: "{{ N_SLIDES }}"
  - id: "{{ SHORT_UUID('Second') }}"
    service: "{{ SERVICE }}"
    name: Second
    consumers: []
    first_task_id: "{{ SHORT_UUID('First') }}"
"""

BROKEN = """
name: Broken
verzion: "1"
variables: [1]
tasks: []
"""

CYCLE = """
name: Cycle
scenario_id: "{{ SHORT_UUID('Cycle') }}"
tasks:
  - id: "{{ SHORT_UUID('A') }}"
    service: text-service
    name: A
    consumers: ["{{ SHORT_UUID('B') }}"]
  - id: "{{ SHORT_UUID('B') }}"
    service: text-service
    name: B
    consumers: ["{{ SHORT_UUID('A') }}", nobody]
"""


def run_in_thread(web: uvicorn.Server) -> Iterator[str]:
    """The server's URL while it runs."""
    thread = threading.Thread(target=web.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not web.started:
        assert thread.is_alive(), "the server ended"
        assert time.monotonic() < deadline, "the server does not start"
        time.sleep(0.01)
    yield f"http://127.0.0.1:{web.servers[0].sockets[0].getsockname()[1]}"
    web.should_exit = True
    thread.join(20)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def settings(embedded_redis_url: str, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A private namespace, a private state folder, the shipped templates and some of our own."""
    state = tmp_path_factory.mktemp("api")
    (state / "templates").mkdir()
    (state / "templates" / "pair.yml").write_text(TEMPLATES)
    (state / "templates" / "broken.yml").write_text(BROKEN)
    (state / "templates" / "cycle.yml").write_text(CYCLE)
    root = Path(__file__).resolve().parents[2]
    return Settings(
        redis_url=embedded_redis_url,
        namespace=f"t{secrets.token_hex(6)}",
        state=state,
        templates=[root / "scenaries.yml", state / "templates"],
        port=0,
        max_upload=1_000_000,
        sweep=0.1,
        allowed_hosts=["farm.example"],
    )


@pytest.fixture(scope="session")
def url(settings: Settings) -> Iterator[str]:
    """Where the server listens."""
    yield from run_in_thread(server(settings))


@pytest.fixture(scope="session")
def http(url: str) -> Iterator[httpx.Client]:
    """A client for it."""
    with httpx.Client(base_url=url, timeout=20, trust_env=False) as client:
        yield client


@dataclass(frozen=True)
class Pair:
    """A scenario of two tasks on a service that nobody else serves."""

    http: httpx.Client
    service: str = field(default_factory=lambda: f"service-{secrets.token_hex(4)}")

    def start(self, **body: Any) -> dict[str, Any]:
        variables = {"SERVICE": self.service, **body.pop("variables", {})}
        answer = self.http.post("/generate", json={"scenario": "Pair", "description": "x", "variables": variables, **body})
        assert answer.status_code == 202, answer.text
        return dict(answer.json())

    def tasks(self, scenario_id: str) -> list[dict[str, Any]]:
        return list(self.http.get(f"/scenarios/{scenario_id}").json()["tasks"])

    def first(self, **body: Any) -> str:
        """The id of the ready task of a new scenario."""
        return str(self.tasks(self.start(**body)["scenario_id"])[0]["id"])

    def patch(self, task_id: str, **report: Any) -> httpx.Response:
        return self.http.patch(f"/tasks/{task_id}/status", json=report)

    def claim(self, **wanted: Any) -> list[dict[str, Any]]:
        answer = self.http.post(f"/queues/{self.service}/claim", json={"worker": "w1", **wanted})
        assert answer.status_code == 200, answer.text
        return list(answer.json()["tasks"])

    def finish(self, scenario_id: str) -> None:
        for task in self.tasks(scenario_id):
            assert self.patch(task["id"], status="success", result_ref="s3://bucket/x").status_code == 200


@pytest.fixture
def pair(http: httpx.Client) -> Pair:
    """A service of one's own."""
    return Pair(http)


@pytest.fixture
def raw(url: str) -> Callable[[bytes], bytes]:
    """Bytes on a socket, and all that comes back until the server closes."""

    def exchange(request: bytes) -> bytes:
        import socket

        host, _, port = url.removeprefix("http://").partition(":")
        with socket.create_connection((host, int(port)), timeout=20) as connection:
            connection.sendall(request)
            received = b""
            while piece := connection.recv(65_536):
                received += piece
            return received

    return exchange


def problem(answer: httpx.Response) -> tuple[int, str]:
    """(status, the most specific code) of a refusal, checked to be a well-formed problem."""
    assert answer.headers["content-type"] == "application/problem+json", answer.text
    body = answer.json()
    assert body["status"] == answer.status_code
    assert set(body) >= {"type", "title", "status", "detail", "instance", "code", "errors", "request_id"}
    assert body["request_id"] == answer.headers["x-request-id"]
    return answer.status_code, body["errors"][0]["code"] if body["code"] == "validation" else body["code"]
