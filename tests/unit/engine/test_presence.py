"""Workers are seen to be there."""

from redis.asyncio import Redis

from processing_service.engine.presence import Presence
from processing_service.store.keys import PlainKeys
from processing_service.store.queue import QueueStore


async def test_a_sign_of_life_is_written_once_in_ten_seconds(redis: Redis, keys: PlainKeys) -> None:
    """A worker that claims a hundred times a second is written six times a minute, and forgotten after one."""
    now = 0.0
    presence = Presence(QueueStore(redis, keys), lambda: now)
    await presence.beat("w1", "text-service")
    assert 50 < await redis.ttl(keys.worker("w1")) <= 60
    await redis.delete(keys.worker("w1"))
    now = 9.9
    await presence.beat("w1", "text-service")
    assert not await redis.exists(keys.worker("w1"))
    now = 10.0
    await presence.beat("w1", "text-service")
    assert await redis.exists(keys.worker("w1"))
