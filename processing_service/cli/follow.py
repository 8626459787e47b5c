"""Follow a scenario to its end by its event stream, through restarts of the engine, without missing a change."""

import time
from collections.abc import Iterator

from processing_service.cli.board import Board, TaskRow
from processing_service.cli.client import Api, EngineGone

_PATIENCE = 20.0  # seconds without the engine, one after another
_PAUSE = 0.2  # seconds between two tries to come back


def follow(api: Api, scenario_id: str) -> Iterator[tuple[Board, TaskRow | None]]:
    """The board after each change, with the row that changed; the last one is as the engine has it when the scenario ended.

    Raises EngineGone after 20 s without an answer, or as soon as the engine is known to be gone.
    """
    board: Board | None = None
    after: str | None = None
    alive = time.monotonic()
    while board is None or not board.ended:
        try:
            for event in api.events(scenario_id, after):
                alive = time.monotonic()
                after = event.id
                if event.type == "snapshot":
                    board = Board.of(event.data)
                    yield board, None
                elif board:
                    yield board, board.apply(event.type, event.data)
                if board and board.ended:
                    break
            else:
                # The stream ended without the end of the scenario: the engine is stopping, or we had seen it all.
                board = Board.of(api.scenario(scenario_id))
        except EngineGone:
            if api.hopeless or time.monotonic() - alive > _PATIENCE:
                raise
        if not (board and board.ended):
            time.sleep(_PAUSE)
    yield Board.of(api.scenario(scenario_id)), None
