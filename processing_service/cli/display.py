"""A scenario on a terminal: one live line per task; where there is no terminal, one plain line per change. All on stderr."""

import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from processing_service.cli.board import Board, TaskRow
from processing_service.contract.status import TERMINAL, Status

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.text import Text

ICONS = {
    Status.PENDING: ("○", "dim"),
    Status.PROCESSING: ("◐", "cyan"),
    Status.SUCCESS: ("✓", "green"),
    Status.FAILED: ("✕", "bold red"),
    Status.SKIPPED: ("⊘", "dim"),
    Status.CANCELLED: ("⊘", "yellow"),
}
_TURNING = "◐◓◑◒"
_BAR, _LABEL, _TIME = 24, 32, 7  # columns; a label is cut where it is longer
_FRAMES = 10  # per second


class Display(Protocol):
    """What `run` and `watch` tell a person."""

    def say(self, text: str) -> None:
        """One line of talk, above whatever is live."""
        ...

    def show(self, board: Board, changed: TaskRow | None) -> None:
        """The scenario as it stands now."""
        ...


class PlainDisplay:
    """For pipes, logs and CI: a line when something starts, is a quarter further, or ends."""

    def __init__(self) -> None:
        self._told: dict[str, tuple[Status, int, int]] = {}
        self._begun = self._ended = False

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def show(self, board: Board, changed: TaskRow | None) -> None:
        if not self._begun:
            self._begun = True
            self.say(f"{board.scenario_id} {board.name} {board.version}: {counted(len(board.rows))}")
        for row in board.rows.values() if changed is None else (changed,):
            quarter = int((row.progress or 0) // 25) if row.status is Status.PROCESSING else 0
            state = (row.status, row.attempt, quarter)
            if self._told.get(row.id, (Status.PENDING, 0, 0)) != state:
                self._told[row.id] = state
                self.say(plain_line(row, board))
        if board.ended and not self._ended:
            self._ended = True
            self.say(f"{ICONS[board.status][0]} {board.status}{_in(board)}")


class JsonDisplay:
    """For programs: a JSON object per line on stdout. First the scenario, with all its tasks, then each task as it changes."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)

    def show(self, board: Board, changed: TaskRow | None) -> None:
        scenario = {"scenario_id": board.scenario_id, "name": board.name, "version": board.version, "status": board.status}
        self._tell(board.scenario_id, {"type": "scenario", **scenario})
        for row in board.rows.values() if changed is None else (changed,):
            task = {"task_id": row.id, "name": row.name, "label": row.label, "service": row.service, "status": row.status}
            state = {"attempt": row.attempt, "progress": row.progress, "message": row.message, "error": row.error}
            self._tell(row.id, {"type": "task", **task, **state, "reason": row.reason})

    def _tell(self, about: str, what: dict[str, object]) -> None:
        line = json.dumps(what, ensure_ascii=False)
        if self._told.get(about) != line:
            self._told[about] = line
            print(line, flush=True)


class LiveDisplay:
    """For a terminal: every task with its state, a bar, its time, and why it waits or failed."""

    def __init__(self, console: "Console") -> None:
        self._console = console
        self._board: Board | None = None
        self._status = ""
        self._begun = time.monotonic()

    def say(self, text: str) -> None:
        """Talk before the scenario exists is a status line that the board replaces; later it goes above the board."""
        if self._board is None:
            self._status = text
        else:
            self._console.print(text, highlight=False, markup=False)

    def show(self, board: Board, changed: TaskRow | None) -> None:
        self._board = board

    @contextmanager
    def live(self) -> Iterator["LiveDisplay"]:
        """Draw until the block ends; the last picture stays."""
        from rich.live import Live

        with Live(get_renderable=self._render, console=self._console, refresh_per_second=_FRAMES, redirect_stdout=False):
            yield self

    def _render(self) -> "RenderableType":
        from rich.console import Group
        from rich.padding import Padding
        from rich.text import Text

        elapsed = time.monotonic() - self._begun
        board = self._board
        if board is None:
            return Text.assemble((f"{_turn(elapsed)} ", "cyan"), self._status, (f"  {duration(elapsed)}", "dim"))
        # Two lines of ours above, two below, one for the cursor.
        body = task_table(board, self._console.height - 5, elapsed)
        head = Text.assemble((board.name, "bold"), (f" {board.version}  ", "dim"), (board.scenario_id, "cyan"))
        return Group(head, Padding(body, (1, 0, 1, 0)), footer(board, elapsed))


@contextmanager
def opened(*, quiet: bool = False) -> Iterator[Display]:
    """The display that fits where stderr goes; `quiet` is plain in any case."""
    if quiet or not sys.stderr.isatty():
        yield PlainDisplay()
        return
    from rich.console import Console

    with LiveDisplay(Console(stderr=True)).live() as display:
        yield display


def task_table(board: Board, height: int, elapsed: float) -> "RenderableType":
    """A line per task; where they do not fit into `height` lines, a line per kind of task."""
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    now = time.time()
    rows = list(board.rows.values())
    groups = [[row] for row in rows] if len(rows) <= max(height, 5) else list(_by_name(rows))
    labels = [group[0].label if len(group) == 1 else f"{group[0].name} ×{len(group)}" for group in groups]
    # Every column but the last has its width: a long note is cut, and takes nothing from the others.
    table = Table.grid(padding=(0, 1), expand=True)
    for width in (1, min(max(map(len, labels)), _LABEL), _BAR):
        table.add_column(width=width, min_width=width, no_wrap=True, overflow="ellipsis")
    table.add_column(justify="right", width=_TIME, min_width=_TIME, no_wrap=True)
    table.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    for label, group in zip(labels, groups, strict=True):
        status = _status_of(group)
        icon, style = ICONS[status]
        percent = sum(row.progress or 0.0 for row in group) / len(group)
        unknown = status is Status.PROCESSING and len(group) == 1 and group[0].progress is None
        seconds = [taken for row in group if (taken := row.seconds(now)) is not None]
        table.add_row(
            Text(_turn(elapsed) if status is Status.PROCESSING else icon, style=style),
            Text(label, style="" if status is not Status.PENDING else "dim"),
            ProgressBar(
                100,
                percent,
                width=_BAR,
                pulse=unknown,
                style="grey23",
                complete_style=style,
                finished_style="green",
                pulse_style="cyan",
            ),
            Text(duration(sum(seconds)) if seconds else "", style="dim"),
            _note(group, board),
        )
    return table


def footer(board: Board, elapsed: float) -> "Text":
    """How far the whole is."""
    from rich.text import Text

    icon, style = ICONS[board.status]
    if board.ended:
        return Text.assemble((f"{icon} {board.status}", style), (_in(board), "dim"))
    # A scenario that was begun before this display has taken longer than what is seen of it.
    taken = max(elapsed, board.seconds(time.time()) or 0.0)
    return Text(f"{duration(taken)} elapsed · {board.done} of {counted(len(board.rows))}", style="dim")


def note(row: TaskRow, board: Board) -> str:
    """Why a task waits, what it does, or why it failed, in a few words."""
    again = f"attempt {row.attempt}" if row.attempt > 1 else ""
    match row.status:
        case Status.PENDING:
            return _why_pending(row, board)
        case Status.PROCESSING:
            return " · ".join(filter(None, (again, row.message)))
        case Status.SUCCESS:
            return again
        case Status.FAILED:
            return row.error or "failed"
        case _:
            return row.reason or str(row.status)


def _why_pending(row: TaskRow, board: Board) -> str:
    if row.error:
        return f"tries again: {row.error}"
    if row.queue == 0:
        return f"in queue:{row.service}"
    waiting = [other.label for other in board.waits_for(row)]
    more = f" and {len(waiting) - 2} more" if len(waiting) > 2 else ""
    return f"waits for {', '.join(waiting[:2])}{more}" if waiting else "waits"


def plain_line(row: TaskRow, board: Board) -> str:
    """A change of one task as a line of text."""
    icon, _ = ICONS[row.status]
    taken = row.seconds(time.time()) if row.status in TERMINAL else None
    how = f"{row.status} {duration(taken)}" if taken is not None else str(row.status)
    if row.status is Status.PROCESSING and row.progress:
        how = f"{row.progress:.0f}%"
    words = note(row, board)
    return f"{icon} {row.label} {how}{f': {words}' if words else ''}"


def counted(tasks: int) -> str:
    """`1 task`, `2 tasks`."""
    return f"{tasks} {'task' if tasks == 1 else 'tasks'}"


def duration(seconds: float) -> str:
    """`0.8s`, `1m 04s`, `2h 05m`."""
    if seconds < 60:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}m {rest:02d}s" if minutes < 60 else f"{minutes // 60}h {minutes % 60:02d}m"


def _in(board: Board) -> str:
    """` in 12.3s`, for a scenario that has ended; nothing when no task of it was ever started."""
    taken = board.seconds(time.time())
    return "" if taken is None else f" in {duration(taken)}"


def _turn(elapsed: float) -> str:
    return _TURNING[int(elapsed * 6) % len(_TURNING)]


def _by_name(rows: Sequence[TaskRow]) -> Iterator[list[TaskRow]]:
    groups: dict[str, list[TaskRow]] = defaultdict(list)
    for row in rows:
        groups[row.name].append(row)
    yield from groups.values()


def _status_of(group: Sequence[TaskRow]) -> Status:
    """The one status that says most about several tasks."""
    statuses = {row.status for row in group}
    for telling in (Status.FAILED, Status.PROCESSING):
        if telling in statuses:
            return telling
    if len(statuses) == 1:
        return next(iter(statuses))
    return Status.PROCESSING if Status.PENDING in statuses else max(statuses)


def _note(group: Sequence[TaskRow], board: Board) -> "Text":
    from rich.text import Text

    if len(group) == 1:
        row = group[0]
        style = "red" if row.status is Status.FAILED else "yellow" if row.error else "dim"
        return Text(note(row, board), style=style)
    ended = sum(row.status is Status.SUCCESS for row in group)
    busy = next((row for row in group if row.status in {Status.FAILED, Status.PROCESSING}), None)
    return Text(f"{ended}/{len(group)}" + (f"  {busy.label} {note(busy, board)}" if busy else ""), style="dim")
