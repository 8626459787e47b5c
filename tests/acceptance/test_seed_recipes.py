"""The user's own scripts and redis-cli recipes, executed as they stand in the document against a live system."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.acceptance.live import Live, eventually, started
from tests.acceptance.seed import block, blocks
from tests.servers import server

SMALL = {"VIDEO_RESOLUTION": "320x180"}


@pytest.fixture(scope="module")
def redis_port() -> Iterator[int]:
    """A server without a password, as `docker compose up` publishes one."""
    with server() as url:
        port = urlsplit(url).port
        assert port
        yield port


@pytest.fixture(scope="module")
def live(redis_port: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Live]:
    with started(tmp_path_factory.mktemp("recipes") / "state", {"REDIS_URL": f"redis://127.0.0.1:{redis_port}"}) as system:
        yield system


@pytest.fixture
def shell(redis_port: int, tmp_path: Path) -> dict[str, str]:
    """An environment in which the scripts' `redis-cli` and `localhost:6379` reach the server under test.

    The scripts say neither host nor port, or say 6379, which another server of this machine may hold. The real redis-cli is
    called with our port; Python's connections to localhost:6379 are led to it by a sitecustomize. The scripts are untouched.
    """
    real = shutil.which("redis-cli")
    if real is None:
        pytest.skip("redis-cli is not installed: apt-get install redis-tools")
    folder = tmp_path / "bin"
    folder.mkdir()
    wrapper = folder / "redis-cli"
    wrapper.write_text(f'#!/bin/sh\nexec "{real}" -p {redis_port} "$@"\n')
    wrapper.chmod(0o755)
    (folder / "sitecustomize.py").write_text(
        "import socket\n"
        "_connect = socket.socket.connect\n"
        "def connect(self, address):\n"
        "    if isinstance(address, tuple) and address[1] == 6379:\n"
        f"        address = ('127.0.0.1', {redis_port})\n"
        "    return _connect(self, address)\n"
        "socket.socket.connect = connect\n"
    )
    return {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "PYTHONPATH": str(folder)}


def run(script: str, env: dict[str, str], shell: str = "bash") -> str:
    """Execute a script and return what it prints; it must succeed and say nothing on stderr."""
    command = [shell, "-c", script] if shell == "bash" else [sys.executable, "-c", script]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    return done.stdout


def test_the_shell_monitor_counts_what_is_there(live: Live, shell: dict[str, str]) -> None:
    """monitor_redis.sh lists the scenario, and all of its tasks as successful once it has ended."""
    scenario = live.generate(scenario="CreateVideo", description="Wind", slides_count=2, variables=SMALL)
    live.wait_for(scenario, "success")
    printed = run(block("bash", "# monitor_redis.sh"), shell)
    assert f"scenario:{scenario}" in printed
    successes = re.search(r"success: (\d+)", printed)
    assert successes
    assert int(successes[1]) >= 7
    assert re.search(r"pending: 0\nprocessing: 0\n", printed)
    for service in ("text-service", "voice-service", "image-service", "video-service"):
        assert f"{service}: 0 задач" in printed


def test_the_python_analyser_reads_every_task(live: Live, shell: dict[str, str]) -> None:
    """analyze_redis_tasks prints totals by status and service that agree with the API."""
    scenario = live.generate(scenario="CreateVideo", description="Rain", slides_count=2, variables=SMALL)
    view = live.wait_for(scenario, "success")
    stats = json.loads(run(block("python", "def analyze_redis_tasks"), shell, shell="python"))
    assert stats["total"] == sum(stats["by_status"].values()) == sum(stats["by_service"].values())
    assert stats["by_status"]["success"] >= len(view["tasks"])
    assert stats["ready_to_process"] == 0


def test_every_redis_cli_recipe_answers(live: Live, shell: dict[str, str]) -> None:
    """KEYS, HGETALL, HGET, LLEN, LRANGE, LINDEX of the document, with a real scenario's ids in place of its sample ids."""
    scenario = live.generate(scenario="CreateVideo", description="Snow", slides_count=2, variables=SMALL)
    view = live.wait_for(scenario, "success")
    task = view["tasks"][0]
    recipes = [
        line.strip()
        for text in blocks("bash")
        for line in text.splitlines()
        if re.match(r"(KEYS|HGETALL|HGET|LLEN|LRANGE|LINDEX) ", line.strip())
    ]
    assert len(recipes) >= 13
    answers: dict[str, str] = {}
    for recipe in recipes:
        real = recipe.replace("579a000e", task["id"]).replace("57510f0b", scenario).replace("*scenario_id*", f"*{scenario}*")
        answers[recipe] = run(f"redis-cli --raw {real}" if "*" not in real else f"redis-cli --raw KEYS '{real[5:]}'", shell)
    assert len(answers["KEYS task:*scenario_id*"].split()) == len(view["tasks"])
    assert f"scenario:{scenario}" in answers["KEYS scenario:*"].split()
    assert answers["HGET task:579a000e status"].strip() == "success"
    assert answers["HGET task:579a000e queue"].strip() == "0"
    assert json.loads(answers["HGET scenario:57510f0b task_ids"]) == view["task_ids"]
    assert answers["LLEN queue:text-service"].strip() == "0"
    fields = answers["HGETALL task:579a000e"]
    for field in (
        "id",
        "scenario_id",
        "service",
        "name",
        "status",
        "queue",
        "consumers",
        "created_at",
        "updated_at",
        "prompt",
        "params",
        "result_ref",
    ):
        assert re.search(rf"^{field}$", fields, flags=re.MULTILINE), field


@pytest.mark.parametrize("moment", ["busy", "idle"])
def test_the_cleaning_recipes_leave_a_system_that_works(live: Live, shell: dict[str, str], moment: str) -> None:
    """DEL of all tasks, of the queues, of all scenarios and FLUSHALL, in mid-film or after it: the next film arrives as ever."""
    recipes = re.split(r"\n(?=# )", block("bash", "redis-cli FLUSHALL"))
    assert len(recipes) == 4
    for recipe in recipes:
        scenario = live.generate(scenario="CreateVideo", description="Fog", slides_count=2, variables=SMALL)
        if moment == "idle":
            live.wait_for(scenario, "success")
        else:
            eventually("work in progress", lambda started=scenario: live.attempts(started, "CreateText") or None)
        run(recipe, shell)
        again = live.generate(scenario="CreateVideo", description="Sun", slides_count=2, variables=SMALL)
        view = live.wait_for(again, "success", "failed", seconds=60)
        assert view["status"] == "success", (recipe, view["error"])
        if "DEL queue:" in recipe:
            assert live.wait_for(scenario, "success", "failed", seconds=60)["status"] == "success"
        assert live.http.get("/readyz").status_code == 200
        assert live.http.get("/scenarios").status_code == 200
        assert live.http.get("/queues").status_code == 200
