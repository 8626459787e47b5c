"""Waiting for a push without asking again and again: one subscription per process, however many claims wait."""

import asyncio
import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisError

LINGER = 2.0  # seconds the subscription outlives its last waiter: a worker that finds its queue empty asks again at once


@dataclass(slots=True)
class _Channel:
    rings: int = 0
    waiting: int = 0
    rung: asyncio.Event = field(default_factory=asyncio.Event)


class Bell:
    """Rings whoever waits when something was pushed for a service.

    A message can get lost (pub/sub promises nothing), so whoever waits here looks again after a second in any case.
    """

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._channels: dict[str, _Channel] = {}
        self._subscribed: set[str] = set()
        self._pubsub: PubSub | None = None
        self._listener: asyncio.Task[None] | None = None
        self._changing = asyncio.Lock()

    def rings(self, channel: str) -> int:
        """How often this channel has rung: read it before looking for work, give it to `wait`, and no ring falls between."""
        return self._channels.setdefault(channel, _Channel()).rings

    async def wait(self, channel: str, since: int, seconds: float) -> None:
        """Return at the next ring after `since`, or after so many seconds."""
        state = self._channels.setdefault(channel, _Channel())
        with self._counted(state), contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._subscribe(channel)
                while state.rings == since:
                    await state.rung.wait()

    async def aclose(self) -> None:
        """End the subscription. The client itself stays open."""
        if self._listener is not None:
            self._listener.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._listener

    @contextlib.contextmanager
    def _counted(self, state: _Channel) -> Iterator[None]:
        state.waiting += 1
        try:
            yield
        finally:
            state.waiting -= 1

    async def _subscribe(self, channel: str) -> None:
        """Make sure that somebody listens. When Redis is away nobody does: the claim itself will say so."""
        async with self._changing:
            if channel in self._subscribed:
                return
            known = self._pubsub
            pubsub = known or self._redis.pubsub()
            try:
                await pubsub.subscribe(channel)
            except BaseException as error:
                if known is None:
                    await pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py annotates all of PubSub but this
                if isinstance(error, RedisError | OSError):
                    return
                raise
            if known is None:
                self._pubsub = pubsub
                self._listener = asyncio.create_task(self._listen(pubsub), name="store-wake")
            if self._pubsub is pubsub:  # else its connection was lost while we spoke; the next wait makes a new one
                self._subscribed.add(channel)

    async def _listen(self, pubsub: PubSub) -> None:
        """Pass messages on until nobody waits any more, or the connection is lost."""
        try:
            while True:
                message = await pubsub.get_message(timeout=LINGER)
                if message is not None:
                    # The confirmation of a subscription rings too: what was pushed before it was not heard.
                    self._ring(str(message["channel"]))
                elif not any(state.waiting for state in self._channels.values()):
                    return
        except (RedisError, OSError):
            return
        finally:
            self._pubsub = self._listener = None
            self._subscribed.clear()
            with contextlib.suppress(RedisError, OSError):
                await pubsub.aclose()  # type: ignore[no-untyped-call]  # redis-py annotates all of PubSub but this

    def _ring(self, channel: str) -> None:
        state = self._channels.get(channel)
        if state is not None:
            state.rings += 1
            state.rung.set()
            state.rung = asyncio.Event()
