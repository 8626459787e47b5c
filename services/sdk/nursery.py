"""The process that starts the attempts of a worker, and ends them.

It is forked from the worker before the worker starts its event loop or any thread, with the operations imported, so that an
attempt begins with a bare fork (a few milliseconds). It runs no work itself, so nothing can block it: when it is told to kill an
attempt, or when the worker is gone (its socket ends, also after `kill -9`), it kills the attempt's whole process group.

    worker ──┬─ nursery ──┬─ attempt 1 (leads a session and a process group) ── ffmpeg, …
             │            └─ attempt 2 …
             └─ one channel to each attempt (sdk/attempt.py)

On the socket, from the worker: `S` number (with the attempt's end of a channel attached): start; `K` number: kill. To the
worker: number, exit code (negative: killed by that signal) once the attempt's process is gone and its group was killed.

Should worker and nursery be killed at the same instant, each attempt sees its channel end and kills its own group (sdk/attempt.py);
should only the nursery be killed, the worker does it. PR_SET_PDEATHSIG would be no help: it kills the leader alone, before the
leader can take its tools along.
"""

import ctypes
import gc
import os
import resource
import selectors
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NoReturn

import structlog

from services.sdk.attempt import Performer, serve

REQUEST = struct.Struct("!cI")
EXITED = struct.Struct("!Ii")
START, KILL = b"S", b"K"

_NOT_STARTED = 71  # EX_OSERR of sysexits.h: the system would not fork
_BROKEN = 70  # EX_SOFTWARE
_FOLDERS = _WORKSPACE, _TEMPORARY = "workspace", "temporary"
_PR_SET_CHILD_SUBREAPER = 36  # prctl(2)
_DYING = 100  # times, 0.1 s apart, that a folder is swept while the processes that write into it die

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Limits:
    """What one process of an attempt may use; None is no limit. `memory` (bytes of address space) holds on Linux only."""

    memory: int | None = None
    file: int | None = None


def fork_nursery(performer: Performer, limits: Limits, workspaces: Path | None) -> tuple[socket.socket, int]:
    """Start the nursery; returns the worker's end of its socket, and its pid. Call it before starting a loop or a thread."""
    ours, theirs = socket.socketpair()
    pid = os.fork()
    if pid == 0:
        code = _BROKEN
        try:
            ours.close()
            _Nursery(theirs, performer, limits, workspaces).run()
            code = 0
        except BaseException:  # noqa: BLE001 -- nothing may unwind into the worker's frames below the fork
            _log.exception("the nursery broke")
        finally:
            os._exit(code)
    theirs.close()
    return ours, pid


@dataclass(frozen=True, slots=True)
class _Attempt:
    number: int
    folder: Path  # of its own: the workspace, and the temporary folder of everything it runs


class _Nursery:
    def __init__(self, worker: socket.socket, performer: Performer, limits: Limits, workspaces: Path | None) -> None:
        self._worker = worker
        self._performer = performer
        self._limits = limits
        self._workspaces = workspaces
        self._attempts: dict[int, _Attempt] = {}  # by pid

    def run(self) -> None:
        """Serve until the worker is gone, then kill what is left."""
        wakeup, wake = os.pipe()
        os.set_blocking(wakeup, False)
        os.set_blocking(wake, False)
        # A Ctrl-C or SIGTERM sent to the whole group is the worker's to act on; it closes the socket when it has finished.
        for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(ignored, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, lambda _signal, _frame: None)
        signal.set_wakeup_fd(wake, warn_on_full_buffer=False)
        if sys.platform == "linux":
            # What an attempt leaves behind becomes ours to reap, and not a zombie under a container's first process.
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
        gc.freeze()  # what is imported now stays on pages shared with every attempt
        with selectors.DefaultSelector() as selector:
            selector.register(self._worker, selectors.EVENT_READ)
            selector.register(wakeup, selectors.EVENT_READ)
            while True:
                for key, _ in selector.select():
                    if key.fileobj == wakeup:
                        with suppress(BlockingIOError):
                            os.read(wakeup, 4096)
                    elif not self._request():
                        for pid in self._attempts:
                            _kill_group(pid)
                        self._reap(block=True)
                        return
                self._reap()

    def _request(self) -> bool:
        """Do what the worker asks next; False when it is gone."""
        try:
            data, descriptors, _, _ = socket.recv_fds(self._worker, REQUEST.size, 1, socket.MSG_WAITALL)
        except ConnectionResetError:
            return False
        if len(data) < REQUEST.size:
            return False
        verb, number = REQUEST.unpack(data)
        if verb == START:
            self._start(number, descriptors[0])
        else:
            for pid, attempt in self._attempts.items():
                if attempt.number == number:
                    _kill_group(pid)
        return True

    def _start(self, number: int, channel: int) -> None:
        try:
            folder = Path(tempfile.mkdtemp(prefix="attempt-", dir=self._workspaces))
            for name in _FOLDERS:
                (folder / name).mkdir()
            pid = os.fork()
        except OSError as error:
            _log.error("the system would not start an attempt", error=str(error))
            os.close(channel)
            self._tell(number, _NOT_STARTED)
            return
        if pid == 0:
            self._become_attempt(channel, folder)
        os.close(channel)
        self._attempts[pid] = _Attempt(number, folder)

    def _become_attempt(self, channel: int, folder: Path) -> NoReturn:
        code = _BROKEN
        try:
            signal.set_wakeup_fd(-1)
            for restored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD):
                signal.signal(restored, signal.SIG_DFL)
            self._worker.close()
            os.setsid()
            if sys.platform == "linux":
                # When memory runs out, the kernel should take the work, not the worker that can report it.
                with suppress(OSError):
                    Path("/proc/self/oom_score_adj").write_text("500")
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.environ["TMPDIR"] = tempfile.tempdir = str(folder / _TEMPORARY)
            serve(socket.socket(fileno=channel), self._performer, folder / _WORKSPACE, self._confine)
            code = 0
        except EOFError:
            pass
        except BaseException:  # noqa: BLE001 -- nothing may unwind into the nursery's frames below the fork
            _log.exception("an attempt could not report its end")
        finally:
            os._exit(code)

    def _confine(self) -> None:
        _limit(resource.RLIMIT_CORE, 0)
        _limit(resource.RLIMIT_FSIZE, self._limits.file)
        if sys.platform == "linux":
            _limit(resource.RLIMIT_AS, self._limits.memory)

    def _reap(self, *, block: bool = False) -> None:
        """Take note of every child that has ended. `block`: wait until no attempt is left."""
        while self._attempts or not block:
            try:
                pid, status = os.waitpid(-1, 0 if block else os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            attempt = self._attempts.pop(pid, None)
            if attempt is None:
                continue
            # What the attempt left behind in its group ends with it. While a member lives, the number cannot belong to anybody
            # else; with none, it would have to be given out again within these microseconds.
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(pid, signal.SIGKILL)
            self._sweep(attempt.folder)
            self._tell(attempt.number, os.waitstatus_to_exitcode(status))

    def _sweep(self, folder: Path) -> None:
        """Remove an attempt's folder, in a process of its own when there is something in it: gigabytes of frames take their time."""
        with suppress(OSError):
            for name in _FOLDERS:
                (folder / name).rmdir()
            folder.rmdir()
            return
        with suppress(OSError):
            if os.fork() == 0:
                try:
                    for _ in range(_DYING):
                        shutil.rmtree(folder, ignore_errors=True)
                        if not folder.exists():
                            break
                        time.sleep(0.1)
                finally:
                    os._exit(0)

    def _tell(self, number: int, code: int) -> None:
        with suppress(OSError):  # the worker is gone; its socket says so next
            self._worker.sendall(EXITED.pack(number, code))


def _kill_group(leader: int) -> None:
    """Kill the leader and its group. The leader by itself too: until it has called setsid() it is not in that group yet."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
    with suppress(ProcessLookupError):
        os.kill(leader, signal.SIGKILL)


def _limit(what: int, value: int | None) -> None:
    if value is not None:
        _, hard = resource.getrlimit(what)
        resource.setrlimit(what, (value, value if hard == resource.RLIM_INFINITY else min(value, hard)))
