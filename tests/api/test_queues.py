"""Tier 2: claim, report and heartbeat, many tasks in one call."""

import json
import threading
import time

import httpx
import pytest

from tests.api.conftest import Pair, problem


def test_a_claim_hands_over_everything(pair: Pair) -> None:
    """Fields, upstream results under the field that names them, the fence and the lease."""
    scenario_id = pair.start(description="tides")["scenario_id"]
    (first,) = pair.claim()
    assert (first["v"], first["name"], first["attempt"], first["fields"]["prompt"]) == (1, "First", 1, "tides")
    assert first["lease_until"] > time.time() * 1000
    pair.patch(first["id"], status="success", attempt=1, result_ref="s3://a/b", result={"words": 12})
    (second,) = pair.claim()
    upstream = second["by_field"]["first_task_id"]
    assert (upstream["id"], upstream["result_ref"], upstream["result"]) == (first["id"], "s3://a/b", {"words": 12})
    assert second["inputs"] == {first["id"]: upstream}
    assert second["scenario_id"] == scenario_id


def test_a_claim_waits_for_the_first(pair: Pair) -> None:
    """A long poll ends when a task comes, not when the time is over."""
    timer = threading.Timer(0.3, pair.start)
    timer.start()
    started = time.monotonic()
    assert len(pair.claim(wait=20)) == 1
    assert time.monotonic() - started < 5
    timer.join()


def test_a_claim_without_work_is_empty(pair: Pair) -> None:
    """At once, or after the time asked for."""
    assert pair.claim() == []
    assert pair.claim(wait=0.2) == []


def test_a_lease_can_be_asked_for(pair: Pair) -> None:
    """In seconds."""
    pair.start()
    (task,) = pair.claim(lease=100)
    assert task["lease_until"] > (time.time() + 90) * 1000


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"worker": ""}, "required"),
        ({"worker": "w", "max": 0}, "out-of-range"),
        ({"worker": "w", "max": 101}, "out-of-range"),
        ({"worker": "w", "wait": 31}, "out-of-range"),
        ({"worker": "w", "wait": "1"}, "type"),
        ({"worker": "w", "queue": "x"}, "unknown-field"),
        ({"worker": "w", "lease": 0}, "out-of-range"),
    ],
)
def test_a_claim_is_strict(http: httpx.Client, body: dict[str, object], code: str) -> None:
    """Every bound is named."""
    assert problem(http.post("/queues/x/claim", json=body)) == (422, code)


def test_a_service_name_has_a_shape(http: httpx.Client) -> None:
    """B47."""
    assert problem(http.post("/queues/a%20b/claim", json={"worker": "w"})) == (422, "invalid-id")


def test_one_call_reports_and_claims(pair: Pair) -> None:
    """Each report is answered for itself; the next tasks come in the same answer."""
    for _ in range(3):
        pair.start()
    held = pair.claim(max=3)
    reports = [
        {"task_id": held[0]["id"], "status": "success", "attempt": 1, "result_ref": "s3://a/b"},
        {"task_id": held[0]["id"], "status": "success", "attempt": 1, "result_ref": "s3://a/b"},
        {"task_id": held[1]["id"], "status": "success", "attempt": 9},
        {"task_id": held[1]["id"], "status": "failed", "attempt": 1, "error": {"kind": "transient", "message": "later"}},
        {"task_id": held[2]["id"], "status": "success", "attempt": 1, "result_ref": "file:///etc/passwd"},
        {"task_id": held[2]["id"], "status": "success", "attempt": 1, "result": "x" * 70_000},
        {"task_id": "nobody.x", "status": "success"},
    ]
    answer = pair.http.post(
        f"/queues/{pair.service}/report", json={"reports": reports, "claim": {"worker": "w1", "max": 5, "wait": 5}}
    )
    assert answer.status_code == 200, answer.text
    lines = answer.json()["answers"]
    assert [line["answer"] for line in lines] == ["ok", "repeat", "stale", "ok", "invalid", "invalid", "unknown"]
    assert [line["code"] for line in lines] == ["", "", "stale-attempt", "", "result-ref", "too-long", "not-found"]
    assert [line["task_id"] for line in lines] == [report["task_id"] for report in reports]
    assert lines[3]["status"] == "pending"
    assert [task["name"] for task in answer.json()["tasks"]] == ["Second"]


def test_a_batch_with_a_mistake_is_refused_as_a_whole(pair: Pair) -> None:
    """A body that is not a batch changes nothing: the good report in it is not taken either."""
    task = pair.first()
    reports = [{"task_id": task, "status": "success"}, {"task_id": task, "status": "done"}]
    answer = pair.http.post(f"/queues/{pair.service}/report", json={"reports": reports})
    assert problem(answer) == (422, "not-a-status")
    assert answer.json()["errors"][0]["pointer"] == "/reports/1/status"
    assert pair.http.get(f"/tasks/{task}").json()["status"] == "pending"


def test_a_heartbeat_keeps_what_is_held_and_says_what_to_stop(pair: Pair) -> None:
    """One call for all tasks of a worker; progress is seen, a cancelled scenario's task is told to stop."""
    kept, cancelled = pair.start()["scenario_id"], pair.start()["scenario_id"]
    held = {task["scenario_id"]: task for task in pair.claim(max=2)}
    pair.http.post(f"/scenarios/{cancelled}/cancel")
    beats = [
        {"task_id": task["id"], "attempt": 1, "lease_token": task["lease_token"], "progress": 30} for task in held.values()
    ]
    answer = pair.http.post(f"/queues/{pair.service}/heartbeat", json={"worker": "w1", "tasks": beats})
    assert answer.status_code == 200, answer.text
    lines = {line["task_id"]: line for line in answer.json()["answers"]}
    assert lines[held[kept]["id"]]["answer"] == "ok"
    assert lines[held[kept]["id"]]["lease_until"] >= held[kept]["lease_until"]
    stop = lines[held[cancelled]["id"]]
    assert stop["cancel"] or stop["code"] == "scenario-cancelled"
    assert pair.http.get(f"/tasks/{held[kept]['id']}").json()["progress"] == 30


def test_a_heartbeat_without_tasks_shows_the_worker(pair: Pair) -> None:
    """An idle worker is a worker."""
    pair.start()
    assert pair.http.post(f"/queues/{pair.service}/heartbeat", json={"worker": "w7"}).json() == {"answers": []}
    queue = next(item for item in pair.http.get("/queues").json()["items"] if item["service"] == pair.service)
    assert queue["workers"] == 1


def test_a_full_batch_of_full_results_fits(pair: Pair) -> None:
    """Twenty results of 60 KB are more than the megabyte other bodies may have."""
    reports = [{"task_id": f"nobody.{n}", "status": "success", "result": "x" * 60_000} for n in range(20)]
    assert len(json.dumps(reports)) > 1_100_000
    answer = pair.http.post(f"/queues/{pair.service}/report", json={"reports": reports})
    assert [line["answer"] for line in answer.json()["answers"]] == ["unknown"] * 20
