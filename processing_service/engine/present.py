"""From Redis hashes to what people see. Pure: hashes in, views out."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from processing_service.contract.artifact import ArtifactRef
from processing_service.contract.status import Status
from processing_service.engine.view import Event, ResultLink, ScenarioSummary, ScenarioView, TaskView, TemplateView
from processing_service.store.task_hash import template_fields
from processing_service.templates.document import BrokenTemplate, Template

Hash: TypeAlias = Mapping[str, str]


def task_view(task: Hash) -> TaskView:
    """One task, with every extra field of its template beside the engine's."""
    return TaskView(
        **template_fields(task),
        id=task["id"],
        scenario_id=task["scenario_id"],
        service=task["service"],
        name=task["name"],
        status=Status(task["status"]),
        queue=int(task.get("queue") or 0),
        consumers=json.loads(task.get("consumers") or "[]"),
        params=json.loads(task.get("params") or "{}"),
        result_ref=task.get("result_ref", ""),
        result=_json(task.get("result")),
        stage=task.get("stage", ""),
        attempt=int(task.get("attempt") or 0),
        max_attempts=int(task.get("max_attempts") or 3),
        failures=int(task.get("failures") or 0),
        lost=int(task.get("lost") or 0),
        worker=task.get("worker", ""),
        progress=float(task["progress"]) if task.get("progress") else None,
        message=task.get("message", ""),
        error=_json(task.get("error")),
        reason=task.get("reason", ""),
        created_at=task["created_at"],
        updated_at=task["updated_at"],
        started_at=task.get("started_at") or None,
        finished_at=task.get("finished_at") or None,
    )


def summary(scenario: Hash) -> ScenarioSummary:
    """One line of a list, from the scenario's hash alone: progress here counts finished tasks only."""
    counts = task_counts(scenario)
    return ScenarioSummary(**_head(scenario), counts=counts, progress=_share(100.0 * counts[Status.SUCCESS], counts))


def scenario_view(scenario: Hash, tasks: Sequence[TaskView], last_event_id: str) -> ScenarioView:
    """A scenario with its tasks, in the order of the document."""
    counts = task_counts(scenario)
    points = sum(100.0 if task.status is Status.SUCCESS else _running(task) for task in tasks)
    return ScenarioView(
        **_head(scenario),
        counts=counts,
        progress=_share(points, counts),
        variables=json.loads(scenario.get("variables") or "{}"),
        task_ids=[task.id for task in tasks],
        tasks=list(tasks),
        results=result_links(tasks),
        error=_json(scenario.get("error")),
        cancel_requested=scenario.get("cancel_requested", "") not in {"", "0"},
        last_event_id=last_event_id,
    )


def task_ids(scenario: Hash) -> list[str]:
    """The scenario's tasks, in the order of the document."""
    found: list[str] = json.loads(scenario.get("task_ids") or "[]")
    return found


def task_counts(scenario: Hash) -> dict[Status, int]:
    """How many tasks stand where; every word is there, so that readers need no default."""
    return {status: int(scenario.get(f"count:{status}") or 0) for status in Status}


def result_links(tasks: Iterable[TaskView]) -> list[ResultLink]:
    """What the scenario was for: the results that no other task consumes."""
    return [
        ResultLink(task_id=task.id, name=task.name, result_ref=task.result_ref, result=task.result, href=result_href(task))
        for task in tasks
        if task.status is Status.SUCCESS and not task.consumers
    ]


def result_href(task: TaskView) -> str:
    """Where a person gets the bytes: from us when they are ours, else from where the worker put them."""
    return f"/tasks/{task.id}/artifact" if ArtifactRef.parse(task.result_ref) else task.result_ref


def template_view(template: Template | BrokenTemplate) -> TemplateView:
    """A template as people choose it."""
    return TemplateView(
        name=template.name,
        aliases=template.aliases,
        version=template.version,
        description=template.description,
        file=template.file,
        variables=dict(template.variables),
        problems=template.problems if isinstance(template, BrokenTemplate) else template.warnings,
    )


def event_of(entry_id: str, fields: Hash) -> Event:
    """One entry of a history. Numbers are numbers again; an error is its JSON."""
    data: dict[str, Any] = {name: value for name, value in fields.items() if name != "error"}
    for name in ("attempt", "at"):
        if name in data:
            data[name] = int(data[name])
    if "progress" in data:
        data["progress"] = float(data["progress"])
    if fields.get("error"):
        data["error"] = json.loads(fields["error"])
    return Event(id=entry_id, type=fields["type"], data=data)


def position(event_id: str) -> tuple[int, int]:
    """An event id as something that can be compared: stream ids are two numbers."""
    milliseconds, _, sequence = event_id.partition("-")
    return int(milliseconds), int(sequence or 0)


def _head(scenario: Hash) -> dict[str, Any]:
    return {
        "scenario_id": scenario["scenario_id"],
        "name": scenario["name"],
        "version": scenario.get("version", ""),
        "status": Status(scenario["status"]),
        "created_at": scenario["created_at"],
        "updated_at": scenario["updated_at"],
        "started_at": scenario.get("started_at") or None,
        "finished_at": scenario.get("finished_at") or None,
    }


def _running(task: TaskView) -> float:
    return task.progress or 0.0 if task.status is Status.PROCESSING else 0.0


def _share(points: float, counts: Mapping[Status, int]) -> float:
    """The mean over all tasks that were to be done, in percent; a task skipped in a scenario that succeeded was not."""
    total = sum(counts.values())
    if counts[Status.FAILED] == counts[Status.CANCELLED] == 0:
        total -= counts[Status.SKIPPED]
    return round(points / total, 1) if total else 100.0


def _json(raw: str | None) -> Any:
    return json.loads(raw) if raw else None
