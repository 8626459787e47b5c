"""The Redis protocol in its smallest useful form: one blocking connection that sends commands and reads replies.

For starting and inspecting a server and for the prompt of `scenaries redis`, where a client library would cost 140 ms of
import. The engine and the workers use the store. Protocol: RESP2, https://redis.io/docs/latest/develop/reference/protocol-spec/
"""

import socket
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import unquote, urlsplit


@dataclass(frozen=True, slots=True)
class ErrorReply:
    """What the server answers instead of a result: `NOAUTH …`, `LOADING …`, `ERR …`."""

    text: str


Reply = bytes | str | int | None | ErrorReply | list["Reply"]
"""bytes: a bulk string; str: a simple string such as OK; None: nil."""


class Unreachable(OSError):
    """Nobody answers at this address, or not in the Redis protocol."""


class Connection:
    """One connection to the server behind a `redis://` or `rediss://` URL. Raises Unreachable."""

    def __init__(self, url: str, timeout: float | None = 2.0) -> None:
        parts = urlsplit(url)
        if parts.scheme not in {"redis", "rediss"}:
            raise Unreachable(f"a Redis URL starts with redis:// or rediss://, not {parts.scheme or 'nothing'}")
        self._host, port = parts.hostname or "localhost", parts.port or 6379
        try:
            self._socket = socket.create_connection((self._host, port), timeout)
            if parts.scheme == "rediss":
                self._socket = ssl.create_default_context().wrap_socket(self._socket, server_hostname=self._host)
        except OSError as error:
            raise Unreachable(f"nothing answers on {self._host}:{port}: {error}") from error
        self._file = self._socket.makefile("rb")
        if parts.password is not None:
            user = [unquote(parts.username)] if parts.username else []
            self._demand("AUTH", *user, unquote(parts.password))
        if database := parts.path.strip("/"):
            self._demand("SELECT", database)

    def send(self, *arguments: str | bytes) -> None:
        """Send one command; `read` gives its reply."""
        encoded = [argument.encode() if isinstance(argument, str) else argument for argument in arguments]
        frame = b"*%d\r\n" % len(encoded) + b"".join(b"$%d\r\n%b\r\n" % (len(item), item) for item in encoded)
        try:
            self._socket.sendall(frame)
        except OSError as error:
            raise Unreachable(f"the connection broke: {error}") from error

    def read(self) -> Reply:
        """The next reply. An error reply is returned, not raised."""
        line = self._line()
        kind, rest = line[:1], line[1:]
        match kind:
            case b"+":
                return rest.decode()
            case b"-":
                return ErrorReply(rest.decode(errors="replace"))
            case b":":
                return int(rest)
            case b"$":
                return None if rest == b"-1" else self._exactly(int(rest))
            case b"*":
                return None if rest == b"-1" else [self.read() for _ in range(int(rest))]
        raise Unreachable("what answers does not speak the Redis protocol")

    def command(self, *arguments: str | bytes) -> Reply:
        """Send one command and wait for its reply."""
        self.send(*arguments)
        return self.read()

    def wait_forever(self) -> None:
        """From now on a reply may take as long as it takes, for commands that stream."""
        self._socket.settimeout(None)

    def info(self, section: str) -> dict[str, str]:
        """One section of INFO as a dictionary. Raises Unreachable when the server refuses (wrong password, loading)."""
        reply = self.command("INFO", section)
        if not isinstance(reply, bytes):
            raise Unreachable(reply.text if isinstance(reply, ErrorReply) else "INFO gave no text")
        pairs = (line.split(":", 1) for line in reply.decode().splitlines() if ":" in line and not line.startswith("#"))
        return {name: value for name, value in pairs}  # noqa: C416 -- `dict(pairs)` does not type-check: lists, not pairs

    def close(self) -> None:
        """Close the connection; closing again does nothing."""
        self._file.close()
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _demand(self, *arguments: str) -> None:
        try:
            reply = self.command(*arguments)
        except Unreachable:
            self.close()
            raise
        if isinstance(reply, ErrorReply):
            self.close()
            raise Unreachable(f"{self._host} refuses {arguments[0]}: {reply.text}")

    def _line(self) -> bytes:
        try:
            line = self._file.readline()
        except OSError as error:
            raise Unreachable(f"the connection broke: {error}") from error
        if not line.endswith(b"\r\n"):
            raise Unreachable("the server closed the connection")
        return line[:-2]

    def _exactly(self, size: int) -> bytes:
        try:
            data = self._file.read(size + 2)
        except OSError as error:
            raise Unreachable(f"the connection broke: {error}") from error
        if len(data) != size + 2:
            raise Unreachable("the server closed the connection")
        return data[:-2]
