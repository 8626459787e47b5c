"""Submission: a template's name and variables become a scenario, once.

Expand first: a mistake is refused before anything is written, so that an Idempotency-Key is not spent on a request that can
never work. Then reserve (id, instant) under the key; whoever comes again, or comes second, gets the same pair. Ids and `now()`
are functions of that pair, so writing the graph twice writes the same graph, and `create` answers `repeat`.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from processing_service.contract.errors import InvalidRequest, Problem, StoreUnavailable
from processing_service.contract.status import Status
from processing_service.contract.task import JSONValue
from processing_service.engine.expansion import Expanded, Expander
from processing_service.engine.served import ServedServices
from processing_service.engine.view import Accepted
from processing_service.store.answer import Answer
from processing_service.store.scenarios import NewScenario, NewTask, ScenarioStore

_TRIES = 5  # of a fresh id: 70 random bits collide about never, so a second collision is a broken source of chance


@dataclass(frozen=True, slots=True)
class Submission:
    """Turns requests into scenarios. `retention` in seconds; the clock and the source of ids are passed in."""

    store: ScenarioStore
    expander: Expander
    retention: int
    clock: Callable[[], datetime]
    new_id: Callable[[], str]
    served: ServedServices

    async def submit(
        self, name: str, variables: Mapping[str, JSONValue], *, idempotency_key: str | None, fingerprint: str
    ) -> Accepted:
        """Start a scenario. Raises InvalidRequest, TemplateError, StoreUnavailable; nothing is written unless all of it is."""
        # Before anything is written: this submission itself will name its services in the index.
        known = await self.served.known()
        for _ in range(_TRIES):
            scenario_id, instant = self.new_id(), _milliseconds(self.clock())
            expanded = await self.expander.expand(name, scenario_id, instant, variables, known_services=known)
            replayed = False
            if idempotency_key is not None:
                reserved = await self.store.reserve(idempotency_key, fingerprint, scenario_id, _epoch(instant))
                if reserved.answer is Answer.CONFLICT:
                    raise _key_reused()
                if reserved.answer is Answer.REPEAT:
                    replayed = True
                    scenario_id, instant = reserved.scenario_id, datetime.fromtimestamp(reserved.instant_ms / 1000, UTC)
                    if await self.store.scenario(scenario_id) is None:
                        # The first submitter is still at it, or died: we do the same work, with the same ids.
                        expanded = await self.expander.expand(name, scenario_id, instant, variables, known_services=known)
                    else:
                        return _accepted(expanded, scenario_id, instant, replayed=True)
            scenario = self._scenario(expanded, scenario_id, instant, idempotency_key or "")
            answer = await self.store.create(scenario, _tasks(expanded))
            if answer in {Answer.OK, Answer.REPEAT}:
                return _accepted(expanded, scenario_id, instant, replayed=replayed)
            # conflict: a stranger's scenario has this id; moved: we paused so long that the sweep took our staged tasks away.
        raise StoreUnavailable("the scenario could not be written; try again shortly")

    def _scenario(self, expanded: Expanded, scenario_id: str, instant: datetime, idempotency_key: str) -> NewScenario:
        return NewScenario(
            scenario_id=scenario_id,
            name=expanded.expansion.name,
            version=expanded.expansion.version,
            variables=dict(expanded.expansion.variables),
            created_at=iso(instant),
            retention_s=self.retention,
            idempotency_key=idempotency_key,
        )


def iso(instant: datetime) -> str:
    """ISO 8601 in UTC with milliseconds and `Z`, as the seed writes it."""
    return instant.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _tasks(expanded: Expanded) -> list[NewTask]:
    graph = expanded.graph
    services = {task.id: task.service for task in graph.tasks}
    return [
        NewTask(
            record=task, needs=graph.needs[task.id], consumer_services=tuple(services[consumer] for consumer in task.consumers)
        )
        for task in graph.tasks
    ]


def _accepted(expanded: Expanded, scenario_id: str, instant: datetime, *, replayed: bool) -> Accepted:
    return Accepted(
        scenario_id=scenario_id,
        name=expanded.expansion.name,
        version=expanded.expansion.version,
        status=Status.PENDING,
        task_count=len(expanded.graph.tasks),
        created_at=iso(instant),
        replayed=replayed,
        warnings=expanded.expansion.warnings,
    )


def _key_reused() -> InvalidRequest:
    sentence = "this Idempotency-Key was used with another body in the last 24 hours; use a new key for a new request"
    return InvalidRequest(sentence, problems=(Problem("idempotency-key-reused", sentence),))


def _milliseconds(instant: datetime) -> datetime:
    """Cut to what Redis keeps of it, so that a replay of the reserved instant is the same instant."""
    return instant.replace(microsecond=instant.microsecond // 1000 * 1000)


def _epoch(instant: datetime) -> int:
    return round(instant.timestamp() * 1000)
