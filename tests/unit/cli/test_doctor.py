"""`scenaries doctor`: findings with levels and fixes."""

import json
from pathlib import Path

import pytest

from processing_service.cli.doctor import eviction, persistence, redis_version
from processing_service.cli.main import perform


@pytest.mark.parametrize(
    ("version", "level"), [("6.2.0", "ok"), ("7.2.4", "ok"), ("10.0", "ok"), ("6.0.16", "error"), ("5", "error")]
)
def test_a_server_older_than_our_commands_is_an_error(version: str, level: str) -> None:
    """Versions are numbers: 10 is newer than 6.2."""
    assert redis_version(version, "Redis").level == level


def test_a_server_that_drops_keys_is_an_error_with_its_fix() -> None:
    """Without a limit it is a warning: nothing is dropped before memory ends."""
    assert eviction("noeviction", limited=True).level == "ok"
    assert eviction("allkeys-lru", limited=False).level == "warning"
    found = eviction("allkeys-lru", limited=True)
    assert (found.level, found.fix) == ("error", "scenaries redis CONFIG SET maxmemory-policy noeviction")


def test_persistence_is_off_on_or_broken() -> None:
    """No append-only file is a choice; one that cannot be written is not."""
    assert persistence({"aof_enabled": "0"}).level == "warning"
    assert persistence({"aof_enabled": "1", "aof_last_write_status": "ok"}).level == "ok"
    assert persistence({"aof_enabled": "1", "aof_last_write_status": "err"}).level == "error"


def test_this_machine_can_make_films(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Everything that a clone installs is found, whether or not port 8001 is free at this moment."""
    monkeypatch.setenv("SCENARIES_STATE", str(tmp_path))
    monkeypatch.delenv("REDIS_URL", raising=False)
    perform(["doctor", "--json"])
    levels = {finding["name"]: finding["level"] for finding in json.loads(capsys.readouterr().out)}
    names = ("Python", "Redis", "ffmpeg", "speech", "fonts", "state", "templates")
    assert {name: levels[name] for name in names} == dict.fromkeys(names, "ok")


def test_a_redis_that_does_not_answer_is_an_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """With a fix, and exit code 1."""
    monkeypatch.setenv("SCENARIES_STATE", str(tmp_path))
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1")
    assert perform(["doctor", "--json"]) == 1
    redis = next(finding for finding in json.loads(capsys.readouterr().out) if finding["name"] == "Redis")
    assert (redis["level"], "REDIS_URL" in redis["fix"]) == ("error", True)
