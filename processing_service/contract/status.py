"""The six words for where a task or a scenario stands, and the arrows between them.

Everybody speaks these words: the YAML, the Redis hashes, the HTTP API, the logs. The arrow table is DESIGN section 3;
each arrow is one Lua script, one store method and one test file.
"""

from collections.abc import Mapping
from enum import StrEnum


class Status(StrEnum):
    """Where a task stands. A scenario uses the same words."""

    PENDING = "pending"  #        written; waits while `queue` > 0, is ready at 0
    PROCESSING = "processing"  #  pending -> processing: a worker holds it under a lease
    SUCCESS = "success"  #        processing (or ready, tier 0) -> success
    FAILED = "failed"  #          processing -> failed: no attempts left, or the error is permanent
    SKIPPED = "skipped"  #        pending -> skipped: something it depends on will never arrive
    CANCELLED = "cancelled"  #    pending, processing -> cancelled: the scenario was cancelled


TERMINAL = frozenset({Status.SUCCESS, Status.FAILED, Status.SKIPPED, Status.CANCELLED})
LIVE = frozenset({Status.PENDING, Status.PROCESSING})

ARROWS: Mapping[Status, frozenset[Status]] = {
    Status.PENDING: frozenset({Status.PROCESSING, Status.SUCCESS, Status.FAILED, Status.SKIPPED, Status.CANCELLED}),
    Status.PROCESSING: frozenset({Status.PENDING, Status.SUCCESS, Status.FAILED, Status.CANCELLED}),
    Status.SUCCESS: frozenset(),
    Status.FAILED: frozenset(),
    Status.SKIPPED: frozenset(),
    Status.CANCELLED: frozenset(),
}
"""What may follow what. Progress and heartbeats are not arrows: they change no status."""


def scenario_status(counts: Mapping[Status, int], *, cancel_requested: bool) -> Status:
    """Say how a scenario stands, from how many of its tasks stand where and whether somebody asked to cancel it.

    The Lua scripts that end a task keep the same rule (`lua/lib/settle_scenario.lua`); `doctor` compares the two.
    """
    if sum(counts.get(status, 0) for status in LIVE) == 0:
        if cancel_requested and counts.get(Status.CANCELLED, 0):
            return Status.CANCELLED
        return Status.FAILED if counts.get(Status.FAILED, 0) else Status.SUCCESS
    started = counts.get(Status.PROCESSING, 0) + sum(counts.get(status, 0) for status in TERMINAL)
    return Status.PROCESSING if started else Status.PENDING
