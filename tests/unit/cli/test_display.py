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


@pytest.mark.parametrize(("count", "text"), [(0, "0 tasks"), (1, "1 task"), (2, "2 tasks")])
def test_one_task_is_one_task(count: int, text: str) -> None:
    """Grammar."""
    assert display.counted(count) == text


def test_the_end_is_said_once_and_with_the_time_that_the_scenario_took(capsys: pytest.CaptureFixture[str]) -> None:
    """Not the time somebody watched: a film that was finished before is shown as long as it took, on both kinds of display."""
    times = {"started_at": "2026-11-20T10:00:00.000Z", "finished_at": "2026-11-20T10:00:12.300Z"}
    ended = Board.of(film(status="success", **times))
    plain = display.PlainDisplay()
    plain.show(ended, None)
    plain.show(Board.of(film(status="success", **times)), None)
    assert [line for line in capsys.readouterr().err.splitlines() if "12.3s" in line] == ["✓ success in 12.3s"]
    assert display.footer(ended, 0.0).plain == "✓ success in 12.3s"


def test_a_scenario_seen_to_its_end_took_what_its_events_say(capsys: pytest.CaptureFixture[str]) -> None:
    """From the first task's start to the end; one that nobody began has no time."""
    board = Board.of(film(status="pending"))
    board.apply("scenario.finished", {"status": "cancelled", "at": 1_000})
    assert display.footer(board, 5.0).plain == "⊘ cancelled"
    board = Board.of(film(status="pending"))
    board.apply("task.processing", {"task_id": "abc.1", "status": "processing", "attempt": 1, "at": 1_000})
    board.apply("scenario.finished", {"status": "success", "at": 3_500})
    display.PlainDisplay().show(board, None)
    assert capsys.readouterr().err.endswith("✓ success in 2.5s\n")


def test_a_task_of_which_only_the_end_was_reported_took_no_time() -> None:
    """As the engine counts it: a worker in shell says `success` and nothing before."""
    board = Board.of(film(status="pending"))
    row = board.apply("task.success", {"task_id": "abc.1", "status": "success", "at": 3_000})
    assert row is not None
    assert display.plain_line(row, board) == "✓ CreateSlide 1 success 0.0s"
    board.apply("scenario.finished", {"status": "success", "at": 3_500})
    assert display.footer(board, 9.0).plain == "✓ success in 0.5s"
