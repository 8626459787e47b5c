"""The one door to the engine: what the API, the command line and the products call. It knows no HTTP and no Redis command."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

import structlog

from processing_service.artifacts.storage import ArtifactMissing, Storage
from processing_service.contract.artifact import ArtifactRef
from processing_service.contract.errors import Conflict, InvalidRequest, NotFound, Problem, ScenariesError
from processing_service.contract.status import TERMINAL, Status
from processing_service.contract.task import ClaimedTask, JSONValue, Report
from processing_service.engine.admission import Admission
from processing_service.engine.cursor import Cursors
from processing_service.engine.follow import Resume, follow, resume
from processing_service.engine.health import Health, RedisFacts, judge
from processing_service.engine.presence import Presence
from processing_service.engine.present import scenario_view, summary, task_ids, task_view, template_view
from processing_service.engine.reported import Reported, ReportLine
from processing_service.engine.reports import check_report, refusal, report_line
from processing_service.engine.submit import Submission
from processing_service.engine.view import Accepted, Event, QueueView, ScenarioSummary, ScenarioView, TaskView, TemplateView
from processing_service.store.answer import Answer
from processing_service.store.events import EventReader
from processing_service.store.queue import QueueStore
from processing_service.store.scenarios import ScenarioStore
from processing_service.templates.catalog import Catalog

_SCAN: Final = 5_000  # scenarios a filtered list looks at before it hands out a cursor instead of more
_PAGE: Final = 200

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Engine:
    """Submit, claim, report, cancel, look. Every method raises `ScenariesError`s, sentences with stable codes."""

    admission: Admission
    submission: Submission
    scenario_store: ScenarioStore
    queue_store: QueueStore
    presence: Presence
    event_reader: EventReader
    catalog: Catalog
    storage: Storage
    cursors: Cursors
    probe: Callable[[], Awaitable[RedisFacts]]
    version: str

    # -- starting and stopping ---------------------------------------------------------------------------------------

    async def submit(
        self, name: str, variables: Mapping[str, JSONValue], *, idempotency_key: str | None = None, fingerprint: str = ""
    ) -> Accepted:
        """Start the scenario `name`. The same key and fingerprint within 24 hours is the same scenario."""
        await self.admission.admit()
        accepted = await self.submission.submit(name, variables, idempotency_key=idempotency_key, fingerprint=fingerprint)
        log.info("scenario accepted", scenario_id=accepted.scenario_id, template=accepted.name, tasks=accepted.task_count)
        return accepted

    async def cancel(self, scenario_id: str, *, reason: str = "") -> ScenarioView:
        """Cancel whatever of a scenario is not finished. Again is harmless; a scenario that ended otherwise is a Conflict."""
        match await self.scenario_store.cancel(scenario_id, reason):
            case Answer.UNKNOWN:
                raise _no_scenario()
            case Answer.CONFLICT:
                view = await self.scenario(scenario_id)
                raise Conflict(
                    f"the scenario has already ended: it is {view.status}", extra={"status": view.status, "allowed": []}
                )
        log.info("scenario cancelled", scenario_id=scenario_id)
        return await self.scenario(scenario_id)

    # -- workers -----------------------------------------------------------------------------------------------------

    async def claim(
        self, service: str, *, worker: str, limit: int = 1, wait: float = 0.0, lease: float | None = None
    ) -> list[ClaimedTask]:
        """Up to `limit` ready tasks under a lease; waits up to `wait` seconds for the first."""
        await self.presence.beat(worker, service)
        return await self.queue_store.claim(service, worker=worker, limit=limit, wait=wait, lease=lease)

    async def hand_back(self, tasks: Sequence[ClaimedTask], worker: str) -> None:
        """Give claimed tasks back unfinished, to the head of their queue: their worker has gone."""
        await self.queue_store.hand_back(tasks, worker)

    async def beat(self, worker: str, service: str) -> None:
        """A worker is there, whether or not it holds anything."""
        await self.presence.beat(worker, service)

    async def report(self, task_id: str, report: Report) -> Reported:
        """Take a worker's word on a task. Raises NotFound, Conflict, InvalidRequest."""
        await self._check(report)
        answer = await self.queue_store.report(task_id, report)
        if (error := refusal(answer, report)) is not None:
            self._note_refusal(task_id, report, error)
            raise error
        return Reported(
            task=await self.task(task_id),
            repeated=answer.answer is Answer.REPEAT,
            lease_until=answer.lease_until,
            lease_token=answer.lease_token,
            cancel=answer.cancel,
        )

    async def report_lines(self, reports: Sequence[tuple[str, Report]]) -> list[ReportLine]:
        """As `report`, for many at once, answered in their order: a refusal is a line of the answer and stops no other."""
        lines: dict[int, ReportLine] = {}
        sound: list[int] = []
        for index, (task_id, report) in enumerate(reports):
            try:
                await self._check(report)
                sound.append(index)
            except InvalidRequest as mistake:
                lines[index] = ReportLine(task_id, "invalid", code=mistake.problems[0].code, detail=mistake.detail)
        answers = await self.queue_store.report_many([reports[index] for index in sound])
        for index, answer in zip(sound, answers, strict=True):
            task_id, report = reports[index]
            if (error := refusal(answer, report)) is not None:
                self._note_refusal(task_id, report, error)
            lines[index] = report_line(task_id, answer, error)
        return [lines[index] for index in range(len(reports))]

    async def _check(self, report: Report) -> None:
        check_report(report)
        ref = ArtifactRef.parse(report.result_ref or "")
        if ref is not None and await asyncio.to_thread(self.storage.size, ref) is None:
            sentence = "no artifact with this digest is stored; upload it first (POST /artifacts)"
            raise InvalidRequest(sentence, problems=(Problem("artifact-mismatch", sentence, pointer="/result_ref"),))

    def _note_refusal(self, task_id: str, report: Report, error: ScenariesError) -> None:
        current = error.extra.get("current_attempt")
        if error.code == "stale-attempt" and report.attempt and isinstance(current, int) and report.attempt > current:
            # Attempts only grow: one ahead of ours means that Redis lost writes (a failover), or that a worker invents numbers.
            log.error("a report from a future attempt", task_id=task_id, attempt=report.attempt, current_attempt=current)
        else:
            log.info("report refused", task_id=task_id, code=error.code, status=report.status, attempt=report.attempt)

    # -- looking -----------------------------------------------------------------------------------------------------

    async def task(self, task_id: str) -> TaskView:
        """One task. Raises NotFound."""
        found = await self.scenario_store.task(task_id)
        if found is None:
            raise NotFound("no task has this id; a finished scenario is kept for the retention time only")
        return task_view(found)

    async def scenario(self, scenario_id: str) -> ScenarioView:
        """A scenario with its tasks. Raises NotFound.

        The event id is read first: events after it may already show in the tasks, which is harmless; none is missing.
        """
        last_event_id = await self.event_reader.last_id(scenario_id)
        found = await self._hash(scenario_id)
        tasks = await self.scenario_store.tasks(task_ids(found))
        return scenario_view(found, [task_view(task) for task in tasks if task], last_event_id)

    async def scenarios(
        self, *, limit: int = 50, cursor: str | None = None, status: Status | None = None, name: str | None = None
    ) -> tuple[list[ScenarioSummary], str | None]:
        """A page of scenarios, newest first, and the cursor of the next one. `name` may be an alias."""
        if name is not None:
            with suppress(InvalidRequest):
                name = self.catalog.get(name).name
        before = None if cursor is None else self.cursors.read(cursor)
        items: list[ScenarioSummary] = []
        scanned = 0
        while scanned < _SCAN:
            page = await self.scenario_store.page(min(_PAGE, limit + 1 if status is None and name is None else _PAGE), before)
            hashes = await self.scenario_store.scenarios([scenario_id for _, scenario_id in page])
            for position, found in zip(page, hashes, strict=True):
                if len(items) == limit:
                    return items, self.cursors.issue(*before) if before else None
                before = position
                if found and (status is None or found["status"] == status) and (name is None or found["name"] == name):
                    items.append(summary(found))
            if not page:
                return items, None
            scanned += len(page)
        return items, self.cursors.issue(*before) if before else None

    async def queues(self) -> list[QueueView]:
        """How every service stands, by name."""
        services = sorted(await self.queue_store.seen_services())
        return [QueueView(**asdict(each)) for each in await self.queue_store.stats(services)]

    async def health(self) -> Health:
        """The state of Redis, judged."""
        return judge(await self.probe(), self.version)

    # -- templates ---------------------------------------------------------------------------------------------------

    async def templates(self) -> list[TemplateView]:
        """Every template, the broken ones with their problems."""
        return [template_view(template) for template in await asyncio.to_thread(self.catalog.all)]

    async def template_variables(self, name: str) -> frozenset[str]:
        """The names of a template's variables. Raises InvalidRequest `unknown-scenario`, TemplateError."""
        return frozenset((await asyncio.to_thread(self.catalog.get, name)).inputs)

    async def template(self, name: str) -> TemplateView:
        """One template by a name of its. Raises NotFound with a suggestion."""
        try:
            return template_view(await asyncio.to_thread(self.catalog.get, name))
        except InvalidRequest as error:
            raise NotFound(error.detail, problems=error.problems) from None

    # -- artifacts ---------------------------------------------------------------------------------------------------

    async def artifact(self, ref: ArtifactRef) -> Path:
        """A local file with the bytes. Raises NotFound."""
        try:
            return await asyncio.to_thread(self.storage.fetch, ref)
        except ArtifactMissing:
            raise NotFound("no artifact with this digest is stored") from None

    async def keep_artifact(self, path: Path, extension: str) -> ArtifactRef:
        """Store the bytes of a file."""
        return await asyncio.to_thread(self.storage.put, path, extension)

    # -- events ------------------------------------------------------------------------------------------------------

    async def last_event_id(self, scenario_id: str) -> str:
        """Where a scenario's history stands. Raises NotFound."""
        await self._hash(scenario_id)
        return await self.event_reader.last_id(scenario_id)

    async def events(self, scenario_id: str, after: str, *, idle: float = 15.0) -> AsyncIterator[Event | None]:
        """Everything after the event `after`, as it happens, up to and with the scenario's end. None after `idle` quiet seconds."""
        async for event in follow(self.event_reader, self.scenario_store, scenario_id, after, idle=idle):
            yield event

    async def resumes(self, scenario_id: str, after: str) -> Resume:
        """What a reader who has seen everything up to `after` gets. Raises NotFound."""
        found = await self._hash(scenario_id)
        return await resume(self.event_reader, scenario_id, after, ended=Status(found["status"]) in TERMINAL)

    async def wait_until_ended(self, scenario_id: str, seconds: float) -> ScenarioView:
        """The scenario once it has ended, or as it stands after so many seconds."""
        view = await self.scenario(scenario_id)
        if view.status not in TERMINAL:
            with suppress(TimeoutError):
                async with asyncio.timeout(seconds):
                    async for _ in self.events(scenario_id, view.last_event_id):
                        pass
            view = await self.scenario(scenario_id)
        return view

    async def _hash(self, scenario_id: str) -> dict[str, str]:
        found = await self.scenario_store.scenario(scenario_id)
        if found is None:
            raise _no_scenario()
        return found


def _no_scenario() -> NotFound:
    return NotFound("no scenario has this id; a finished one is kept for the retention time only")
