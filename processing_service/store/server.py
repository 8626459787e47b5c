"""The one door to the server: scripts and reads go out in as few round trips as they can, failures come back translated."""

import asyncio
from collections.abc import Sequence
from typing import Any, TypeAlias

import hiredis
from redis.asyncio import Redis
from redis.asyncio.connection import AbstractConnection
from redis.exceptions import NoScriptError, ResponseError

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
        """Reading commands in one round trip, replies as the server sends them (HGETALL is a flat list).

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

    async def hashes(self, keys: Sequence[str]) -> list[dict[str, str]]:
        """Whole hashes in one round trip; an empty one is one that does not exist."""
        replies = await self.read(*[("HGETALL", key) for key in keys])
        return [dict(zip(flat[::2], flat[1::2], strict=True)) for flat in replies]

    async def time(self) -> int:
        """The server's clock, in epoch milliseconds."""
        ((seconds, microseconds),) = await self.read(("TIME",))
        return int(seconds) * 1000 + int(microseconds) // 1000

    async def _send(self, commands: Sequence[Sequence[Value]]) -> list[Any]:
        """One exchange on one connection; error replies stand among the others.

        As a pipeline of redis-py, but packed in C: its own packer costs more than everything else on the way (a third of the
        throughput of a worker that does nothing). Its retries apply, for whatever is sent here may be sent twice.
        """
        packed = b"".join([_pack(command) for command in commands])
        pool = self._redis.connection_pool
        connection: AbstractConnection = await pool.get_connection()  # type: ignore[no-untyped-call]  # a decorator of redis-py hides its types

        async def exchange() -> list[Any]:
            return await _exchange(connection, packed, len(commands))

        async def reconnect(_: Exception) -> None:
            await connection.disconnect()

        try:
            replies: list[Any] = await connection.retry.call_with_retry(exchange, reconnect)
            return replies
        finally:
            await pool.release(connection)

    async def _knows_flags(self) -> bool:
        """Script flags came with 7.0. Valkey and its like say which Redis they speak under `redis_version`."""
        async with self._asking:
            if self._flags is None:
                info = await self._redis.info("server")
                self._flags = int(str(info["redis_version"]).partition(".")[0]) >= 7
        return self._flags


async def _exchange(connection: AbstractConnection, packed: bytes, count: int) -> list[Any]:
    """Send everything, read every reply. A connection that is left in the middle is closed: what is still on its way to us must
    not be read as the answer to somebody else's question."""
    replies: list[Any] = []
    try:
        await connection.send_packed_command(packed)
        while len(replies) < count:
            try:
                replies.append(await connection.read_response())
            except ResponseError as error:
                replies.append(error)
    except BaseException:
        await connection.disconnect(nowait=True)
        raise
    return replies


def _pack(command: Sequence[Value]) -> bytes:
    values: Any = tuple(command)  # hiredis' own annotation says "a tuple of one"
    try:
        return bytes(hiredis.pack_command(values))
    except UnicodeEncodeError:
        # A lone surrogate is no character and has no UTF-8: it becomes a question mark.
        values = tuple(str(value).encode(errors="replace") for value in command)
        return bytes(hiredis.pack_command(values))


def _evalsha(call: Call, flags: bool) -> list[Value]:
    return ["EVALSHA", source(call.script, flags).sha, call.numkeys, *call.values]


def _eval(call: Call, flags: bool) -> list[Value]:
    return ["EVAL", source(call.script, flags).text, call.numkeys, *call.values]
