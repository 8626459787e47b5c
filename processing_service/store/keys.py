"""The name of every key, its type, its owner and its lifetime. No key is named anywhere else."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

TASK_OF_SCENARIO = "."  # between a scenario's id and a task's own part; neither part holds one


class Keys(Protocol):
    """Key names. The plain layout is one implementation; a layout with hash tags for Redis Cluster is another."""

    @property
    def namespace(self) -> str: ...
    def task(self, task_id: str) -> str: ...
    def scenario(self, scenario_id: str) -> str: ...
    def events(self, scenario_id: str) -> str: ...
    def staging(self, scenario_id: str) -> str: ...
    def queue(self, service: str) -> str: ...
    def pushed(self, service: str) -> str: ...
    def leases(self, service: str) -> str: ...
    def delayed(self, service: str) -> str: ...
    def dead(self, service: str) -> str: ...
    def claims(self, service: str, worker: str) -> str: ...
    def serving(self, service: str) -> str: ...
    def worker(self, worker_id: str) -> str: ...
    def idempotency(self, key: str) -> str: ...
    def wake(self, service: str) -> str: ...
    @property
    def scenarios_index(self) -> str: ...
    @property
    def staging_index(self) -> str: ...
    @property
    def cancelling_index(self) -> str: ...
    @property
    def ended_index(self) -> str: ...
    @property
    def services_index(self) -> str: ...
    @property
    def served_index(self) -> str: ...


@dataclass(frozen=True, slots=True)
class PlainKeys:
    """The seed document's names to the letter, for one server. `namespace` is put before each of them."""

    namespace: str = ""

    def task(self, task_id: str) -> str:
        return f"{self.namespace}task:{task_id}"

    def scenario(self, scenario_id: str) -> str:
        return f"{self.namespace}scenario:{scenario_id}"

    def events(self, scenario_id: str) -> str:
        return f"{self.namespace}events:{scenario_id}"

    def staging(self, scenario_id: str) -> str:
        return f"{self.namespace}staging:{scenario_id}"

    def queue(self, service: str) -> str:
        return f"{self.namespace}queue:{service}"

    def pushed(self, service: str) -> str:
        return f"{self.namespace}pushed:{service}"

    def leases(self, service: str) -> str:
        return f"{self.namespace}leases:{service}"

    def delayed(self, service: str) -> str:
        return f"{self.namespace}delayed:{service}"

    def dead(self, service: str) -> str:
        return f"{self.namespace}dead:{service}"

    def claims(self, service: str, worker: str) -> str:
        return f"{self.namespace}claims:{service}:{worker}"

    def serving(self, service: str) -> str:
        return f"{self.namespace}serving:{service}"

    def worker(self, worker_id: str) -> str:
        return f"{self.namespace}workers:{worker_id}"

    def idempotency(self, key: str) -> str:
        return f"{self.namespace}idempotency:{key}"

    def wake(self, service: str) -> str:
        """A pub/sub channel, not a key: a message says that something was pushed for this service."""
        return f"{self.namespace}wake:{service}"

    @property
    def scenarios_index(self) -> str:
        return f"{self.namespace}index:scenarios"

    @property
    def staging_index(self) -> str:
        return f"{self.namespace}index:staging"

    @property
    def cancelling_index(self) -> str:
        return f"{self.namespace}index:cancelling"

    @property
    def ended_index(self) -> str:
        return f"{self.namespace}index:ended"

    @property
    def services_index(self) -> str:
        return f"{self.namespace}index:services"

    @property
    def served_index(self) -> str:
        return f"{self.namespace}index:served"


def scenario_of(task_id: str) -> str:
    """The scenario a task's id belongs to when it was made by SHORT_UUID. The task's hash has the last word."""
    return task_id.partition(TASK_OF_SCENARIO)[0]


def task_keys(keys: Keys, names: Iterable[str], task_id: str, scenario_id: str, service: str) -> dict[str, str]:
    """The keys of a task, its scenario and its service, by the names the scripts give them; those in `names` and no others."""
    known = {
        "task": keys.task(task_id),
        "scenario": keys.scenario(scenario_id),
        "events": keys.events(scenario_id),
        "queue": keys.queue(service),
        "pushed": keys.pushed(service),
        "leases": keys.leases(service),
        "delayed": keys.delayed(service),
        "dead": keys.dead(service),
        "ended": keys.ended_index,
    }
    return {name: known[name] for name in names}


@dataclass(frozen=True, slots=True)
class KeyKind:
    """The birth certificate of one kind of key."""

    prefix: str
    type: str
    owner: str
    holds: str
    lifetime: str


KEY_KINDS: tuple[KeyKind, ...] = (
    KeyKind("task:", "hash", "scenario", "one task; the truth about it", "scenario"),
    KeyKind("scenario:", "hash", "scenario", "one scenario, its counters and times", "scenario"),
    KeyKind("events:", "stream", "scenario", "what happened, one entry per arrow; capped", "scenario"),
    KeyKind("staging:", "set", "scenario", "ids written by a submission that is not committed yet", "submission"),
    KeyKind("queue:", "list", "service", "ids of ready tasks: a hint, index 0 is next", "permanent"),
    KeyKind("pushed:", "zset", "service", "ready ids by the time of their next check", "permanent"),
    KeyKind("leases:", "zset", "service", "held ids by the end of their lease", "permanent"),
    KeyKind("delayed:", "zset", "service", "ids waiting for a retry, by due time", "permanent"),
    KeyKind("dead:", "list", "service", "what was found in a queue and is no task, with the reason; capped", "permanent"),
    KeyKind("claims:", "hash", "worker", "the ids of a worker's last claim, for a resent command", "ttl"),
    KeyKind("serving:", "zset", "service", "workers by their last sign of life", "ttl"),
    KeyKind("workers:", "hash", "worker", "what a worker says of itself", "ttl"),
    KeyKind("idempotency:", "hash", "submission", "fingerprint, scenario id and instant of a submission", "ttl"),
    KeyKind("index:scenarios", "zset", "engine", "scenario ids by creation time", "permanent"),
    KeyKind("index:staging", "zset", "engine", "submissions in progress by their last sign of life", "permanent"),
    KeyKind("index:cancelling", "zset", "engine", "scenarios whose cancellation is not finished", "permanent"),
    KeyKind("index:ended", "zset", "engine", "scenarios that ended and have no expiry yet", "permanent"),
    KeyKind("index:services", "set", "engine", "every service some scenario has named", "permanent"),
    KeyKind("index:served", "zset", "engine", "services by the last sign of life of any worker; a day, 1,000 at most", "ttl"),
)
"""Lifetimes: `scenario` = until the retention after its end; `submission` = until committed or swept after 60 s;
`ttl` = always carries an expiry; `permanent` = emptied, not expired, so it vanishes with its last entry."""
