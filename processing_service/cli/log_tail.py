"""The logs of several processes as one stream for a person: time, process, sentence, the ids that matter."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from processing_service.cli.board import printable

_COLOURS = ("cyan", "magenta", "blue", "green", "yellow")
_LEVELS = {"warning": "yellow", "error": "red", "critical": "red"}
_OWN = {"event", "timestamp", "level", "logger", "exception", "stack"}
_MOST = 200  # characters of one value
_AT_ONCE = 400  # lines of one file between two looks; a flood is cut, its file has all of it


class LogTail:
    """Call it now and then: prints what was added to the files since the last time, or since it was made."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        self._files = files
        self._positions = {name: path.stat().st_size if path.exists() else 0 for name, path in files.items()}
        self._width = max(map(len, files), default=0)
        self._colours = {name: _COLOURS[number % len(_COLOURS)] for number, name in enumerate(files)}

    def __call__(self) -> None:
        for name in self._files:
            for line in self._added(name):
                prefix = click.style(name.ljust(self._width), fg=self._colours[name])
                click.echo(f"{prefix} {readable(line)}", err=True)

    def _added(self, name: str) -> Iterator[str]:
        path = self._files[name]
        if not path.exists():
            return
        # A shorter file was cut because it had grown too long: it begins anew.
        position = self._positions[name] if self._positions[name] <= path.stat().st_size else 0
        with path.open("rb") as file:
            file.seek(position)
            added = file.read()
        whole, newline, _ = added.rpartition(b"\n")
        self._positions[name] = position + len(whole) + len(newline)
        lines = whole.decode(errors="replace").splitlines()
        if len(lines) > _AT_ONCE:
            yield f"… {len(lines) - _AT_ONCE} lines are only in {path}"
        yield from lines[-_AT_ONCE:]


def readable(line: str) -> str:
    """A JSON log line as `12:30:05 sentence key=value`; any other line as it is."""
    try:
        entry: dict[str, Any] = json.loads(line)
        event = str(entry["event"])
    except (ValueError, KeyError, TypeError):
        return printable(line)
    time = str(entry.get("timestamp", ""))[11:19]
    level = str(entry.get("level", "info"))
    words = click.style(printable(event), fg=_LEVELS.get(level))
    # A task's id begins with its scenario's.
    said = {*_OWN, "scenario_id"} if "task_id" in entry else _OWN
    values = " ".join(f"{key}={_value(value)}" for key, value in entry.items() if key not in said)
    trace = "".join(f"\n    {printable(part)}" for part in str(entry.get("exception") or "").splitlines())
    return " ".join(filter(None, (time, words, click.style(values, dim=True) if values else ""))) + trace


def _value(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = printable(text)
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"
