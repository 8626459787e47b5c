"""What every request passes before a route sees it."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route

from processing_service.api.guard import Guard


async def ok(request: Request) -> PlainTextResponse:
    return PlainTextResponse("fine")


async def endless(request: Request) -> StreamingResponse:
    async def forever() -> AsyncIterator[bytes]:
        while True:
            yield b"."
            await asyncio.sleep(0)

    return StreamingResponse(forever())


async def broken(request: Request) -> PlainTextResponse:
    raise RuntimeError("a secret detail")


def client(*allowed: str) -> httpx.AsyncClient:
    routes = [Route("/", ok, methods=["GET", "POST"]), Route("/endless", endless), Route("/broken", broken)]
    app = Starlette(routes=routes, middleware=[Middleware(Guard, allowed_hosts=allowed)])
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost:8001")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8001", "LOCALHOST:1", "127.0.0.1:8001", "[::1]:8001", "farm.example:80"]
)
async def test_our_own_hosts_are_answered(host: str) -> None:
    """Loopback by any name, and what the setting adds, with or without a port."""
    async with client("farm.example") as http:
        assert (await http.get("/", headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "127.0.0.1.evil.example", "", "localhost:x", "a@localhost"]
)
async def test_a_rebound_name_is_refused(host: str) -> None:
    """A page whose name was made to resolve to us does not reach us."""
    async with client() as http:
        answer = await http.get("/", headers={"Host": host})
    assert (answer.status_code, answer.json()["code"]) == (400, "host-not-allowed")
    assert "SCENARIES_ALLOWED_HOSTS" in answer.json()["detail"]


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": ""}, {"Sec-Fetch-Site": "cross-site"}]
)
async def test_a_foreign_page_changes_nothing(headers: dict[str, str]) -> None:
    """Unsafe methods from another origin are refused, and no CORS header invites them."""
    async with client() as http:
        answer = await http.post("/", headers=headers)
        assert (await http.get("/", headers=headers)).status_code == 200
    assert (answer.status_code, answer.json()["code"]) == (403, "origin-not-allowed")
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://localhost:8001"}, {"Sec-Fetch-Site": "same-origin"}])
async def test_curl_and_our_own_pages_may_post(headers: dict[str, str]) -> None:
    """No Origin at all, or our own."""
    async with client() as http:
        assert (await http.post("/", headers=headers)).status_code == 200


async def test_a_long_url_is_414() -> None:
    """8 KB of URL is the limit."""
    async with client() as http:
        assert (await http.get("/?" + "a" * 8_000)).status_code == 200
        assert (await http.get("/?" + "a" * 60_000)).status_code == 414


@pytest.mark.parametrize("headers", [{"x": "a" * 100_000}, {f"x-{index}": "a" for index in range(5_000)}])
async def test_too_many_headers_are_431(headers: dict[str, str]) -> None:
    """One huge header or thousands of small ones."""
    async with client() as http:
        answer = await http.get("/", headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (431, "headers-too-large")


async def test_two_lengths_for_one_body_are_refused() -> None:
    """Content-Length beside Transfer-Encoding is how requests are smuggled."""
    async with client() as http:
        answer = await http.post("/", headers={"Transfer-Encoding": "chunked", "Content-Length": "4"}, content=b"abcd")
    assert answer.status_code == 400
    assert answer.headers["connection"] == "close"


async def test_head_is_get_without_a_body() -> None:
    """The same status and headers; also of a stream that never ends."""
    async with client() as http:
        answer = await http.head("/")
        assert (answer.status_code, answer.headers["content-length"], answer.content) == (200, "4", b"")
        assert (await http.head("/endless")).content == b""


async def test_every_answer_has_an_id_and_is_not_kept() -> None:
    """A given request id comes back when it is harmless; else ours does."""
    async with client() as http:
        ours = await http.get("/")
        theirs = await http.get("/", headers={"X-Request-ID": "abc-12345"})
        odd = await http.get("/", headers={"X-Request-ID": "a b\tc"})
    assert len(ours.headers["x-request-id"]) == 16
    assert ours.headers["cache-control"] == "no-store"
    assert theirs.headers["x-request-id"] == "abc-12345"
    assert odd.headers["x-request-id"] != "a b\tc"


async def test_a_mistake_of_ours_is_500_without_a_word_of_it(caplog: pytest.LogCaptureFixture) -> None:
    """The caller gets an id to ask about; the log gets the rest."""
    async with client() as http:
        answer = await http.get("/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "internal")
    assert "secret" not in answer.text
    assert answer.headers["content-type"] == "application/problem+json"
