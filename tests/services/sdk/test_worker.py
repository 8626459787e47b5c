"""The worker's decisions, against an engine whose answers each test writes down. The real engine is in test_worker_live.py."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from processing_service.artifacts.local import LocalStorage
from processing_service.contract.errors import BadInput, InvalidRequest, StoreUnavailable
from processing_service.contract.status import Status
from processing_service.contract.task import ClaimedTask, Report
from services.sdk.attempt import Performer
from services.sdk.isolation import Threads
from services.sdk.operation import Context, Outcome
from services.sdk.testing import claimed
from services.sdk.transport import Answer, Presence, SignOfLife, Standing
from services.sdk.worker import Worker, WorkerPolicy

SOON = 10.0  # seconds a test waits for what should happen at once

Reply = Answer | Exception


class WrittenEngine:
    """A transport that hands out given tasks and answers as it was told; it notes everything it hears."""

    def __init__(self, *tasks: ClaimedTask) -> None:
        self.ready = list(tasks)
        self.claims: list[int] = []
        self.claim_errors: list[Exception] = []
        self.beats: list[SignOfLife] = []
        self.on_beat: Reply = Answer(Standing.HELD)
        self.reports: list[Report] = []
        self.on_report: list[Reply] = []
        self.presences: list[Presence] = []
        self.hold_claims = asyncio.Event()
        self.hold_claims.set()
        self.changed = asyncio.Condition()

    async def claim(self, service: str, *, worker: str, limit: int, wait: float, lease: float) -> list[ClaimedTask]:
        await self._note(self.claims, limit)
        if self.claim_errors:
            raise self.claim_errors.pop(0)
        await self.hold_claims.wait()
        if not self.ready:
            await asyncio.sleep(0.01)
        taken, self.ready = self.ready[:limit], self.ready[limit:]
        return taken

    async def heartbeat(self, service: str, worker: str, beats: Sequence[SignOfLife]) -> list[Answer]:
        for beat in beats:
            await self._note(self.beats, beat)
        if isinstance(self.on_beat, Exception):
            raise self.on_beat
        return [self.on_beat] * len(beats)

    async def report(self, service: str, task_id: str, report: Report) -> Answer:
        await self._note(self.reports, report)
        reply = self.on_report.pop(0) if self.on_report else Answer(Standing.CLOSED)
        if isinstance(reply, Exception):
            raise reply
        return reply

    async def present(self, presence: Presence) -> None:
        await self._note(self.presences, presence)

    async def close(self) -> None:
        pass

    async def _note(self, where: list, what: object) -> None:
        where.append(what)
        async with self.changed:
            self.changed.notify_all()

    async def until(self, fact: Callable[[], object]) -> None:
        async with asyncio.timeout(SOON), self.changed:
            await self.changed.wait_for(fact)


class Gate:
    """An operation that waits until the test opens it, and one that ends at once."""

    def __init__(self) -> None:
        self.open = threading.Event()

    def wait(self, task: ClaimedTask, context: Context) -> Outcome:
        context.progress(10, "waiting")
        assert self.open.wait(SOON)
        return Outcome(result=task.attempt)


def quick(task: ClaimedTask, context: Context) -> Outcome:
    return Outcome(result="done")


def refuse(task: ClaimedTask, context: Context) -> Outcome:
    raise BadInput("no words in it", code="empty")


@pytest.fixture
def gate():
    gate = Gate()
    yield gate
    gate.open.set()


@asynccontextmanager
async def working(engine: WrittenEngine, gate: Gate, tmp_path: Path, **policy: float) -> AsyncIterator[Worker]:
    performer = Performer("test-service", {"wait": gate.wait, "quick": quick, "refuse": refuse}, LocalStorage(tmp_path / "a"))
    worker = Worker(
        engine,
        Threads(performer),
        service="test-service",
        name="w1",
        policy=WorkerPolicy(**{"lease": 0.3, "grace": SOON, **policy}),  # type: ignore[arg-type]
        health_file=tmp_path / "health",
    )
    running = asyncio.create_task(worker.run())
    try:
        yield worker
    finally:
        gate.open.set()
        worker.stop()
        worker.stop()
        async with asyncio.timeout(SOON):
            assert await running is True


async def test_what_succeeds_is_reported_with_its_attempt_and_token(gate: Gate, tmp_path: Path):
    """A report is fenced by the attempt and the token of the claim."""
    engine = WrittenEngine(claimed(name="quick"))
    async with working(engine, gate, tmp_path):
        await engine.until(lambda: engine.reports)
    (report,) = engine.reports
    assert (report.status, report.result, report.attempt, report.lease_token, report.worker) == (
        Status.SUCCESS,
        "done",
        1,
        "token",
        "w1",
    )


async def test_what_fails_is_reported_with_its_kind(gate: Gate, tmp_path: Path):
    """The engine learns whether trying again can help."""
    engine = WrittenEngine(claimed(name="refuse"))
    async with working(engine, gate, tmp_path):
        await engine.until(lambda: engine.reports)
    assert engine.reports[0].status is Status.FAILED
    assert (engine.reports[0].failure.kind, engine.reports[0].failure.code) == ("bad_input", "empty")


async def test_it_claims_only_what_it_has_room_for(gate: Gate, tmp_path: Path):
    """With two of three slots taken it asks for one; with all taken, for nothing."""
    engine = WrittenEngine(claimed(name="wait"), claimed(name="wait"))
    async with working(engine, gate, tmp_path, concurrency=3):
        await engine.until(lambda: len(engine.claims) >= 2)
        assert engine.claims[:2] == [3, 1]
        engine.ready.append(claimed(name="wait"))
        await engine.until(lambda: not engine.ready)
        full = len(engine.claims)
        await engine.until(lambda: len(engine.beats) > 6)
        assert len(engine.claims) == full
        gate.open.set()
        await engine.until(lambda: len(engine.reports) == 3 and len(engine.claims) > full)


async def test_a_held_task_is_kept_alive_with_its_progress(gate: Gate, tmp_path: Path):
    """Heartbeats carry attempt, token and the latest progress while the operation is busy."""
    engine = WrittenEngine(claimed(name="wait"))
    async with working(engine, gate, tmp_path):
        await engine.until(lambda: len(engine.beats) >= 3)
    last = engine.beats[2].report
    assert (last.status, last.attempt, last.lease_token, last.progress, last.message) == (
        Status.PROCESSING,
        1,
        "token",
        10,
        "waiting",
    )


async def test_an_outage_is_waited_for(gate: Gate, tmp_path: Path):
    """Claims, heartbeats and reports go on after errors; the result is reported until it is taken."""
    engine = WrittenEngine(claimed(name="wait"))
    engine.claim_errors = [StoreUnavailable(), ValueError("not JSON")]
    engine.on_beat = StoreUnavailable()
    engine.on_report = [StoreUnavailable(), OSError("reset"), Answer(Standing.CLOSED)]
    async with working(engine, gate, tmp_path):
        await engine.until(lambda: len(engine.beats) >= 2)
        gate.open.set()
        await engine.until(lambda: len(engine.reports) == 3)
    assert {report.status for report in engine.reports} == {Status.SUCCESS}


async def test_a_result_that_comes_too_late_is_dropped(gate: Gate, tmp_path: Path):
    """`stale` ends it: the newer attempt's result stands."""
    engine = WrittenEngine(claimed(name="quick"), claimed(name="quick"))
    engine.on_report = [Answer(Standing.LOST, "stale-attempt")]
    async with working(engine, gate, tmp_path):
        await engine.until(lambda: len(engine.reports) == 2)


@pytest.mark.parametrize("refusal", [Answer(Standing.REFUSED, "result is too deep"), InvalidRequest("result is too deep")])
async def test_a_result_the_engine_refuses_is_a_failed_attempt(refusal: Reply, gate: Gate, tmp_path: Path):
    """What can never be stored is said once as a failure, not repeated for ever."""
    engine = WrittenEngine(claimed(name="quick"))
    engine.on_report = [refusal]
    async with working(engine, gate, tmp_path):
        await engine.until(lambda: len(engine.reports) == 2)
    assert engine.reports[1].status is Status.FAILED
    assert engine.reports[1].failure.code == "unstorable-result"
    assert "too deep" in engine.reports[1].failure.message


async def test_a_cancel_stops_the_attempt(gate: Gate, tmp_path: Path):
    """The heartbeat's answer ends the attempt, and the worker says so."""
    engine = WrittenEngine(claimed(name="wait"))
    engine.on_beat = Answer(Standing.CANCELLED)
    async with working(engine, gate, tmp_path):
        await engine.until(lambda: engine.reports)
        assert not gate.open.is_set()
    assert [report.status for report in engine.reports] == [Status.CANCELLED]


async def test_a_lost_lease_stops_the_attempt_in_silence(gate: Gate, tmp_path: Path):
    """The task is somebody else's: nothing is reported, and the slot is free again."""
    engine = WrittenEngine(claimed(name="wait"))
    engine.on_beat = Answer(Standing.LOST)
    async with working(engine, gate, tmp_path):
        await engine.until(lambda: engine.beats)
        engine.ready.append(claimed(name="quick"))
        await engine.until(lambda: engine.reports)
    assert [report.status for report in engine.reports] == [Status.SUCCESS]


async def test_a_timeout_is_a_transient_failure(gate: Gate, tmp_path: Path):
    """The attempt's own deadline ends it, heartbeats or not."""
    engine = WrittenEngine(claimed(name="wait", timeout=0.2))
    async with working(engine, gate, tmp_path):
        await engine.until(lambda: engine.reports)
    failure = engine.reports[0].failure
    assert (engine.reports[0].status, failure.kind, failure.code) == (Status.FAILED, "transient", "timeout")


async def test_stopping_lets_running_work_end(gate: Gate, tmp_path: Path):
    """After SIGTERM nothing new is claimed, and what ends within the grace period counts."""
    engine = WrittenEngine(claimed(name="wait"))
    async with working(engine, gate, tmp_path) as worker:
        await engine.until(lambda: engine.beats)
        worker.stop()
        engine.ready.append(claimed(name="quick"))
        gate.open.set()
        await engine.until(lambda: engine.reports)
    assert [report.status for report in engine.reports] == [Status.SUCCESS]
    assert engine.ready


@pytest.mark.parametrize("grace", [0.0, SOON])
async def test_what_does_not_end_in_time_is_handed_back(grace: float, gate: Gate, tmp_path: Path):
    """When the grace is over, or a second signal ends it, the task goes back with its attempt, uncounted."""
    engine = WrittenEngine(claimed(name="wait"))
    async with working(engine, gate, tmp_path, grace=grace) as worker:
        await engine.until(lambda: engine.beats)
        worker.stop()
        if grace:
            worker.stop()
        await engine.until(lambda: engine.reports)
        assert not gate.open.is_set()
    assert [(report.status, report.attempt) for report in engine.reports] == [(Status.PENDING, 1)]


async def test_a_claim_that_succeeds_while_stopping_is_handed_back(gate: Gate, tmp_path: Path):
    """A task that arrives after SIGTERM is returned at once, not started and not lost until its lease runs out."""
    engine = WrittenEngine(claimed(name="quick"))
    engine.hold_claims.clear()
    async with working(engine, gate, tmp_path) as worker:
        await engine.until(lambda: engine.claims)
        worker.stop()
        engine.hold_claims.set()
        await engine.until(lambda: engine.reports)
    assert [report.status for report in engine.reports] == [Status.PENDING]


async def test_it_shows_that_it_is_there(gate: Gate, tmp_path: Path):
    """People see who serves what; the health file is touched when the engine has heard it."""
    engine = WrittenEngine()
    async with working(engine, gate, tmp_path):
        await engine.until(lambda: engine.presences)
    assert (engine.presences[0].worker, engine.presences[0].service) == ("w1", "test-service")
    assert engine.presences[0].info["concurrency"] == 1
    assert (tmp_path / "health").exists()
