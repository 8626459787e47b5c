"""How long a film takes to recover from kill -9 of each kind of process: `python -m benchmarks.recovery [--lease 10]`.

One undisturbed film first, then one film per victim, killed while a task of it is in progress. Printed for each: seconds from the kill
until the task was processing again (as its next attempt, or by the surviving worker), and how much later than undisturbed the film arrived.
The promise is: again within lease + 1 s, and the film within lease + 10 s of what it would have taken.
"""

import argparse
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import ThreadingHTTPServer
from pathlib import Path

from tests.acceptance.live import Live, eventually, started
from tests.acceptance.test_kills import SlowModel

VICTIMS = {
    "text worker": ("services.text", "CreateText"),
    "voice worker": ("services.voice", "CreateVoice"),
    "image worker": ("services.image", "CreateSlide"),
    "video worker": ("services.video", "CreateVideoFromSlides"),
    "API": ("processing_service.app", "CreateSlide"),
    "embedded server": ("valkey-server", "CreateSlide"),
}
ARTICLE = " ".join(
    f"Lighthouse number {n} was built of local stone in the year {1700 + n}, and its keeper wrote down the weather every hour."
    for n in range(60)
)


@contextmanager
def slow_model() -> Iterator[str]:
    """A model that keeps the text service busy for two seconds before it fails, so that it can be killed in mid-task."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), SlowModel)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/v1"
    server.shutdown()
    server.server_close()


def submit(live: Live) -> tuple[str, float]:
    body = {"scenario": "CreateVideo", "description": "Lighthouses", "slides_count": 3, "variables": {"TEXT": ARTICLE}}
    return live.generate(**body), time.monotonic()


def finish(live: Live, scenario: str, since: float) -> float:
    view = live.wait_for(scenario, "success", "failed", seconds=300)
    if view["status"] != "success" or view["counts"]["success"] != len(view["task_ids"]):
        raise SystemExit(f"the film did not arrive whole: {view['status']} {view['counts']} {view['error']}")
    return time.monotonic() - since


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--lease", type=float, default=10.0, help="seconds (default 10)")
    lease = arguments.parse_args().lease
    with tempfile.TemporaryDirectory() as folder, slow_model() as model:
        env = {"SCENARIES_LEASE": str(lease), "OPENAI_BASE_URL": model, "TEXT_PROVIDERS": "openai,offline"}
        with started(Path(folder) / "state", env) as live:
            undisturbed = finish(live, *submit(live))
            print(f"{'undisturbed':<18} film {undisturbed:6.1f} s")
            for victim, (process, operation) in VICTIMS.items():
                scenario, since = submit(live)
                eventually(f"{operation} in progress", lambda s=scenario, o=operation: live.attempts(s, o) == 1 or None)
                live.kill(process)
                killed = time.monotonic()
                again = "       -"
                if process.startswith("services."):
                    eventually("the next attempt", lambda s=scenario, o=operation: live.attempts(s, o) >= 2 or None)
                    again = f"{time.monotonic() - killed:6.1f} s"
                took = finish(live, scenario, since)
                print(
                    f"{victim:<18} film {took:6.1f} s   again after {again}   later by {took - undisturbed:+5.1f} s (limit {lease + 10:.0f})"
                )


if __name__ == "__main__":
    main()
