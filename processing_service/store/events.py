"""A scenario's history: one stream entry per arrow, written by the scripts themselves."""

import asyncio
import contextlib
from dataclasses import dataclass
from typing import Any, Final

from redis.asyncio import Redis

from processing_service.contract.errors import StoreUnavailable
from processing_service.store.keys import Keys
from processing_service.store.server import Server

_BLOCK: Final = 100  # ms of one blocking read for all who wait: how long a new one waits until it is listened for, at most
_BATCH: Final = 500

Entry = tuple[str, dict[str, str]]


@dataclass(frozen=True, slots=True, eq=False)
class _Waiter:
    """Somebody who has seen a stream up to an id and wants to know when there is more."""

    stream: str
    after: str
    news: "asyncio.Future[None]"


class EventReader:
    """Reads histories. Raises StoreUnavailable.

    However many wait for news of however many scenarios, one connection blocks for all of them.
    """

    def __init__(self, redis: Redis, keys: Keys) -> None:
        self._server = Server(redis)
        self._keys = keys
        self._waiters: set[_Waiter] = set()
        self._listener: asyncio.Task[None] | None = None

    async def read(self, scenario_id: str, after: str, block_ms: int) -> list[Entry]:
        """Entries after the id `after`, oldest first, up to 500; waits up to `block_ms` for the first."""
        stream = self._keys.events(scenario_id)
        entries = await self._read(stream, after)
        if not entries and block_ms > 0 and await self._more(stream, after, block_ms / 1000):
            entries = await self._read(stream, after)
        return entries

    async def last_id(self, scenario_id: str) -> str:
        """The id of the newest entry; `0-0` when there is none."""
        (found,) = await self._server.read(("XREVRANGE", self._keys.events(scenario_id), "+", "-", "COUNT", 1))
        return str(found[0][0]) if found else "0-0"

    async def first(self, scenario_id: str) -> Entry | None:
        """The oldest entry that is still kept."""
        (found,) = await self._server.read(("XRANGE", self._keys.events(scenario_id), "-", "+", "COUNT", 1))
        return _entry(found[0]) if found else None

    async def aclose(self) -> None:
        """End what waits in the background. The client is its owner's to close."""
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    async def _read(self, stream: str, after: str) -> list[Entry]:
        (reply,) = await self._server.read(("XREAD", "COUNT", _BATCH, "STREAMS", stream, after))
        return [_entry(entry) for entry in reply[0][1]] if reply else []

    async def _more(self, stream: str, after: str, seconds: float) -> bool:
        """Whether something was added after `after` within so many seconds."""
        waiter = _Waiter(stream, after, asyncio.get_running_loop().create_future())
        self._waiters.add(waiter)
        if self._listener is None:
            self._listener = asyncio.create_task(self._listen(), name="store-events")
        try:
            async with asyncio.timeout(seconds):
                await waiter.news
        except TimeoutError:
            return False
        finally:
            self._waiters.discard(waiter)
        return True

    async def _listen(self) -> None:
        """Tell whoever waits when there is more, until nobody waits."""
        try:
            while self._waiters:
                # Two may wait at the same stream, one further than the other: the earlier position rings for both, and the
                # one who has seen it all reads nothing and waits again.
                positions: dict[str, str] = {}
                for waiter in self._waiters:
                    positions[waiter.stream] = min(waiter.after, positions.get(waiter.stream, waiter.after), key=_order)
                (reply,) = await self._server.read(
                    ("XREAD", "COUNT", 1, "BLOCK", _BLOCK, "STREAMS", *positions, *positions.values())
                )
                rung = {stream for stream, _ in reply or ()}
                for waiter in self._waiters:
                    if waiter.stream in rung and not waiter.news.done():
                        waiter.news.set_result(None)
                await asyncio.sleep(0)  # those who heard leave before the next round
        except StoreUnavailable as error:
            for waiter in self._waiters:
                if not waiter.news.done():
                    waiter.news.set_exception(error)
        finally:
            self._listener = None


def _order(entry_id: str) -> tuple[int, int]:
    """Stream ids are two numbers, in milliseconds and within one."""
    milliseconds, _, sequence = entry_id.partition("-")
    return int(milliseconds), int(sequence or 0)


def _entry(entry: list[Any]) -> Entry:
    id_, flat = entry
    return str(id_), dict(zip(flat[::2], flat[1::2], strict=True))
