"""What may be said of a task, and what the store's words mean."""

from typing import Any

import pytest

from processing_service.contract.errors import InvalidRequest
from processing_service.contract.status import Status
from processing_service.contract.task import Report
from processing_service.engine.reports import check_report, refusal
from processing_service.store.answer import Answer
from processing_service.store.report import ReportAnswer

SUCCESS = Report(status=Status.SUCCESS)


def deep(levels: int) -> Any:
    value: Any = 1
    for _ in range(levels):
        value = {"a": value}
    return value


@pytest.mark.parametrize("result", [deep(32), "x" * 65_000, [1, 2], 0, False, ""])
def test_results_within_bounds_are_taken(result: Any) -> None:
    """64 KB of UTF-8 JSON, 32 levels."""
    check_report(Report(status=Status.SUCCESS, result=result))


@pytest.mark.parametrize(("result", "code"), [(deep(33), "too-deep"), ("x" * 65_536, "too-long"), ("я" * 33_000, "too-long")])
def test_results_beyond_them_are_not(result: Any, code: str) -> None:
    """Bytes count, not characters."""
    with pytest.raises(InvalidRequest) as refused:
        check_report(Report(status=Status.SUCCESS, result=result))
    assert [problem.code for problem in refused.value.problems] == [code]


def test_both_mistakes_are_listed() -> None:
    """A bad reference and a bad result in one answer."""
    with pytest.raises(InvalidRequest) as refused:
        check_report(Report(status=Status.SUCCESS, result_ref="file:///x", result=deep(40)))
    assert [problem.pointer for problem in refused.value.problems] == ["/result_ref", "/result"]


@pytest.mark.parametrize("word", [Answer.OK, Answer.REPEAT])
def test_what_was_taken_is_no_error(word: Answer) -> None:
    """Now or before."""
    assert refusal(ReportAnswer(word, status="success"), SUCCESS) is None


@pytest.mark.parametrize(
    ("answer", "report", "code", "extra"),
    [
        (ReportAnswer(Answer.UNKNOWN), SUCCESS, "not-found", {}),
        (
            ReportAnswer(Answer.STALE, "stale-attempt", "processing", 3),
            Report(status=Status.SUCCESS, attempt=2),
            "stale-attempt",
            {"current_attempt": 3, "status": "processing"},
        ),
        (
            ReportAnswer(Answer.CONFLICT, "not-ready", "pending", queue=2),
            SUCCESS,
            "not-ready",
            {"queue": 2, "status": "pending"},
        ),
        (
            ReportAnswer(Answer.CONFLICT, "illegal-transition", "success", 1),
            Report(status=Status.FAILED),
            "illegal-transition",
            {"from": "success", "to": "failed", "allowed": []},
        ),
        (ReportAnswer(Answer.CONFLICT, "scenario-cancelled", "cancelled"), SUCCESS, "scenario-cancelled", {}),
        (ReportAnswer(Answer.CONFLICT, "illegal-transition", "failed"), SUCCESS, "illegal-transition", {"from": "failed"}),
        (
            ReportAnswer(Answer.CONFLICT, "illegal-transition", "pending"),
            Report(status=Status.PENDING),
            "illegal-transition",
            {"from": "pending", "to": "pending"},
        ),
    ],
)
def test_a_refusal_has_a_code_and_what_helps(answer: ReportAnswer, report: Report, code: str, extra: dict[str, object]) -> None:
    """The store's word, the state it saw, what would have been allowed."""
    error = refusal(answer, report)
    assert error is not None
    assert error.code == code
    assert extra.items() <= error.extra.items()
    assert error.detail
