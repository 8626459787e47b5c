"""What every request passes before a route sees it: size, host, origin; and what every answer leaves with.

In open mode (no tokens) the Host allow-list is what stops DNS rebinding, and the Origin check on every unsafe method is what stops
a foreign web page from posting here. Pure ASGI, so that streams and long polls pass through untouched.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from processing_service.api.problems import HttpProblem, from_error, response
from processing_service.contract.errors import ScenariesError

MAX_URL_BYTES: Final = 8 * 1024
MAX_HEADER_BYTES: Final = 32 * 1024
MAX_HEADERS: Final = 100
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})
OWN_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "[::1]"})

_REQUEST_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_PORT = re.compile(r":\d{1,5}\Z")

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Guard:
    """ASGI middleware. `allowed_hosts` adds names to `localhost` and the loopback addresses; `*` allows any."""

    app: ASGIApp
    allowed_hosts: Sequence[str] = ()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = _request_id(headers)
        answer = _Answer(send, request_id, head=scope["method"] == "HEAD")
        scope = {**scope, "state": {**scope.get("state", {}), "request_id": request_id}}
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                self._check(scope, headers)
                if scope["method"] == "HEAD":
                    # The same route, the same headers, no body: `answer` drops it.
                    scope["method"] = "GET"
                await self.app(scope, answer.receiver(receive), answer.send)
            except HttpProblem as problem:
                await self._refuse(problem, scope, receive, answer)
            except ScenariesError as error:
                await self._refuse(from_error(error), scope, receive, answer)
            except ClientDisconnect:
                log.debug("the caller left", method=scope["method"], path=scope["path"])
            except Exception:
                if answer.left:
                    return  # the stream behind a HEAD noticed that nobody reads it
                log.exception("unexpected error", method=scope["method"], path=scope["path"])
                await self._refuse(_unexpected(request_id), scope, receive, answer)

    async def _refuse(self, problem: HttpProblem, scope: Scope, receive: Receive, answer: "_Answer") -> None:
        if not answer.started:
            await response(problem, path=scope["path"], request_id=answer.request_id)(scope, receive, answer.send)

    def _check(self, scope: Scope, headers: Headers) -> None:
        if len(scope.get("raw_path") or b"") + len(scope["query_string"]) > MAX_URL_BYTES:
            raise _closing(414, "uri-too-long", f"the URL is longer than {MAX_URL_BYTES} bytes")
        size = sum(len(name) + len(value) for name, value in scope["headers"])
        if size > MAX_HEADER_BYTES or len(scope["headers"]) > MAX_HEADERS:
            limits = f"{MAX_HEADERS} headers, {MAX_HEADER_BYTES} bytes in all"
            raise _closing(431, "headers-too-large", f"the request has more than {limits}")
        if "content-length" in headers and "transfer-encoding" in headers:
            # Two lengths for one body is how a second request is smuggled behind the first.
            raise _closing(400, "bad-request", "Content-Length and Transfer-Encoding exclude each other")
        hosts = headers.getlist("host")
        if len(hosts) != 1:
            raise _closing(400, "bad-request", "the request needs exactly one Host header")
        if not self._knows(hosts[0]):
            raise HttpProblem(
                400,
                "host-not-allowed",
                "this server does not answer to that Host name; add it to SCENARIES_ALLOWED_HOSTS if it is yours",
            )
        if scope["method"] not in SAFE_METHODS and not _same_origin(headers, hosts[0]):
            raise HttpProblem(
                403,
                "origin-not-allowed",
                "a web page of another origin may not change anything here; send the request without an Origin header",
            )

    def _knows(self, host: str) -> bool:
        name = _PORT.sub("", host).lower()
        return name in OWN_HOSTS or "*" in self.allowed_hosts or name in self.allowed_hosts


@dataclass(slots=True)
class _Answer:
    """The way out: the headers every answer carries, and the body a HEAD does not."""

    _send: Send
    request_id: str
    head: bool
    started: bool = False
    left: bool = False

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.started = True
            headers = MutableHeaders(scope=message)
            headers["X-Request-ID"] = self.request_id
            headers.setdefault("X-Content-Type-Options", "nosniff")
            headers.setdefault("Cache-Control", "no-store")
        elif self.head:
            if self.left:
                raise OSError("a HEAD has its headers and reads no further")
            self.left = True
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)

    def receiver(self, receive: Receive) -> Receive:
        """For a HEAD of an endless stream: once the headers are out, the stream is told that its reader left."""
        if not self.head:
            return receive

        async def disconnected_after_headers() -> Message:
            return {"type": "http.disconnect"} if self.left else await receive()

        return disconnected_after_headers


def _request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _same_origin(headers: Headers, host: str) -> bool:
    """A browser says where the page came from; curl and workers say nothing and are let through."""
    origin = headers.get("origin")
    if origin is not None:
        try:
            parts = urlsplit(origin)
        except ValueError:  # `http://[::1`: no address, so no origin of ours
            return False
        return origin.isascii() and parts.scheme in {"http", "https"} and parts.netloc.lower() == host.lower()
    return headers.get("sec-fetch-site", "none") in {"none", "same-origin"}


def _closing(status: int, code: str, detail: str) -> HttpProblem:
    return HttpProblem(status, code, detail, headers={"Connection": "close"})


def _unexpected(request_id: str) -> HttpProblem:
    return HttpProblem(
        500, "internal", f"this is a mistake of ours, not of the request; the log has it under request_id {request_id}"
    )
