"""One HTTP connection, bounded in what it may hold while no request has begun.

Uvicorn waits for ever for headers that never end; two hundred such sockets and nobody else gets in. This protocol closes a
connection whose headers are not complete after 15 seconds or 64 KB, and, once its answer is out, one whose request body was left
unread.
"""

import asyncio
from typing import Any, Final

import orjson
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

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
        cycle, send = self.cycle, self.cycle.send

        async def send_and_close_if_unread(message: Any) -> None:
            if message["type"] == "http.response.start" and cycle.more_body:
                # Uvicorn then says `Connection: close`, so that nobody sends the next request into what is left of this one.
                cycle.keep_alive = False
            await send(message)

        cycle.send = send_and_close_if_unread  # type: ignore[method-assign]  # uvicorn has no hook between an answer and its socket
        cycle.transport = _Lingering(self, cycle)  # type: ignore[assignment]  # it is used as a transport, and passes on as one

    def close_after(self, cycle: RequestResponseCycle) -> None:
        """Close the connection, but not on a body that is still on its way.

        What is left of it is not worth waiting for long. Yet closing with bytes of it unread would reset the connection, and
        the reset would overtake our answer (RFC 9112, section 9.6).
        """
        if not cycle.more_body:
            self.transport.close()
        elif not self._lingering:
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


class _Lingering:
    """The transport as an answer sees it: the same in everything but how it closes."""

    def __init__(self, protocol: BoundedProtocol, cycle: RequestResponseCycle) -> None:
        self._protocol = protocol
        self._cycle = cycle

    def __getattr__(self, name: str) -> Any:
        return getattr(self._protocol.transport, name)

    def close(self) -> None:
        self._protocol.close_after(self._cycle)
