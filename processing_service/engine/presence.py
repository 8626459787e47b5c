"""Workers that speak to us are seen to be there, without a write for each word."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from processing_service.store.queue import QueueStore

_AGAIN: Final = 10.0  # seconds; a worker is remembered for sixty
_MANY: Final = 10_000  # workers remembered here; beyond, all are written once more


@dataclass(slots=True)
class Presence:
    """Writes a worker's sign of life when the last one written is older than ten seconds."""

    store: QueueStore
    clock: Callable[[], float] = time.monotonic
    _seen: dict[tuple[str, str], float] = field(default_factory=dict, init=False)

    async def beat(self, worker: str, service: str) -> None:
        """This worker is there for this service now."""
        now = self.clock()
        if now - self._seen.get((worker, service), float("-inf")) < _AGAIN:
            return
        await self.store.beat(worker, service, {})
        if len(self._seen) >= _MANY:
            self._seen.clear()
        self._seen[worker, service] = now
