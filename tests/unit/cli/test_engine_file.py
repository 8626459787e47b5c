"""Commands find the engine of their state folder, and believe no dead one."""

import subprocess
import sys
from pathlib import Path

import pytest

from processing_service.cli import engine_file
from processing_service.cli.exits import CommandError, Exit


def test_an_announced_engine_is_found_until_it_is_withdrawn(tmp_path: Path) -> None:
    """Also in a folder that does not exist yet; the file is readable for its owner only."""
    state = tmp_path / "new"
    engine_file.announce(state, "http://127.0.0.1:9", "up")
    found = engine_file.running(state)
    assert found
    assert (found.url, found.kind) == ("http://127.0.0.1:9", "up")
    assert (state / "engine.json").stat().st_mode & 0o777 == 0o600
    engine_file.withdraw(state)
    assert engine_file.running(state) is None


def test_the_file_of_a_dead_process_is_not_believed(tmp_path: Path) -> None:
    """kill -9 leaves the file; the next command looks whether its process lives. It is not ours to withdraw either."""
    script = "import sys; from pathlib import Path; from processing_service.cli.engine_file import announce\n"
    script += "announce(Path(sys.argv[1]), 'http://127.0.0.1:9', 'up')"
    subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=True)
    assert engine_file.running(tmp_path) is None
    engine_file.withdraw(tmp_path)
    assert (tmp_path / "engine.json").exists()


def test_an_address_that_is_given_wins(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """--url, then SCENARIES_API_URL, then the state folder, then a sentence that says what to do."""
    monkeypatch.setenv("SCENARIES_STATE", str(tmp_path))
    monkeypatch.setenv("SCENARIES_API_URL", "http://other:1/")
    assert engine_file.engine_url("http://given:2/") == "http://given:2"
    assert engine_file.engine_url(None) == "http://other:1"
    monkeypatch.delenv("SCENARIES_API_URL")
    with pytest.raises(CommandError) as refused:
        engine_file.engine_url(None)
    assert refused.value.exit == Exit.UNREACHABLE
    assert "scenaries up" in refused.value.hint
    engine_file.announce(tmp_path, "http://127.0.0.1:9", "up")
    assert engine_file.engine_url(None) == "http://127.0.0.1:9"
