"""Following a scenario's history: without a gap, to its end."""

from collections.abc import AsyncIterator
from enum import Enum
from typing import Final

from processing_service.engine.present import event_of, position
from processing_service.engine.view import Event
from processing_service.store.events import EventReader
from processing_service.store.scenarios import ScenarioStore

FINISHED: Final = "scenario.finished"
CREATED: Final = "scenario.created"

_LOOK: Final = 4.0  # seconds one read blocks: below the client's socket timeout of 5 s


class Resume(Enum):
    """What somebody who comes back with the id of the last event they saw gets."""

    GO_ON = "go on"  #        every event after it
    SNAPSHOT = "snapshot"  #  it is not in the history any more, or never was: the whole state, then what follows
    OVER = "over"  #          it was the last one there will be


async def follow(
    reader: EventReader, store: ScenarioStore, scenario_id: str, after: str, *, idle: float
) -> AsyncIterator[Event | None]:
    """Every event after `after`, up to and with the scenario's end; None whenever nothing happened for `idle` seconds."""
    quiet = 0.0
    while True:
        look = min(_LOOK, idle - quiet)
        entries = await reader.read(scenario_id, after, round(look * 1000))
        for entry_id, fields in entries:
            after = entry_id
            event = event_of(entry_id, fields)
            yield event
            if event.type == FINISHED:
                return
        quiet = 0.0 if entries else quiet + look
        if quiet >= idle:
            if await store.scenario(scenario_id) is None:
                return  # expired, or deleted by hand: nothing will ever come
            quiet = 0.0
            yield None


async def resume(reader: EventReader, scenario_id: str, after: str, *, ended: bool) -> Resume:
    """What a reader at `after` gets. A stream that still begins with the scenario's creation was never trimmed."""
    last = position(await reader.last_id(scenario_id))
    if ended and position(after) >= last:
        return Resume.OVER
    first = await reader.first(scenario_id)
    if first is None or position(after) > last:
        return Resume.SNAPSHOT
    entry_id, fields = first
    return Resume.GO_ON if fields.get("type") == CREATED or position(entry_id) <= position(after) else Resume.SNAPSHOT
