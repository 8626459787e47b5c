"""Mistakes in a body as a list of places and words."""

import json
from typing import Any

import pytest

from processing_service.api.json_body import JsonBody
from processing_service.api.problems import HttpProblem
from processing_service.api.requests import GenerateRequest, ReportRequest
from processing_service.api.validation import validate
from processing_service.contract.task import Report


def mistakes(model: Any, value: Any) -> dict[str, str]:
    """Pointer -> code of everything refused."""
    with pytest.raises(HttpProblem) as refusal:
        validate(model, JsonBody(json.dumps(value).encode(), value))
    assert refusal.value.status == 422
    return {problem.pointer: problem.code for problem in refusal.value.problems}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, {"": "type"}),
        ([], {"": "type"}),
        ({}, {"/scenario": "required"}),
        ({"scenario": ""}, {"/scenario": "invalid-name"}),
        ({"scenario": "A\n"}, {"/scenario": "invalid-name"}),
        ({"scenario": "../x"}, {"/scenario": "invalid-name"}),
        ({"scenario": "．．"}, {"/scenario": "invalid-name"}),
        ({"scenario": "A" * 300}, {"/scenario": "invalid-name"}),
        ({"scenario": "A", "slides_count": True}, {"/slides_count": "type"}),
        ({"scenario": "A", "slides_count": "3"}, {"/slides_count": "type"}),
        ({"scenario": "A", "slides_count": 3.0}, {"/slides_count": "type"}),
        ({"scenario": "A", "slides_count": None}, {"/slides_count": "type"}),
        ({"scenario": "A", "slides_count": 0}, {"/slides_count": "out-of-range"}),
        ({"scenario": "A", "status": "success", "owner": "x"}, {"/status": "unknown-field", "/owner": "unknown-field"}),
        ({"scenario": "A", "__proto__": 1}, {"/__proto__": "unknown-field"}),
        ({"scenario": "A", "evil key": 1}, {"": "unknown-field"}),
        ({"scenario": "A", "variables": []}, {"/variables": "type"}),
    ],
)
def test_a_generate_body_is_strict(value: Any, expected: dict[str, str]) -> None:
    """Nothing unknown, nothing converted, everything listed at once."""
    assert mistakes(GenerateRequest, value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"status": "done"}, {"/status": "not-a-status"}),
        ({"status": "SUCCESS"}, {"/status": "not-a-status"}),
        ({"status": None}, {"/status": "not-a-status"}),
        ({"status": "success", "attempt": 0}, {"/attempt": "out-of-range"}),
        ({"status": "success", "attempt": "1"}, {"/attempt": "type"}),
        ({"status": "success", "attempt": 2**62}, {"/attempt": "out-of-range"}),
        ({"status": "success", "progress": 101}, {"/progress": "out-of-range"}),
        ({"status": "failed", "error": {"kind": "nope"}}, {"/error/kind": "not-a-choice"}),
        ({"status": "failed", "error": {"kind": "transient", "x": 1}}, {"/error/x": "unknown-field"}),
        ({"status": "failed", "error": 5}, {"/error": "type"}),
        ({"status": "success", "queue": 0}, {"/queue": "unknown-field"}),
    ],
)
def test_a_report_is_strict(value: Any, expected: dict[str, str]) -> None:
    """The pointer is the body's own, without the steps a union adds."""
    assert mistakes(Report, value) == expected


def test_a_batch_says_which_line() -> None:
    """Every report of a batch is checked, and the pointer counts them."""
    batch = {"reports": [{"task_id": "a.b", "status": "success"}, {"task_id": "a/b", "status": "done"}]}
    assert mistakes(ReportRequest, batch) == {"/reports/1/task_id": "invalid-id", "/reports/1/status": "not-a-status"}


def test_a_near_miss_gets_a_suggestion() -> None:
    """A misspelt field is named with what it should have been."""
    with pytest.raises(HttpProblem) as refusal:
        validate(GenerateRequest, JsonBody(b'{"scenario":"A","discription":"x"}', {"scenario": "A", "discription": "x"}))
    assert refusal.value.problems[0].help == "did you mean `description`?"


def test_no_message_repeats_the_input() -> None:
    """What somebody sent, they get neither back nor into a log."""
    secret = "s3cr3t"
    bodies = [{"scenario": secret + "/"}, {"scenario": "A", "slides_count": secret}, {"scenario": "A", secret + " ": secret}]
    for value in bodies:
        with pytest.raises(HttpProblem) as refusal:
            validate(GenerateRequest, JsonBody(json.dumps(value).encode(), value))
        assert secret not in repr((refusal.value.detail, refusal.value.problems))
