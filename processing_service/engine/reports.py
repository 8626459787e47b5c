"""What may be said of a task, and what the store's words mean to the one who said it. Pure."""

import json
from typing import Any, Final

from processing_service.contract.artifact import ref_problem
from processing_service.contract.errors import Conflict, InvalidRequest, NotFound, Problem, ScenariesError
from processing_service.contract.status import ARROWS, Status
from processing_service.contract.task import RESULT_BYTES, RESULT_DEPTH, Report
from processing_service.engine.reported import ReportLine
from processing_service.store.report import ReportAnswer

_SENTENCES: Final = {
    "attempt-timeout": "this attempt has used up its time; it is not renewed any more, stop it",
    "already-held": "another worker holds this task; send the attempt you hold, or take another task",
    "conflicting-result": "this task has already ended with another result; the first terminal report wins",
    "not-ready": "this task still waits for others, so nobody can have done it",
    "scenario-cancelled": "the scenario was cancelled; drop the result",
    "stale-attempt": "the task is at another attempt than the one you report; drop the result",
}


def check_report(report: Report) -> None:
    """Refuse what no store should hold. Raises InvalidRequest with every mistake."""
    problems = []
    if report.result_ref and (sentence := ref_problem(report.result_ref)):
        problems.append(Problem("result-ref", sentence, pointer="/result_ref"))
    if report.result is not None:
        if _deeper(report.result, RESULT_DEPTH):
            problems.append(Problem("too-deep", f"`result` is nested deeper than {RESULT_DEPTH} levels", pointer="/result"))
        elif len(json.dumps(report.result, ensure_ascii=False, separators=(",", ":")).encode()) > RESULT_BYTES:
            sentence = f"`result` is larger than {RESULT_BYTES} bytes as JSON"
            problems.append(Problem("too-long", sentence, "store it as an artifact and send `result_ref`", pointer="/result"))
    if problems:
        raise InvalidRequest(problems[0].message, problems=tuple(problems))


def refusal(answer: ReportAnswer, report: Report) -> ScenariesError | None:
    """Why the store did not take a report, or None when it did."""
    match answer.answer:
        case "ok" | "repeat":
            return None
        case "unknown":
            return NotFound("no task has this id; a finished scenario is kept for the retention time only")
        case "stale":
            extra = {"current_attempt": answer.attempt, "status": answer.status}
            return Conflict(_SENTENCES[answer.code], code=answer.code, extra=extra)
        case _:
            sentence = _SENTENCES.get(answer.code) or f"a task that is {answer.status} cannot become {report.status}"
            return Conflict(sentence, code=answer.code, extra=_conflict_details(answer, report))


def report_line(task_id: str, answer: ReportAnswer, error: ScenariesError | None) -> ReportLine:
    """One line of the answer to a batch."""
    return ReportLine(
        task_id,
        str(answer.answer),
        code=error.code if error else "",
        detail=error.detail if error else "",
        status=answer.status,
        attempt=answer.attempt,
        lease_until=answer.lease_until,
        lease_token=answer.lease_token,
        cancel=answer.cancel,
    )


def _conflict_details(answer: ReportAnswer, report: Report) -> dict[str, object]:
    details: dict[str, object] = {"status": answer.status, "from": answer.status, "to": report.status}
    if answer.status:
        details["allowed"] = sorted(ARROWS[Status(answer.status)] - {Status.SKIPPED})
    if answer.attempt:
        details["current_attempt"] = answer.attempt
    if answer.queue:
        details["queue"] = answer.queue
    return details


def _deeper(value: Any, levels: int) -> bool:
    """Whether a JSON value is nested deeper than so many levels; looks no further than that."""
    if isinstance(value, dict):
        value = list(value.values())
    if not isinstance(value, list):
        return False
    return levels == 0 or any(_deeper(item, levels - 1) for item in value)
