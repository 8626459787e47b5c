"""No input, however odd, gives a 5xx or an answer that is not a well-formed problem."""

import json
import random
import string
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.api.conftest import problem

JSON = {"Content-Type": "application/json"}

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
    max_leaves=8,
)
fields = st.sampled_from(
    [
        "scenario",
        "description",
        "slides_count",
        "variables",
        "status",
        "attempt",
        "result",
        "result_ref",
        "error",
        "progress",
        "worker",
        "max",
        "wait",
        "reports",
        "tasks",
        "claim",
    ]
)
bodies = st.dictionaries(fields, values, max_size=6)
paths = st.sampled_from(
    [
        ("POST", "/generate"),
        ("PATCH", "/tasks/a.b/status"),
        ("POST", "/queues/fuzz/claim"),
        ("POST", "/queues/fuzz/report"),
        ("POST", "/queues/fuzz/heartbeat"),
        ("POST", "/scenarios/a/cancel"),
    ]
)
quick = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def sound(answer: httpx.Response) -> None:
    """Accepted, or refused in the one shape there is."""
    assert answer.status_code < 500, answer.text
    if answer.status_code >= 400:
        problem(answer)


@quick
@given(path=paths, body=bodies)
def test_any_json_is_answered(http: httpx.Client, path: tuple[str, str], body: dict[str, Any]) -> None:
    """Right fields with any values."""
    sound(http.request(*path, content=json.dumps(body).encode(), headers=JSON))


@quick
@given(path=paths, raw=st.binary(max_size=300))
def test_any_bytes_are_answered(http: httpx.Client, path: tuple[str, str], raw: bytes) -> None:
    """Bodies that are nothing in particular."""
    sound(http.request(*path, content=raw, headers=JSON))


@quick
@given(seed=st.integers(0, 2**32))
def test_any_url_is_answered(http: httpx.Client, seed: int) -> None:
    """Paths and queries of printable and escaped bytes."""
    luck = random.Random(seed)
    parts = [
        "/",
        "tasks",
        "scenarios",
        "artifacts",
        "queues",
        "events",
        "status",
        "?",
        "&",
        "=",
        "limit",
        "cursor",
        "after",
        "..",
        "%",
    ]
    alphabet = [*parts, *(f"%{byte:02x}" for byte in range(256)), *string.ascii_letters, *string.digits]
    url = "/" + "".join(luck.choices(alphabet, k=luck.randint(1, 12)))
    answer = http.request(
        luck.choice(["GET", "HEAD", "POST", "PATCH", "DELETE", "OPTIONS"]), httpx.URL(http.base_url, raw_path=url.encode())
    )
    assert answer.status_code < 500, (url, answer.text)
    if answer.status_code >= 400 and answer.request.method != "HEAD" and "x-request-id" in answer.headers:
        problem(answer)


@quick
@given(
    path=st.sampled_from(
        [
            "/scenarios",
            "/scenarios/a",
            "/scenarios/a/events",
            "/tasks/a.b",
            "/tasks/a.b/artifact",
            f"/artifacts/{'0' * 64}.mp4",
            "/queues",
            "/templates",
            "/health",
        ]
    ),
    query=st.lists(
        st.tuples(
            st.sampled_from(["limit", "cursor", "status", "name", "after", "wait", ""]) | st.text(max_size=8),
            st.integers().map(str) | st.sampled_from(["", "success", "0-0", "a.b", "\x00"]) | st.text(max_size=600),
        ),
        max_size=4,
    ),
)
def test_any_query_is_answered(http: httpx.Client, path: str, query: list[tuple[str, str]]) -> None:
    """Parameters that exist, that do not, and that stand twice; every mistake in them names its parameter."""
    answer = http.get(path, params=query)
    sound(answer)
    if answer.status_code == 422:
        assert all(error["pointer"].startswith("?") for error in answer.json()["errors"]), answer.text


@quick
@given(
    segments=st.lists(st.text(min_size=1, max_size=70), min_size=1, max_size=4),
    head=st.sampled_from(["tasks", "scenarios", "queues", "artifacts", "templates", "schemas", "errors", "docs"]),
)
def test_any_path_is_answered(http: httpx.Client, head: str, segments: list[str]) -> None:
    """Any text where an id or a name belongs."""
    sound(http.get("/".join(["", head, *(quote(segment, safe="") for segment in segments)])))


@quick
@given(
    name=st.sampled_from(
        [
            "Host",
            "Origin",
            "Content-Type",
            "Idempotency-Key",
            "Prefer",
            "If-None-Match",
            "Range",
            "Last-Event-ID",
            "X-Request-ID",
            "Accept",
        ]
    ),
    value=st.text(st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f"), max_size=60),
)
def test_any_header_is_answered(http: httpx.Client, name: str, value: str) -> None:
    """Headers with any printable Latin-1."""
    for method, path in (("GET", "/scenarios"), ("GET", f"/artifacts/{'0' * 64}.mp4"), ("POST", "/generate")):
        request = http.build_request(
            method, path, content=b"{}" if method == "POST" else None, headers={} if name == "Content-Type" else JSON
        )
        request.headers[name] = value.strip().encode("latin-1").decode("latin-1")
        try:
            answer = http.send(request)
        except httpx.ProtocolError:
            continue  # the client refuses to send it
        assert answer.status_code < 500, answer.text
        if answer.status_code >= 400 and "x-request-id" in answer.headers:
            problem(answer)
