"""The connections to Redis, with the timeouts and retries that the scripts allow."""

from redis.asyncio import BlockingConnectionPool, Redis
from redis.asyncio.retry import Retry
from redis.backoff import ExponentialBackoff
from redis.exceptions import ConnectionError as ConnectionLost

SOCKET_TIMEOUT = 5.0  # seconds without a byte; every blocking read of ours is shorter
CONNECTIONS = 32  # of one process; an exchange holds one for about a millisecond, so this is some 30,000 exchanges a second
PATIENCE = 3.0  # seconds to wait for a free one


def connect(url: str) -> Redis:
    """A client for one server; the first command connects.

    A lost connection is tried again three times within half a second, silently: every mutating call is a script that is
    idempotent, so a command that was executed before its reply got lost changes nothing the second time. A server that is
    silent for 5 s is not asked again behind the caller's back. What is not UTF-8 (somebody else wrote it) is read with
    replacement characters rather than refused. A burst waits for a free connection instead of failing.
    """
    pool = BlockingConnectionPool.from_url(
        url,
        max_connections=CONNECTIONS,
        timeout=PATIENCE,
        protocol=2,  # the shapes of replies differ in 3; every server speaks 2
        decode_responses=True,
        encoding_errors="replace",
        socket_timeout=SOCKET_TIMEOUT,
        socket_connect_timeout=2.0,
        socket_keepalive=True,
        retry=Retry(ExponentialBackoff(cap=0.3, base=0.05), 3, supported_errors=(ConnectionLost,)),
    )
    return Redis.from_pool(pool)
