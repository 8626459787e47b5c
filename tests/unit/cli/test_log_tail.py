"""The logs of several processes as one stream for a person."""

import json
from pathlib import Path

import click
import pytest

from processing_service.cli.log_tail import LogTail, readable


def test_a_json_line_becomes_a_sentence_with_its_ids() -> None:
    """Time, sentence, the rest as key=value; the traceback below."""
    entry = {"event": "task failed", "timestamp": "2026-11-20T12:30:05.1Z", "level": "error", "logger": "x", "task_id": "a.b"}
    assert click.unstyle(readable(json.dumps(entry))) == "12:30:05 task failed task_id=a.b"
    with_trace = readable(json.dumps(entry | {"exception": "Traceback\n  boom"}))
    assert click.unstyle(with_trace).splitlines()[1:] == ["    Traceback", "      boom"]


def test_any_other_line_is_shown_as_it_is_but_cannot_act() -> None:
    """Also JSON that is no log entry."""
    assert readable("plain \x1b[2J words") == "plain  [2J words"
    assert readable("[1, 2]") == "[1, 2]"


def test_only_whole_new_lines_are_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What was there before is not repeated; half a line waits; a file that was cut begins anew."""
    log = tmp_path / "api.log"
    log.write_text("old\n")
    tail = LogTail({"api": log, "absent": tmp_path / "absent.log"})
    with log.open("a") as file:
        file.write("new\nha")
    tail()
    with log.open("a") as file:
        file.write("lf\n")
    tail()
    log.write_text("after\n")
    tail()
    said = [click.unstyle(line).split()[1] for line in capsys.readouterr().err.splitlines()]
    assert said == ["new", "half", "after"]
