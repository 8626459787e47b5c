"""Perform one operation without Redis: the harness for tests of services, ours and yours.

outcome = perform(create_voice, storage, workspace, name="CreateVoice", fields={"text_task_id": "t"},
                  inputs={"t": given(result_ref=ref, name="CreateText")})
"""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from processing_service.artifacts.storage import Storage
from processing_service.contract.status import Status
from processing_service.contract.task import ClaimedTask, Upstream
from services.sdk.context import StorageContext
from services.sdk.operation import Operation, Outcome


def given(
    *,
    id: str = "upstream",
    name: str = "",
    result_ref: str | None = None,
    result: Any = None,
    position: int | None = None,
    siblings: int | None = None,
) -> Upstream:
    """A finished dependency, as a claim would hand it over."""
    return Upstream(
        id=id, name=name, status=Status.SUCCESS, result_ref=result_ref, result=result, position=position, siblings=siblings
    )


def claimed(
    *,
    name: str,
    service: str = "test-service",
    params: Mapping[str, Any] | None = None,
    fields: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Upstream] | None = None,
    timeout: float = 300.0,
) -> ClaimedTask:
    """A claimed task; `by_field` follows from the fields that name an input, as in the engine."""
    inputs = dict(inputs or {})
    by_field: dict[str, Upstream | list[Upstream]] = {}
    for field, value in (fields or {}).items():
        if isinstance(value, str) and value in inputs:
            by_field[field] = inputs[value]
        elif isinstance(value, list) and value and all(isinstance(item, str) and item in inputs for item in value):
            by_field[field] = [inputs[item] for item in value]
    return ClaimedTask(
        id="scenario.task",
        scenario_id="scenario",
        service=service,
        name=name,
        attempt=1,
        lease_token="token",  # noqa: S106 -- a name, not a secret
        lease_until=0,
        timeout=timeout,
        params=dict(params or {}),
        fields=dict(fields or {}),
        inputs=inputs,
        by_field=by_field,
    )


def perform(
    operation: Operation,
    storage: Storage,
    workspace: Path,
    *,
    name: str,
    params: Mapping[str, Any] | None = None,
    fields: Mapping[str, Any] | None = None,
    inputs: Mapping[str, Upstream] | None = None,
    progress: list[tuple[float, str]] | None = None,
) -> Outcome:
    """Perform `operation` once, in this process, and return what it reports; what it raises comes through as it is."""
    seen = progress if progress is not None else []
    context = StorageContext(workspace, storage, lambda percent, message: seen.append((percent, message)))
    return operation(claimed(name=name, params=params, fields=fields, inputs=inputs), context)
