"""Commands that start what they need, and what is left when they end by any means."""

import os
import signal
import socket
from pathlib import Path

from processing_service.cli.exits import Exit
from processing_service.embedded.resp import Connection
from processing_service.embedded.server import EmbeddedServer, running_url
from tests.cli.conftest import CommandLine, ended_or
from tests.processes import eventually


def keys(scenaries: CommandLine, pattern: str) -> list[bytes] | None:
    """Keys of the embedded server that match, or None while there are none."""
    url = running_url(scenaries.state)
    if url is None:
        return None
    with Connection(url) as connection:
        found = connection.command("KEYS", pattern)
    return found if isinstance(found, list) and found else None  # type: ignore[return-value]


def test_run_starts_everything_for_the_job_and_ends_it(scenaries: CommandLine, tmp_path: Path) -> None:
    """From nothing to a file; afterwards no process and no announcement is left, and the history is kept."""
    report = scenaries.json("run", "Write", "-d", "How tides work", "-o", str(tmp_path / "out" / "text.json"), "--json")
    assert report["status"] == "success"
    assert (tmp_path / "out" / "text.json").exists()
    assert scenaries.engine() is None
    assert scenaries.left() == []


def test_ctrl_c_leaves_nothing_running(scenaries: CommandLine) -> None:
    """Exit code 130, the scenario cancelled in the data that stays."""
    run = scenaries.start("run", "Wait")
    eventually("the scenario", ended_or(run, lambda: keys(scenaries, "scenario:*")), seconds=60)
    run.send_signal(signal.SIGINT)
    _, stderr = run.communicate(timeout=30)
    assert run.returncode == Exit.INTERRUPTED, stderr
    assert scenaries.left() == []
    assert "cancelling" in stderr


def test_ctrl_c_while_it_starts_leaves_nothing_running(scenaries: CommandLine) -> None:
    """Also before there is anything to cancel."""
    run = scenaries.start("run", "Wait")
    eventually("the server", ended_or(run, lambda: running_url(scenaries.state)), seconds=60)
    run.send_signal(signal.SIGINT)
    _, stderr = run.communicate(timeout=30)
    assert run.returncode == Exit.INTERRUPTED, stderr
    assert scenaries.left() == []


def test_kill_9_leaves_nothing_running_and_the_next_engine_resumes(scenaries: CommandLine) -> None:
    """The scenario of a killed `up` is there, and goes on, when the folder has an engine again."""
    up = scenaries.start("up", "--port", "0")
    eventually("the engine", ended_or(up, scenaries.engine), seconds=60)
    scenario_id = scenaries("run", "Wait", "--detach").stdout.strip()
    assert len(scenaries.left()) > 5
    up.kill()
    up.communicate()
    scenaries.nothing_left()
    assert scenaries("ps").returncode == Exit.UNREACHABLE
    again = scenaries.start("up", "--port", "0")
    eventually(
        "the engine", ended_or(again, lambda: ((found := scenaries.engine()) and found["pid"] == again.pid) or None), seconds=60
    )
    assert scenaries.json("get", scenario_id)["status"] in {"pending", "processing"}
    again.send_signal(signal.SIGTERM)
    again.communicate(timeout=30)
    assert again.returncode == Exit.OK
    assert scenaries.left() == []


def test_a_job_goes_on_when_the_engine_it_uses_goes_away(scenaries: CommandLine) -> None:
    """`run` joined an engine that is killed: it starts one of its own on the same folder and follows the same scenario there."""
    up = scenaries.start("up", "--port", "0")
    eventually("the engine", ended_or(up, scenaries.engine), seconds=60)
    run = scenaries.start("run", "Wait")
    (key,) = eventually("the scenario", ended_or(run, lambda: keys(scenaries, "scenario:*")), seconds=60)
    up.kill()
    up.communicate()

    def own() -> bool | None:
        engine = scenaries.engine()
        return True if engine and engine["pid"] == run.pid and engine["kind"] == "run" else None

    eventually("an engine of its own", ended_or(run, own), seconds=60)
    assert keys(scenaries, "scenario:*") == [key]
    run.send_signal(signal.SIGINT)
    _, stderr = run.communicate(timeout=30)
    assert run.returncode == Exit.INTERRUPTED, stderr
    assert scenaries.left() == []


def test_killed_parts_come_back(scenaries: CommandLine) -> None:
    """kill -9 of the API and of the server under `up`: both answer again at the same address."""
    up = scenaries.start("up", "--port", "0")
    eventually("the engine", ended_or(up, scenaries.engine), seconds=60)
    for name in ("processing_service.app", "valkey-server"):
        victims = [pid for pid in scenaries.left() if name in Path(f"/proc/{pid}/cmdline").read_text()]
        os.kill(victims[0], signal.SIGKILL)
        done = scenaries("ps", "--json")
        assert (done.returncode, done.stdout) == (Exit.OK, "[]\n"), done.stderr


def test_other_machines_are_kept_out_unless_somebody_insists(scenaries: CommandLine) -> None:
    """There are no tokens: an address that others reach is refused with the way to say so."""
    for command in ("up", "serve"):
        done = scenaries(command, "--host", "0.0.0.0", "--port", "0")
        assert done.returncode == Exit.USAGE
        assert "--insecure-no-auth" in done.stderr


def test_a_port_that_is_taken_is_said_at_once(scenaries: CommandLine) -> None:
    """With the way out, and nothing started."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = scenaries("up", "--port", str(taken.getsockname()[1]))
    assert done.returncode == Exit.UNREACHABLE
    assert "--port 0" in done.stderr


def test_a_redis_that_does_not_answer_is_said_before_anything_starts(scenaries: CommandLine) -> None:
    """REDIS_URL in the environment or in `.env` names a server that is not there."""
    scenaries.env["REDIS_URL"] = "redis://127.0.0.1:1"
    done = scenaries("run", "Wait")
    assert done.returncode == Exit.UNREACHABLE
    assert "REDIS_URL" in done.stderr


def test_one_engine_per_folder_also_on_a_redis_of_ones_own(scenaries: CommandLine, tmp_path: Path) -> None:
    """A second `up` or `serve` says who is there and leaves its announcement alone; when that one has ended, there is room."""
    with EmbeddedServer(tmp_path / "own") as url:
        scenaries.env["REDIS_URL"] = url
        serve = scenaries.start("serve", "--port", "0")
        engine = eventually("the engine", ended_or(serve, scenaries.engine), seconds=60)
        for command in ("up", "serve"):
            done = scenaries(command, "--port", "0")
            assert done.returncode == Exit.UNREACHABLE
            assert f"process {serve.pid} " in done.stderr
            assert scenaries.engine() == engine
        serve.send_signal(signal.SIGTERM)
        serve.communicate(timeout=30)
        up = scenaries.start("up", "--port", "0")
        eventually("the next", ended_or(up, lambda: (scenaries.engine() or engine)["pid"] == up.pid or None), seconds=60)
        assert scenaries("up", "--port", "0").returncode == Exit.UNREACHABLE
        up.send_signal(signal.SIGTERM)
        up.communicate(timeout=30)
        assert up.returncode == Exit.OK


def test_a_worker_and_an_api_run_apart(scenaries: CommandLine, tmp_path: Path) -> None:
    """`serve` in one terminal, `worker text-service` in another: they find each other through the state folder."""
    serve = scenaries.start("serve", "--port", "0")
    eventually("the engine", ended_or(serve, scenaries.engine), seconds=60)
    eventually("its server", ended_or(serve, lambda: running_url(scenaries.state)), seconds=60)
    worker = scenaries.start("worker", "text")
    report = scenaries.json("run", "Write", "-d", "Tides", "-o", str(tmp_path / "text.json"), "--json")
    assert report["status"] == "success"
    for process in (worker, serve):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)
    assert scenaries.left() == []
    assert scenaries("worker", "nosuch").returncode == Exit.USAGE
