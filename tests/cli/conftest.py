"""The command line as a user calls it: real processes, a state folder of one's own, templates that need no media."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.processes import eventually, mentioning

ROOT = Path(__file__).resolve().parents[2]

WRITE = """\
scenario_id: "{{ SHORT_UUID('Write') }}"
version: "1.0.0"
name: Write
variables:
  PROMPT: "How tides work"
  SENTENCES: 1
tasks:
  - id: "{{ SHORT_UUID('CreateText') }}"
    scenario_id: "{{ SHORT_UUID('Write') }}"
    service: text-service
    name: CreateText
    consumers: []
    prompt: "{{ PROMPT }}"
    slides_count: "{{ SENTENCES }}"
    text: "The Moon pulls the sea. The sea rises twice a day."
"""
# Nobody serves this service: the scenario waits until it is cancelled.
WAIT = """\
scenario_id: "{{ SHORT_UUID('Wait') }}"
version: "1.0.0"
name: Wait
tasks:
  - id: "{{ SHORT_UUID('Never') }}"
    scenario_id: "{{ SHORT_UUID('Wait') }}"
    service: nobody-service
    name: Never
    consumers: []
"""


@dataclass
class CommandLine:
    """`scenaries` with one state folder; everything it starts can be found by that folder's path."""

    state: Path
    env: dict[str, str]
    started: list["subprocess.Popen[str]"] = field(default_factory=list)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """A command in the background, in a session of its own as in another terminal."""
        process = subprocess.Popen(
            # As the installed script does it. Under `-m`, CPython ends by SIGINT instead of our exit code when Ctrl-C happened
            # to come inside an `exec`, as those of dataclasses that are being imported, however it was handled.
            [sys.executable, "-c", "from processing_service.cli.entry_point import main; main()", *arguments],
            cwd=ROOT,
            env=self.env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        self.started.append(process)
        return process

    def __call__(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """A command to its end."""
        process = self.start(*arguments)
        stdout, stderr = process.communicate(timeout=120)
        return subprocess.CompletedProcess(arguments, process.returncode, stdout, stderr)

    def json(self, *arguments: str) -> Any:
        """What a command prints as JSON; it must end well."""
        done = self(*arguments)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def engine(self) -> dict[str, Any] | None:
        """What `engine.json` says, or None."""
        try:
            return dict(json.loads((self.state / "engine.json").read_text()))
        except (OSError, ValueError):
            return None

    def left(self) -> list[int]:
        """Processes that belong to this state folder."""
        return mentioning(str(self.state))

    def nothing_left(self) -> None:
        """Waits until no process of this state folder is there, a few seconds at most."""
        eventually("no process left", lambda: None if self.left() else True, seconds=10)


@contextmanager
def opened(folder: Path, more: Mapping[str, str]) -> Iterator[CommandLine]:
    templates = folder / "templates"
    templates.mkdir()
    (templates / "write.yml").write_text(WRITE)
    (templates / "wait.yml").write_text(WAIT)
    env = {name: value for name, value in os.environ.items() if name not in {"REDIS_URL", "SCENARIES_API_URL", "PORT"}}
    env |= {"SCENARIES_STATE": str(folder / "state"), "SCENARIES_TEMPLATES": str(templates), **more}
    line = CommandLine(folder / "state", env)
    try:
        yield line
    finally:
        for process in line.started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        line.nothing_left()


@pytest.fixture
def scenaries(tmp_path: Path) -> Iterator[CommandLine]:
    """A command line with a state folder of its own; at the end nothing of it may be running."""
    with opened(tmp_path, {}) as line:
        yield line


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[CommandLine]:
    """A command line beside a running `scenaries up`, shared by the tests of a module."""
    with opened(tmp_path_factory.mktemp("up"), {}) as line:
        up = line.start("up", "--port", "0", "--quiet")
        eventually("the engine", ended_or(up, line.engine), seconds=60)
        yield line
        up.send_signal(signal.SIGINT)
        _, stderr = up.communicate(timeout=30)
        assert up.returncode == 0, stderr
        assert "stopped" in stderr
        line.nothing_left()


def ended_or(process: "subprocess.Popen[str]", look: Callable[[], Any]) -> Callable[[], Any]:
    """Look, but fail at once when the process has ended."""

    def looked() -> Any:
        if process.poll() is not None:
            raise AssertionError(f"it ended with {process.returncode}: {process.communicate()[1]}")
        return look()

    return looked
