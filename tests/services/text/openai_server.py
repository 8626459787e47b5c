"""A local server that speaks the documented OpenAI protocol: chat/completions and audio/speech, with faults on order."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "sk-canary-4f1c0b7d"

Answer = Callable[["Handler", dict[str, Any]], None]


class Handler(BaseHTTPRequestHandler):
    """Answers with the next scripted answer; the last one repeats."""

    protocol_version = "HTTP/1.1"
    server: "Server"

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        body = json.loads(self.rfile.read(length))
        with self.server.lock:
            self.server.seen.append(Seen(self.path, {name.lower(): value for name, value in self.headers.items()}, body))
            answer = self.server.script.pop(0) if len(self.server.script) > 1 else self.server.script[0]
        answer(self, body)

    def reply(self, status: int, body: bytes, media_type: str = "application/json", **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


@dataclass(frozen=True)
class Seen:
    path: str
    headers: dict[str, str]
    body: dict[str, Any]


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, script: list[Answer]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.script = script
        self.seen: list[Seen] = []
        self.lock = threading.Lock()
        self.stopping = threading.Event()

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/v1"

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients hang up on purpose here."""


@contextmanager
def serving(*script: Answer) -> Iterator[Server]:
    server = Server(list(script))
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def completion(content: str | None, *, finish_reason: str = "stop", refusal: str | None = None) -> Answer:
    """A chat completion with this content."""

    def answer(handler: Handler, body: dict[str, Any]) -> None:
        message = {"role": "assistant", "content": content, "refusal": refusal}
        document = {
            "id": "chatcmpl-1",
            "object": "chat.completion",
            "created": 1,
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": finish_reason}],
            "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
        }
        handler.reply(200, json.dumps(document).encode())

    return answer


def error(status: int, code: str | None = None, **headers: str) -> Answer:
    """An error object as documented; its message quotes the key, as some servers do."""

    def answer(handler: Handler, body: dict[str, Any]) -> None:
        document = {"error": {"message": f"bad key {KEY}", "type": "error", "code": code, "param": None}}
        handler.reply(status, json.dumps(document).encode(), **headers)

    return answer


def raw(body: bytes, media_type: str = "application/json") -> Answer:
    return lambda handler, _: handler.reply(200, body, media_type)


def reset(handler: Handler, body: dict[str, Any]) -> None:
    """Hang up without a word."""
    handler.close_connection = True
    handler.connection.close()


def drip(handler: Handler, body: dict[str, Any]) -> None:
    """A byte now and then, for ever."""
    handler.send_response(200)
    handler.send_header("Content-Type", "application/json")
    handler.send_header("Transfer-Encoding", "chunked")
    handler.end_headers()
    while not handler.server.stopping.wait(0.05):
        handler.wfile.write(b"1\r\n \r\n")
        handler.wfile.flush()


def flood(handler: Handler, body: dict[str, Any]) -> None:
    """Ten megabytes."""
    handler.reply(200, b" " * (10 * 1024 * 1024))
