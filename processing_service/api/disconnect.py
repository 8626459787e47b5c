"""Work that is worth doing only while somebody waits for it."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from starlette.requests import ClientDisconnect, Request

T = TypeVar("T")

_AGAIN: Final = 0.1  # seconds until work that has swallowed a cancellation is cancelled once more


async def while_connected(
    request: Request, work: Coroutine[Any, Any, T], *, undo: Callable[[T], Awaitable[object]] | None = None
) -> T:
    """The result of `work`; when the caller goes away first, `work` is cancelled and ClientDisconnect raised.

    The server does not do this by itself: a handler whose caller has left runs on. The body must have been read. `undo` takes
    back a result that came too late to be handed over.
    """
    working = asyncio.create_task(work)
    leaving = asyncio.create_task(_left(request))
    stayed = False
    try:
        await asyncio.wait({working, leaving}, return_when=asyncio.FIRST_COMPLETED)
        stayed = not leaving.done()
    finally:
        leaving.cancel()
        if not stayed:
            await _abandon(working, undo)
    if not stayed:
        raise ClientDisconnect
    return working.result()


async def _abandon(working: "asyncio.Task[T]", undo: Callable[[T], Awaitable[object]] | None) -> None:
    while not working.done():
        working.cancel()
        # A connection that is being made may swallow a cancellation, and the work goes on: so it is asked again.
        await asyncio.wait({working}, timeout=_AGAIN)
    if not working.cancelled() and working.exception() is None and undo is not None:
        await undo(working.result())


async def _left(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
