"""One task as the template wrote it, checked and typed."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from processing_service.contract.task import JSONValue


@dataclass(frozen=True, slots=True)
class TaskRecord:
    """A task of an expanded template. `consumers` are the ids of the tasks that wait for this one.

    `fields` holds every extra field (`prompt`, `text_task_id`, …) as JSON. `timeout` is in seconds. `declared_queue` is what
    the document said, kept only to be compared with the number derived from the edges. `line` and `label` (the name given to
    SHORT_UUID) are for messages to people.
    """

    id: str
    service: str
    name: str
    consumers: tuple[str, ...] = ()
    params: Mapping[str, JSONValue] = field(default_factory=dict)
    fields: Mapping[str, JSONValue] = field(default_factory=dict)
    stage: str = ""
    max_attempts: int | None = None
    timeout: float | None = None
    declared_queue: int | None = None
    line: int = 0
    label: str = ""

    @property
    def called(self) -> str:
        """What a person calls this task: its label, else its operation, else its id."""
        return self.label or self.name or self.id
