"""What the engine's words mean to a worker, and how patient it is."""

import pytest

from processing_service.contract.status import Status
from services.sdk.transport import Patience, Standing, standing_of


@pytest.mark.parametrize(
    ("reported", "word", "code", "cancel", "standing"),
    [
        (Status.PROCESSING, "ok", "", False, Standing.HELD),
        (Status.PROCESSING, "repeat", "", False, Standing.HELD),
        (Status.PROCESSING, "ok", "", True, Standing.CANCELLED),
        (Status.PROCESSING, "conflict", "scenario-cancelled", False, Standing.CANCELLED),
        (Status.PROCESSING, "stale", "stale-attempt", False, Standing.LOST),
        (Status.PROCESSING, "conflict", "illegal-transition", False, Standing.LOST),
        (Status.PROCESSING, "unknown", "not-found", False, Standing.LOST),
        (Status.SUCCESS, "ok", "", False, Standing.CLOSED),
        (Status.SUCCESS, "repeat", "", False, Standing.CLOSED),
        (Status.SUCCESS, "stale", "stale-attempt", False, Standing.LOST),
        (Status.SUCCESS, "conflict", "scenario-cancelled", False, Standing.CANCELLED),
        (Status.SUCCESS, "invalid", "validation", False, Standing.REFUSED),
        (Status.PENDING, "ok", "", False, Standing.CLOSED),
        (Status.CANCELLED, "repeat", "", False, Standing.CLOSED),
    ],
)
def test_standing(reported: Status, word: str, code: str, cancel: bool, standing: Standing):
    """Each of the engine's answers has one consequence for the attempt."""
    assert standing_of(reported, word, code, cancel=cancel).standing is standing


def test_patience_grows_to_a_bound_and_recovers():
    """0.1 s doubling to 5 s, half of it chance; after a success it begins again."""
    patience = Patience()
    delays = [patience.next_delay() for _ in range(60)]
    for number, delay in enumerate(delays):
        full = min(5.0, 0.1 * 2**number)
        assert full / 2 <= delay <= full
    patience.recover()
    assert patience.next_delay() <= 0.1
