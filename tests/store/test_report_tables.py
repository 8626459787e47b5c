"""What a report gets: every row and column of the tables of the engine's notes, section 5."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from processing_service.store.answer import Answer
from tests.store.farm import Farm

State = Callable[[Farm], Awaitable[str]]


async def waits(farm: Farm) -> str:
    scenario = await farm.submit({"a": ["b"], "b": []})
    return f"{scenario}.b"


async def fresh(farm: Farm) -> str:
    scenario = await farm.submit({"a": []})
    return f"{scenario}.a"


async def popped(farm: Farm) -> str:
    task_id = await fresh(farm)
    assert await farm.pop() == task_id
    return task_id


async def processing(farm: Farm) -> str:
    await fresh(farm)
    return (await farm.claim()).id


async def ready_after_lost(farm: Farm) -> str:
    task_id = await processing(farm)
    farm.clock.advance(11)
    assert (await farm.sweep()).recovered == 1
    return task_id


async def ready_after_returned(farm: Farm) -> str:
    task_id = await processing(farm)
    assert (await farm.report(task_id, "pending", attempt=1)).answer is Answer.OK
    return task_id


async def delayed(farm: Farm) -> str:
    task_id = await processing(farm)
    assert (await farm.report(task_id, "failed", attempt=1, error="no luck")).answer is Answer.OK
    return task_id


async def ready_after_failed(farm: Farm) -> str:
    task_id = await delayed(farm)
    farm.clock.advance(10)
    assert (await farm.sweep()).promoted == 1
    return task_id


async def popped_after_failed(farm: Farm) -> str:
    task_id = await ready_after_failed(farm)
    assert await farm.pop() == task_id
    return task_id


async def success(farm: Farm) -> str:
    task_id = await processing(farm)
    assert (await farm.report(task_id, "success", result_ref="s3://b/1", result={"n": 1})).answer is Answer.OK
    return task_id


async def failed(farm: Farm) -> str:
    task_id = await processing(farm)
    assert (await farm.report(task_id, "failed", error=("permanent", "never"))).answer is Answer.OK
    return task_id


async def skipped(farm: Farm) -> str:
    scenario = await farm.submit({"a": ["b"], "b": []})
    await farm.report((await farm.claim()).id, "failed", error=("permanent", "never"))
    return f"{scenario}.b"


async def cancelled(farm: Farm) -> str:
    task_id = await processing(farm)
    assert await farm.scenarios.cancel(task_id.partition(".")[0], "changed my mind") is Answer.OK
    return task_id


async def failed_before_the_cancel(farm: Farm) -> str:
    scenario = await farm.submit({"a": [], "b": []})
    assert (await farm.report((await farm.claim()).id, "failed", error=("permanent", "never"))).answer is Answer.OK
    assert await farm.scenarios.cancel(scenario, "changed my mind") is Answer.OK
    return f"{scenario}.a"


OK, REPEAT, STALE = "ok", "repeat", "stale stale-attempt"
NOT_READY, ILLEGAL = "conflict not-ready", "conflict illegal-transition"
CANCELLED, HELD = "conflict scenario-cancelled", "conflict already-held"

# (state, without an attempt, with the current one, with another one); None where there is no current attempt yet.
SUCCESS: list[tuple[State, str, str | None, str]] = [
    (waits, NOT_READY, None, STALE),
    (fresh, OK, None, STALE),
    (popped, OK, None, STALE),
    (ready_after_lost, OK, OK, STALE),
    (ready_after_returned, OK, OK, STALE),
    (ready_after_failed, OK, OK, STALE),
    (delayed, OK, OK, STALE),
    (processing, OK, OK, STALE),
    (success, REPEAT, REPEAT, STALE),
    (failed, ILLEGAL, ILLEGAL, STALE),
    (failed_before_the_cancel, ILLEGAL, ILLEGAL, STALE),
    (skipped, ILLEGAL, None, STALE),
    (cancelled, CANCELLED, CANCELLED, CANCELLED),
]
FAILED: list[tuple[State, str, str | None, str]] = [
    (waits, NOT_READY, None, STALE),
    (fresh, REPEAT, None, STALE),
    (popped, OK, None, STALE),
    (ready_after_lost, REPEAT, STALE, STALE),
    (ready_after_returned, REPEAT, STALE, STALE),
    (ready_after_failed, REPEAT, REPEAT, STALE),
    (popped_after_failed, OK, REPEAT, STALE),
    (delayed, REPEAT, REPEAT, STALE),
    (processing, OK, OK, STALE),
    (success, ILLEGAL, ILLEGAL, STALE),
    (failed, REPEAT, REPEAT, STALE),
    (failed_before_the_cancel, REPEAT, REPEAT, STALE),
    (skipped, ILLEGAL, None, STALE),
    (cancelled, CANCELLED, CANCELLED, STALE),
]
PROCESSING: list[tuple[State, str, str | None, str]] = [
    (waits, NOT_READY, None, NOT_READY),
    (fresh, OK, None, STALE),
    (popped, OK, None, STALE),
    (ready_after_lost, OK, STALE, STALE),
    (delayed, NOT_READY, STALE, STALE),
    (processing, HELD, OK, STALE),
    (success, ILLEGAL, ILLEGAL, ILLEGAL),
    (failed, ILLEGAL, ILLEGAL, ILLEGAL),
    (failed_before_the_cancel, ILLEGAL, ILLEGAL, ILLEGAL),
    (skipped, ILLEGAL, None, ILLEGAL),
    (cancelled, CANCELLED, CANCELLED, CANCELLED),
]
PENDING: list[tuple[State, str, str | None, str]] = [
    (waits, NOT_READY, None, STALE),
    (fresh, ILLEGAL, None, STALE),
    (popped, ILLEGAL, None, STALE),
    (ready_after_returned, REPEAT, REPEAT, STALE),
    (ready_after_lost, ILLEGAL, STALE, STALE),
    (ready_after_failed, ILLEGAL, STALE, STALE),
    (delayed, ILLEGAL, STALE, STALE),
    (processing, HELD, OK, STALE),
    (success, ILLEGAL, ILLEGAL, STALE),
    (failed, ILLEGAL, ILLEGAL, STALE),
    (failed_before_the_cancel, ILLEGAL, ILLEGAL, STALE),
    (skipped, ILLEGAL, None, STALE),
    (cancelled, CANCELLED, CANCELLED, CANCELLED),
]
OTHERS: list[tuple[str, State, str]] = [
    ("cancelled", cancelled, REPEAT),
    ("cancelled", processing, ILLEGAL),
    ("cancelled", success, ILLEGAL),
    ("skipped", processing, ILLEGAL),
    ("skipped", waits, ILLEGAL),
]


def cells() -> list[Any]:
    """Every cell of the four tables as one case."""
    cases = []
    for status, table in (("success", SUCCESS), ("failed", FAILED), ("processing", PROCESSING), ("pending", PENDING)):
        for state, *row in table:
            for column, expected in zip(("none", "current", "other"), row, strict=True):
                if expected is not None:
                    cases.append(pytest.param(status, state, column, expected, id=f"{status}-{state.__name__}-{column}"))
    cases += [pytest.param(status, state, "none", word, id=f"{status}-{state.__name__}") for status, state, word in OTHERS]
    return cases


@pytest.mark.parametrize(("status", "state", "column", "expected"), cells())
async def test_every_cell(farm: Farm, status: str, state: State, column: str, expected: str) -> None:
    """The answer is the table's, and whatever is not `ok` changes nothing."""
    task_id = await state(farm)
    current = int((await farm.task(task_id))["attempt"])
    attempt = {"none": None, "current": current, "other": current + 1}[column]
    fields = {"result_ref": "s3://b/1", "result": {"n": 1}} if status == "success" else {}
    before = await farm.snapshot()

    answer = await farm.report(task_id, status, attempt=attempt, **fields)

    assert f"{answer.answer} {answer.code}".strip() == expected
    after = await farm.snapshot()
    if expected != OK:
        assert after == before
    assert answer.status == after[f"task:{task_id}"]["status"]
    assert answer.attempt == int(after[f"task:{task_id}"]["attempt"])


@pytest.mark.parametrize("attempt", [None, 1])
async def test_another_result_conflicts_and_the_first_stays(farm: Farm, attempt: int | None) -> None:
    """The first terminal report wins."""
    task_id = await success(farm)
    answer = await farm.report(task_id, "success", result_ref="s3://b/2", attempt=attempt)
    assert (answer.answer, answer.code) == (Answer.CONFLICT, "conflicting-result")
    assert (await farm.task(task_id))["result_ref"] == "s3://b/1"


async def test_the_same_worker_asks_again_without_an_attempt(farm: Farm) -> None:
    """A shell worker that sends `processing` twice learns its attempt and its lease again, and nothing is counted."""
    task_id = await popped(farm)
    first = await farm.start(task_id, worker="shell")
    again = await farm.start(task_id, worker="shell")
    assert (first.answer, again.answer) == (Answer.OK, Answer.REPEAT)
    assert (again.attempt, again.lease_token) == (1, first.lease_token)
    assert first.lease_token
    assert (await farm.start(task_id, worker="other")).code == "already-held"


@pytest.mark.parametrize("status", ["success", "failed", "processing", "pending"])
async def test_a_token_of_another_claim_is_stale(farm: Farm, status: str) -> None:
    """After a failover an attempt's number can repeat; a token cannot."""
    task_id = await processing(farm)
    answer = await farm.report(task_id, status, attempt=1, lease_token="somebody-elses")
    assert answer.answer is Answer.STALE
    assert answer.lease_token == ""


@pytest.mark.parametrize(
    ("state", "attempt", "expected"),
    [(popped, None, 1), (ready_after_lost, None, 2), (ready_after_lost, 1, 1), (delayed, None, 1)],
)
async def test_a_success_counts_as_claim_only_after_a_push(
    farm: Farm, state: State, attempt: int | None, expected: int
) -> None:
    """Tier 0: claim and result in one report is a new attempt; a late success of the last attempt is that attempt's."""
    task_id = await state(farm)
    assert (await farm.report(task_id, "success", attempt=attempt)).attempt == expected


@pytest.mark.parametrize("status", ["processing", "success", "failed", "pending", "cancelled", "skipped"])
async def test_nobody_has_this_id(farm: Farm, status: str) -> None:
    """An id that is no task's is `unknown`, whatever is said of it."""
    assert (await farm.report("nobody.nothing", status)).answer is Answer.UNKNOWN
    assert await farm.snapshot() == {}
