"""How long things may take, in seconds. Defaults are section 1 of the engine's notes."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from processing_service.contract.retry import RetryPolicy

SERVICE_TIMEOUTS: Mapping[str, float] = MappingProxyType(
    {"text-service": 120.0, "voice-service": 300.0, "image-service": 300.0, "video-service": 2_400.0}
)


@dataclass(frozen=True, slots=True)
class QueuePolicy:
    """What a service's queue does when nobody says otherwise.

    `timeout` bounds one attempt, and the silence of a worker that popped an id and said nothing (tier 0).
    """

    lease: float = 10.0  #      renewed every third of it; what makes "running elsewhere within lease + 1 s" true
    retry: RetryPolicy = field(default_factory=RetryPolicy)
    timeouts: Mapping[str, float] = field(default_factory=lambda: SERVICE_TIMEOUTS)
    timeout: float = 300.0  #   of a service that `timeouts` does not name
    grace: float = 5.0  #       after the timeout, for the worker's own report of it, before renewal is refused
    check: float = 5.0  #       after a push, until the sweep looks whether anybody claimed it
    pickup: float = 10.0  #     until a vanished id is offered again to workers of ours that stand idle
    confirm: float = 2.0  #     between the two halves of a claim
    settle: float = 10.0  #     for one chunk of consumers, before the sweep takes the rest over
    progress: float = 1.0  #    between two events about the progress of one task

    def timeout_of(self, service: str) -> float:
        return self.timeouts.get(service, self.timeout)

    def retry_of(self, max_attempts: str | None) -> RetryPolicy:
        """The policy for one task; its own `max_attempts` has the last word."""
        return replace(self.retry, max_attempts=int(max_attempts)) if max_attempts else self.retry


def ms(seconds: float) -> int:
    """Milliseconds, as the scripts count."""
    return round(seconds * 1000)
