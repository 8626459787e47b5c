"""What a finished scenario leaves, in words and numbers."""

import pytest

from processing_service.cli import result
from processing_service.cli.board import Board
from processing_service.cli.result import Fetched
from tests.unit.cli.boards import film


def test_the_main_result_is_the_film() -> None:
    """Among several results the last film counts; without a film, the last that has bytes."""
    sound = {"task_id": "a", "result_ref": "artifact://a.wav"}
    movie = {"task_id": "b", "result_ref": "artifact://b.mp4"}
    empty = {"task_id": "c", "result_ref": ""}
    assert result.main_result([movie, sound, empty]) == movie
    assert result.main_result([sound, empty]) == sound
    assert result.main_result([empty]) is None


def test_a_film_is_described_in_one_line() -> None:
    """Length, size of the picture, size of the file; what is not known is left out."""
    facts = {"duration": 38.44, "width": 1920, "height": 1080, "fps": 30, "loudness_lufs": -16.02}
    assert result.film_line(facts, 4_210_000) == "0:38.4 · 1920×1080 · 30 fps · 4.2 MB · -16.0 LUFS"
    assert result.film_line({}, 1_200) == "1.2 kB"


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00.0"), (59.96, "1:00.0"), (125.5, "2:05.5"), (3723, "1:02:03.0")])
def test_a_length_is_written_as_a_player_shows_it(seconds: float, text: str) -> None:
    """Rounding carries over: 59.96 s is a minute."""
    assert result.clock(seconds) == text


def test_the_report_says_what_each_task_took() -> None:
    """Seconds per task, nothing for those that were never started."""
    report = result.report(Board.of(film()), Fetched(), url="http://x", seconds=2.0)
    assert [(task["label"], task["seconds"]) for task in report["tasks"]][:2] == [("CreateText", 1.5), ("CreateSlide 1", None)]
    assert report["url"] == "http://x/scenarios/abc"
    assert report["output"] is None


def test_a_failure_names_the_tasks_that_failed() -> None:
    """Also when only the scenario itself knows why."""
    view = film(status="failed", error={"message": "gave up"})
    assert result.failure_lines(Board.of(view)) == ["gave up"]
    view["tasks"][1] |= {"status": "failed", "error": {"message": "too large"}}
    assert result.failure_lines(Board.of(view)) == ["CreateSlide 1 failed: too large"]
