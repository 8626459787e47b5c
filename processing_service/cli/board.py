"""What a person sees of a scenario: its tasks in order, kept up to date by its events. Pure: no clock, no terminal."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from processing_service.contract.status import TERMINAL, Status


@dataclass(slots=True)
class TaskRow:
    """One task as a line: what it is called among its like, where it stands, since when, and why."""

    id: str
    name: str
    label: str
    service: str
    consumers: tuple[str, ...]
    status: Status = Status.PENDING
    queue: int = 0
    attempt: int = 0
    progress: float | None = None
    message: str = ""
    error: str = ""
    reason: str = ""
    started: float | None = None  # epoch seconds
    finished: float | None = None
    raw: dict[str, Any] = field(default_factory=dict)

    def seconds(self, now: float) -> float | None:
        """How long it has been worked on; None when nobody has started."""
        if self.started is None:
            return None
        return max(0.0, (self.finished if self.finished is not None else now) - self.started)


@dataclass(slots=True)
class Board:
    """A scenario's tasks by id, in the order of its document."""

    scenario_id: str
    name: str
    version: str
    status: Status
    rows: dict[str, TaskRow]
    error: str = ""
    started: float | None = None  # epoch seconds, by the engine's clock
    finished: float | None = None
    view: dict[str, Any] = field(default_factory=dict)

    @classmethod
    def of(cls, view: dict[str, Any]) -> "Board":
        """The board of a `GET /scenarios/{id}` answer, or of a `snapshot` event."""
        tasks = list(view["tasks"])
        many = {name for name, count in Counter(task["name"] for task in tasks).items() if count > 1}
        numbers: Counter[str] = Counter()
        rows = {}
        for task in tasks:
            numbers[task["name"]] += 1
            label = f"{task['name']} {numbers[task['name']]}" if task["name"] in many else task["name"]
            rows[task["id"]] = _row(task, label)
        error = sentence(view.get("error"))
        return cls(
            view["scenario_id"],
            view["name"],
            view["version"],
            Status(view["status"]),
            rows,
            error=error,
            started=_epoch(view.get("started_at")),
            finished=_epoch(view.get("finished_at")),
            view=view,
        )

    @property
    def ended(self) -> bool:
        return self.status in TERMINAL

    def seconds(self, now: float) -> float | None:
        """How long it has been worked on; None when no task of it was ever started."""
        if self.started is None:
            return None
        return max(0.0, (self.finished if self.finished is not None else now) - self.started)

    @property
    def done(self) -> int:
        """Tasks that have ended, in whatever way."""
        return sum(row.status in TERMINAL for row in self.rows.values())

    def apply(self, kind: str, data: dict[str, Any]) -> TaskRow | None:
        """Take in one event; the row it changed. What it does not know it passes over: newer engines say more."""
        at = float(data["at"]) / 1000 if data.get("at") else None
        if kind.startswith("scenario."):
            if kind == "scenario.finished":
                self.status, self.finished = Status(data["status"]), at
            return None
        row = self.rows.get(data.get("task_id", ""))
        if row is None:
            return None
        previous = row.status
        if data.get("status") in set(Status):
            row.status = Status(data["status"])
        row.attempt = int(data.get("attempt") or row.attempt)
        if data.get("progress") is not None:
            row.progress = float(data["progress"])
        if "message" in data:
            row.message = printable(data["message"])
        if data.get("error"):
            row.error = sentence(data["error"])
        row.reason = printable(data.get("reason")) or row.reason
        if row.status is Status.PROCESSING and previous is not Status.PROCESSING:
            row.started, row.finished, row.progress, row.message, row.error = at, None, None, "", ""
            self.status = Status.PROCESSING
            self.started = at if self.started is None else self.started
        elif row.status in TERMINAL and previous not in TERMINAL:
            row.finished = at
            if row.status in {Status.SUCCESS, Status.FAILED} and row.started is None:
                # A worker of tier 0 reports the end alone; the engine takes that for the start too.
                row.started = at
                self.started = at if self.started is None else self.started
            self._release(row)
        elif row.status is Status.PENDING and previous is Status.PROCESSING:
            row.started = row.progress = None
        return row

    def waits_for(self, row: TaskRow) -> list[TaskRow]:
        """The unfinished tasks that this one needs."""
        return [other for other in self.rows.values() if row.id in other.consumers and other.status is not Status.SUCCESS]

    def failure(self) -> Iterator[TaskRow]:
        """The tasks that failed."""
        return (row for row in self.rows.values() if row.status is Status.FAILED)

    def _release(self, row: TaskRow) -> None:
        if row.status is Status.SUCCESS:
            row.progress = 100.0
            for consumer in row.consumers:
                if consumer in self.rows:
                    self.rows[consumer].queue = max(0, self.rows[consumer].queue - 1)


def sentence(error: Any) -> str:
    """The sentence in an error, which is an object with a message, or a text."""
    if isinstance(error, dict):
        error = error.get("message") or error.get("detail") or error.get("code")
    return printable(error)


def printable(text: Any) -> str:
    """One line that cannot steer a terminal: what a worker or a prompt says may hold escape sequences and newlines."""
    return "".join(character if character.isprintable() else " " for character in str(text or ""))


def _row(task: dict[str, Any], label: str) -> TaskRow:
    return TaskRow(
        id=task["id"],
        name=task["name"],
        label=label,
        service=task["service"],
        consumers=tuple(task["consumers"]),
        status=Status(task["status"]),
        queue=int(task["queue"]),
        attempt=int(task.get("attempt") or 0),
        progress=100.0 if task["status"] == Status.SUCCESS else task.get("progress"),
        message=printable(task.get("message")),
        error=sentence(task.get("error")),
        reason=printable(task.get("reason")),
        started=_epoch(task.get("started_at")),
        finished=_epoch(task.get("finished_at")),
        raw=task,
    )


def _epoch(text: str | None) -> float | None:
    return datetime.fromisoformat(text).timestamp() if text else None
