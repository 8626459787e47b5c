"""What a service author writes: a function from a claimed task to an outcome."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from processing_service.contract.task import ClaimedTask, JSONValue


class Context(Protocol):
    """What an operation may touch besides its task. One per attempt."""

    workspace: Path
    """A private empty folder, removed after the attempt whatever happens."""

    def progress(self, percent: float, message: str = "") -> None:
        """Tell people how far this attempt is, 0 to 100. Cheap: it travels with the next heartbeat."""
        ...

    def open(self, ref: str) -> Path:
        """A local file with the bytes behind a `result_ref`. Raises BadInput for a reference that cannot be read here."""
        ...

    def read_json(self, ref: str) -> Any:
        """The JSON document behind a `result_ref`. Raises BadInput when it is not one."""
        ...

    def save(self, path: Path) -> str:
        """Keep a file of the workspace as an artifact, typed by its suffix; returns its `artifact://` URI."""
        ...

    def save_json(self, value: JSONValue) -> str:
        """Keep a JSON document as an artifact; the same value always gives the same URI."""
        ...


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a successful attempt leaves: a reference to the bytes, and a small JSON result beside it (64 KB at most)."""

    result_ref: str | None = None
    result: JSONValue = None


Operation = Callable[[ClaimedTask, Context], Outcome]
"""Performs one task. Raises BadInput, Permanent, RateLimited or Transient; anything else counts as `internal`."""
