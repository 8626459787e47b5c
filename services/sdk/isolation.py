"""Where attempts run: each in a process of its own (ChildProcesses), or in a thread of the worker (Threads).

Processes are the rule: the work can then neither delay a heartbeat, nor outlive a timeout, nor take the worker down with it.
Threads save the fork (some milliseconds) for operations that take microseconds and never call a tool; a thread cannot be killed.
"""

import asyncio
import json
import os
import signal
import socket
import tempfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from processing_service.contract.errors import ErrorKind
from processing_service.contract.task import ClaimedTask, TaskFailure
from services.sdk.attempt import LENGTH, Performer, failure_of_exit
from services.sdk.nursery import EXITED, KILL, REQUEST, START, Limits, fork_nursery
from services.sdk.operation import Outcome

_LAST_WORDS = 1.0  # seconds that a channel may stay open after its process has gone: something may have inherited it
_NUMBERS = 2**32


class Attempt(Protocol):
    """One attempt that has been started."""

    progress: tuple[float, str] | None
    """The latest that the operation said, or None when it said nothing yet."""

    async def end(self) -> Outcome | TaskFailure:
        """Wait for the end. Never raises but when it is cancelled itself; then the attempt goes on."""
        ...

    def kill(self) -> None:
        """Stop it and everything it started, at once; `end` follows. Harmless after the end."""
        ...


class Isolation(Protocol):
    """Starts attempts. `broken` is set when no further attempt can be started here."""

    broken: asyncio.Event

    async def start(self, task: ClaimedTask) -> Attempt: ...

    async def close(self) -> None:
        """Kill whatever still runs, and let go of every process."""
        ...


class ChildProcesses:
    """Each attempt in a process of its own, forked by the nursery. Make it before the event loop and before any thread."""

    def __init__(self, performer: Performer, limits: Limits, workspaces: Path | None = None) -> None:
        self.broken = asyncio.Event()
        self._socket, self._nursery = fork_nursery(performer, limits, workspaces)
        self._socket.setblocking(False)
        self._attempts: dict[int, _Child] = {}
        self._next = 0
        self._unread = b""
        self._watching = False

    async def start(self, task: ClaimedTask) -> Attempt:
        if not self._watching:
            asyncio.get_running_loop().add_reader(self._socket, self._hear)
            self._watching = True
        self._next = number = (self._next + 1) % _NUMBERS
        ours, theirs = socket.socketpair()
        child = self._attempts[number] = _Child(lambda: self._tell(KILL, number))
        with theirs:
            self._tell(START, number, theirs)
        reader, writer = await asyncio.open_connection(sock=ours)
        child.listen(reader, writer, task.model_dump_json().encode())
        return child

    async def close(self) -> None:
        if self._watching:
            asyncio.get_running_loop().remove_reader(self._socket)
        self._lose_all()
        self._socket.close()
        with suppress(ChildProcessError):
            await asyncio.to_thread(os.waitpid, self._nursery, 0)

    def _tell(self, verb: bytes, number: int, channel: socket.socket | None = None) -> None:
        # A few bytes, into a buffer of 200 KB that the nursery empties at once: this does not block.
        try:
            socket.send_fds(self._socket, [REQUEST.pack(verb, number)], [channel.fileno()] if channel else [])
        except OSError:
            self._lose_all()

    def _hear(self) -> None:
        try:
            data = self._socket.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            asyncio.get_running_loop().remove_reader(self._socket)
            self._watching = False
            self._lose_all()
            return
        self._unread += data
        while len(self._unread) >= EXITED.size:
            number, code = EXITED.unpack(self._unread[: EXITED.size])
            self._unread = self._unread[EXITED.size :]
            if child := self._attempts.pop(number, None):
                child.gone(code)

    def _lose_all(self) -> None:
        """The nursery is gone or no longer needed: end its attempts ourselves."""
        self.broken.set()
        for child in self._attempts.values():
            child.lost()
        self._attempts.clear()


class _Child:
    """An attempt in a process, seen from the worker."""

    def __init__(self, kill: Callable[[], None]) -> None:
        self.progress: tuple[float, str] | None = None
        self._kill = kill
        self._group = 0
        self._said: Outcome | TaskFailure | None = None
        self._exit: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
        self._conversation: asyncio.Task[None] | None = None
        self._writer: asyncio.StreamWriter | None = None

    def listen(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, task: bytes) -> None:
        self._writer = writer
        writer.write(LENGTH.pack(len(task)) + task)
        self._conversation = asyncio.create_task(self._listen(reader))

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while self._said is None:
                (length,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                self._take(json.loads(await reader.readexactly(length)))

    def _take(self, message: Mapping[str, Any]) -> None:
        if progress := message.get("progress"):
            self.progress = (progress[0], progress[1])
        elif group := message.get("group"):
            self._group = group
        elif outcome := message.get("outcome"):
            self._said = Outcome(**outcome)
        else:
            self._said = TaskFailure.model_validate(message["failure"])

    async def end(self) -> Outcome | TaskFailure:
        code = await asyncio.shield(self._exit)
        assert self._conversation is not None
        assert self._writer is not None
        # Its last words may still be in the socket's buffer.
        await asyncio.wait({self._conversation}, timeout=_LAST_WORDS)
        self._conversation.cancel()
        self._writer.close()
        if self._said is not None:
            return self._said
        if code is None:
            return TaskFailure(
                kind=ErrorKind.INTERNAL,
                message="the process that starts the attempts of this worker died",
                code="worker-broken",
            )
        return failure_of_exit(code)

    def kill(self) -> None:
        self._kill()

    def gone(self, code: int) -> None:
        if not self._exit.done():
            self._exit.set_result(code)

    def lost(self) -> None:
        if self._writer is not None:
            self._writer.close()  # its watcher ends it and its group, also when it has not yet told us which that is
        if self._group:
            with suppress(ProcessLookupError):
                os.killpg(self._group, signal.SIGKILL)
        if not self._exit.done():
            self._exit.set_result(None)


class Threads:
    """Each attempt in a thread of the worker: no fork, no kill, no shield from work that holds the interpreter lock."""

    def __init__(self, performer: Performer) -> None:
        self.broken = asyncio.Event()
        self._performer = performer

    async def start(self, task: ClaimedTask) -> Attempt:
        return _Thread(self._performer, task)

    async def close(self) -> None:
        """Nothing to let go of: a thread that still runs ends with its operation."""


class _Thread:
    def __init__(self, performer: Performer, task: ClaimedTask) -> None:
        self.progress: tuple[float, str] | None = None
        self._killed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._work = asyncio.create_task(asyncio.to_thread(self._perform, performer, task))

    def _perform(self, performer: Performer, task: ClaimedTask) -> Outcome | TaskFailure:
        with tempfile.TemporaryDirectory(prefix="attempt-", ignore_cleanup_errors=True) as workspace:
            return performer.perform(task, Path(workspace), self._take)

    def _take(self, percent: float, message: str) -> None:
        if self._killed.done():
            raise InterruptedError("this attempt was stopped")
        self.progress = (percent, message)

    async def end(self) -> Outcome | TaskFailure:
        either: set[asyncio.Future[Any]] = {self._work, self._killed}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        if self._work.done():
            return self._work.result()
        return TaskFailure(kind=ErrorKind.INTERNAL, message="the attempt was stopped", code="killed")

    def kill(self) -> None:
        """The thread goes on until the operation next reports progress, or ends; nobody waits for it."""
        if not self._killed.done():
            self._killed.set_result(None)
