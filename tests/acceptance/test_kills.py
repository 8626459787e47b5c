"""kill -9 of each kind of process in mid-task: the film still arrives, and every success is counted once."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.acceptance.live import Live, eventually, started

LEASE = 2.0  # seconds; the default of 10 is measured by benchmarks/recovery.py
SMALL = {"VIDEO_RESOLUTION": "640x360"}
SENTENCES = " ".join(
    f"Lighthouse number {n} was built of stone in the year {1800 + n} by the harbour of a small town." for n in range(12)
)


class SlowModel(BaseHTTPRequestHandler):
    """An OpenAI-compatible endpoint that thinks for two seconds and then has an internal error: the offline writer takes over."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        time.sleep(2)
        self.send_response(500)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def slow_model() -> Iterator[str]:
    """A base URL that keeps the text service busy long enough to be killed."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), SlowModel)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


@pytest.fixture
def live(tmp_path: Path, slow_model: str) -> Iterator[Live]:
    env = {"SCENARIES_LEASE": str(LEASE), "OPENAI_BASE_URL": slow_model, "TEXT_PROVIDERS": "openai,offline"}
    with started(tmp_path / "state", env) as system:
        yield system


def assert_counted_once(live: Live, scenario: str) -> None:
    """The history has one success for each task, and the counters agree."""
    view = live.wait_for(scenario, "success", "failed")
    assert view["status"] == "success", view["error"]
    assert sorted(live.successes(scenario)) == sorted(view["task_ids"])
    assert view["counts"]["success"] == len(view["task_ids"])
    assert all(task["queue"] == 0 for task in view["tasks"])


@pytest.mark.parametrize(
    ("process", "operation"),
    [("services.text", "CreateText"), ("services.image", "CreateSlide"), ("services.video", "CreateVideoFromSlides")],
)
def test_a_worker_killed_in_mid_task_is_replaced_within_its_lease_and_a_second(
    live: Live, process: str, operation: str
) -> None:
    """The task runs again as attempt 2 within lease + 1 s, plus what a new process needs to start; the film arrives."""
    body = {"scenario": "CreateVideo", "description": "Lighthouses", "slides_count": 2}
    scenario = live.generate(**body, variables={**SMALL, "TEXT": SENTENCES})
    eventually(f"{operation} in progress", lambda: live.attempts(scenario, operation) == 1 or None)
    live.kill(process)
    killed = time.monotonic()
    eventually(f"a second attempt of {operation}", lambda: live.attempts(scenario, operation) >= 2 or None)
    assert time.monotonic() - killed < LEASE + 1 + 5
    assert_counted_once(live, scenario)


@pytest.mark.parametrize("process", ["processing_service.app", "valkey-server"])
def test_the_api_or_the_server_killed_in_mid_film_loses_nothing(live: Live, process: str) -> None:
    """A film in progress goes on after the API, or the embedded server, was killed; both come back by themselves."""
    body = {"scenario": "CreateVideo", "description": "Lighthouses", "slides_count": 2}
    scenario = live.generate(**body, variables={**SMALL, "TEXT": SENTENCES})
    eventually("a slide in progress", lambda: live.attempts(scenario, "CreateSlide") >= 1 or None)
    live.kill(process)
    assert_counted_once(live, scenario)
