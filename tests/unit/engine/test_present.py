"""Hashes as people see them."""

import pytest

from processing_service.contract.status import Status
from processing_service.engine.present import event_of, position, scenario_view, summary, task_view

TASK = {
    "id": "s.1",
    "scenario_id": "s",
    "service": "text-service",
    "name": "CreateText",
    "status": "pending",
    "queue": "0",
    "consumers": '["s.2"]',
    "created_at": "2026-11-20T10:00:00.000Z",
    "updated_at": "2026-11-20T10:00:00.000Z",
    "params": '{"model":"x"}',
    "result_ref": "",
    "needs": "0",
    "attempt": "0",
    "prompt": "[1, 2]",
    "slide_ids": '["a","b"]',
    "engine:json": '["slide_ids"]',
    "dep:s.0": "success",
}
SCENARIO = {
    "scenario_id": "s",
    "name": "N",
    "version": "1",
    "status": "processing",
    "created_at": "t",
    "updated_at": "t",
    "task_ids": '["s.1"]',
}


def test_a_task_shows_its_fields_and_not_our_bookkeeping() -> None:
    """Text that looks like JSON stays text; a list is a list; edges and leases are not shown."""
    view = task_view(TASK).model_dump()
    assert (view["prompt"], view["slide_ids"], view["consumers"], view["params"]) == (
        "[1, 2]",
        ["a", "b"],
        ["s.2"],
        {"model": "x"},
    )
    assert not [name for name in view if ":" in name or name in {"needs", "lease_token"}]
    assert (view["started_at"], view["error"], view["progress"]) == (None, None, None)


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        (["pending", "pending"], 0.0),
        (["success", "pending"], 50.0),
        (["success", "processing:50"], 75.0),
        (["success", "processing:50", "pending"], 50.0),
        (["success", "success"], 100.0),
        (["success", "skipped"], 100.0),
        (["success", "failed", "skipped"], 33.3),
        (["success", "cancelled"], 50.0),
    ],
)
def test_progress_is_the_mean_over_tasks(statuses: list[str], expected: float) -> None:
    """A running task counts its own percent; one skipped without a failure was not to be done."""
    tasks = []
    counts: dict[str, int] = {}
    for number, word in enumerate(statuses):
        status, _, progress = word.partition(":")
        counts[status] = counts.get(status, 0) + 1
        tasks.append(task_view({**TASK, "id": f"s.{number}", "status": status, "progress": progress}))
    scenario = {**SCENARIO, **{f"count:{status}": str(count) for status, count in counts.items()}}
    assert scenario_view(scenario, tasks, "0-0").progress == expected


def test_counts_have_every_word() -> None:
    """Readers need no default."""
    assert set(summary(SCENARIO).counts) == set(Status)


def test_results_are_what_nobody_consumes() -> None:
    """With a link to us for our own bytes, and to where they are for others'."""
    ours = task_view({**TASK, "status": "success", "consumers": "[]", "result_ref": f"artifact://{'a' * 64}.mp4"})
    theirs = task_view({**TASK, "id": "s.2", "status": "success", "consumers": "[]", "result_ref": "s3://b/x"})
    inner = task_view({**TASK, "id": "s.3", "status": "success"})
    links = scenario_view(SCENARIO, [inner, ours, theirs], "0-0").results
    assert [(link.task_id, link.href) for link in links] == [("s.1", "/tasks/s.1/artifact"), ("s.2", "s3://b/x")]


def test_an_event_has_its_types_back() -> None:
    """Streams hold strings; readers get numbers and objects."""
    event = event_of(
        "5-1", {"type": "task.failed", "attempt": "2", "at": "1700", "error": '{"kind":"transient"}', "progress": "12.5"}
    )
    assert (event.id, event.type) == ("5-1", "task.failed")
    assert event.data == {"type": "task.failed", "attempt": 2, "at": 1700, "error": {"kind": "transient"}, "progress": 12.5}


def test_positions_compare_as_numbers() -> None:
    """`9-1` is before `10-0`."""
    assert position("9-1") < position("10-0") < position("10-2") < position("10-11")
