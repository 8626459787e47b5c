"""The arrow table and the status of a scenario."""

from itertools import product

import pytest

from processing_service.contract.status import ARROWS, LIVE, TERMINAL, Status, scenario_status

P, R, S, F, K, C = Status


@pytest.mark.parametrize(
    ("counts", "cancel", "expected"),
    [
        ({P: 3}, False, P),
        ({P: 3}, True, P),
        ({P: 2, R: 1}, False, R),
        ({P: 2, S: 1}, False, R),
        ({P: 1, F: 1}, False, R),
        ({R: 1, S: 9}, True, R),
        ({S: 3}, False, S),
        ({S: 3}, True, S),
        ({S: 1, K: 2}, False, S),
        ({S: 1, F: 1, K: 1}, False, F),
        ({S: 1, C: 2}, True, C),
        ({F: 1, C: 1}, True, C),
        ({F: 1, S: 1}, True, F),
    ],
)
def test_a_scenarios_status(counts: dict[Status, int], cancel: bool, expected: Status) -> None:
    """A pure function of its tasks and of a cancel request."""
    assert scenario_status(counts, cancel_requested=cancel) is expected


def test_terminal_means_the_end() -> None:
    """No arrow leaves a terminal status, one leaves every live one, and the six words are one or the other."""
    assert set(Status) == TERMINAL | LIVE
    assert not TERMINAL & LIVE
    for status, follower in product(Status, Status):
        if status in TERMINAL:
            assert follower not in ARROWS[status]
    assert all(ARROWS[status] for status in LIVE)


def test_a_scenario_with_live_tasks_is_live() -> None:
    """Whatever else its tasks are."""
    for pending, processing, success, failed in product((0, 1), repeat=4):
        status = scenario_status({P: pending, R: processing, S: success, F: failed}, cancel_requested=False)
        assert (status in LIVE) == bool(pending + processing)
