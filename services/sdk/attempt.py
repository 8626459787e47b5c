"""One attempt at one task, from the inside: find the operation, perform it, and say in one value how it ended.

`perform` never raises: whatever an operation does becomes an Outcome or a TaskFailure. `serve` is the whole life of an attempt's
process: one task in, progress out, one end out.

Frames on the channel, both ways: 4 bytes of length (big endian), then JSON. In: a ClaimedTask. Out: one `{"group": <process
group>}`, `{"progress": [percent, message]}` any number of times, then one `{"outcome": …}` or `{"failure": …}`.
"""

import errno
import json
import math
import os
import signal
import socket
import struct
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from processing_service.artifacts.storage import Storage
from processing_service.contract.artifact import ref_problem
from processing_service.contract.errors import BadInput, ErrorKind, TaskError
from processing_service.contract.task import ERROR_MESSAGE_BYTES, RESULT_BYTES, RESULT_DEPTH, ClaimedTask, TaskFailure
from services.sdk.context import StorageContext
from services.sdk.operation import Operation, Outcome

LENGTH = struct.Struct("!I")
MESSAGE_CHARACTERS = 512  # of a progress message, as the contract bounds it
_PROGRESS_PERIOD = 0.1  # seconds; a heartbeat carries the latest every few seconds, so more often is only noise
_MAX_RETRY_AFTER = 86_400.0  # seconds

_log = structlog.get_logger(__name__)


class UnstorableResult(TaskError):
    """What the operation returned cannot be kept in Redis."""


@dataclass(frozen=True, slots=True)
class Performer:
    """What a service can do: its operations by name, and where results go."""

    service: str
    operations: Mapping[str, Operation]
    storage: Storage

    def perform(self, task: ClaimedTask, workspace: Path, on_progress: Callable[[float, str], None]) -> Outcome | TaskFailure:
        """Perform the task's operation. Never raises; the traceback of a bug goes to the log, not into the failure."""
        with structlog.contextvars.bound_contextvars(scenario_id=task.scenario_id, task_id=task.id, attempt=task.attempt):
            try:
                return self._outcome(task, StorageContext(workspace, self.storage, on_progress))
            except TaskError as error:
                return failure_of(error)
            except BaseException as error:  # noqa: BLE001 -- a library's sys.exit() must not pass for a result either
                _log.exception("the operation broke", operation=task.name)
                return failure_of(error, task.name)

    def _outcome(self, task: ClaimedTask, context: StorageContext) -> Outcome:
        operation = self.operations.get(task.name)
        if operation is None:
            known = ", ".join(sorted(self.operations)) or "none"
            raise BadInput(f"{self.service} has no operation {task.name[:100]!r}; it has: {known}", code="unknown-operation")
        outcome = operation(task, context)
        if problem := outcome_problem(outcome):
            raise UnstorableResult(f"{task.name} returned what cannot be stored: {problem}", code="unstorable-result")
        return outcome


def outcome_problem(outcome: Outcome) -> str:
    """Why this outcome cannot be stored, as a sentence; empty when it can."""
    if outcome.result_ref is not None and (problem := ref_problem(outcome.result_ref)):
        return problem
    try:
        size = len(json.dumps(outcome.result, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode())
    except (TypeError, ValueError, RecursionError) as error:  # UnicodeEncodeError, for a lone surrogate, is a ValueError
        return f"result is not JSON: {error}"
    if size > RESULT_BYTES:
        return f"result is {size:,} bytes of JSON, more than {RESULT_BYTES:,}; save it as an artifact and return its reference"
    if _depth(outcome.result) > RESULT_DEPTH:
        return f"result is nested deeper than {RESULT_DEPTH} levels"
    return ""


def failure_of(error: BaseException, operation: str = "") -> TaskFailure:
    """The failure that this exception stands for. A kind that was given is kept; anything unforeseen is `internal`."""
    if isinstance(error, TaskError):
        return _failure(error.kind, error.message, error.code, error.retry_after)
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno in {errno.ENOMEM, errno.EFBIG}):
        return _failure(
            ErrorKind.INTERNAL, f"{operation} ran into the memory or file size limit of its process", "resource-limit"
        )
    if isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return _failure(ErrorKind.TRANSIENT, "no room left on the disk of this worker", "storage-full")
    first = str(error).partition("\n")[0][:300]
    return _failure(ErrorKind.INTERNAL, f"{operation} broke: {type(error).__name__}{': ' + first if first else ''}", "internal")


def failure_of_exit(code: int) -> TaskFailure:
    """The failure of an attempt whose process ended with this code and said nothing; negative codes are signals."""
    if code >= 0:
        return _failure(ErrorKind.INTERNAL, f"the attempt's process ended with exit code {code} and without a result", "killed")
    if -code == signal.SIGXFSZ:
        return _failure(ErrorKind.INTERNAL, "the attempt wrote a file larger than its process may", "resource-limit")
    name = signal.Signals(-code).name if -code in set(signal.Signals) else f"signal {-code}"
    hint = "; the system may be out of memory" if -code == signal.SIGKILL else ""
    return _failure(ErrorKind.INTERNAL, f"the attempt's process was killed by {name}{hint}", "killed")


def serve(channel: socket.socket, performer: Performer, workspace: Path, confine: Callable[[], None]) -> None:
    """Perform the one task that comes through the channel, and answer through it. Never raises for what the task does.

    `confine` sets the limits of the process, once its watcher runs: a thread that finds no memory for its first breath dies
    without a word, and `Thread.start` waits for that word for ever.
    """
    _send(channel, {"group": os.getpgrp()})
    task = ClaimedTask.model_validate_json(_receive(channel))
    threading.Thread(target=_die_with_the_worker, args=(channel,), daemon=True).start()
    confine()
    end = performer.perform(task, workspace, _Progress(channel))
    if isinstance(end, Outcome):
        _send(channel, {"outcome": {"result_ref": end.result_ref, "result": end.result}})
    else:
        _send(channel, {"failure": end.model_dump(mode="json")})


class _Progress:
    """Sends progress, at most ten times a second: a loop over frames may call it for each."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel
        self._lock = threading.Lock()  # an operation may report from threads of its own
        self._next = 0.0

    def __call__(self, percent: float, message: str) -> None:
        with self._lock:
            now = time.monotonic()
            if now >= self._next and not math.isnan(percent):
                self._next = now + _PROGRESS_PERIOD
                _send(self._channel, {"progress": [percent, message[:MESSAGE_CHARACTERS]]})


def _die_with_the_worker(channel: socket.socket) -> None:
    """Nothing more comes in: the end of the channel is the end of the worker, and nobody is left to take a result."""
    channel.recv(1)
    os.killpg(0, signal.SIGKILL)


def _send(channel: socket.socket, message: Mapping[str, Any]) -> None:
    body = json.dumps(message, allow_nan=False).encode()
    channel.sendall(LENGTH.pack(len(body)) + body)


def _receive(channel: socket.socket) -> bytes:
    (length,) = LENGTH.unpack(_exactly(channel, LENGTH.size))
    return _exactly(channel, length)


def _exactly(channel: socket.socket, size: int) -> bytes:
    data = bytearray()
    while len(data) < size:
        if not (chunk := channel.recv(min(size - len(data), 1 << 20))):
            raise EOFError("the worker went away before it had sent the task")
        data += chunk
    return bytes(data)


def _failure(kind: ErrorKind, message: str, code: str, retry_after: float | None = None) -> TaskFailure:
    if retry_after is not None:
        retry_after = None if math.isnan(retry_after) else min(max(retry_after, 0.0), _MAX_RETRY_AFTER)
    # Cut in bytes, as the engine counts; a lone surrogate (from a file name, say) could be neither sent nor stored.
    text = message.encode("utf-8", "replace")[:ERROR_MESSAGE_BYTES].decode("utf-8", "ignore")
    return TaskFailure(kind=kind, message=text, code=code, retry_after=retry_after)


def _depth(value: object) -> int:
    """Levels of nesting, without recursion; json.dumps has already refused cycles."""
    deepest, open_values = 0, [(value, 1)]
    while open_values:
        item, level = open_values.pop()
        if isinstance(item, dict | list | tuple):
            deepest = max(deepest, level)
            open_values.extend((inner, level + 1) for inner in (item.values() if isinstance(item, dict) else item))
    return deepest
