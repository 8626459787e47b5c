"""Where everything is built and handed its parts: settings in, an engine out."""

import asyncio
import os
import secrets
import time
import tomllib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed_version
from pathlib import Path

import shortuuid
from redis.asyncio import Redis
from redis.exceptions import RedisError

from processing_service.artifacts.local import LocalStorage
from processing_service.embedded.server import EmbeddedServer, running_url
from processing_service.engine.admission import Admission
from processing_service.engine.cursor import Cursors
from processing_service.engine.engine import Engine
from processing_service.engine.expansion import Expander
from processing_service.engine.health import RedisFacts
from processing_service.engine.presence import Presence
from processing_service.engine.served import ServedServices
from processing_service.engine.submit import Submission
from processing_service.settings import Settings, project_folder
from processing_service.store.connection import connect
from processing_service.store.events import EventReader
from processing_service.store.keys import PlainKeys
from processing_service.store.queue import QueueStore
from processing_service.store.scenarios import ScenarioStore
from processing_service.store.serving import served
from processing_service.store.sweep import Sweeper
from processing_service.templates.catalog import Catalog, default_paths
from processing_service.templates.limits import Limits

SCENARIO_ID_CHARACTERS = 12  # of shortuuid's 57 letters: 70 bits; a million scenarios collide with probability 4e-10


@asynccontextmanager
async def open_engine(settings: Settings) -> AsyncIterator[Engine]:
    """An engine with everything it stands on, until the block ends: Redis (our own server when none is named), the expander's
    children, the sweep."""
    async with AsyncExitStack() as stack:
        settings.state.mkdir(parents=True, exist_ok=True)
        url, embedded = await _redis_url(settings, stack)
        redis = connect(url)
        stack.push_async_callback(redis.aclose)
        keys = PlainKeys(f"{settings.namespace}:" if settings.namespace else "")
        scenarios = ScenarioStore(redis, keys)
        queues = QueueStore(redis, keys, lease=settings.lease)
        stack.push_async_callback(queues.aclose)
        events = EventReader(redis, keys)
        stack.push_async_callback(events.aclose)
        limits = Limits(slides=settings.max_slides)
        paths = settings.templates or default_paths(project_folder() or Path.cwd())
        expander = Expander(paths, limits)
        stack.push_async_callback(expander.close)
        look = partial(probe, redis, embedded=embedded)
        engine = Engine(
            admission=Admission(look),
            submission=Submission(
                scenarios,
                expander,
                settings.retention,
                lambda: datetime.now(UTC),
                new_scenario_id,
                ServedServices(partial(served, queues.server, keys)),
            ),
            scenario_store=scenarios,
            queue_store=queues,
            presence=Presence(queues),
            event_reader=events,
            catalog=Catalog(paths, limits),
            storage=LocalStorage(settings.artifacts_folder),
            cursors=Cursors(_secret(settings)),
            probe=look,
            version=version(),
        )
        await stack.enter_async_context(_sweeping(Sweeper(redis, keys, queues, scenarios), settings.sweep))
        await expander.warm()
        yield engine


def new_scenario_id() -> str:
    """A fresh id: 12 characters that a person can read out."""
    return shortuuid.ShortUUID().random(length=SCENARIO_ID_CHARACTERS)


def version() -> str:
    """The installed version; not installed, the one in the checkout's `pyproject.toml`; else `checkout`."""
    with suppress(PackageNotFoundError):
        return installed_version("scenaries")
    with suppress(OSError, ValueError, KeyError):
        project = tomllib.loads((Path(__file__).parents[1] / "pyproject.toml").read_text())["project"]
        if project["name"] == "scenaries":
            return str(project["version"])
    return "checkout"


async def probe(redis: Redis, *, embedded: bool) -> RedisFacts:
    """One look at Redis. Never raises: not answering is a fact too."""
    started = time.perf_counter()
    try:
        info = await redis.info()
    except (RedisError, OSError):
        return RedisFacts(reachable=False, embedded=embedded)
    latency = round((time.perf_counter() - started) * 1000, 2)
    return RedisFacts(
        reachable=True,
        latency_ms=latency,
        version=str(info.get("valkey_version") or info.get("redis_version", "")),
        eviction_policy=str(info.get("maxmemory_policy", "")),
        used_memory=int(info.get("used_memory", 0)),
        maxmemory=int(info.get("maxmemory", 0)),
        append_only=bool(info.get("aof_enabled")),
        snapshots=await _takes_snapshots(redis),
        last_write_ok=info.get("rdb_last_bgsave_status", "ok") == "ok" and info.get("aof_last_write_status", "ok") == "ok",
        embedded=embedded,
    )


async def _takes_snapshots(redis: Redis) -> bool:
    """Whether snapshots are configured. A server that does not let us ask (a managed one) has its own ways to keep data."""
    try:
        return bool((await redis.config_get("save")).get("save"))
    except (RedisError, OSError):
        return True


async def _redis_url(settings: Settings, stack: AsyncExitStack) -> tuple[str, bool]:
    """The server to use: the one named, else the one that runs for our state folder, else a new one of ours."""
    if settings.redis_url:
        # `scenaries up` runs the embedded server itself and gives its children the URL of it.
        return settings.redis_url, settings.redis_url == await asyncio.to_thread(running_url, settings.state)
    if running := await asyncio.to_thread(running_url, settings.state):
        return running, True
    server = EmbeddedServer(settings.state)
    url = await asyncio.to_thread(server.start)
    stack.push_async_callback(asyncio.to_thread, server.stop)
    return url, True


@asynccontextmanager
async def _sweeping(sweeper: Sweeper, period: float) -> AsyncIterator[None]:
    """The sweep at work beside us."""
    stop = asyncio.Event()
    sweep = asyncio.create_task(sweeper.run(stop, period))
    try:
        yield
    finally:
        stop.set()
        await sweep


def _secret(settings: Settings) -> bytes:
    """The key that signs cursors. Made once; two processes that make it at the same moment agree on the first."""
    if settings.secret:
        return settings.secret.get_secret_value().encode()
    path = settings.state / "secret"
    with suppress(FileExistsError):
        temporary = settings.state / f"secret.{os.getpid()}"
        temporary.touch(mode=0o600)
        temporary.write_bytes(secrets.token_bytes(32))
        try:
            os.link(temporary, path)
        finally:
            temporary.unlink()
    return path.read_bytes()
