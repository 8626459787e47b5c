"""The services that are worth a task: those that come with the project, and those a worker has been seen to serve."""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from processing_service.store.policy import SERVICE_TIMEOUTS

SHIPPED_SERVICES: Final = frozenset(SERVICE_TIMEOUTS)  # known from the first moment, before their workers have started
_FRESH: Final = 2.0  # seconds; a burst of submissions looks once
_MANY: Final = 10_000  # services remembered here; beyond, whoever invents them is not remembered longer than the store does


@dataclass(slots=True)
class ServedServices:
    """Asks the store at most every two seconds, and forgets no service while the engine runs: a worker may be restarting."""

    look: Callable[[], Awaitable[frozenset[str]]]
    clock: Callable[[], float] = time.monotonic
    _known: frozenset[str] = field(default=SHIPPED_SERVICES, init=False)
    _looked: float = field(default=float("-inf"), init=False)

    async def known(self) -> frozenset[str]:
        """Every service that is served now or was seen to be. Raises StoreUnavailable."""
        now = self.clock()
        if now - self._looked >= _FRESH:
            remembered = self._known if len(self._known) < _MANY else SHIPPED_SERVICES
            self._known = remembered | await self.look()
            self._looked = now
        return self._known
