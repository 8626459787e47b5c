"""New work is taken while Redis has room to finish what it has: below 80 % of `maxmemory`.

At its limit Redis refuses every write, and with it the reports that would make room; so submissions stop earlier, and what
is in progress drains.
"""

import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final

from processing_service.contract.errors import StoreUnavailable
from processing_service.engine.health import ADMISSION_SHARE, RedisFacts

FRESH: Final = 1.0  # seconds one look at Redis counts: a thousand submissions a second ask it once


@dataclass(slots=True)
class Admission:
    """The gate in front of submissions. One per process; several processes each look for themselves."""

    probe: Callable[[], Awaitable[RedisFacts]]
    clock: Callable[[], float] = time.monotonic
    _full: bool = field(default=False, init=False)
    _looked_at: float = field(default=float("-inf"), init=False)

    async def admit(self) -> None:
        """Raises StoreUnavailable `queue-full` while Redis is too full. One that does not answer is the next call's to report."""
        now = self.clock()
        if now - self._looked_at >= FRESH:
            self._looked_at = now
            facts = await self.probe()
            self._full = bool(facts.maxmemory) and facts.used_memory >= ADMISSION_SHARE * facts.maxmemory
        if self._full:
            sentence = "Redis is almost full: work in progress goes on, new scenarios wait until it has drained"
            raise StoreUnavailable(sentence, code="queue-full", retry_after=5.0)
