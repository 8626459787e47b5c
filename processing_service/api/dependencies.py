"""What routes are given: the engine's one door, and the bounds this server was started with."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, TypeAlias

from fastapi import Depends
from starlette.requests import Request

from processing_service.engine.engine import Engine


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one request may ask for. `uploads` is a folder on the disk of the artifacts, for bodies on their way in."""

    uploads: Path
    max_upload: int = 2 * 1024**3


def door(request: Request) -> Engine:
    """The engine of this application; the lifespan put it there."""
    engine: Engine = request.app.state.engine
    return engine


def bounds(request: Request) -> Bounds:
    found: Bounds = request.app.state.bounds
    return found


EngineDoor: TypeAlias = Annotated[Engine, Depends(door)]
RequestBounds: TypeAlias = Annotated[Bounds, Depends(bounds)]
