"""The worker: claim, run, renew, report, for as long as it lives.

It is one event loop that never does the work itself (isolation.py), so a lease is renewed whatever the work does. What becomes of
a claimed task (holding.py):

    claim ──► attempt ──┬─ ended       ──► report success or failed
                        ├─ timeout     ──► kill, report failed (transient)
                        ├─ cancelled   ──► kill, report cancelled
                        ├─ lost        ──► kill, say nothing: the task is somebody else's now
                        └─ handed back ──► kill, report pending (shutdown; the attempt is not counted)

An engine that does not answer is waited for, with patience; what an attempt achieved is reported until the engine takes it or
says that it comes too late.
"""

import asyncio
import os
import platform
import time
from collections.abc import Awaitable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import structlog

from processing_service.contract.errors import StoreUnavailable
from processing_service.contract.task import ClaimedTask
from services.sdk.holding import Fate, Holding
from services.sdk.isolation import Isolation
from services.sdk.transport import Answer, Patience, Presence, Standing, Transport

_BEATS_PER_LEASE = 3  # two may be lost before the third comes too late
_LAST_CALL = 0.3  # seconds that a claim on its way may still take when the worker is asked to stop
_LAST_REPORTS = 5.0  # seconds for the reports that remain after the grace period

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class WorkerPolicy:
    """How a worker behaves. Times in seconds."""

    concurrency: int = 1
    lease: float = 10.0
    wait: float = 5.0  #       for work, in one claim; says only how often an idle worker asks again
    grace: float = 20.0  #     for running attempts after SIGTERM; Docker and Kubernetes kill at 30 s in all
    presence: float = 15.0  #  between two signs of an idle worker; the engine forgets it after 60 s


class Worker:
    """Serves one service through one transport until it is stopped."""

    def __init__(
        self,
        transport: Transport,
        isolation: Isolation,
        *,
        service: str,
        name: str,
        policy: WorkerPolicy,
        health_file: Path | None = None,
    ) -> None:
        self._transport = transport
        self._isolation = isolation
        self._service = service
        self._name = name
        self._policy = policy
        self._health_file = health_file
        self._held: dict[Holding, asyncio.Task[None]] = {}
        self._freed = asyncio.Event()
        self._stopping = asyncio.Event()
        self._hurrying = asyncio.Event()
        self._stopped_at = 0.0

    def stop(self) -> None:
        """No new claims from now on; `run` returns after the grace period at the latest. A second call ends the grace."""
        if self._stopping.is_set():
            self._hurrying.set()
        else:
            self._stopping.set()
            self._stopped_at = time.monotonic()

    async def run(self) -> bool:
        """Work until `stop`. False: no attempt can be started here any more, and the worker should be started anew."""
        _log.info("ready", service=self._service, worker=self._name, concurrency=self._policy.concurrency)
        background = [
            asyncio.create_task(each) for each in (self._beat(), self._show_presence(), self._notice_broken_isolation())
        ]
        try:
            await self._claim_until_stopped()
            await self._drain()
        finally:
            await _cancel([*background, *self._held.values()])
        _log.info("stopped", service=self._service, worker=self._name)
        return not self._isolation.broken.is_set()

    async def _claim_until_stopped(self) -> None:
        patience = Patience()
        while not self._stopping.is_set():
            free = self._policy.concurrency - len(self._held)
            if free <= 0:
                self._freed.clear()
                await self._unless_stopping(self._freed.wait())
                continue
            try:
                tasks = await self._claim(free)
            except StoreUnavailable as error:
                patience.complain(_log, "the engine does not answer; claiming again until it does", error)
            except Exception as error:  # noqa: BLE001 -- a worker outlives whatever a reply may hold
                patience.complain(_log, "a claim went wrong; claiming again", error)
            else:
                if tasks is None:
                    return
                patience.recover(_log)
                for task in tasks:
                    self._take(task)
                continue
            await self._unless_stopping(asyncio.sleep(patience.next_delay()))

    async def _claim(self, limit: int) -> list[ClaimedTask] | None:
        """What the engine hands over; None when `stop` came first."""
        policy = self._policy
        claim = asyncio.ensure_future(
            self._transport.claim(self._service, worker=self._name, limit=limit, wait=policy.wait, lease=policy.lease)
        )
        await self._unless_stopping(asyncio.shield(claim))
        if not claim.done():
            # Asked to stop. What this claim may already have taken should be heard of, so that it can be handed back.
            await asyncio.wait({claim}, timeout=_LAST_CALL)
        if not claim.done():
            await _cancel([claim])
            return None
        return claim.result()

    def _take(self, task: ClaimedTask) -> None:
        holding = Holding(
            task, self._transport, self._isolation, worker=self._name, lease=self._policy.lease, stopping=self._stopping
        )
        if self._stopping.is_set():
            holding.end(Fate.HANDED_BACK)
        self._held[holding] = asyncio.create_task(self._see_through(holding))

    async def _see_through(self, holding: Holding) -> None:
        try:
            await holding.see_through()
        finally:
            del self._held[holding]
            self._freed.set()

    async def _drain(self) -> None:
        """Let what runs come to its end within the grace period, then hand it back."""
        if self._held:
            left = max(0.0, self._stopped_at + self._policy.grace - time.monotonic())
            _log.info("stopping; waiting for running attempts", held=len(self._held), seconds=round(left, 1))
            hurry = asyncio.create_task(self._hurrying.wait())
            done = asyncio.gather(*self._held.values())
            either: set[asyncio.Future[Any]] = {hurry, done}
            await asyncio.wait(either, timeout=left, return_when=asyncio.FIRST_COMPLETED)
            await _cancel([hurry])
            for holding in self._held:
                holding.end(Fate.HANDED_BACK)
            await asyncio.wait({done}, timeout=_LAST_REPORTS)

    async def _beat(self) -> None:
        """Renew every lease three times in its length, and act on what the engine answers."""
        period = self._policy.lease / _BEATS_PER_LEASE
        patience = Patience()
        while True:
            started = time.monotonic()
            if held := tuple(self._held):
                try:
                    answers = await self._transport.heartbeat(self._service, self._name, [each.sign_of_life() for each in held])
                except StoreUnavailable as error:
                    patience.complain(_log, "the engine does not answer; the work goes on", error)
                    patience.next_delay()
                except Exception as error:  # noqa: BLE001 -- one broken reply must not end the renewal of every lease
                    patience.complain(_log, "a heartbeat went wrong; the work goes on", error)
                    patience.next_delay()
                else:
                    patience.recover(_log)
                    for holding, answer in zip(held, answers, strict=True):
                        _obey(holding, answer)
            await asyncio.sleep(max(0.0, period - (time.monotonic() - started)))

    async def _show_presence(self) -> None:
        info = {"host": platform.node(), "pid": os.getpid(), "concurrency": self._policy.concurrency}
        while True:
            try:
                await self._transport.present(Presence(self._name, self._service, {**info, "held": len(self._held)}))
            except Exception as error:  # noqa: BLE001 -- only people miss it; the claims complain of an outage
                _log.debug("the engine did not hear that this worker is there", error=repr(error))
            else:
                self._note_health()
            await asyncio.sleep(self._policy.presence)

    def _note_health(self) -> None:
        if self._health_file is not None:
            self._health_file.touch()

    async def _notice_broken_isolation(self) -> None:
        await self._isolation.broken.wait()
        if not self._stopping.is_set():
            _log.critical("no attempt can be started here any more; the worker ends, to be started anew")
            self.stop()

    async def _unless_stopping(self, awaitable: Awaitable[object]) -> None:
        """Wait for this, or for `stop` if that comes first; then it is cancelled."""
        either: set[asyncio.Future[Any]] = {asyncio.create_task(self._stopping.wait()), asyncio.ensure_future(awaitable)}
        await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
        await _cancel(either)


def _obey(holding: Holding, answer: Answer) -> None:
    if answer.standing is Standing.CANCELLED:
        holding.end(Fate.CANCELLED)
    elif answer.standing is not Standing.HELD:
        holding.end(Fate.LOST)


async def _cancel(futures: Iterable["asyncio.Future[Any]"]) -> None:
    """Cancel, and wait for the end. Again every second: up to Python 3.11 `asyncio.wait_for`, which redis-py writes through, swallows
    a cancellation that comes in the instant in which it succeeds (CPython issue 86296), and a loop would then go on for ever.
    """
    everything = list(futures)
    pending = {each for each in everything if not each.done()}
    while pending:
        for each in pending:
            each.cancel()
        _, pending = await asyncio.wait(pending, timeout=1.0)
    await asyncio.gather(*everything, return_exceptions=True)
