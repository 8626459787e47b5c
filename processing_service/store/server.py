"""The one door to the server: scripts and reads go out in as few round trips as they can, failures come back translated."""

import asyncio
from collections.abc import Sequence
from typing import Any, TypeAlias

from redis.asyncio import Redis
from redis.exceptions import NoScriptError

from processing_service.store.answer import Answer
from processing_service.store.failures import translated
from processing_service.store.scripts import Call, Value, source

Reply: TypeAlias = tuple[Answer, list[Any]]  # the word, and what the header's WITH line lists

_RESENDS = 3


class Server:
    """Executes scripts and reads on one client. Raises StoreUnavailable and nothing else of Redis."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._flags: bool | None = None
        self._asking = asyncio.Lock()

    async def call(self, call: Call) -> Reply:
        """One script, one round trip."""
        return (await self.calls([call]))[0]

    async def calls(self, calls: Sequence[Call]) -> list[Reply]:
        """Scripts in the order given, in one round trip. When one fails the others have been executed all the same."""
        if not calls:
            return []
        with translated():
            flags = self._flags if self._flags is not None else await self._knows_flags()
            replies = await self._send([_evalsha(call, flags) for call in calls])
            for attempt in range(1, _RESENDS + 1):
                missing = [index for index, reply in enumerate(replies) if isinstance(reply, NoScriptError)]
                if not missing:
                    break
                # The cache was emptied (a restart, a failover, SCRIPT FLUSH): whole texts, each of them once. Somebody may
                # empty it again meanwhile, so the last time every text is sent.
                commands, known = [], set[str]()
                for index in missing:
                    name = calls[index].script.name
                    whole = name not in known or attempt == _RESENDS
                    known.add(name)
                    commands.append((_eval if whole else _evalsha)(calls[index], flags))
                for index, reply in zip(missing, await self._send(commands), strict=True):
                    replies[index] = reply
            for reply in replies:
                if isinstance(reply, Exception):
                    raise reply
            return [(Answer(reply[0]), reply[1:]) for reply in replies]

    async def read(self, *commands: Sequence[Value], errors: bool = False) -> list[Any]:
        """Reading commands in one round trip, replies as redis-py dresses them (HGETALL is a dict).

        With `errors` a command the server refuses stands as an exception among the replies.
        """
        if not commands:
            return []
        with translated():
            replies = await self._send(commands)
            for reply in replies:
                if isinstance(reply, Exception) and not errors:
                    raise reply
            return replies

    async def _send(self, commands: Sequence[Sequence[Value]]) -> list[Any]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for command in commands:
                pipe.execute_command(*command)
            return list(await pipe.execute(raise_on_error=False))

    async def _knows_flags(self) -> bool:
        """Script flags came with 7.0. Valkey and its like say which Redis they speak under `redis_version`."""
        async with self._asking:
            if self._flags is None:
                info = await self._redis.info("server")
                self._flags = int(str(info["redis_version"]).partition(".")[0]) >= 7
        return self._flags


def _evalsha(call: Call, flags: bool) -> list[Value]:
    return ["EVALSHA", source(call.script, flags).sha, call.numkeys, *call.values]


def _eval(call: Call, flags: bool) -> list[Value]:
    return ["EVAL", source(call.script, flags).text, call.numkeys, *call.values]
