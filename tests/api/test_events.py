"""`GET /scenarios/{id}/events`: live, lossless, ending."""

import json
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from redis import Redis

from processing_service.settings import Settings
from tests.api.conftest import Pair, problem


def events_of(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    """Server-sent events as a browser parses them."""
    event: dict[str, Any] = {}
    for line in lines:
        if not line:
            if "data" in event:
                yield {**event, "data": json.loads(event["data"])}
            event = {}
        elif not line.startswith(":"):
            name, _, value = line.partition(": ")
            event[name] = value


def follow(http: httpx.Client, scenario_id: str, **kwargs: Any) -> list[dict[str, Any]]:
    """All events until the server ends the stream."""
    with http.stream("GET", f"/scenarios/{scenario_id}/events", **kwargs) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        return list(events_of(answer.iter_lines()))


def test_a_reader_sees_the_state_and_then_everything(http: httpx.Client, pair: Pair) -> None:
    """First a snapshot, then each change as it happens, `scenario.finished` last; ids are stream ids."""
    scenario_id = pair.start()["scenario_id"]
    first, second = [task["id"] for task in pair.tasks(scenario_id)]
    seen = []
    with http.stream("GET", f"/scenarios/{scenario_id}/events") as answer:
        stream = events_of(answer.iter_lines())
        snapshot = next(stream)
        assert (snapshot["event"], snapshot["data"]["scenario_id"]) == ("snapshot", scenario_id)
        pair.patch(first, status="processing")
        pair.patch(first, status="success", attempt=1)
        pair.patch(second, status="success")
        seen = list(stream)
    kinds = [(event["event"], event["data"].get("task_id")) for event in seen]
    assert ("task.processing", first) in kinds
    assert kinds.index(("task.success", first)) < kinds.index(("task.success", second))
    assert seen[-1]["event"] == "scenario.finished"
    assert seen[-1]["data"]["status"] == "success"
    ids = [tuple(map(int, event["id"].split("-"))) for event in seen]
    assert ids == sorted(set(ids))


def test_a_reader_who_comes_back_misses_nothing(http: httpx.Client, pair: Pair) -> None:
    """From any event on: by header or by parameter, exactly what follows it, and no second snapshot."""
    scenario_id = pair.start()["scenario_id"]
    start = http.get(f"/scenarios/{scenario_id}").json()["last_event_id"]
    pair.finish(scenario_id)
    everything = follow(http, scenario_id, headers={"Last-Event-ID": start})
    assert everything
    assert "snapshot" not in {event["event"] for event in everything}
    for seen, event in enumerate(everything[:-1], 1):
        assert follow(http, scenario_id, params={"after": event["id"]}) == everything[seen:]


def test_after_the_end_there_is_nothing(http: httpx.Client, pair: Pair) -> None:
    """204 makes a browser stop; a new reader gets the final state and the end."""
    scenario_id = pair.start()["scenario_id"]
    pair.finish(scenario_id)
    snapshot, finished = follow(http, scenario_id)
    assert (snapshot["event"], snapshot["data"]["status"]) == ("snapshot", "success")
    assert (finished["event"], finished["data"]["status"]) == ("scenario.finished", "success")
    assert http.get(f"/scenarios/{scenario_id}/events", headers={"Last-Event-ID": finished["id"]}).status_code == 204


def test_a_reader_behind_a_trimmed_history_gets_a_snapshot(http: httpx.Client, pair: Pair, settings: Settings) -> None:
    """What is gone cannot be replayed, so the whole state comes first."""
    scenario_id = pair.start()["scenario_id"]
    start = http.get(f"/scenarios/{scenario_id}").json()["last_event_id"]
    pair.finish(scenario_id)
    with Redis.from_url(str(settings.redis_url)) as redis:
        redis.xtrim(f"{settings.namespace}:events:{scenario_id}", maxlen=1, approximate=False)
    assert follow(http, scenario_id, headers={"Last-Event-ID": start})[0]["event"] == "snapshot"


@pytest.mark.parametrize("after", ["x", "1", "1-", "-1", "1-1-1", "9" * 30 + "-1", ""])
def test_an_odd_position_is_refused(http: httpx.Client, pair: Pair, after: str) -> None:
    """Empty counts as absent: browsers never send it, people may."""
    scenario_id = pair.start()["scenario_id"]
    if after:
        assert problem(http.get(f"/scenarios/{scenario_id}/events", params={"after": after})) == (422, "invalid-id")
    else:
        pair.finish(scenario_id)
        assert follow(http, scenario_id, params={"after": ""})[0]["event"] == "snapshot"


def test_a_position_of_the_future_gets_a_snapshot(http: httpx.Client, pair: Pair) -> None:
    """After a Redis that lost its last second, a reader may be ahead of the history."""
    scenario_id = pair.start()["scenario_id"]
    with http.stream("GET", f"/scenarios/{scenario_id}/events", params={"after": "99999999999999-0"}) as answer:
        assert next(events_of(answer.iter_lines()))["event"] == "snapshot"


def test_a_quiet_stream_says_that_it_lives(http: httpx.Client, pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment each 15 s keeps proxies from closing it; here each tenth of a second."""
    from processing_service.api import scenarios

    assert scenarios.COMMENT_SECONDS <= 15
    monkeypatch.setattr(scenarios, "COMMENT_SECONDS", 0.1)
    with http.stream("GET", f"/scenarios/{pair.start()['scenario_id']}/events") as answer:
        lines = answer.iter_lines()
        assert next(line for line in lines if line.startswith("retry:")) == "retry: 2000"
        assert next(line for line in lines if line.startswith(":"))
