"""The one door to other programs (ffmpeg, espeak-ng, …): an argument list in, bytes out, a `ToolError` when it goes wrong.

A tool stays in the process group of the attempt that called it, so killing the attempt's group kills every tool of it, with no
window in which a new one is missed. There is never a shell. Standard error goes to an unlinked file: a talkative tool can
neither block on a full pipe nor fill our memory.
"""

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from processing_service.contract.errors import ErrorKind, TaskError

_TAIL_BYTES = 4_096
_PROCESS_FIELDS_BEFORE_PARENT = 1  # after the name in /proc/<pid>/stat: state, then the parent's pid


@dataclass(frozen=True, slots=True)
class ToolOutput:
    """What a tool that ended well left: all of its standard output, the last 4 KB of its standard error."""

    stdout: bytes
    stderr: str


class ToolError(TaskError):
    """A tool could not be started, ended badly, or was stopped.

    `kind` is `transient` for a timeout, `permanent` for a program that is not installed, else `internal`. Code: `tool-timeout`,
    `tool-missing`, `killed` (by a signal from outside), `resource-limit` (it ran out of memory or room) or `tool-failed`.
    A caller that knows better (the input is broken) catches this and raises BadInput from it.
    """

    def __init__(
        self, command: Sequence[str], exit_code: int | None, stderr_tail: str, *, kind: ErrorKind, code: str, what: str
    ) -> None:
        self.command = tuple(command)
        self.exit_code = exit_code
        self.stderr_tail = stderr_tail
        self.kind = kind
        last = next((line.strip() for line in reversed(stderr_tail.splitlines()) if line.strip()), "")
        name = Path(command[0]).name
        super().__init__(f"{name} {what}{': ' + last[:300] if last else ''}", code=code)

    @classmethod
    def ended(cls, command: Sequence[str], exit_code: int, stderr_tail: str) -> "ToolError":
        """The error for a tool that ended with this code; negative codes are signals, as in subprocess."""
        internal = ErrorKind.INTERNAL
        if "cannot allocate memory" in stderr_tail.lower() or exit_code == -signal.SIGXFSZ:
            return cls(command, exit_code, stderr_tail, kind=internal, code="resource-limit", what="ran into a resource limit")
        if exit_code < 0:
            name = signal.Signals(-exit_code).name if -exit_code in set(signal.Signals) else f"signal {-exit_code}"
            return cls(command, exit_code, stderr_tail, kind=internal, code="killed", what=f"was killed by {name}")
        return cls(
            command, exit_code, stderr_tail, kind=internal, code="tool-failed", what=f"failed with exit code {exit_code}"
        )


def run_tool(argv: Sequence[str], *, timeout: float, stdin: bytes | None = None, cwd: Path | None = None) -> ToolOutput:
    """Run a tool to its end. `timeout` in seconds; then it and everything it started are killed. Raises ToolError."""
    with tempfile.TemporaryFile() as errors:
        process = _start(argv, subprocess.PIPE if stdin is not None else subprocess.DEVNULL, subprocess.PIPE, errors, cwd)
        try:
            stdout, _ = process.communicate(stdin, timeout=timeout)
        except subprocess.TimeoutExpired:
            kill_tree(process)
            raise ToolError(
                argv,
                None,
                _tail(errors),
                kind=ErrorKind.TRANSIENT,
                code="tool-timeout",
                what=f"took longer than {timeout:g} s and was stopped",
            ) from None
        except BaseException:
            kill_tree(process)
            raise
        if process.returncode != 0:
            raise ToolError.ended(argv, process.returncode, _tail(errors))
        return ToolOutput(stdout, _tail(errors))


@contextmanager
def open_tool(argv: Sequence[str], *, cwd: Path | None = None) -> Iterator["subprocess.Popen[bytes]"]:
    """A running tool to write to (`process.stdin`), for instance frames for ffmpeg. Leaving the block closes the pipe and waits.

    Raises ToolError when the tool ended badly, also when that showed as a broken pipe inside the block. An exception of the
    block's own kills the tool. There is no timeout but the attempt's.
    """
    with tempfile.TemporaryFile() as errors:
        process = _start(argv, subprocess.PIPE, subprocess.DEVNULL, errors, cwd)
        assert process.stdin is not None
        try:
            try:
                yield process
                process.stdin.close()
            except BrokenPipeError:
                # The tool stopped reading; its exit code says whether it had enough or broke. Closing flushes, and fails again.
                with suppress(BrokenPipeError):
                    process.stdin.close()
            process.wait()
        except BaseException:
            kill_tree(process)
            raise
        if process.returncode != 0:
            raise ToolError.ended(argv, process.returncode, _tail(errors))


def kill_tree(process: "subprocess.Popen[bytes]") -> None:
    """Kill a tool and everything it started, and wait for it.

    Each process is stopped before its children are listed, so that none can appear behind our back.
    """
    if process.poll() is None:
        doomed = [process.pid]
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGSTOP)
            doomed.extend(_children(pid))
        for pid in doomed:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with suppress(OSError):
                pipe.close()


def _start(argv: Sequence[str], stdin: int, stdout: int, stderr: IO[bytes], cwd: Path | None) -> "subprocess.Popen[bytes]":
    try:
        return subprocess.Popen(list(argv), stdin=stdin, stdout=stdout, stderr=stderr, cwd=cwd, close_fds=True)
    except (FileNotFoundError, PermissionError, NotADirectoryError) as error:
        raise ToolError(
            argv,
            None,
            "",
            kind=ErrorKind.PERMANENT,
            code="tool-missing",
            what=f"cannot be started here ({error.strerror}); install it on this worker",
        ) from error


def _children(parent: int) -> list[int]:
    """The pids whose parent this is, from /proc where there is one, else from `ps` (macOS)."""
    if sys.platform == "linux":
        found = []
        for entry in Path("/proc").iterdir():
            if entry.name.isdigit():
                with suppress(OSError):
                    # The name before the last ")" may hold blanks and brackets of its own.
                    fields = (entry / "stat").read_text(errors="replace").rpartition(")")[2].split()
                    if int(fields[_PROCESS_FIELDS_BEFORE_PARENT]) == parent:
                        found.append(int(entry.name))
        return found
    listing = subprocess.run(["/bin/ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False).stdout
    pairs = (line.split() for line in listing.splitlines())
    return [int(pid) for pid, ppid in pairs if int(ppid) == parent]


def _tail(errors: IO[bytes]) -> str:
    size = errors.seek(0, os.SEEK_END)
    errors.seek(max(0, size - _TAIL_BYTES))
    return errors.read().decode("utf-8", "replace")
