"""Templates are expanded in child processes: a bomb kills a child, never the engine, and other requests go on.

A child is warm (imports done, templates compiled once) and serves one request after another. The child bounds its own CPU time and
memory; the wall-clock limit here is only the net below that.
"""

import asyncio
import os
import select
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO

from processing_service.contract.task import JSONValue
from processing_service.engine.expansion_child import (
    Bounds,
    Expanded,
    Refused,
    Request,
    Setup,
    read_message,
    too_much,
    write_message,
)
from processing_service.templates.limits import Limits

CHILDREN = 2  # one may be busy dying of a bomb while the other serves
WALL = 60.0  # seconds; nothing in a child waits for anything, so only a machine in distress gets here

__all__ = ["Expanded", "Expander"]


class Expander:
    """Expands templates by name, in children started when first needed.

    Any thread and any event loop may use it. `close` ends the children; they also end by themselves when this process does.
    """

    def __init__(
        self, catalog_paths: Sequence[Path], limits: Limits | None = None, *, bounds: Bounds | None = None, wall: float = WALL
    ) -> None:
        self._setup = Setup(tuple(path.absolute() for path in catalog_paths), limits or Limits(), bounds or Bounds())
        self._wall = wall
        self._free = threading.Semaphore(CHILDREN)
        self._lock = threading.Lock()
        self._idle: list[_Child] = []
        self._closed = False

    async def expand(
        self,
        name: str,
        scenario_id: str,
        now: datetime,
        overrides: Mapping[str, JSONValue],
        *,
        known_services: frozenset[str] | None = None,
    ) -> Expanded:
        """Expand and check a template. Raises InvalidRequest or TemplateError; `template-limit` for one that takes too much.

        With `known_services`, a service that is not among them is a warning.
        """
        request = Request(name, scenario_id, now, dict(overrides), known_services)
        outcome = await asyncio.to_thread(self._expand, request)
        if isinstance(outcome, Refused):
            raise outcome.raised()
        return outcome

    async def warm(self) -> None:
        """Start a child now, so that the first request does not wait for it (about 0.3 s)."""
        await asyncio.to_thread(self._warm)

    async def close(self) -> None:
        """End the children. One that is at work ends with its request."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for child in idle:
            await asyncio.to_thread(child.end)

    def _warm(self) -> None:
        with self._free:
            child = self._take()
            self._put_back(child)

    def _expand(self, request: Request) -> Expanded | Refused:
        with self._free:
            child = self._take()
            try:
                outcome = child.ask(request, self._wall)
            except _Gone:
                # Killed by its own limit, or by the system for want of memory: both are the template's doing.
                child.end()
                return too_much()
            except BaseException:
                child.end()
                raise
            if isinstance(outcome, Refused) and outcome.code == "template-limit":
                child.end()  # whatever filled its memory may still be there
            else:
                self._put_back(child)
            return outcome

    def _take(self) -> "_Child":
        with self._lock:
            if self._closed:
                raise RuntimeError("the expander is closed")
            if self._idle:
                child = self._idle.pop()
                if child.alive:
                    return child
                child.end()
        return _Child(self._setup, self._wall)

    def _put_back(self, child: "_Child") -> None:
        with self._lock:
            if not self._closed:
                self._idle.append(child)
                return
        child.end()


class _Gone(Exception):
    """The child ended, or did not answer in time."""


class _Child:
    """One child process, used by one thread at a time."""

    def __init__(self, setup: Setup, wall: float) -> None:
        # The parent may run from anywhere (`uvicorn app:app` inside the package): the child finds the packages where we did.
        root = str(Path(__file__).resolve().parents[2])
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH", ""))))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-c", "from processing_service.engine.expansion_child import main; main()"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, "PYTHONPATH": path},
        )
        try:
            self._send(setup)
            self._receive(wall)
        except _Gone:
            self.end()
            raise RuntimeError("the process that expands templates does not start; see its error above") from None

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def ask(self, request: Request, wall: float) -> Expanded | Refused:
        """Send a request and wait for its answer. Raises _Gone."""
        self._send(request)
        outcome = self._receive(wall)
        assert isinstance(outcome, Expanded | Refused)
        return outcome

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout):
            with suppress(OSError):  # bytes that a dead reader never took
                self._pipe(stream).close()

    def _send(self, message: object) -> None:
        try:
            write_message(self._pipe(self._process.stdin), message)
        except OSError as error:
            raise _Gone from error

    def _receive(self, wall: float) -> object:
        stream = self._pipe(self._process.stdout)
        # Only the first byte is waited for with a deadline: a child that begins to answer has finished its work.
        poller = select.poll()
        poller.register(stream, select.POLLIN | select.POLLHUP)
        if not poller.poll(wall * 1_000):
            raise _Gone
        try:
            return read_message(stream)
        except (EOFError, OSError) as error:
            raise _Gone from error

    @staticmethod
    def _pipe(stream: IO[bytes] | None) -> IO[bytes]:
        assert stream is not None
        return stream
