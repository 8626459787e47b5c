"""Which services are worth a task."""

import secrets

from redis.asyncio import Redis

from processing_service.engine.served import SHIPPED_SERVICES, ServedServices
from processing_service.store.keys import PlainKeys
from processing_service.store.queue import QueueStore
from processing_service.store.serving import served


async def test_a_service_is_known_by_its_worker_not_by_its_name(redis: Redis, keys: PlainKeys) -> None:
    """The four that come with the project are known before anything runs."""
    queues = QueueStore(redis, keys)
    await redis.sadd(keys.services_index, "named-only")
    await queues.beat("w1", "own-service", {})
    services = ServedServices(lambda: served(queues.server, keys))
    assert {"text-service", "voice-service", "image-service", "video-service"} == SHIPPED_SERVICES
    assert await services.known() == {*SHIPPED_SERVICES, "own-service"}


async def test_a_worker_that_speaks_plain_redis_is_seen_by_what_it_holds(redis: Redis, keys: PlainKeys) -> None:
    """It sends no signs of life of its own."""
    await redis.sadd(keys.services_index, "plain-service")
    await redis.zadd(keys.leases("plain-service"), {"a.b": 1})
    assert await served(QueueStore(redis, keys).server, keys) == {"plain-service"}


async def test_the_store_is_asked_every_two_seconds_and_nothing_is_forgotten() -> None:
    """A burst of submissions costs one look; a service whose workers restart stays known."""
    now = 0.0
    looks = [frozenset({"a"}), frozenset({"b"})]

    async def look() -> frozenset[str]:
        return looks.pop(0)

    services = ServedServices(look, lambda: now)
    assert await services.known() == {*SHIPPED_SERVICES, "a"}
    now = 1.9
    assert await services.known() == {*SHIPPED_SERVICES, "a"}
    now = 2.0
    assert await services.known() == {*SHIPPED_SERVICES, "a", "b"}


async def test_invented_services_do_not_pile_up() -> None:
    """Whoever may speak to us may invent names."""
    now = 0.0

    async def look() -> frozenset[str]:
        return frozenset(secrets.token_hex(8) for _ in range(6_000))

    services = ServedServices(look, lambda: now)
    sizes = []
    for _ in range(4):
        sizes.append(len(await services.known()))
        now += 2.0
    assert max(sizes) <= 12_004
