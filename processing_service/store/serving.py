"""Which services somebody serves, in two round trips."""

from processing_service.store.keys import Keys
from processing_service.store.server import Server


async def served(server: Server, keys: Keys) -> frozenset[str]:
    """The services with a worker that gave a sign of life within a day, or with a task that somebody holds.

    Naming a service in a scenario does not make it served. Raises StoreUnavailable.
    """
    named, seen = await server.read(("SMEMBERS", keys.services_index), ("ZRANGE", keys.served_index, 0, -1))
    held = await server.read(*[("EXISTS", keys.leases(service)) for service in named])
    return frozenset(seen) | {service for service, found in zip(named, held, strict=True) if found}
