"""The container's question whether its API can serve."""

import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from processing_service.cli.probe import trouble


class Api(BaseHTTPRequestHandler):
    """Answers /readyz with the status its server holds."""

    def do_GET(self) -> None:
        self.send_response(self.server.status if self.path == "/readyz" else 404)  # type: ignore[attr-defined]
        self.end_headers()
        self.wfile.write(b'{"code": "store-unavailable"}')

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def api() -> Iterator[HTTPServer]:
    server = HTTPServer(("127.0.0.1", 0), Api)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_ready_not_ready_and_away_are_told_apart(api: HTTPServer) -> None:
    """An empty sentence means healthy; any other says what to look at."""
    api.status = 200  # type: ignore[attr-defined]
    assert trouble(api.server_port) == ""
    api.status = 503  # type: ignore[attr-defined]
    assert "503" in trouble(api.server_port)
    assert "store-unavailable" in trouble(api.server_port)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        assert "nothing answers" in trouble(nobody.getsockname()[1])
