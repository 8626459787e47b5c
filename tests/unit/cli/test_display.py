"""A scenario as text: each line says where a task stands and why."""

import io

import pytest
from rich.console import Console

from processing_service.cli import display
from processing_service.cli.board import Board
from processing_service.contract.status import Status
from tests.unit.cli.boards import film


def picture(board: Board, *, height: int = 40, width: int = 100) -> str:
    console = Console(file=io.StringIO(), width=width, force_terminal=False, color_system=None)
    with console.capture() as captured:
        console.print(display.task_table(board, height, 1.0))
    return captured.get()


def test_every_task_has_a_line_with_its_state() -> None:
    """Done with its time, in queue, waiting for what."""
    lines = picture(Board.of(film())).splitlines()
    assert len(lines) == 4
    assert lines[0].startswith("✓ CreateText")
    assert "1.5s" in lines[0]
    assert "in queue:text-service" in lines[1]
    assert lines[3].startswith("○ CreateVideo")
    assert "waits for CreateSlide 1, CreateSlide 2" in lines[3]


def test_more_tasks_than_lines_become_a_line_per_kind() -> None:
    """Fifty slides on a terminal of twenty lines are one line with their number."""
    view = film()
    view["tasks"] = [dict(view["tasks"][1], id=f"abc.{number}", consumers=[]) for number in range(50)]
    view["tasks"][0]["status"] = "success"
    lines = picture(Board.of(view), height=15).splitlines()
    assert len(lines) == 1
    assert "CreateSlide ×50" in lines[0]
    assert "1/50" in lines[0]


def test_a_failure_says_its_error_and_a_retry_its_attempt() -> None:
    """The failing task's error stands in its line."""
    board = Board.of(film())
    row = board.rows["abc.1"]
    row.status, row.error = Status.FAILED, "the picture is too large"
    assert "✕ CreateSlide 1" in picture(board)
    assert "the picture is too large" in picture(board)
    row.status, row.attempt, row.message = Status.PROCESSING, 2, "drawing"
    assert display.note(row, board) == "attempt 2 · drawing"
    row.status = Status.PENDING
    assert display.note(row, board) == "tries again: the picture is too large"


def test_markup_in_a_prompt_is_text() -> None:
    """Square brackets are not styles."""
    board = Board.of(film())
    board.rows["abc.1"].status, board.rows["abc.1"].message = Status.PROCESSING, "[bold red]hi[/]"
    assert "[bold red]hi[/]" in picture(board)


@pytest.mark.parametrize(("seconds", "text"), [(0.84, "0.8s"), (59.9, "59.9s"), (64, "1m 04s"), (7500, "2h 05m")])
def test_durations_are_short(seconds: float, text: str) -> None:
    """Seconds with a tenth, then minutes, then hours."""
    assert display.duration(seconds) == text


def test_without_a_terminal_each_change_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """A start, a quarter of the way, the end: each is said once."""
    board = Board.of(film())
    plain = display.PlainDisplay()
    plain.show(board, None)
    row = board.apply("task.processing", {"task_id": "abc.1", "status": "processing", "attempt": 1, "at": 1000})
    plain.show(board, row)
    for percent in (10, 50, 60):
        plain.show(board, board.apply("task.progress", {"task_id": "abc.1", "progress": percent}))
    plain.show(board, board.apply("task.success", {"task_id": "abc.1", "status": "success", "at": 3000}))
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines() == [
        "abc ScenarioCreateVideo 1.0.0: 4 tasks",
        "✓ CreateText success 1.5s",
        "◐ CreateSlide 1 processing",
        "◐ CreateSlide 1 50%",
        "✓ CreateSlide 1 success 2.0s",
    ]
