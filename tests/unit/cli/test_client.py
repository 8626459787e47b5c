"""Server-sent events out of their lines."""

from processing_service.cli.client import ServerEvent, parse_events


def test_events_are_read_as_the_standard_says() -> None:
    """Comments and retry times are passed over, data of several lines is joined, the last id stays in force."""
    lines = [
        "retry: 2000",
        "",
        ": still here",
        "",
        "id: 1-0",
        "event: snapshot",
        'data: {"a":',
        "data: 1}",
        "",
        "event:task.ready",
        "data:{}",
        "",
        "id: 2-0",
        "",
        "event: unfinished",
        "data: {}",
    ]
    assert list(parse_events(iter(lines))) == [ServerEvent("1-0", "snapshot", {"a": 1}), ServerEvent("1-0", "task.ready", {})]
