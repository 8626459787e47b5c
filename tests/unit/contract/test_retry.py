"""When to try again: a table."""

import pytest

from processing_service.contract.errors import ErrorKind
from processing_service.contract.retry import RetryPolicy, backoff, decide
from processing_service.contract.task import TaskFailure

POLICY = RetryPolicy()


@pytest.mark.parametrize(
    ("failures", "chance", "seconds"),
    [
        (1, 0.0, 2.0),
        (1, 1.0, 1.0),
        (1, 0.5, 1.5),
        (2, 0.0, 4.0),
        (3, 0.0, 8.0),
        (6, 0.0, 64.0),
        (7, 0.0, 120.0),
        (8, 0.5, 90.0),
        (100_000, 0.0, 120.0),
    ],
)
def test_backoff(failures: int, chance: float, seconds: float) -> None:
    """U(1 - jitter, 1) * min(cap, base * factor^(n-1))."""
    assert backoff(POLICY, failures, chance) == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("kind", "failures", "retry_after", "expected"),
    [
        (ErrorKind.TRANSIENT, 1, None, 2.0),
        (ErrorKind.INTERNAL, 2, None, 4.0),
        (ErrorKind.RATE_LIMITED, 1, 30.0, 30.0),
        (ErrorKind.RATE_LIMITED, 1, 0.5, 2.0),
        (ErrorKind.TRANSIENT, 3, None, None),
        (ErrorKind.RATE_LIMITED, 3, 30.0, None),
        (ErrorKind.BAD_INPUT, 1, None, None),
        (ErrorKind.PERMANENT, 1, 30.0, None),
        (ErrorKind.LOST, 1, None, None),
    ],
)
def test_decide(kind: ErrorKind, failures: int, retry_after: float | None, expected: float | None) -> None:
    """Only what can help, only as often as the policy says, never before the provider's wish."""
    assert decide(POLICY, TaskFailure(kind=kind, retry_after=retry_after), failures, 0.0) == expected
