"""When to try a failed task again: policy + failure + count -> a delay in seconds, or never. Pure.

It lives in the contract because the engine and the SDK (which reports straight to Redis) need the same decision. The scripts
verify what was decided here against the attempt it was decided for.
"""

from dataclasses import dataclass

from processing_service.contract.task import TaskFailure


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often, and how patiently. Times in seconds; `jitter` is the share of each delay that is left to chance."""

    max_attempts: int = 3  #  application failures only
    max_lost: int = 3  #      lost leases only: a task that kills its workers ends as failed, not as a loop
    base: float = 2.0
    factor: float = 2.0
    cap: float = 120.0
    jitter: float = 0.5


def backoff(policy: RetryPolicy, failures: int, chance: float) -> float:
    """Seconds to wait after failure number `failures` (from 1): U(1 - jitter, 1) * min(cap, base * factor^(n-1)).

    `chance` is uniform in [0, 1): time and luck are passed in, so that tests are tables.
    """
    # factor^(n-1) overflows a float near n = 1,000; the cap is reached long before 64.
    full = min(policy.cap, policy.base * policy.factor ** min(failures - 1, 64))
    return full * (1 - policy.jitter * chance)


def decide(policy: RetryPolicy, failure: TaskFailure, failures: int, chance: float) -> float | None:
    """Seconds until the next attempt, or None when there is none. `failures` counts this one too."""
    if not failure.kind.retryable or failures >= policy.max_attempts:
        return None
    return max(backoff(policy, failures, chance), failure.retry_after or 0.0)
