"""The one border where what Redis says becomes what the engine says."""

from collections.abc import Iterator
from contextlib import contextmanager

from redis.exceptions import (
    BusyLoadingError,
    MasterDownError,
    MaxConnectionsError,
    OutOfMemoryError,
    ReadOnlyError,
    RedisError,
    ResponseError,
)
from redis.exceptions import ConnectionError as ConnectionLost
from redis.exceptions import TimeoutError as TookTooLong

from processing_service.contract.errors import StoreUnavailable

RETRY_AFTER = 1.0  # seconds; our own embedded server is back after a tenth of one

# The first word of an error reply, and what it means to an operator. All of them pass, or are mended by one.
_WORDS = {
    "BUSY": "Redis is busy with a script that does not end",
    "CLUSTERDOWN": "the Redis cluster is down",
    "LOADING": "Redis is reading its data back",
    "MASTERDOWN": "the Redis master is down",
    "MISCONF": "Redis refuses to write: its disk is full or broken",
    "NOAUTH": "Redis wants a password: set it in REDIS_URL",
    "NOPERM": "the user in REDIS_URL may not execute a command the engine needs",
    "NOREPLICAS": "Redis refuses to write: no replica confirms",
    "READONLY": "this Redis is a replica and refuses to write",
    "TRYAGAIN": "the Redis cluster is moving keys",
    "WRONGPASS": "the password in REDIS_URL is wrong",
}


@contextmanager
def translated() -> Iterator[None]:
    """Whatever Redis or the way to it fails with leaves as StoreUnavailable, code `store-unavailable` or `queue-full`."""
    try:
        yield
    except (RedisError, OSError) as error:
        raise unavailable(error) from error


def unavailable(error: Exception) -> StoreUnavailable:
    """The error as a sentence. Out of memory has its own code: work in progress goes on, new work has to wait."""
    text = str(error)
    word = text.partition(" ")[0].lstrip("-")
    if isinstance(error, OutOfMemoryError) or "OOM" in text:
        sentence = "Redis has reached its memory limit: no new work is taken until running work has drained"
        return StoreUnavailable(sentence, code="queue-full", retry_after=5.0)
    if word in _WORDS:
        sentence = _WORDS[word]
    elif isinstance(error, BusyLoadingError):
        sentence = _WORDS["LOADING"]
    elif isinstance(error, ReadOnlyError):
        sentence = _WORDS["READONLY"]
    elif isinstance(error, MasterDownError):
        sentence = _WORDS["MASTERDOWN"]
    elif isinstance(error, MaxConnectionsError) or "No connection available" in text:
        sentence = "too many requests wait for Redis"
    elif isinstance(error, TookTooLong | TimeoutError):
        sentence = "Redis does not answer in time"
    elif isinstance(error, ConnectionLost | OSError):
        sentence = "Redis cannot be reached"
    elif isinstance(error, ResponseError):
        sentence = f"Redis refuses: {text[:200]}"
    else:
        sentence = f"Redis fails: {text[:200]}"
    return StoreUnavailable(f"{sentence}. Nothing was lost; try again shortly.", retry_after=RETRY_AFTER)
