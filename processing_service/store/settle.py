"""What follows from the end of a task, when it does not fit into the script that ended it.

A task with `settling` set keeps a place in `leases`: if we die in the middle, the sweep of any engine process begins again, and
because each edge is settled once, beginning again is harmless.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from processing_service.contract.status import Status
from processing_service.store import verbs
from processing_service.store.answer import Answer
from processing_service.store.keys import Keys, task_keys
from processing_service.store.policy import QueuePolicy, ms
from processing_service.store.scripts import Call, Value
from processing_service.store.server import Server
from processing_service.store.task_hash import loads_list

CHUNK = 500  # consumers per script; 1,000 of them, each made ready with its event, held a busy server for 12 ms
_CALLS = 64  # scripts per round trip

T = TypeVar("T")


def chunks(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """The items in their order, `size` at a time."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


@dataclass(frozen=True, slots=True)
class Settler:
    """Tells the consumers of a task that it ended."""

    server: Server
    keys: Keys
    policy: QueuePolicy

    def consumer_groups(self, consumers: Sequence[str], services: Sequence[str]) -> tuple[list[str], list[Value]]:
        """The repeating keys and arguments of the scripts that settle edges: (consumer queue pushed), (consumer_id wake)."""
        keys: list[str] = []
        args: list[Value] = []
        names = {service: self._of(service) for service in set(services)}
        for consumer, service in zip(consumers, services, strict=True):
            queue, pushed, wake = names[service]
            keys += (self.keys.task(consumer), queue, pushed)
            args += (consumer, wake)
        return keys, args

    def _of(self, service: str) -> tuple[str, str, str]:
        return self.keys.queue(service), self.keys.pushed(service), self.keys.wake(service)

    async def settle_success(
        self, task_id: str, scenario_id: str, service: str, consumers: Sequence[str], services: Sequence[str], *, now: str
    ) -> None:
        """Count every edge out of a task that ended in success, a chunk at a time."""
        edges = list(zip(consumers, services, strict=True))
        parts = list(chunks(edges, CHUNK)) or [[]]
        for number, part in enumerate(parts, 1):
            keys, args = self.consumer_groups([consumer for consumer, _ in part], [its for _, its in part])
            call = verbs.SETTLE_CONSUMERS.call(
                **task_keys(self.keys, verbs.SETTLE_CONSUMERS.keys, task_id, scenario_id, service),
                task_id=task_id,
                last="1" if number == len(parts) else "",
                settle_ms=ms(self.policy.settle),
                check_ms=ms(self.policy.check),
                now=now,
                more_keys=keys,
                more_args=args,
            )
            answer, _ = await self.server.call(call)
            if answer is Answer.UNKNOWN:
                break
        await self._finish(task_id, service)

    async def skip_downstream(
        self, task_id: str, scenario_id: str, service: str, consumers: Sequence[str], *, reason: str, now: str
    ) -> None:
        """Skip everything that depends on a failed task, at once and level by level. Beginning again is harmless."""
        seen = {task_id}
        level: list[tuple[str, Status, Sequence[str]]] = [(task_id, Status.FAILED, consumers)]
        while level:
            calls = [
                self._skip(upstream, scenario_id, part, outcome=outcome, reason=reason, now=now)
                for upstream, outcome, ids in level
                for part in chunks(ids, CHUNK)
            ]
            level = []
            for batch in chunks(calls, _CALLS):
                for answer, found in await self.server.calls(batch):
                    if answer is Answer.UNKNOWN:
                        continue
                    for found_id, its_consumers in zip(found[::2], found[1::2], strict=True):
                        if found_id not in seen:
                            seen.add(found_id)
                            level.append((found_id, Status.SKIPPED, loads_list(its_consumers)))
        await self._finish(task_id, service)

    def _skip(
        self, task_id: str, scenario_id: str, consumers: Sequence[str], *, outcome: Status, reason: str, now: str
    ) -> Call:
        return verbs.SKIP_CONSUMERS.call(
            scenario=self.keys.scenario(scenario_id),
            events=self.keys.events(scenario_id),
            ended=self.keys.ended_index,
            task_id=task_id,
            scenario_id=scenario_id,
            outcome=outcome,
            reason=reason,
            now=now,
            more_keys=[self.keys.task(consumer) for consumer in consumers],
            more_args=list(consumers),
        )

    async def settle_again(self, task: Mapping[str, str], now: str) -> None:
        """Finish what somebody left unfinished, from the task's hash."""
        consumers = loads_list(task.get("consumers"))
        services = loads_list(task.get("consumer_services"))
        if task["status"] == Status.SUCCESS:
            await self.settle_success(task["id"], task["scenario_id"], task["service"], consumers, services, now=now)
        else:
            reason = failure_reason(task["name"], task["id"], task.get("error", ""))
            await self.skip_downstream(task["id"], task["scenario_id"], task["service"], consumers, reason=reason, now=now)

    async def _finish(self, task_id: str, service: str) -> None:
        call = verbs.FINISH_SETTLING.call(task=self.keys.task(task_id), leases=self.keys.leases(service), task_id=task_id)
        await self.server.call(call)


def failure_reason(name: str, task_id: str, error: str) -> str:
    """Why whatever depends on a failed task is skipped, in the words a person reads on each of those."""
    message = json.loads(error)["message"] if error else "it failed"
    return f"upstream {name} ({task_id}) failed: {message}"
