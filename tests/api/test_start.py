"""The ways the seed starts the service, each as a process of its own."""

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from tests.processes import eventually, mentioning

ROOT = Path(__file__).resolve().parents[2]
PYTHON = sys.executable

WAYS = {
    "uvicorn in the package's folder": ([PYTHON, "-m", "uvicorn", "app:app", "--port", "0"], ROOT / "processing_service"),
    "python app.py": ([PYTHON, "app.py"], ROOT / "processing_service"),
    "uvicorn from the root": ([PYTHON, "-m", "uvicorn", "processing_service.app:app", "--port", "0"], ROOT),
}


@contextmanager
def started(command: list[str], folder: Path, state: Path, **env: str) -> Iterator[tuple[str, Path]]:
    """The URL the process says it listens on, and its log; ended by Ctrl-C, leaving nothing."""
    log = state / "log"
    environment = {
        **os.environ,
        "SCENARIES_STATE": str(state),
        "PORT": "0",
        "SCENARIES_LOG_FORMAT": "json",
        "PYTHONUNBUFFERED": "1",
        **env,
    }
    environment.pop("REDIS_URL", None)
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=folder, env=environment | env, stdout=output, stderr=output, stdin=subprocess.DEVNULL
        )
    try:

        def listening() -> str | None:
            assert process.poll() is None, log.read_text()
            found = re.search(r"http://[\d.]+:\d+", log.read_text())
            return found[0] if found else None

        yield eventually("the address in the log", listening), log
        process.send_signal(signal.SIGINT)
        process.wait(20)
    finally:
        if process.poll() is None:
            process.kill()
            process.wait()
    assert eventually("nothing left", lambda: [] if not mentioning(str(state)) else None) == []


@pytest.mark.parametrize("way", WAYS)
def test_the_seeds_lines_start_it_without_a_redis(way: str, tmp_path: Path) -> None:
    """No Redis, no settings: the embedded server is started, a scenario is accepted, Ctrl-C ends both."""
    command, folder = WAYS[way]
    with started(command, folder, tmp_path) as (url, log), httpx.Client(base_url=url, trust_env=False, timeout=20) as http:
        assert http.get("/health").json()["status"] == "ok"
        answer = http.post(
            "/generate", json={"scenario": "CreateVideo", "description": "Создай видео про котов", "slides_count": 3}
        )
        assert (answer.status_code, answer.json()["task_count"]) == (202, 9)
        assert '"scenario_id"' in log.read_text()


def test_an_address_for_others_is_announced(tmp_path: Path) -> None:
    """`HOST=0.0.0.0` is allowed here (a container needs it), and the log says what it means."""
    with started([PYTHON, "app.py"], ROOT / "processing_service", tmp_path, HOST="0.0.0.0") as (_, log):
        assert "there are no tokens" in log.read_text()


def test_a_wrong_setting_is_a_sentence(tmp_path: Path) -> None:
    """Not a traceback."""
    env = {**os.environ, "SCENARIES_STATE": str(tmp_path), "PORT": "eighty"}
    done = subprocess.run(
        [PYTHON, "app.py"], cwd=ROOT / "processing_service", env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 1
    assert done.stderr.startswith("a setting is wrong: ")
    assert "Traceback" not in done.stderr
