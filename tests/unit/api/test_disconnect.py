"""Work for callers who may leave."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

import pytest
from starlette.requests import ClientDisconnect, Request
from starlette.types import Message

from processing_service.api.disconnect import while_connected


def caller(leaves: Callable[[], Awaitable[object]]) -> Request:
    """A request whose caller leaves when `leaves` returns."""

    async def receive() -> Message:
        await leaves()
        return {"type": "http.disconnect"}

    return Request({"type": "http", "headers": []}, receive)


async def never() -> None:
    await asyncio.Event().wait()


async def soon() -> None:
    await asyncio.sleep(0.01)


async def test_a_caller_who_stays_gets_the_result() -> None:
    """And what goes wrong."""

    async def work() -> int:
        return 1

    async def broken() -> int:
        raise ValueError

    assert await while_connected(caller(never), work()) == 1
    with pytest.raises(ValueError):  # noqa: PT011 - the class is the whole of it
        await while_connected(caller(never), broken())


async def test_work_ends_with_its_caller() -> None:
    """Cancelled, and finished with cleaning up when the answer is given up."""
    cleaned = False

    async def work() -> None:
        nonlocal cleaned
        try:
            await never()
        finally:
            await asyncio.sleep(0)
            cleaned = True

    with pytest.raises(ClientDisconnect):
        await while_connected(caller(soon), work())
    assert cleaned


async def test_work_that_swallows_a_cancellation_is_cancelled_again() -> None:
    """Some libraries do, while they connect."""

    async def stubborn() -> None:
        with suppress(asyncio.CancelledError):
            await never()
        await never()

    with pytest.raises(ClientDisconnect):
        await while_connected(caller(soon), stubborn())


async def test_a_result_that_came_too_late_is_taken_back() -> None:
    """Nobody is there to have it."""
    taken_back = []

    async def late() -> str:
        with suppress(asyncio.CancelledError):
            await never()
        return "task"

    async def undo(result: str) -> None:
        taken_back.append(result)

    with pytest.raises(ClientDisconnect):
        await while_connected(caller(soon), late(), undo=undo)
    assert taken_back == ["task"]
