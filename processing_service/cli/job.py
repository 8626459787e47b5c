"""One scenario from submission to the files it leaves, on a running engine or on one started for the job."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from processing_service.cli import engine_file, result
from processing_service.cli.board import Board
from processing_service.cli.client import Api, EngineGone
from processing_service.cli.display import Display, duration
from processing_service.cli.exits import CommandError, Exit
from processing_service.cli.follow import follow
from processing_service.cli.interrupts import Interrupts, Woken
from processing_service.cli.local_system import LocalSystem
from processing_service.cli.supervisor import HOPELESS
from processing_service.embedded.lock import FolderLocked

if TYPE_CHECKING:
    from processing_service.settings import Settings

_ENGINES = 3  # engines to try one after another: the one found, one that took its place, one of our own
_OTHERS_TURN = 30.0  # seconds for another process to finish starting or stopping the engine of this state folder
_CANCELLING = 8.0  # seconds for workers to let go of cancelled tasks; they hear of it at a heartbeat
_GRACE = 5.0  # seconds for workers and API to end by themselves


@dataclass(slots=True)
class Job:
    """What to submit and where to put what comes out."""

    settings: "Settings"
    body: dict[str, Any]
    url: str | None
    output: Path | None
    timeout: float | None
    display: Display
    interrupts: Interrupts
    folder: Path = field(default_factory=lambda: Path("films"))
    _key: str = field(default_factory=lambda: os.urandom(16).hex())
    _scenario_id: str = ""

    def perform(self) -> tuple[Board, dict[str, Any]]:
        """Submit, follow, fetch; the final board and its report.

        An engine that goes away in between, for instance because it was started for another job that has ended, is
        replaced by one of our own on the same state folder, where the scenario goes on.
        """
        begun = time.monotonic()
        self.interrupts.wake_after(self.timeout)
        tries = 1 if self.url else _ENGINES
        while True:
            tries -= 1
            try:
                with self._engine() as (api, system):
                    return self._follow(api, system, begun)
            except EngineGone:
                if not tries:
                    raise

    def detach(self) -> str:
        """Submit to a running engine and leave; the scenario's id."""
        with Api(engine_file.engine_url(self.url)) as api:
            return str(api.generate(self.body, self._key)["scenario_id"])

    def _follow(self, api: Api, system: LocalSystem | None, begun: float) -> tuple[Board, dict[str, Any]]:
        try:
            self._submit(api)
            board = None
            for board, changed in follow(api, self._scenario_id):
                self.display.show(board, changed)
            assert board
            fetched = result.fetch(api, board, self.output, self.folder)
        except KeyboardInterrupt:
            self._cancel(api, "interrupted")
            raise
        except Woken:
            self._cancel(api, "timed out")
            if system:
                system.require_healthy()
            raise CommandError(
                f"the scenario {self._scenario_id} took longer than {duration(self.timeout or 0)}; it is cancelled.",
                exit=Exit.TIMEOUT,
            ) from None
        return board, result.report(board, fetched, url=api.url, seconds=time.monotonic() - begun)

    def _submit(self, api: Api) -> None:
        # Shielded: Ctrl-C between request and answer would leave a scenario that nobody cancels.
        with self.interrupts.shielded():
            if not self._scenario_id:
                self._scenario_id = str(api.generate(self.body, self._key)["scenario_id"])
        self.interrupts.raise_pending()

    def _cancel(self, api: Api, reason: str) -> None:
        """Cancel and wait until no worker holds a task of it, so that the next engine finds nothing half done."""
        if not self._scenario_id:
            return
        self.display.say("cancelling; again to leave at once")
        deadline = time.monotonic() + _CANCELLING
        with self.interrupts.shielded() as hurry:
            try:
                view = api.cancel(self._scenario_id, reason)
                while not (board := Board.of(view)).ended and time.monotonic() < deadline and not hurry.wait(0.1):
                    view = api.scenario(self._scenario_id)
                self.display.show(board, None)
            except CommandError as error:
                self.display.say(f"not cancelled: {error.message}")

    @contextmanager
    def _engine(self) -> Iterator[tuple[Api, LocalSystem | None]]:
        """The engine that is named or runs for this state folder, else one that lives as long as this block."""
        if self.url:
            with Api(self.url) as api:
                yield api, None
            return
        deadline = time.monotonic() + _OTHERS_TURN
        while True:
            if found := engine_file.running(self.settings.state):
                with Api(found.url, hopeless=lambda: not found.alive) as api:
                    yield api, None
                return
            system = LocalSystem(self.settings, kind="run", port=0, on_death=self._died)
            try:
                self.display.say("starting the server, the API and four services…")
                try:
                    system.start()
                except FolderLocked:
                    # Another command starts or stops the engine of this folder at this moment.
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.2)
                    continue
                self.display.say("submitting…")
                with Api(system.url) as api:
                    yield api, system
                return
            finally:
                with self.interrupts.shielded() as hurry:
                    system.stop(_GRACE, hurry)

    def _died(self, name: str, code: int, deaths: int) -> None:
        """From the supervising thread: a process ended; the main thread looks up when it does not come up at all."""
        self.display.say(f"{name} ended with code {code}; it is started again")
        if deaths >= HOPELESS:
            self.interrupts.wake()
