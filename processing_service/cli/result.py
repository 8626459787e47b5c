"""What a finished scenario leaves: its film, with captions and poster beside it, and the report of how it was made."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processing_service.cli.board import Board
from processing_service.contract.status import Status

if TYPE_CHECKING:
    from processing_service.cli.client import Api

_BESIDE = {"captions_ref": "captions", "poster_ref": "poster"}
_SCHEME = "artifact://"


@dataclass(slots=True)
class Fetched:
    """Files written, and references that are kept elsewhere and were not fetched."""

    output: Path | None = None
    beside: dict[str, Path] = field(default_factory=dict)
    elsewhere: list[str] = field(default_factory=list)
    result: dict[str, Any] = field(default_factory=dict)
    size: int = 0


def fetch(api: "Api", board: Board, output: Path | None, folder: Path) -> Fetched:
    """Download the scenario's main result (a film if there is one, else the last result) to `output`, else into `folder`."""
    fetched = Fetched()
    main = main_result(board.view.get("results", []))
    if main is None:
        return fetched
    fetched.result = main["result"] if isinstance(main.get("result"), dict) else {}
    reference = main["result_ref"]
    if not reference.startswith(_SCHEME):
        fetched.elsewhere.append(reference)
        return fetched
    target = output or folder / f"{board.scenario_id}{Path(reference).suffix}"
    fetched.size = api.download(main["href"], target)
    fetched.output = target
    for field_name, kind in _BESIDE.items():
        other = str(fetched.result.get(field_name) or "")
        if other.startswith(_SCHEME):
            path = target.with_suffix(Path(other).suffix)
            api.download(f"/artifacts/{other.removeprefix(_SCHEME)}", path)
            fetched.beside[kind] = path
    return fetched


def unfetched(board: Board) -> Fetched:
    """What a scenario left, with nothing downloaded: where it is."""
    main = main_result(board.view.get("results", []))
    if main is None:
        return Fetched()
    return Fetched(elsewhere=[main["result_ref"]], result=main["result"] if isinstance(main.get("result"), dict) else {})


def main_result(results: list[dict[str, Any]]) -> dict[str, Any] | None:
    """The result a person means: the last film, else the last thing that has bytes."""
    with_bytes = [result for result in results if result.get("result_ref")]
    films = [result for result in with_bytes if result["result_ref"].endswith(".mp4")]
    return next(iter(reversed(films or with_bytes)), None)


def report(board: Board, fetched: Fetched, *, url: str, seconds: float) -> dict[str, Any]:
    """What `--json` prints: the outcome, the files, and what each task took, in seconds."""
    tasks = [
        {
            "id": row.id,
            "name": row.name,
            "label": row.label,
            "service": row.service,
            "status": row.status,
            "attempt": row.attempt,
            "seconds": None if row.finished is None or (taken := row.seconds(row.finished)) is None else round(taken, 3),
            "error": row.raw.get("error"),
        }
        for row in board.rows.values()
    ]
    return {
        "scenario_id": board.scenario_id,
        "name": board.name,
        "version": board.version,
        "status": board.status,
        "url": f"{url}/scenarios/{board.scenario_id}",
        "output": str(fetched.output) if fetched.output else None,
        **{kind: str(path) for kind, path in fetched.beside.items()},
        "elsewhere": fetched.elsewhere,
        "bytes": fetched.size,
        "result": fetched.result,
        "elapsed_seconds": round(seconds, 3),
        "tasks": tasks,
        "error": board.view.get("error"),
    }


def failure_lines(board: Board) -> list[str]:
    """Why a scenario did not succeed, one line per failed task, as a person reads it."""
    lines = [f"{row.label} failed: {row.error}" for row in board.failure()]
    if not lines and board.status is not Status.SUCCESS:
        lines = [board.error or f"the scenario ended {board.status}"]
    return lines


def film_line(result: dict[str, Any], size: int) -> str:
    """`0:38 · 1920×1080 · 30 fps · 4.2 MB · -16.0 LUFS`, as far as it is known."""
    parts = []
    if (seconds := result.get("duration")) is not None:
        parts.append(clock(float(seconds)))
    if result.get("width") and result.get("height"):
        parts.append(f"{result['width']}×{result['height']}")
    if result.get("fps"):
        parts.append(f"{result['fps']:g} fps")
    parts.append(f"{size / 1e6:.1f} MB" if size >= 100_000 else f"{size / 1e3:.1f} kB")
    if result.get("loudness_lufs") is not None:
        parts.append(f"{result['loudness_lufs']:.1f} LUFS")
    return " · ".join(parts)


def clock(seconds: float) -> str:
    """A film's length: `0:38.4`, `1:02:03.0`."""
    minutes, rest = divmod(round(seconds, 1), 60)
    hours, minutes = divmod(int(minutes), 60)
    return f"{hours}:{minutes:02d}:{rest:04.1f}" if hours else f"{minutes}:{rest:04.1f}"
