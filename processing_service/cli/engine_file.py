"""Which engine a command talks to: `--url`, else SCENARIES_API_URL, else the one that runs for this state folder."""

import json
import os
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from processing_service.cli.exits import CommandError, Exit


@dataclass(frozen=True, slots=True)
class RunningEngine:
    """What `<state>/engine.json` (mode 0600) says. `kind`: `up`, `serve`, or `run` for one that ends with its job."""

    url: str
    pid: int
    kind: str
    started_at: float

    @property
    def alive(self) -> bool:
        """Whether its process still exists."""
        try:
            os.kill(self.pid, 0)
        except ProcessLookupError:
            return False
        except PermissionError:
            return True
        return True


def announce(state: Path, url: str, kind: str) -> None:
    """Let the other commands of this state folder find the engine that this process runs."""
    state.mkdir(parents=True, exist_ok=True)
    temporary = _file(state).with_suffix(".new")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        json.dump(asdict(RunningEngine(url, os.getpid(), kind, time.time())), file)
    temporary.replace(_file(state))


def withdraw(state: Path) -> None:
    """Take the announcement of this process back; another's stays."""
    known = _read(state)
    if known and known.pid == os.getpid():
        _file(state).unlink(missing_ok=True)


def running(state: Path) -> RunningEngine | None:
    """The engine that runs for this state folder, or None; a file left behind by a dead process is not believed."""
    known = _read(state)
    return known if known and known.alive else None


def engine_url(given: str | None) -> str:
    """The engine's address for a command that needs one. Raises CommandError when there is none."""
    if wanted := given or os.environ.get("SCENARIES_API_URL"):
        return wanted.rstrip("/")
    from processing_service.settings import Settings

    state = Settings().state
    if found := running(state):
        return found.url
    raise CommandError(
        f"no engine is running for {state}.",
        exit=Exit.UNREACHABLE,
        code="no-engine",
        hint="Start one with `scenaries up`, or name one with --url or SCENARIES_API_URL.",
    )


def _file(state: Path) -> Path:
    return state / "engine.json"


def _read(state: Path) -> RunningEngine | None:
    try:
        found = json.loads(_file(state).read_text())
        return RunningEngine(str(found["url"]), int(found["pid"]), str(found["kind"]), float(found["started_at"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
