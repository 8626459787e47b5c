"""Store tests run on the embedded server, and on each server that SCENARIES_TEST_REDIS_URL names (comma between them)."""

import os
from collections.abc import AsyncIterator

import pytest
from redis.asyncio import Redis

from processing_service.store.keys import KEY_KINDS, PlainKeys
from tests.store.farm import Farm

_OTHERS = [url.strip() for url in os.environ.get("SCENARIES_TEST_REDIS_URL", "").split(",") if url.strip()]


@pytest.fixture(params=["embedded", *_OTHERS])
def redis_url(request: pytest.FixtureRequest, embedded_redis_url: str) -> str:
    """Each server in turn."""
    return embedded_redis_url if request.param == "embedded" else str(request.param)


@pytest.fixture
async def keys(request: pytest.FixtureRequest, keys: PlainKeys, redis: Redis) -> AsyncIterator[PlainKeys]:
    """Key names, and the leak checker: what a test leaves behind is in the table of keys.py, of its type and its lifetime."""
    yield keys
    async for key in redis.scan_iter(match=f"{keys.namespace}*", count=1_000):
        name = key.removeprefix(keys.namespace)
        kinds = [kind for kind in KEY_KINDS if name.startswith(kind.prefix)]
        assert len(kinds) == 1, f"{name} is not in the table of keys"
        (kind,) = kinds
        found, ttl = await redis.type(key), await redis.pttl(key)
        assert found in {kind.type, "none"} or "wrong_type" in request.node.name, f"{name} is a {found}, not a {kind.type}"
        if kind.lifetime == "ttl":
            assert ttl != -1, f"{name} would stay for ever"
        if kind.lifetime == "permanent":
            assert ttl in {-1, -2}, f"{name} would expire"


@pytest.fixture
async def farm(redis: Redis, keys: PlainKeys) -> AsyncIterator[Farm]:
    """Stores, sweep and clock on a namespace of their own."""
    farm = Farm(redis, keys)
    yield farm
    await farm.queue.aclose()
