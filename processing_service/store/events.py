"""A scenario's history: one stream entry per arrow, written by the scripts themselves."""

import asyncio
from typing import Any, Final

from redis.asyncio import Redis

from processing_service.store.keys import Keys
from processing_service.store.server import Server

_BLOCK: Final = 2.0  # seconds of one blocking read: well below the socket's timeout, or silence would read as a failure
_BATCH: Final = 500

Entry = tuple[str, dict[str, str]]


class EventReader:
    """Reads histories. Raises StoreUnavailable."""

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._server = Server(redis)
        self._keys = keys

    async def read(self, scenario_id: str, after: str, block_ms: int) -> list[Entry]:
        """Entries after the id `after`, oldest first, up to 500; waits up to `block_ms` for the first."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + block_ms / 1000
        while True:
            left = deadline - loop.time()
            # BLOCK 0 would block for ever; no BLOCK at all does not wait.
            block = ("BLOCK", max(1, round(min(left, _BLOCK) * 1000))) if left > 0 else ()
            (reply,) = await self._server.read(
                ("XREAD", "COUNT", _BATCH, *block, "STREAMS", self._keys.events(scenario_id), after)
            )
            entries = _entries(reply)
            if entries or left <= 0:
                return entries

    async def last_id(self, scenario_id: str) -> str:
        """The id of the newest entry; `0-0` when there is none."""
        (found,) = await self._server.read(("XREVRANGE", self._keys.events(scenario_id), "+", "-", "COUNT", 1))
        return str(found[0][0]) if found else "0-0"

    async def first(self, scenario_id: str) -> Entry | None:
        """The oldest entry that is still kept."""
        (found,) = await self._server.read(("XRANGE", self._keys.events(scenario_id), "-", "+", "COUNT", 1))
        return _entry(found[0]) if found else None


def _entries(reply: list[list[Any]] | None) -> list[Entry]:
    """The entries of the one stream in a reply to XREAD."""
    return [_entry(entry) for entry in reply[0][1]] if reply else []


def _entry(entry: list[Any]) -> Entry:
    id_, flat = entry
    return str(id_), dict(zip(flat[::2], flat[1::2], strict=True))
