"""B1 to B16: what any endpoint answers to requests that are not quite requests."""

import json
import time
from collections.abc import Callable

import httpx
import pytest

from processing_service.api import json_body
from tests.api.conftest import Pair, problem

Exchange = Callable[[bytes], bytes]


@pytest.mark.parametrize("path", ["/nothing", "/tasks/", "//tasks/x", "/TASKS/x", "/scenarios/", "/generate/"])
def test_unknown_paths_are_404(http: httpx.Client, path: str) -> None:
    """B1, B53: no path is guessed, none is redirected to."""
    assert problem(http.get(httpx.URL(http.base_url, raw_path=path.encode()))) == (404, "not-found")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "TRACE", "PATCH", "GET"])
def test_other_methods_are_405_with_allow(http: httpx.Client, method: str) -> None:
    """B2: the answer says which methods there are."""
    answer = http.request(method, "/generate")
    assert problem(answer) == (405, "method-not-allowed")
    assert answer.headers["allow"] == "POST"


def test_a_made_up_method_is_refused(raw: Exchange) -> None:
    """B2: the parser does not know it."""
    assert raw(b"FOO /generate HTTP/1.1\r\nHost: localhost\r\n\r\n").startswith(b"HTTP/1.1 400 ")


def test_a_foreign_host_is_refused(http: httpx.Client) -> None:
    """B3: DNS rebinding."""
    assert problem(http.get("/health", headers={"Host": "evil.example"})) == (400, "host-not-allowed")
    assert http.get("/health", headers={"Host": "farm.example:8001"}).status_code == 200


@pytest.mark.parametrize(
    "request_head",
    [
        b"GET /livez HTTP/1.1\r\n\r\n",
        b"GET /livez HTTP/1.1\r\nHost: localhost\r\nHost: localhost\r\n\r\n",
        b"GET /liv\x00ez HTTP/1.1\r\nHost: localhost\r\n\r\n",
        b"nonsense\r\n\r\n",
        b"GET /livez HTTP/9.9\r\nHost: localhost\r\n\r\n",
    ],
)
def test_broken_heads_are_400_and_closed(raw: Exchange, request_head: bytes) -> None:
    """B4: and the connection ends, whatever the client thinks comes next."""
    answer = raw(request_head)
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"application/problem+json" in answer


def test_a_smuggled_request_is_not_served(raw: Exchange) -> None:
    """B5: two lengths for one body; the second request inside it gets no answer."""
    answer = raw(
        b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        b"Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"
        b"GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n"
    )
    assert answer.count(b"HTTP/1.1 ") == 1
    assert answer.startswith(b"HTTP/1.1 400 ")


def test_a_long_url_is_414(http: httpx.Client) -> None:
    """B8."""
    assert problem(http.get("/tasks/" + "a" * 60_000)) == (414, "uri-too-long")


@pytest.mark.parametrize("headers", [{"x": "a" * 100_000}, {f"x-{index}": "a" for index in range(5_000)}])
def test_large_heads_are_431(http: httpx.Client, headers: dict[str, str]) -> None:
    """B9."""
    answer = http.get("/livez", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (431, "headers-too-large")


def test_a_head_without_end_is_431(raw: Exchange) -> None:
    """B9: a header that never ends is not collected for ever."""
    assert raw(b"GET /livez HTTP/1.1\r\nHost: localhost\r\nx: " + b"a" * 70_000).startswith(b"HTTP/1.1 431 ")


def test_a_large_body_is_413_unread(raw: Exchange, http: httpx.Client) -> None:
    """B10: refused by its declared length before a byte of it is sent, and by count when no length is declared."""
    head = b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    assert raw(head + b"Content-Length: 99000000\r\n\r\n").startswith(b"HTTP/1.1 413 ")

    def pieces() -> "list[bytes]":
        return [b'{"scenario": "' + b"a" * 1_100_000]

    assert problem(http.post("/generate", content=iter(pieces()), headers={"Content-Type": "application/json"})) == (
        413,
        "body-too-large",
    )


def test_encoded_bodies_are_415(http: httpx.Client) -> None:
    """B11: a body that hides its size."""
    headers = {"Content-Type": "application/json", "Content-Encoding": "gzip"}
    assert problem(http.post("/generate", content=b"x", headers=headers)) == (415, "unsupported-encoding")


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/xml",
        "multipart/form-data; boundary=x",
        "application/x-www-form-urlencoded",
        "application/json; charset=utf-16",
        "application/json-patch+json",
        "application/merge-patch+json",
        "",
    ],
)
def test_other_media_types_are_415_and_say_what_to_send(http: httpx.Client, media_type: str) -> None:
    """B12, B71: plain `curl -d` sends a form, so the sentence names the header to add."""
    headers = {"Content-Type": media_type} if media_type else {}
    for method, path in (("POST", "/generate"), ("PATCH", "/tasks/a.b/status"), ("POST", "/queues/x/claim")):
        answer = http.request(method, path, content=b'{"scenario": "Pair"}', headers=headers)
        assert problem(answer) == (415, "unsupported-media-type")
        assert "Content-Type: application/json" in answer.json()["detail"]


@pytest.mark.parametrize("size", [0, 1, 70_000, 900_000])
def test_a_refusal_arrives_whole_and_spoils_no_other_request(http: httpx.Client, size: int) -> None:
    """Bodies that nobody reads neither reset the answer on its way nor are taken for the next request."""
    for _ in range(25):
        answer = http.post("/generate", content=b"x" * size, headers={"Origin": "https://evil.example"})
        assert problem(answer) == (403, "origin-not-allowed")
        assert problem(http.post("/nowhere", content=b"x" * size)) == (404, "not-found")
        assert http.get("/livez").status_code == 200


def test_problems_are_json_whatever_is_accepted(http: httpx.Client) -> None:
    """B13."""
    assert problem(http.get("/tasks/nobody", headers={"Accept": "text/html"})) == (404, "not-found")


@pytest.mark.parametrize("origin", ["https://evil.example", "http://[::1", "null", "http://127.0.0.1:1@evil.example"])
@pytest.mark.parametrize(
    ("method", "path"), [("POST", "/generate"), ("PATCH", "/tasks/a/status"), ("DELETE", "/x"), ("POST", "/artifacts")]
)
def test_foreign_pages_are_refused_on_every_unsafe_method(http: httpx.Client, method: str, path: str, origin: str) -> None:
    """B14: DELETE and unknown paths too."""
    answer = http.request(method, path, headers={"Origin": origin}, json={})
    assert problem(answer) == (403, "origin-not-allowed")
    assert not [name for name in answer.headers if name.startswith("access-control")]


def test_head_answers_like_get(http: httpx.Client, pair: Pair) -> None:
    """B52: every GET has its HEAD, also the endless one."""
    scenario_id = pair.start()["scenario_id"]
    for path in ("/health", "/docs", f"/scenarios/{scenario_id}", f"/scenarios/{scenario_id}/events"):
        answer = http.head(path)
        assert (answer.status_code, answer.content) == (200, b"")
    assert http.head("/nothing").status_code == 404


def test_a_stalled_body_is_408(raw: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    """B6: two of a hundred bytes, then nothing: the server answers and closes. The limit is 15 s; here it is a tenth."""
    assert json_body.BODY_SECONDS <= 15
    monkeypatch.setattr(json_body.read_json, "__kwdefaults__", {**json_body.read_json.__kwdefaults__, "seconds": 0.1})
    started = time.monotonic()
    answer = raw(
        b"POST /generate HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{ "
    )
    assert answer.startswith(b"HTTP/1.1 408 ")
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "request-timeout"
    assert time.monotonic() - started < 5


def test_heads_that_do_not_end_are_closed(raw: Exchange, monkeypatch: pytest.MonkeyPatch) -> None:
    """B7: a connection that never finishes its headers, or never sends any, is not kept. The limit is 15 s; here a tenth."""
    from processing_service.api import connection

    assert connection.HEAD_SECONDS <= 15
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.1)
    assert raw(b"GET /livez HTTP/1.1\r\nHost: loc") == b""
    assert raw(b"") == b""
