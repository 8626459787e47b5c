"""From the maps under `tasks:` to records. Every field is checked; every mistake of every task is reported."""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from processing_service.contract.errors import Problem
from processing_service.contract.task import JSONValue
from processing_service.graph.records import TaskRecord
from processing_service.templates.syntax import RUNTIME

KNOWN = frozenset(
    {
        *("id", "scenario_id", "service", "name", "status", "queue", "consumers", "created_at", "updated_at", "params"),
        *("result_ref", "stage", "max_attempts", "timeout"),
    }
)
RESERVED = frozenset(
    {
        *("needs", "consumer_services", "attempt", "failures", "lost", "max_lost", "worker", "lease_until", "lease_token"),
        *(
            "due_at",
            "progress",
            "message",
            "error",
            "result",
            "reason",
            "started_at",
            "finished_at",
            "last_outcome",
            "settling",
        ),
    }
)
RUNTIME_FIELDS = frozenset({"foreach", "when"})
LATER_FIELDS = frozenset({"on_failure", "retry"})  # words of the template language that this version does not act on

MOST_PROBLEMS = 200  # nobody reads on
MAX_ATTEMPTS = 1_000
MAX_TIMEOUT = 7 * 86_400.0  # seconds

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_SERVICE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_FIELD = re.compile(r"[^\W\d][\w.-]{0,63}")

Add = Callable[..., None]


class TaskReader:
    """Reads the tasks of one expansion. `problems` fill up; `usable` turns false when ids cannot be trusted any more."""

    def __init__(self, scenario_id: str, now: str, names: Mapping[str, str]) -> None:
        self.problems: list[Problem] = []
        self.usable = True
        self._scenario_id = scenario_id
        self._now = now
        self._names = names
        self._fields: dict[str, tuple[str, str, str, str] | None] = {}

    def read(self, tasks: JSONValue, lines: Sequence[int]) -> list[TaskRecord]:
        """The records of all tasks, in order. `lines` are the source lines of the maps among them."""
        if tasks is None:
            tasks = []
        if not isinstance(tasks, list):
            self._add("type", "`tasks` must be a list", "write each task as an indented `- id: …`", "/tasks", 0)
            self.usable = False
            return []
        records: list[TaskRecord] = []
        line_of = iter(lines)
        for position, task in enumerate(tasks):
            if isinstance(task, dict):
                records.append(self._record(task, position, next(line_of, 0)))
            else:
                self._add(
                    "type", "a task must be a map", "write `- id: …` with the other fields below it", f"/tasks/{position}", 0
                )
                self.usable = False
        return records

    def _add(  # noqa: PLR0917 - the fields of a Problem, in its order
        self, code: str, message: str, advice: str, pointer: str, line: int, severity: str = "error"
    ) -> None:
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(code, message, advice, pointer, line=line, severity=severity))

    def _record(self, task: dict[str, JSONValue], position: int, line: int) -> TaskRecord:
        def add(field: str, code: str, message: str, advice: str = "", severity: str = "error") -> None:
            self._add(code, f"{message} (in {shown})", advice, f"/tasks/{position}/{field}", line, severity)

        made = self._id(task, position, line)
        label = self._names.get(made, "")
        shown = f"`{label}`" if label else f"task {position + 1}"
        name = task.get("name")
        if not isinstance(name, str) or not name.strip() or len(name) > 128:
            add(
                "name",
                "required" if name is None else "invalid-name",
                "`name` must be 1 to 128 characters of text",
                "it says which operation to perform, for example CreateText",
            )
            name = ""
        service = task.get("service")
        if not isinstance(service, str) or not _SERVICE.fullmatch(service):
            add(
                "service",
                "required" if service is None else "invalid-name",
                "`service` must be 1 to 64 of A-Z a-z 0-9 _ . -",
                "for example text-service",
            )
            service = ""
        params = task.get("params")
        if params is not None and not isinstance(params, dict):
            add("params", "type", "`params` must be a map", "write one indented `key: value` per line")
            params = None
        stage = task.get("stage")
        if stage is not None and (not isinstance(stage, str) or len(stage) > 64):
            add("stage", "type", "`stage` must be at most 64 characters of text")
            stage = None
        self._engine_fields(task, add)
        return TaskRecord(
            id=made,
            service=service,
            name=name,
            consumers=self._consumers(task.get("consumers"), add),
            params=params or {},
            fields={field: value for field, value in task.items() if field not in KNOWN and self._field_is_free(field, add)},
            stage=stage or "",
            max_attempts=_number(task.get("max_attempts"), "max_attempts", int, MAX_ATTEMPTS, add),
            timeout=_number(task.get("timeout"), "timeout", float, MAX_TIMEOUT, add),
            declared_queue=_queue(task.get("queue"), add),
            line=line,
            label=label,
        )

    def _id(self, task: dict[str, JSONValue], position: int, line: int) -> str:
        given = task.get("id")
        if isinstance(given, str) and given in self._names and given != self._scenario_id:
            return given
        self.usable = False
        pointer, advice = f"/tasks/{position}/id", "write id: \"{{ SHORT_UUID('TheTask') }}\""
        if given is None:
            self._add("required", f"task {position + 1} has no `id`", advice, pointer, line)
        elif given == self._scenario_id:
            self._add("invalid-id", f"task {position + 1} has the id of the scenario itself", advice, pointer, line)
        else:
            # Any other id could be another scenario's task too, and would overwrite it.
            self._add("invalid-id", f"the `id` of task {position + 1} is not made by SHORT_UUID", advice, pointer, line)
        return ""

    def _consumers(self, value: JSONValue, add: Add) -> tuple[str, ...]:
        if value is None:
            return ()
        if not isinstance(value, list):
            add(
                "consumers",
                "type",
                "`consumers` must be a list of ids",
                "write one indented `- \"{{ SHORT_UUID('…') }}\"` per line",
            )
            return ()
        found: list[str] = []
        for number, item in enumerate(value):
            if isinstance(item, str) and _ID.fullmatch(item):
                found.append(item)
            else:
                self.usable = False
                add(f"consumers/{number}", "invalid-id", "a consumer is not an id", "write \"{{ SHORT_UUID('TheTask') }}\"")
        return tuple(found)

    def _engine_fields(self, task: dict[str, JSONValue], add: Add) -> None:
        """The seed's fields that the engine sets itself: they may stand there, and may not contradict it."""
        if task.get("scenario_id", self._scenario_id) != self._scenario_id:
            add(
                "scenario_id",
                "scenario-id",
                "`scenario_id` is not the id of this scenario",
                "use the name the document uses at its top, or leave it out",
            )
        if task.get("status", "pending") != "pending":
            add("status", "invalid-status", "`status` must be pending: every task begins so", "leave it out")
        if task.get("result_ref") not in {None, ""} if not isinstance(task.get("result_ref"), list | dict) else True:
            add("result_ref", "reserved-field", "`result_ref` is written by the worker", "leave it out")
        for field in ("created_at", "updated_at"):
            if task.get(field, self._now) != self._now:
                add(
                    field,
                    "ignored-field",
                    f"`{field}` is set by the engine; this value is ignored",
                    "write {{ now() }}, or leave it out",
                    "warning",
                )

    def _field_is_free(self, field: str, add: Add) -> bool:
        """Whether a template may use this field; says why not. Looked at once per name, reported once per task."""
        if field not in self._fields:
            self._fields[field] = _field_problem(field)
        problem = self._fields[field]
        if problem is None:
            return True
        code, message, advice, severity = problem
        add(field, code, message, advice, severity)
        return severity != "error"


def _field_problem(field: str) -> tuple[str, str, str, str] | None:
    if field in RUNTIME_FIELDS:
        return ("runtime-expression", *RUNTIME, "error")
    if field in LATER_FIELDS:
        return (
            "unsupported-field",
            f"this version does not act on `{field}`",
            "leave it out; max_attempts and timeout work",
            "error",
        )
    if field in RESERVED or field.startswith("dep:"):
        return "reserved-field", f"`{field[:64]}` is a field of the engine's own", "choose another name", "error"
    if not _FIELD.fullmatch(field):
        return "invalid-name", "a field's name is a letter, then up to 63 letters, digits, _ . or -", "rename it", "error"
    near = next((known for known in sorted(KNOWN | RESERVED) if _one_edit(field, known)), "")
    if near:
        return "similar-field", f"`{field}` is one letter away from `{near}`", f"did you mean `{near}`?", "warning"
    return None


def _one_edit(first: str, second: str) -> bool:
    """Whether one insertion, deletion, replacement or swap of neighbours makes one of the other."""
    if abs(len(first) - len(second)) > 1 or first == second or min(len(first), len(second)) < 4:
        return False
    start = 0
    while start < min(len(first), len(second)) and first[start] == second[start]:
        start += 1
    a, b = first[start:], second[start:]
    return a[1:] == b[1:] or a[1:] == b or a == b[1:] or (a[:2] == b[:2][::-1] and a[2:] == b[2:])


def _number(value: JSONValue, field: str, kind: type, most: float, add: Add) -> Any:
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int if kind is int else int | float):
        add(field, "type", f"`{field}` must be {'a whole number' if kind is int else 'a number of seconds'}")
        return None
    low = 1 if kind is int else 0
    if value < low or value == 0 or value > most:
        add(field, "out-of-range", f"`{field}` must be {'from 1' if kind is int else 'above 0'} to {most:,.0f}")
        return None
    return kind(value)


def _queue(value: JSONValue, add: Add) -> int | None:
    if value is None:
        return None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10:
        return int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        add("queue", "type", "`queue` must be a whole number", "leave it out: it is derived from `consumers`")
        return None
    return value
