"""One HTTP connection, bounded in what it may hold while no request has begun.

Uvicorn waits for ever for headers that never end; two hundred such sockets and nobody else gets in. This protocol closes a
connection whose headers are not complete after 15 seconds or 64 KB, and, once its answer is out, one whose request body was left
unread.
"""

import asyncio
from typing import Any, Final

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from processing_service.api.problems import ERRORS_PAGE, MEDIA_TYPE

HEAD_SECONDS: Final = 15.0
MAX_HEAD_BYTES: Final = 64 * 1024
LINGER_SECONDS: Final = 2.0  # for the rest of an unread body, after the answer
MAX_LINGER_BYTES: Final = 4 * 1024 * 1024


class BoundedProtocol(HttpToolsProtocol):
    """Uvicorn's own protocol, with a clock and a scale for request heads."""

    _deadline: asyncio.TimerHandle | None = None
    _head_bytes = 0
    _too_large = False
    _lingering = False
    _lingered_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # asyncio's own stub says BaseTransport; uvicorn says Transport
        super().connection_made(transport)
        self._deadline = self.loop.call_later(HEAD_SECONDS, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop_clock()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        if self._lingering:
            self._lingered_bytes += len(data)
            if self._lingered_bytes > MAX_LINGER_BYTES:
                self.transport.close()
            return
        self._head_bytes += len(data)
        super().data_received(data)
        if self._deadline is not None and self._head_bytes > MAX_HEAD_BYTES and not self.transport.is_closing():
            self._too_large = True
            self.send_400_response("")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        if self._deadline is None:
            self._deadline = self.loop.call_later(HEAD_SECONDS, self.transport.close)

    def on_headers_complete(self) -> None:
        self._stop_clock()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        unread = self.cycle.response_complete and self.cycle.more_body
        super().on_response_complete()
        if unread and not self.transport.is_closing():
            # What is left of that body must not become a request, and is not worth waiting for. Closing at once, with bytes of
            # it unread, would reset the connection, and the reset would overtake our answer (RFC 9112, section 9.6).
            self._lingering = True
            if self.transport.can_write_eof():
                self.transport.write_eof()
            self.loop.call_later(LINGER_SECONDS, self.transport.close)

    def send_400_response(self, msg: str) -> None:
        """The refusal of what is not a request, in the same shape as every other."""
        status, reason, code, detail = (
            (
                431,
                "Request Header Fields Too Large",
                "headers-too-large",
                f"the request head is larger than {MAX_HEAD_BYTES} bytes",
            )
            if self._too_large
            else (400, "Bad Request", "bad-request", "this is not an HTTP request")
        )
        problem: dict[str, Any] = {
            "type": f"{ERRORS_PAGE}/{code}",
            "title": reason,
            "status": status,
            "detail": detail,
            "code": code,
            "errors": [],
        }
        body = orjson.dumps(problem)
        head = f"HTTP/1.1 {status} {reason}\r\ncontent-type: {MEDIA_TYPE}\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _stop_clock(self) -> None:
        self._head_bytes = 0
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
