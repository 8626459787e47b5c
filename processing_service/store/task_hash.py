"""A task as its hash holds it: strings, with lists and maps as JSON. Pure, both ways."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from processing_service.contract.errors import InvalidRequest
from processing_service.contract.status import Status
from processing_service.contract.task import (
    ERROR_MESSAGE_BYTES,
    RESULT_BYTES,
    ClaimedTask,
    JSONValue,
    TaskFailure,
    Upstream,
)

# What is not the template's own. Names with a colon (`dep:<id>`, `engine:…`) cannot be written in a template at all.
ENGINE_FIELDS: Final = frozenset(
    {
        *("id", "scenario_id", "service", "name", "status", "queue", "consumers", "created_at", "updated_at", "params"),
        *("result_ref", "stage", "needs", "consumer_services", "attempt", "failures", "lost", "max_attempts", "max_lost"),
        *("timeout", "worker", "lease_until", "lease_token", "due_at", "progress", "message", "error", "result", "reason"),
        *("started_at", "finished_at", "last_outcome", "settling"),
    }
)
JSON_FIELDS: Final = "engine:json"  # names of the template's fields that are no strings, so that 3 and "3" stay two things
DEPENDENCY: Final = "dep:"


def dumps(value: Any) -> str:
    """JSON as we keep it: compact, readable, the same text for the same value. Raises ValueError for NaN and its like."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def ordered(value: Any) -> str:
    """JSON of what a person wrote: the order is theirs."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)


def new_task_fields(
    *,
    id: str,
    scenario_id: str,
    service: str,
    name: str,
    consumers: Sequence[str],
    consumer_services: Sequence[str],
    needs: int,
    created_at: str,
    params: Mapping[str, JSONValue],
    fields: Mapping[str, JSONValue],
    stage: str,
    max_attempts: int | None,
    timeout: float | None,
) -> list[str | int]:
    """Field, value, field, value: the seed document's names first, in its order."""
    flat: list[str | int] = [
        *("id", id, "scenario_id", scenario_id, "service", service, "name", name, "status", Status.PENDING, "queue", needs),
        *("consumers", ordered(list(consumers)), "created_at", created_at, "updated_at", created_at),
    ]
    encoded = []
    for field, value in fields.items():
        if isinstance(value, str):
            flat += (field, value)
        else:
            flat += (field, ordered(value))
            encoded.append(field)
    flat += ("params", ordered(dict(params)), "result_ref", "", "needs", needs, "attempt", 0)
    if consumers:
        flat += ("consumer_services", ordered(list(consumer_services)))
    if encoded:
        flat += (JSON_FIELDS, ordered(encoded))
    if stage:
        flat += ("stage", stage)
    if max_attempts is not None:
        flat += ("max_attempts", max_attempts)
    if timeout is not None:
        flat += ("timeout", repr(timeout))
    return flat


def template_fields(task: Mapping[str, str]) -> dict[str, Any]:
    """Every extra field of the template, as it was written."""
    encoded = frozenset(loads_list(task.get(JSON_FIELDS)))
    return {
        field: json.loads(value) if field in encoded else value
        for field, value in task.items()
        if field not in ENGINE_FIELDS and ":" not in field
    }


def dependencies(task: Mapping[str, str]) -> list[str]:
    """The ids of the finished dependencies, in the order in which they finished."""
    return [field[len(DEPENDENCY) :] for field in task if field.startswith(DEPENDENCY)]


def claimed_task(task: Mapping[str, str], inputs: Mapping[str, Upstream], default_timeout: float) -> ClaimedTask:
    """Everything a worker needs, from the task's hash and its dependencies."""
    fields = template_fields(task)
    return ClaimedTask(
        id=task["id"],
        scenario_id=task["scenario_id"],
        service=task["service"],
        name=task["name"],
        attempt=int(task["attempt"]),
        lease_token=task.get("lease_token", ""),
        lease_until=int(task.get("lease_until") or 0),
        timeout=float(task.get("timeout") or default_timeout),
        params=json.loads(task.get("params") or "{}"),
        fields=fields,
        inputs=dict(inputs),
        by_field=by_field(fields, inputs),
    )


def by_field(fields: Mapping[str, Any], inputs: Mapping[str, Upstream]) -> dict[str, Upstream | list[Upstream]]:
    """The inputs once more, under each field whose value is an upstream id, or a list of some, in the field's own order."""
    found: dict[str, Upstream | list[Upstream]] = {}
    for field, value in fields.items():
        if isinstance(value, str):
            if value in inputs:
                found[field] = inputs[value]
        elif isinstance(value, list):
            named = [inputs[item] for item in value if isinstance(item, str) and item in inputs]
            if named:
                found[field] = named
    return found


def places(consumers: Iterable[str], services: Iterable[str]) -> dict[str, tuple[int, int]]:
    """For each consumer of a task: its position among those of its own service, from 1, and how many those are."""
    groups: dict[str, list[str]] = {}
    for consumer, service in zip(consumers, services, strict=True):
        groups.setdefault(service, []).append(consumer)
    return {consumer: (position, len(ids)) for ids in groups.values() for position, consumer in enumerate(ids, 1)}


def loads_list(raw: str | None) -> list[str]:
    """A JSON list of strings; an absent one is empty."""
    return json.loads(raw) if raw else []


def result_text(result: Any) -> str:
    """An inline result as it is kept; empty for none. Raises InvalidRequest when Redis is not the place for it."""
    if result is None:
        return ""
    try:
        text = dumps(result)
    except (ValueError, TypeError, RecursionError) as error:
        raise InvalidRequest(f"`result` is not JSON: {error}", code="invalid-result") from error
    if len(text.encode(errors="replace")) > RESULT_BYTES:
        raise InvalidRequest(
            f"`result` is larger than {RESULT_BYTES} bytes as JSON: store it as an artifact and send `result_ref`",
            code="invalid-result",
        )
    return text


def failure_fields(failure: TaskFailure) -> dict[str, Any]:
    """Why an attempt failed, as the `error` field holds it; a long message keeps its beginning."""
    message = failure.message.encode(errors="replace")[:ERROR_MESSAGE_BYTES].decode(errors="ignore")
    fields: dict[str, Any] = {
        "kind": str(failure.kind),
        "code": failure.code or str(failure.kind).replace("_", "-"),
        "message": message,
    }
    if failure.retry_after is not None:
        fields["retry_after"] = failure.retry_after
    return fields
