"""When Redis is away, full or set up wrongly: 503 with a time to come back, never 500. And when a caller leaves."""

import socket
import threading
import time
import tomllib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
from redis import Redis

from processing_service.app import server
from processing_service.embedded.server import EmbeddedServer
from processing_service.settings import Settings
from tests.api.conftest import Pair, problem, run_in_thread
from tests.processes import eventually
from tests.servers import server as redis_server

BODY = {"scenario": "CreateVideo", "description": "x"}
ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def serving(redis_url: str, state: Path) -> Iterator[httpx.Client]:
    """A server on this Redis, until the block ends."""
    settings = Settings(redis_url=redis_url, state=state, templates=[ROOT / "scenaries.yml"], port=0)
    running = run_in_thread(server(settings))
    with httpx.Client(base_url=next(running), timeout=30, trust_env=False) as http:
        yield http
    next(running, None)


def test_a_redis_that_is_away_is_503_and_comes_back_unnoticed(tmp_path: Path) -> None:
    """B44: every route says so in the same words; the process lives; nothing answers 500."""
    with ExitStack() as redis, serving(redis.enter_context(redis_server()), tmp_path) as http:
        assert http.post("/generate", json=BODY).status_code == 202
        redis.close()
        for method, path, body in (
            ("POST", "/generate", BODY),
            ("GET", "/scenarios", None),
            ("GET", "/tasks/a.b", None),
            ("PATCH", "/tasks/a.b/status", {"status": "success"}),
            ("POST", "/queues/x/claim", {"worker": "w"}),
            ("GET", "/readyz", None),
        ):
            answer = http.request(method, path, json=body)
            assert problem(answer) == (503, "store-unavailable"), path
            assert int(answer.headers["retry-after"]) >= 1
        health = http.get("/health").json()
        assert (health["status"], health["redis"]["embedded"]) == ("unavailable", False)
        assert http.get("/livez").status_code == 200


def test_a_redis_without_room_takes_no_new_work(tmp_path: Path) -> None:
    """B44: above 80 % of maxmemory submissions wait; what is in progress still drains."""
    with redis_server(options={"maxmemory": "100mb"}) as url, serving(url, tmp_path) as http, Redis.from_url(url) as redis:
        scenario = http.post("/generate", json=BODY).json()["links"]["self"]
        task = http.get(scenario).json()["tasks"][0]["id"]
        redis.config_set("maxmemory", redis.info("memory")["used_memory"])

        def refused() -> httpx.Response | None:
            answer = http.post("/generate", json=BODY)
            return answer if answer.status_code != 202 else None

        answer = eventually("submissions refused", refused)
        assert problem(answer) == (503, "queue-full")
        assert answer.headers["retry-after"]
        assert problem(http.get("/readyz")) == (503, "queue-full")
        assert http.patch(f"/tasks/{task}/status", json={"status": "success"}).status_code == 200


def test_a_redis_that_may_evict_is_not_ready(tmp_path: Path) -> None:
    """`/readyz` names the setting."""
    with redis_server(options={"maxmemory-policy": "allkeys-lru"}) as url, serving(url, tmp_path) as http:
        answer = http.get("/readyz")
        assert problem(answer) == (503, "eviction-policy")
        assert "noeviction" in answer.json()["errors"][0]["help"]


def test_health_knows_our_own_server_by_its_url(tmp_path: Path) -> None:
    """`scenaries up` starts it and hands its URL to the API: embedded all the same, and the version is the project's."""
    with EmbeddedServer(tmp_path) as url, serving(url, tmp_path) as http:
        health = http.get("/health").json()
        assert health["redis"]["embedded"] is True
        assert health["version"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


def test_a_worker_that_left_while_it_waited_gets_nothing(pair: Pair, url: str) -> None:
    """Its long poll ends with it: the next task goes to somebody who is there, at once and as the first attempt."""
    host, _, port = url.removeprefix("http://").partition(":")
    body = b'{"worker": "gone", "wait": 20}'
    head = f"POST /queues/{pair.service}/claim HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

        def waits() -> bool | None:
            items = pair.http.get("/queues").json()["items"]
            return True if [item for item in items if item["service"] == pair.service and item["workers"]] else None

        eventually("the claim has begun", waits)
    # The server reads the end of the connection before the request that was sent after it.
    pair.http.get("/livez")
    pair.start()
    assert [task["attempt"] for task in pair.claim(wait=5)] == [1]


def test_a_server_with_waiting_callers_stops(tmp_path: Path, embedded_redis_url: str) -> None:
    """Long polls and event streams do not hold up a shutdown for their 30 seconds."""
    with serving(embedded_redis_url, tmp_path) as http:
        begun = threading.Event()

        def poll() -> None:
            begun.set()
            with httpx.Client(base_url=http.base_url, timeout=30, trust_env=False) as client:
                try:
                    client.post("/queues/nobody-pushes-here/claim", json={"worker": "w", "wait": 30})
                except httpx.HTTPError:
                    return

        thread = threading.Thread(target=poll)
        thread.start()
        begun.wait()
        started = time.monotonic()
    assert time.monotonic() - started < 15
    thread.join(10)
    assert not thread.is_alive()
