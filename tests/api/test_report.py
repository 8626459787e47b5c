"""B54 to B72: `PATCH /tasks/{id}/status`, the tables of what a report gets."""

import json
from typing import Any

import httpx
import pytest

from tests.api.conftest import Pair, problem

JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("status", ["done", "SUCCESS", "", None, 3, ["success"]])
def test_only_the_six_words_are_statuses(pair: Pair, status: Any) -> None:
    """B54: and the answer names them."""
    answer = pair.patch("a.b", status=status)
    assert problem(answer) == (422, "not-a-status")
    assert "'cancelled'" in answer.json()["errors"][0]["message"]


@pytest.mark.parametrize(
    ("attempt", "code"), [(0, "out-of-range"), (-1, "out-of-range"), ("1", "type"), (1.5, "type"), (2**63 - 1, "out-of-range")]
)
def test_an_attempt_is_a_number_from_one(pair: Pair, attempt: Any, code: str) -> None:
    """B55a."""
    assert problem(pair.patch("a.b", status="success", attempt=attempt)) == (422, code)


def test_tier_0_a_popped_task_succeeds_without_a_word_before(pair: Pair) -> None:
    """B55, B59: `BLPOP`, work, PATCH success; the next task becomes ready."""
    scenario_id = pair.start()["scenario_id"]
    first, second = pair.tasks(scenario_id)
    answer = pair.patch(first["id"], status="success", result_ref="s3://bucket/result.mp4")
    assert answer.status_code == 200
    assert (answer.json()["status"], answer.json()["attempt"], answer.json()["result_ref"]) == (
        "success",
        1,
        "s3://bucket/result.mp4",
    )
    assert pair.tasks(scenario_id)[1]["queue"] == 0
    assert pair.patch(second["id"], status="success").json()["status"] == "success"
    assert pair.http.get(f"/scenarios/{scenario_id}").json()["status"] == "success"


def test_tier_1_processing_claims_and_is_the_heartbeat(pair: Pair) -> None:
    """The answer carries the fence; the same worker asking again gets the same attempt; another one is told it is held."""
    task = pair.first()
    held = pair.patch(task, status="processing", worker="w1").json()
    assert (held["status"], held["attempt"]) == ("processing", 1)
    assert held["lease_token"]
    assert held["cancel"] is False
    again = pair.patch(task, status="processing", worker="w1")
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert problem(pair.patch(task, status="processing", worker="w2")) == (409, "already-held")
    assert problem(pair.patch(task, status="processing")) == (409, "already-held")
    beat = pair.patch(task, status="processing", attempt=1, progress=40, message="half way").json()
    assert (beat["progress"], beat["message"]) == (40, "half way")
    assert beat["lease_until"] >= held["lease_until"]


def test_a_longer_lease_may_be_asked_for(pair: Pair) -> None:
    """A worker without a heartbeat says how long it will be silent."""
    short = pair.patch(pair.first(), status="processing").json()["lease_until"]
    long = pair.patch(pair.first(), status="processing", lease=60).json()["lease_until"]
    assert long - short > 40_000


def test_an_attempt_that_is_over_is_stale(pair: Pair) -> None:
    """B56: a worker that was given up on hears which attempt counts now."""
    task = pair.first()
    pair.patch(task, status="processing")
    pair.patch(task, status="pending", attempt=1)
    pair.patch(task, status="processing")
    for report in ({"status": "success"}, {"status": "failed"}, {"status": "processing"}, {"status": "pending"}):
        answer = pair.patch(task, attempt=1, **report)
        assert problem(answer) == (409, "stale-attempt")
        assert answer.json()["current_attempt"] == 2


def test_an_attempt_from_the_future_is_stale(pair: Pair) -> None:
    """B57."""
    task = pair.first()
    pair.patch(task, status="processing")
    assert problem(pair.patch(task, status="success", attempt=7)) == (409, "stale-attempt")


def test_the_right_number_with_the_wrong_token_is_stale(pair: Pair) -> None:
    """B58: after a failover a number can repeat; a token cannot."""
    task = pair.first()
    pair.patch(task, status="processing")
    assert problem(pair.patch(task, status="success", attempt=1, lease_token="forged")) == (409, "stale-attempt")


@pytest.mark.parametrize("status", ["success", "failed", "processing"])
def test_a_task_that_waits_is_not_ready(pair: Pair, status: str) -> None:
    """B59a: the answer says for how many it waits."""
    second = pair.tasks(pair.start()["scenario_id"])[1]["id"]
    answer = pair.patch(second, status=status)
    assert problem(answer) == (409, "not-ready")
    assert answer.json()["queue"] == 1


@pytest.mark.parametrize(
    ("ended", "then"), [("success", "processing"), ("success", "failed"), ("failed", "success"), ("failed", "processing")]
)
def test_what_has_ended_does_not_change(pair: Pair, ended: str, then: str) -> None:
    """B60: the answer says from what, to what, and what would be allowed."""
    task = pair.first()
    error = {"error": {"kind": "permanent", "message": "no"}} if ended == "failed" else {}
    pair.patch(task, status="processing")
    assert pair.patch(task, status=ended, **error).json()["status"] == ended
    answer = pair.patch(task, status=then)
    assert problem(answer) == (409, "illegal-transition")
    body = answer.json()
    assert (body["from"], body["to"], body["allowed"]) == (ended, then, [])


def test_pending_hands_back(pair: Pair) -> None:
    """B60a: by its holder; nobody else."""
    task = pair.first()
    assert problem(pair.patch(task, status="pending")) == (409, "illegal-transition")
    pair.patch(task, status="processing")
    assert pair.patch(task, status="pending", attempt=1).json()["status"] == "pending"
    assert [claimed["id"] for claimed in pair.claim()] == [task]


def test_only_the_engine_skips(pair: Pair) -> None:
    """B60b."""
    assert problem(pair.patch(pair.first(), status="skipped")) == (409, "illegal-transition")


def test_an_exact_repeat_is_answered_again(pair: Pair) -> None:
    """B61: nothing is counted twice."""
    scenario_id = pair.start()["scenario_id"]
    task = pair.tasks(scenario_id)[0]["id"]
    report = {"status": "success", "result_ref": "s3://a/b", "result": {"n": [1, 2.5, None, "я"]}}
    assert "idempotency-replayed" not in pair.patch(task, **report).headers
    again = pair.patch(task, **report)
    assert (again.status_code, again.headers["idempotency-replayed"]) == (200, "true")
    assert pair.http.get(f"/scenarios/{scenario_id}").json()["counts"]["success"] == 1


def test_another_result_of_the_same_task_conflicts(pair: Pair) -> None:
    """B62: the first terminal report wins."""
    task = pair.first()
    pair.patch(task, status="success", result_ref="s3://a/b")
    assert problem(pair.patch(task, status="success", result_ref="s3://a/c")) == (409, "conflicting-result")


def test_after_a_cancel_nothing_is_taken(pair: Pair) -> None:
    """B63: but saying that one stopped is welcome."""
    scenario_id = pair.start()["scenario_id"]
    task = pair.tasks(scenario_id)[0]["id"]
    pair.patch(task, status="processing")
    assert pair.http.post(f"/scenarios/{scenario_id}/cancel").json()["status"] == "cancelled"
    assert problem(pair.patch(task, status="success")) == (409, "scenario-cancelled")
    assert pair.patch(task, status="cancelled").status_code == 200


def test_a_bare_failure_is_internal_and_tried_again(pair: Pair) -> None:
    """B64: neither `result_ref` nor `error` is required."""
    task = pair.first()
    pair.patch(task, status="processing")
    answer = pair.patch(task, status="failed").json()
    assert (answer["status"], answer["failures"], answer["error"]["kind"]) == ("pending", 1, "internal")


def test_a_sentence_is_an_error_too(pair: Pair) -> None:
    """`error` may be a plain string."""
    task = pair.first()
    pair.patch(task, status="processing")
    assert pair.patch(task, status="failed", error="out of paper").json()["error"]["message"] == "out of paper"


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        (json.dumps({"status": "success", "result": "x" * 1_100_000}).encode(), 413, "body-too-large"),
        (json.dumps({"status": "success", "result": "x" * 65_600}).encode(), 422, "too-long"),
        (b'{"status": "success", "result": ' + b"[" * 40 + b"]" * 40 + b"}", 422, "too-deep"),
        (b'{"status": "success", "result": NaN}', 400, "malformed-json"),
        (rb'{"status": "success", "result": "\udfff"}', 422, "invalid-unicode"),
    ],
)
def test_a_result_is_bounded(http: httpx.Client, pair: Pair, raw: bytes, status: int, code: str) -> None:
    """B65: 64 KB of JSON, 32 levels; larger ones are artifacts."""
    answer = http.patch(f"/tasks/{pair.first()}/status", content=raw, headers=JSON)
    assert problem(answer) == (status, code)


def test_the_largest_result_comes_back_exactly(pair: Pair) -> None:
    """64 KB and 32 levels are still in."""
    task = pair.first()
    result: Any = "я" * 30_000
    for _ in range(32):
        result = [result]
    assert pair.patch(task, status="success", result=result).json()["result"] == result


@pytest.mark.parametrize(
    "ref",
    [
        "https://x/" + "a" * 5_000,
        "s3://a/b\n",
        "s3://a b",
        "result.mp4",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "artifact://../../x",
        "artifact://" + "a" * 63 + ".mp4",
        "C:\\x",
        "data:text/html,x",
    ],
)
def test_a_reference_is_ours_or_a_uri(pair: Pair, ref: str) -> None:
    """B66."""
    assert problem(pair.patch(pair.first(), status="success", result_ref=ref)) == (422, "result-ref")


@pytest.mark.parametrize(
    "ref", ["s3://bucket/result.mp4", "gs://b/x", "https://example.org/x?y=z#f", "http://127.0.0.1/never-fetched"]
)
def test_foreign_references_are_kept_as_they_are(pair: Pair, ref: str) -> None:
    """B66: and never fetched by us."""
    assert pair.patch(pair.first(), status="success", result_ref=ref).json()["result_ref"] == ref


def test_an_artifact_that_is_not_there_is_refused(pair: Pair) -> None:
    """B67."""
    ref = f"artifact://{'0' * 64}.mp4"
    assert problem(pair.patch(pair.first(), status="success", result_ref=ref)) == (422, "artifact-mismatch")


@pytest.mark.parametrize("progress", [-1, 101, "50"])
def test_progress_is_a_percentage(pair: Pair, progress: Any) -> None:
    """B69."""
    assert pair.patch("a.b", status="processing", progress=progress).status_code == 422


def test_progress_that_goes_backwards_is_accepted_and_ignored(pair: Pair) -> None:
    """B69: heartbeats overtake each other on their way; what people see only grows within an attempt."""
    task = pair.first()
    pair.patch(task, status="processing")
    pair.patch(task, status="processing", attempt=1, progress=60)
    answer = pair.patch(task, status="processing", attempt=1, progress=20)
    assert answer.status_code == 200
    assert answer.json()["progress"] == 60


@pytest.mark.parametrize("field", ["id", "service", "consumers", "queue", "scenario_id"])
def test_nothing_else_can_be_written(pair: Pair, field: str) -> None:
    """B72."""
    assert problem(pair.patch("a.b", status="success", **{field: "x"})) == (422, "unknown-field")


def test_an_unknown_task_is_404(pair: Pair) -> None:
    """B46."""
    assert problem(pair.patch("nobody.nothing", status="success")) == (404, "not-found")
