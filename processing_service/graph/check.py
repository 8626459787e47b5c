"""Whether records form a graph that can be executed to its end. Everything that is wrong is reported at once."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from processing_service.contract.errors import Problem
from processing_service.contract.task import JSONValue
from processing_service.graph.limits import GraphLimits
from processing_service.graph.records import TaskRecord
from processing_service.graph.suggestion import did_you_mean

MOST_PROBLEMS = 200  # of one kind: nobody reads on, and each may cost a search for the nearest name
SHOWN_OF_CYCLE = 12  # labels of a cycle that are printed; a longer one shows its two ends


def check(
    records: Sequence[TaskRecord],
    limits: GraphLimits | None = None,
    file: str = "",
    *,
    names: Mapping[str, str] | None = None,
    known_services: frozenset[str] | None = None,
) -> list[Problem]:
    """Every problem of a graph, errors and warnings, in the order of the document.

    `names` gives the label of each id that SHORT_UUID made, so that an id that is nobody's can be called by its name.
    Each problem's `pointer` points into the expanded document (`/tasks/3/consumers/0`), its `line` at the task.
    """
    limits = limits or GraphLimits()
    too_large = _too_large(records, limits)
    if too_large:
        return [replace(too_large, file=file)]
    known: dict[str, int] = {}
    problems = list(_identities(records, known))
    for rule in (
        _edges(records, known, names or {}),
        _order(records, known, limits),
        _references(records, known, names or {}),
        _queues(records, known),
        _services(records, known_services),
    ):
        problems += islice(rule, MOST_PROBLEMS)
    # Line first: people mend from the top. Sorting is stable, so problems of one line keep their order.
    return sorted((replace(problem, file=file) for problem in problems), key=lambda problem: problem.line)


def _too_large(records: Sequence[TaskRecord], limits: GraphLimits) -> Problem | None:
    if not records:
        return Problem("no-tasks", "the template makes no task", "write at least one task under `tasks:`", "/tasks")
    if len(records) > limits.tasks:
        return Problem(
            "too-many-tasks", f"{len(records):,} tasks; at most {limits.tasks:,}", "make fewer, or split it", "/tasks"
        )
    edges = sum(len(record.consumers) for record in records)
    if edges > limits.edges:
        return Problem(
            "too-many-edges", f"{edges:,} consumers in all; at most {limits.edges:,}", "split the scenario", "/tasks"
        )
    return None


def _identities(records: Sequence[TaskRecord], known: dict[str, int]) -> Iterator[Problem]:
    """Fills `known` (id -> position) on the way; the first of two equal ids is the one that counts."""
    folded: dict[str, str] = {}
    for position, record in enumerate(records):
        if record.id in known:
            first = records[known[record.id]]
            yield Problem(
                "duplicate-id",
                f"two tasks have the id of `{record.called}`; the other is on line {first.line}",
                "give each task its own name in SHORT_UUID(…)",
                f"/tasks/{position}/id",
                line=record.line,
            )
            continue
        known[record.id] = position
        twin = folded.setdefault(record.id.casefold(), record.id)
        if twin != record.id:
            yield Problem(
                "ids-differ-by-case",
                f"the ids of `{record.called}` and `{records[known[twin]].called}` differ in case only",
                "some tools and file systems cannot tell them apart: choose another name",
                f"/tasks/{position}/id",
                line=record.line,
                severity="warning",
            )


def _edges(records: Sequence[TaskRecord], known: Mapping[str, int], names: Mapping[str, str]) -> Iterator[Problem]:
    for position, record in enumerate(records):
        seen: set[str] = set()
        for number, consumer in enumerate(record.consumers):
            pointer = f"/tasks/{position}/consumers/{number}"
            if consumer == record.id:
                yield Problem(
                    "self-edge",
                    f"`{record.called}` names itself as a consumer, so it would wait for itself",
                    "remove it from `consumers`",
                    pointer,
                    line=record.line,
                )
            elif consumer not in known:
                name = names.get(consumer, "")
                yield Problem(
                    "unknown-consumer",
                    f"`{record.called}` names {_quoted(name, consumer)} as a consumer; no task has that id",
                    _nearest_task(name, records) or "add the task, or remove it from `consumers`",
                    pointer,
                    line=record.line,
                )
            elif consumer in seen:
                yield Problem(
                    "repeated-consumer",
                    f"`{record.called}` names `{records[known[consumer]].called}` as a consumer twice; it counts once",
                    "remove one of the two",
                    pointer,
                    line=record.line,
                    severity="warning",
                )
            seen.add(consumer)


def _order(records: Sequence[TaskRecord], known: Mapping[str, int], limits: GraphLimits) -> Iterator[Problem]:
    """Kahn's algorithm (1962): whatever cannot be put in order stands on a cycle or behind one."""
    consumers = [
        [known[each] for each in dict.fromkeys(record.consumers) if each in known and each != record.id] for record in records
    ]
    waiting = [0] * len(records)
    for targets in consumers:
        for target in targets:
            waiting[target] += 1
    depth = [1] * len(records)
    ready = [position for position, count in enumerate(waiting) if count == 0]
    for position in ready:  # grows while it is read
        for target in consumers[position]:
            depth[target] = max(depth[target], depth[position] + 1)
            waiting[target] -= 1
            if waiting[target] == 0:
                ready.append(target)
    if len(ready) < len(records):
        cycle = _cycle(consumers, {position for position, count in enumerate(waiting) if count})
        labels = [records[position].called for position in cycle]
        if len(labels) > SHOWN_OF_CYCLE:
            labels = [*labels[: SHOWN_OF_CYCLE // 2], "…", *labels[-SHOWN_OF_CYCLE // 2 :]]
        yield Problem(
            "cycle",
            f"these tasks wait for each other: {' → '.join(labels)}",
            "remove one of these tasks from the `consumers` of the one before it",
            f"/tasks/{cycle[0]}/consumers",
            line=records[cycle[0]].line,
        )
    deepest = max(range(len(records)), key=depth.__getitem__)
    if depth[deepest] > limits.depth:
        yield Problem(
            "too-deep",
            f"the chain of tasks that ends in `{records[deepest].called}` is {depth[deepest]:,} long; at most {limits.depth:,}",
            "let tasks work side by side where they can",
            f"/tasks/{deepest}",
            line=records[deepest].line,
        )


def _cycle(consumers: Sequence[Sequence[int]], stuck: set[int]) -> list[int]:
    """One cycle among positions that never became ready, first and last the same.

    Every stuck position has a stuck dependency (or it would have become ready), so walking against the edges must come back
    to a position already seen; what lies between is a cycle.
    """
    before = {target: position for position in sorted(stuck, reverse=True) for target in consumers[position] if target in stuck}
    position, seen = min(stuck), dict[int, int]()
    path: list[int] = []
    while position not in seen:
        seen[position] = len(path)
        path.append(position)
        position = before[position]
    loop = path[seen[position] :][::-1]
    first = loop.index(min(loop))
    return [*loop[first:], *loop[:first], loop[first]]


def _references(records: Sequence[TaskRecord], known: Mapping[str, int], names: Mapping[str, str]) -> Iterator[Problem]:
    """Fields that name a task: only a task that this one waits for has a result to hand over."""
    direct: list[set[int]] = [set() for _ in records]
    for position, record in enumerate(records):
        for consumer in record.consumers:
            if consumer in known:
                direct[known[consumer]].add(position)
    for position, record in enumerate(records):
        for field, value in record.fields.items():
            for suffix, named in _ids(value):
                target = known.get(named)
                if target is not None and target not in direct[position]:
                    upstream = _is_upstream(target, position, direct)
                    problem = _reference_elsewhere(record, field, records[target], upstream=upstream)
                elif target is None and named in names:
                    problem = _reference_to_nobody(record, field, names[named], records)
                else:
                    continue
                yield replace(problem, pointer=f"/tasks/{position}/{field}{suffix}", line=record.line)


def _reference_to_nobody(record: TaskRecord, field: str, name: str, records: Sequence[TaskRecord]) -> Problem:
    return Problem(
        "unknown-reference",
        f"`{field}` of `{record.called}` names `{name}`; no task has that id",
        _nearest_task(name, records) or "add the task, or remove the field",
    )


def _reference_elsewhere(record: TaskRecord, field: str, other: TaskRecord, *, upstream: bool) -> Problem:
    advice = f"add `{record.called}` to the `consumers` of `{other.called}`"
    if upstream:
        return Problem(
            "indirect-reference",
            f"`{field}` of `{record.called}` names `{other.called}`, which is finished by then but does not name it as a"
            " consumer: its result is not handed over",
            advice,
            severity="warning",
        )
    # The suffix is a promise (`text_task_id`: the result of that task); any other field may merely mention an id.
    promised = field.endswith(("_id", "_ids"))
    return Problem(
        "reference-not-upstream",
        f"`{field}` of `{record.called}` names `{other.called}`, but does not wait for it",
        advice,
        severity="error" if promised else "warning",
    )


def _is_upstream(target: int, position: int, direct: Sequence[set[int]]) -> bool:
    seen: set[int] = set()
    waiting = [position]
    while waiting:
        for dependency in direct[waiting.pop()]:
            if dependency == target:
                return True
            if dependency not in seen:
                seen.add(dependency)
                waiting.append(dependency)
    return False


def _ids(value: JSONValue) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield "", value
    elif isinstance(value, list):
        for number, item in enumerate(value):
            if isinstance(item, str):
                yield f"/{number}", item


def _queues(records: Sequence[TaskRecord], known: Mapping[str, int]) -> Iterator[Problem]:
    needs: Counter[str] = Counter()
    for record in records:
        needs.update(set(record.consumers) - {record.id})
    for position, record in enumerate(records):
        if known[record.id] != position or record.declared_queue is None or record.declared_queue == needs[record.id]:
            continue
        yield Problem(
            "queue-differs",
            f"`{record.called}` declares queue {record.declared_queue}, but waits for {needs[record.id]}"
            f" {'task' if needs[record.id] == 1 else 'tasks'}; the number from `consumers` is used",
            "leave `queue` out: it is derived from `consumers`",
            f"/tasks/{position}/queue",
            line=record.line,
            severity="warning",
        )


def _services(records: Sequence[TaskRecord], known_services: frozenset[str] | None) -> Iterator[Problem]:
    if known_services is None:
        return
    reported: set[str] = set()
    for position, record in enumerate(records):
        if record.service in known_services or record.service in reported:
            continue
        reported.add(record.service)
        yield Problem(
            "unknown-service",
            f"no worker is known to serve `{record.service}`",
            did_you_mean(record.service, sorted(known_services)) or "start a worker for it; until then these tasks wait",
            f"/tasks/{position}/service",
            line=record.line,
            severity="warning",
        )


def _quoted(name: str, id: str) -> str:
    return f"`{name}`" if name else "an id" if len(id) > 64 else f"`{id}`"


def _nearest_task(name: str, records: Sequence[TaskRecord]) -> str:
    # 500 is plenty for a hint, and keeps a thousand mistakes in a large document from costing minutes of difflib.
    return did_you_mean(name, [record.label for record in records[:500] if record.label]) if name else ""
