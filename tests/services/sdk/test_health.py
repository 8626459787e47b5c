"""What Docker asks a worker."""

import os
import subprocess
import sys
import time
from pathlib import Path


def ask(*arguments: str, **environment: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "services.sdk.health", *arguments],
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def test_a_worker_that_is_heard_is_healthy(tmp_path: Path):
    """A file touched just now is exit code 0, named by argument or by the environment."""
    (tmp_path / "health").touch()
    assert ask(str(tmp_path / "health")).returncode == 0
    assert ask(SCENARIES_HEALTH_FILE=str(tmp_path / "health")).returncode == 0


def test_a_worker_that_is_not_heard_is_not(tmp_path: Path):
    """An old file, no file and no name are exit code 1 with a sentence each."""
    old = tmp_path / "health"
    old.touch()
    os.utime(old, (time.time() - 60, time.time() - 60))
    assert (ask(str(old)).returncode, "has not heard this worker for 6" in ask(str(old)).stderr) == (1, True)
    assert "not heard this worker yet" in ask(str(tmp_path / "none")).stderr
    assert "say which file" in ask().stderr
