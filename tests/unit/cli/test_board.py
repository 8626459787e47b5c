"""What a person sees of a scenario, as its events arrive."""

from processing_service.cli.board import Board, printable, sentence
from processing_service.contract.status import Status
from tests.unit.cli.boards import film

AT = 1_800_000_000_000


def test_tasks_of_one_kind_are_numbered_in_the_documents_order() -> None:
    """Two slides are `CreateSlide 1` and `CreateSlide 2`; what there is once keeps its name."""
    labels = [row.label for row in Board.of(film()).rows.values()]
    assert labels == ["CreateText", "CreateSlide 1", "CreateSlide 2", "CreateVideo"]


def test_a_task_goes_through_its_life_by_events() -> None:
    """Started, progress, success: status, percent and seconds follow, and the waiting film loses a dependency."""
    board = Board.of(film())
    board.apply("task.processing", {"task_id": "abc.1", "status": "processing", "attempt": 1, "at": AT})
    row = board.apply("task.progress", {"task_id": "abc.1", "progress": 40, "message": "drawing"})
    assert row
    assert (row.status, row.progress, row.message, row.seconds(AT / 1000 + 2)) == (Status.PROCESSING, 40, "drawing", 2)
    board.apply("task.success", {"task_id": "abc.1", "status": "success", "at": AT + 3000})
    assert (row.status, row.progress, row.seconds(0)) == (Status.SUCCESS, 100, 3)
    assert board.rows["abc.v"].queue == 1
    assert [other.label for other in board.waits_for(board.rows["abc.v"])] == ["CreateSlide 2"]


def test_a_repeated_success_releases_its_consumers_once() -> None:
    """An event that arrives again after a reconnection changes nothing."""
    board = Board.of(film())
    for _ in range(2):
        board.apply("task.success", {"task_id": "abc.1", "status": "success", "at": AT})
    assert board.rows["abc.v"].queue == 1


def test_a_retry_starts_from_nothing_and_remembers_why() -> None:
    """Between two attempts the row says the error; the next attempt begins without it."""
    board = Board.of(film())
    board.apply("task.processing", {"task_id": "abc.1", "status": "processing", "attempt": 1, "at": AT})
    delayed = {"task_id": "abc.1", "status": "pending", "error": {"message": "no connection"}}
    row = board.apply("task.delayed", delayed)
    assert row
    assert (row.status, row.error, row.seconds(AT)) == (Status.PENDING, "no connection", None)
    board.apply("task.processing", {"task_id": "abc.1", "status": "processing", "attempt": 2, "at": AT + 5000})
    assert (row.attempt, row.error) == (2, "")


def test_the_end_is_the_scenarios_own_word() -> None:
    """Only `scenario.finished` ends a board."""
    board = Board.of(film())
    assert not board.ended
    board.apply("scenario.finished", {"status": "failed"})
    assert (board.ended, board.status) == (True, Status.FAILED)


def test_unknown_events_and_tasks_are_passed_over() -> None:
    """A newer engine may say more than this program knows."""
    board = Board.of(film())
    assert board.apply("task.expanded", {"task_id": "abc.9", "status": "dreaming"}) is None
    row = board.apply("task.dreams", {"task_id": "abc.1", "status": "dreaming"})
    assert row
    assert row.status is Status.PENDING


def test_words_of_others_cannot_steer_the_terminal() -> None:
    """Escape sequences and newlines in errors and messages become spaces."""
    assert printable("a\x1b[2Jb\nc\x9bd") == "a [2Jb c d"
    assert sentence({"message": "x\r\ny"}) == "x  y"
    assert sentence({"code": "tool-failed"}) == "tool-failed"
    assert sentence(None) == ""
