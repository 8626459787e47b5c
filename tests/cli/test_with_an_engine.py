"""Commands beside a running `scenaries up`."""

import json
import signal
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from processing_service.cli.exits import Exit
from processing_service.embedded.server import running_url
from tests.cli.conftest import CommandLine, ended_or
from tests.processes import eventually


def waiting(scenaries: CommandLine) -> str:
    """The id of a scenario that waits for a worker nobody starts."""
    done = scenaries("run", "Wait", "--detach")
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def status(scenaries: CommandLine, scenario_id: str) -> Any:
    return scenaries.json("get", scenario_id)["status"]


def test_run_uses_it_and_writes_what_came_out(running: CommandLine, tmp_path: Path) -> None:
    """One object on stdout, the file where it was asked for, no second engine."""
    engine = running.engine()
    assert engine
    report = running.json("run", "Write", "-d", "How tides work", "-o", str(tmp_path / "text.json"), "--json")
    assert (report["status"], report["output"]) == ("success", str(tmp_path / "text.json"))
    assert report["url"].startswith(engine["url"])
    assert report["bytes"] == (tmp_path / "text.json").stat().st_size
    assert [(task["name"], task["status"]) for task in report["tasks"]] == [("CreateText", "success")]
    assert report["tasks"][0]["seconds"] > 0
    assert "sentences" in json.loads((tmp_path / "text.json").read_text())


def test_without_json_the_path_is_all_of_stdout(running: CommandLine, tmp_path: Path) -> None:
    """`xdg-open "$(scenaries run …)"` works; the talk is on stderr, a line per change."""
    done = running("run", "Write", "-d", "How tides work", "-o", str(tmp_path / "text.json"))
    assert (done.returncode, done.stdout) == (Exit.OK, f"{tmp_path / 'text.json'}\n")
    assert "✓ CreateText success" in done.stderr


def test_a_failed_scenario_is_exit_code_1_with_the_reason(running: CommandLine) -> None:
    """The failing task and its error are on stderr, and how to see the rest."""
    done = running("run", "Write", "-v", "SENTENCES=40", "-d", "x")
    assert done.returncode == Exit.FAILED, done.stderr
    assert "CreateText failed: " in done.stderr
    assert "scenaries get" in done.stderr
    assert done.stdout == ""


def test_an_unknown_template_is_exit_code_4_with_a_suggestion(running: CommandLine) -> None:
    """The API's problem arrives whole."""
    done = running("run", "Wriet")
    assert done.returncode == Exit.NOT_FOUND, done.stderr
    assert "Write" in done.stderr


def test_a_mistake_in_the_request_is_exit_code_2(running: CommandLine) -> None:
    """Unknown variables and malformed pairs are usage errors."""
    assert running("run", "Write", "-v", "NOSUCH=1").returncode == Exit.USAGE
    assert running("run", "Write", "-v", "NOSUCH").returncode == Exit.USAGE


def test_ctrl_c_cancels_the_scenario(running: CommandLine) -> None:
    """Exit code 130; the engine goes on, the scenario does not."""
    run = running.start("run", "Wait")
    newest = eventually("the scenario", ended_or(run, lambda: processing(running)), seconds=20)
    run.send_signal(signal.SIGINT)
    _, stderr = run.communicate(timeout=30)
    assert run.returncode == Exit.INTERRUPTED, stderr
    assert status(running, newest) == "cancelled"


def processing(scenaries: CommandLine) -> str | None:
    """The newest scenario of `Wait` that has not ended."""
    found = [
        item
        for item in scenaries.json("ps", "--json")
        if item["name"] == "Wait" and item["status"] in {"pending", "processing"}
    ]
    return found[0]["scenario_id"] if found else None


def test_a_time_limit_is_exit_code_124(running: CommandLine) -> None:
    """And cancels."""
    done = running("run", "Wait", "--timeout", "1")
    assert done.returncode == Exit.TIMEOUT, done.stderr
    assert processing(running) is None


def test_detached_scenarios_are_listed_watched_and_cancelled(running: CommandLine) -> None:
    """By a prefix of the id, or as @last; watching ends with the outcome's exit code."""
    scenario_id = waiting(running)
    assert running.json("ps", "--json", "--limit", "1")[0]["scenario_id"] == scenario_id
    assert running("ps", "-q", "-n", "1").stdout.strip() == scenario_id
    assert scenario_id in running("ps").stdout
    assert running.json("get", scenario_id[:8])["scenario_id"] == scenario_id
    task = running.json("get", "@last")["task_ids"][0]
    assert running.json("get", task)["name"] == "Never"
    watch = running.start("watch", "@last")
    cancelled = running("cancel", scenario_id)
    assert cancelled.returncode == Exit.OK, cancelled.stderr
    _, stderr = watch.communicate(timeout=30)
    assert watch.returncode == Exit.CANCELLED, stderr


def test_watching_a_finished_scenario_says_how_long_it_took(running: CommandLine, tmp_path: Path) -> None:
    """As a line for people, and as JSON lines that end with the report; `get --json` is `get`."""
    made = running.json("run", "Write", "-d", "How tides work", "-o", str(tmp_path / "text.json"), "--json")
    view = running.json("get", "--json", made["scenario_id"])
    took = (datetime.fromisoformat(view["finished_at"]) - datetime.fromisoformat(view["started_at"])).total_seconds()
    watched = running("watch", made["scenario_id"])
    assert watched.returncode == Exit.OK
    assert watched.stderr.splitlines()[0].endswith(": 1 task")
    assert watched.stderr.splitlines()[-1] == f"✓ success in {took:.1f}s"
    lines = [json.loads(line) for line in running("watch", "--json", made["scenario_id"]).stdout.splitlines()]
    assert [(line["type"], line["status"]) for line in lines] == [(kind, "success") for kind in ("scenario", "task", "report")]
    assert lines[-1]["elapsed_seconds"] == pytest.approx(took, abs=0.001)
    assert lines[-1]["result"] == made["result"]


def test_what_nothing_has_as_its_id_is_exit_code_4(running: CommandLine) -> None:
    """For scenarios and tasks."""
    assert running("get", "nosuchscenario").returncode == Exit.NOT_FOUND
    assert running("get", "nosuchscenario.task").returncode == Exit.NOT_FOUND
    assert running("cancel", "nosuchscenario").returncode == Exit.NOT_FOUND


def test_queues_say_who_works_and_for_whom_nobody_does(running: CommandLine) -> None:
    """Our four services have a worker each; what waits for nobody is named with the remedy."""
    scenario_id = waiting(running)

    def all_working() -> bool | None:
        workers = {queue["service"]: queue["workers"] for queue in running.json("queues", "--json")}
        wanted = ("text-service", "voice-service", "image-service", "video-service")
        return True if all(workers.get(service) == 1 for service in wanted) else None

    eventually("four workers", all_working, seconds=30)
    shown = running("queues")
    assert "SERVICE" in shown.stdout
    assert "nobody works for nobody-service" in shown.stderr
    running("cancel", scenario_id)


def test_redis_commands_reach_the_embedded_server(running: CommandLine) -> None:
    """One command, its reply bare for a pipe; errors are exit code 1."""
    scenario_id = waiting(running)
    assert running("redis", "HGET", f"scenario:{scenario_id}", "name").stdout == "Wait\n"
    assert running("redis", "LRANGE", "queue:nobody-service", "0", "-1").stdout.startswith(f"{scenario_id}.")
    assert running.json("redis", "--json", "LLEN", "queue:nobody-service") == 1
    url = running("redis", "--url").stdout
    assert (url.count("\n"), url.strip()) == (1, running_url(running.state))
    refused = running("redis", "NOSUCH")
    assert (refused.returncode, "(error)" in refused.stderr) == (Exit.FAILED, True)
    running("cancel", scenario_id)


def test_a_second_up_says_who_holds_the_folder(running: CommandLine) -> None:
    """One engine per state folder; the refusal names the process."""
    engine = running.engine()
    assert engine
    done = running("up", "--port", "0")
    assert done.returncode == Exit.UNREACHABLE
    assert str(engine["pid"]) in done.stderr


def test_doctor_sees_the_running_engine(running: CommandLine) -> None:
    """Its address, the server's version, eviction and persistence."""
    findings = {finding["name"]: finding for finding in json.loads(running("doctor", "--json").stdout)}
    engine = running.engine()
    assert engine
    assert engine["url"] in findings["engine"]["detail"]
    assert findings["eviction"]["level"] == findings["persistence"]["level"] == "ok"
