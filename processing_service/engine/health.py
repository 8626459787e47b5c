"""How the engine stands, judged from what Redis says of itself. Pure: facts in, verdict out."""

from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict

from processing_service.contract.errors import Problem

ADMISSION_SHARE = 0.8  # of maxmemory: beyond it submissions are refused, while work in progress still drains


@dataclass(frozen=True, slots=True)
class RedisFacts:
    """What one look at Redis found. Sizes in bytes; `maxmemory` 0 means unlimited."""

    reachable: bool
    latency_ms: float = 0.0
    version: str = ""
    eviction_policy: str = ""
    used_memory: int = 0
    maxmemory: int = 0
    append_only: bool = False
    snapshots: bool = False
    last_write_ok: bool = True
    embedded: bool = False


class RedisHealth(BaseModel):
    """Redis in one glance."""

    model_config = ConfigDict(frozen=True)

    reachable: bool
    latency_ms: float
    version: str
    eviction_policy: str
    used_memory: int
    maxmemory: int
    persistence: Literal["append-only", "snapshots", "none"]
    embedded: bool


class Health(BaseModel):
    """`ok`, `degraded` (it works; `problems` says what to look at) or `unavailable` (requests cannot be served now)."""

    model_config = ConfigDict(frozen=True)

    status: Literal["ok", "degraded", "unavailable"]
    mode: Literal["open"] = "open"  # no tokens: whoever reaches the port may use it
    version: str
    redis: RedisHealth
    problems: tuple[Problem, ...] = ()

    @property
    def blocking(self) -> tuple[Problem, ...]:
        """What keeps requests from being served."""
        return tuple(problem for problem in self.problems if problem.severity == "error")


def judge(facts: RedisFacts, version: str) -> Health:
    """The verdict on what was found, worst first."""
    problems = tuple(sorted(_problems(facts), key=lambda problem: problem.severity != "error"))
    worst = problems[0].severity if problems else ""
    persistence: Literal["append-only", "snapshots", "none"] = "snapshots" if facts.snapshots else "none"
    return Health(
        status="unavailable" if worst == "error" else "degraded" if worst else "ok",
        version=version,
        redis=RedisHealth(
            reachable=facts.reachable,
            latency_ms=facts.latency_ms,
            version=facts.version,
            eviction_policy=facts.eviction_policy,
            used_memory=facts.used_memory,
            maxmemory=facts.maxmemory,
            persistence="append-only" if facts.append_only else persistence,
            embedded=facts.embedded,
        ),
        problems=problems,
    )


def _problems(facts: RedisFacts) -> list[Problem]:
    if not facts.reachable:
        return [Problem("store-unavailable", "Redis does not answer", "is it running, and is REDIS_URL right?")]
    found = []
    if facts.eviction_policy not in {"", "noeviction"}:
        found.append(
            Problem(
                "eviction-policy",
                f"Redis may evict the state of tasks: maxmemory-policy is {facts.eviction_policy}",
                "CONFIG SET maxmemory-policy noeviction",
            )
        )
    if facts.maxmemory and facts.used_memory >= ADMISSION_SHARE * facts.maxmemory:
        found.append(
            Problem(
                "queue-full",
                f"Redis uses {100 * facts.used_memory / facts.maxmemory:.0f} % of its maxmemory; new scenarios are refused above 80 %",
                "raise maxmemory, or shorten SCENARIES_RETENTION",
            )
        )
    if not facts.last_write_ok:
        found.append(Problem("store-unavailable", "Redis cannot write to its disk", "look at its log and at the free space"))
    if not facts.append_only and not facts.snapshots:
        found.append(
            Problem(
                "no-persistence",
                "Redis keeps everything in memory only: a restart of it forgets all scenarios",
                "CONFIG SET appendonly yes",
                severity="warning",
            )
        )
    return found
