"""One attempt from the inside: every way an operation can end becomes one value with a clear class."""

import errno
import math
import sys
from pathlib import Path

import pytest

from processing_service.artifacts.local import LocalStorage
from processing_service.contract.errors import BadInput, ErrorKind, Permanent, RateLimited, TaskError, Transient
from processing_service.contract.task import RESULT_BYTES, TaskFailure
from services.sdk.attempt import Performer, failure_of_exit
from services.sdk.operation import Operation, Outcome
from services.sdk.testing import claimed


def end_of(operation: Operation, tmp_path: Path, name: str = "Do") -> Outcome | TaskFailure:
    performer = Performer("test-service", {"Do": operation}, LocalStorage(tmp_path / "artifacts"))
    return performer.perform(claimed(name=name), tmp_path, lambda _percent, _message: None)


def raising(error: BaseException) -> Operation:
    def operation(task, context):
        raise error

    return operation


def test_a_good_end_is_its_outcome(tmp_path: Path):
    """What the operation returned comes back as it is."""
    outcome = Outcome("https://example.org/film.mp4", {"duration": 3.5, "слова": ["кот"]})
    assert end_of(lambda task, context: outcome, tmp_path) == outcome


@pytest.mark.parametrize(
    ("error", "kind", "code", "retry_after"),
    [
        (Transient("reset by peer"), ErrorKind.TRANSIENT, "transient", None),
        (RateLimited("slow down", retry_after=20), ErrorKind.RATE_LIMITED, "rate-limited", 20),
        (RateLimited("slow down", retry_after=1e12), ErrorKind.RATE_LIMITED, "rate-limited", 86_400),
        (RateLimited("slow down", retry_after=-3), ErrorKind.RATE_LIMITED, "rate-limited", 0),
        (RateLimited("slow down", retry_after=math.nan), ErrorKind.RATE_LIMITED, "rate-limited", None),
        (BadInput("no text", code="empty"), ErrorKind.BAD_INPUT, "empty", None),
        (Permanent("policy"), ErrorKind.PERMANENT, "permanent", None),
        (TaskError("odd"), ErrorKind.INTERNAL, "internal", None),
        (MemoryError(), ErrorKind.INTERNAL, "resource-limit", None),
        (OSError(errno.EFBIG, "File too large"), ErrorKind.INTERNAL, "resource-limit", None),
        (OSError(errno.ENOSPC, "No space left on device"), ErrorKind.TRANSIENT, "storage-full", None),
        (KeyError("heading"), ErrorKind.INTERNAL, "internal", None),
        (SystemExit(0), ErrorKind.INTERNAL, "internal", None),
        (RecursionError("deep"), ErrorKind.INTERNAL, "internal", None),
    ],
)
def test_a_bad_end_keeps_its_kind(error: BaseException, kind: ErrorKind, code: str, retry_after: float | None, tmp_path: Path):
    """The class that was raised decides whether the engine tries again; anything unforeseen is `internal`."""
    failure = end_of(raising(error), tmp_path)
    assert isinstance(failure, TaskFailure)
    assert (failure.kind, failure.code, failure.retry_after) == (kind, code, retry_after)


def test_a_bug_is_named_without_its_traceback(tmp_path: Path):
    """People read one sentence; the traceback is in the log."""
    failure = end_of(raising(KeyError("heading")), tmp_path)
    assert isinstance(failure, TaskFailure)
    assert failure.message == "Do broke: KeyError: 'heading'"


def test_an_unknown_operation_says_which_there_are(tmp_path: Path):
    """A template that misspells an operation gets the list, and is not tried again."""
    failure = end_of(lambda task, context: Outcome(), tmp_path, name="Dew")
    assert isinstance(failure, TaskFailure)
    assert (failure.kind, failure.message) == (ErrorKind.BAD_INPUT, "test-service has no operation 'Dew'; it has: Do")


@pytest.mark.parametrize(
    ("outcome", "why"),
    [
        (Outcome(result="x" * RESULT_BYTES), "save it as an artifact"),
        (Outcome(result="я" * (RESULT_BYTES // 2)), "save it as an artifact"),
        (Outcome(result={"at": object()}), "not JSON"),
        (Outcome(result=math.nan), "not JSON"),
        (Outcome(result="\ud800"), "not JSON"),
        (Outcome(result_ref="file:///etc/passwd"), "result_ref must be"),
    ],
)
def test_a_result_that_cannot_be_stored_is_a_failure(outcome: Outcome, why: str, tmp_path: Path):
    """Too large, not JSON, or a reference nobody may follow: said at once, by name, and never a silent hang."""
    failure = end_of(lambda task, context: outcome, tmp_path)
    assert isinstance(failure, TaskFailure)
    assert failure.code == "unstorable-result"
    assert why in failure.message


def test_a_result_nested_too_deeply_is_a_failure(tmp_path: Path):
    """33 levels are one more than Redis clients of every language take."""
    nested: list[object] = []
    for _ in range(32):
        nested = [nested]
    failure = end_of(lambda task, context: Outcome(result=nested), tmp_path)
    assert isinstance(failure, TaskFailure)
    assert "deeper than 32" in failure.message


def test_a_long_message_is_cut_and_stays_text(tmp_path: Path):
    """2 KB of message at most, never half a letter, never a lone surrogate."""
    failure = end_of(raising(BadInput("ж" * 3000 + "\udc80")), tmp_path)
    assert isinstance(failure, TaskFailure)
    assert set(failure.message) == {"ж"}
    assert len(failure.message.encode()) <= 2048


@pytest.mark.parametrize(
    ("code", "says", "word"),
    [
        (-9, "SIGKILL; the system may be out of memory", "killed"),
        (-11, "SIGSEGV", "killed"),
        (3, "exit code 3", "killed"),
        (-25, "larger than", "resource-limit"),
    ],
)
@pytest.mark.skipif(sys.platform != "linux", reason="signal numbers differ between systems")
def test_a_process_that_ended_without_a_word_is_explained(code: int, says: str, word: str):
    """A crash or a kill becomes a failure that says what happened."""
    failure = failure_of_exit(code)
    assert (failure.kind, failure.code) == (ErrorKind.INTERNAL, word)
    assert says in failure.message
