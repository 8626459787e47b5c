"""Scenarios as the API shows them, small."""

from typing import Any


def task(id: str, name: str, *consumers: str, **more: Any) -> dict[str, Any]:
    base = {"id": id, "name": name, "service": "text-service", "consumers": list(consumers), "status": "pending", "queue": 0}
    return {**base, **more}


def film(**more: Any) -> dict[str, Any]:
    """A text, two slides and a film that waits for both."""
    return {
        "scenario_id": "abc",
        "name": "ScenarioCreateVideo",
        "version": "1.0.0",
        "status": "processing",
        "tasks": [
            task("abc.t", "CreateText", "abc.1", "abc.2", status="success", attempt=1)
            | {"started_at": "2026-11-20T10:00:00.000Z", "finished_at": "2026-11-20T10:00:01.500Z"},
            task("abc.1", "CreateSlide", "abc.v"),
            task("abc.2", "CreateSlide", "abc.v"),
            task("abc.v", "CreateVideo", queue=2, service="video-service"),
        ],
        "results": [],
        "error": None,
        **more,
    }
