"""From records to the graph the store writes: who waits for how many, and who may start at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from processing_service.graph.records import TaskRecord


@dataclass(frozen=True, slots=True)
class Graph:
    """A checked graph. `needs` is each task's number of dependencies: its `queue` at the start."""

    tasks: tuple[TaskRecord, ...]
    needs: Mapping[str, int]
    dependencies: Mapping[str, tuple[str, ...]]
    roots: tuple[str, ...]


def build(records: Sequence[TaskRecord]) -> Graph:
    """The graph of records that `check` found no error in. Tasks, dependencies and roots keep the document's order.

    A consumer named twice by one task is one edge: each finished dependency is counted once.
    """
    dependencies: dict[str, list[str]] = {record.id: [] for record in records}
    tasks: list[TaskRecord] = []
    for record in records:
        consumers = tuple(dict.fromkeys(record.consumers))
        tasks.append(record if len(consumers) == len(record.consumers) else replace(record, consumers=consumers))
        for consumer in consumers:
            dependencies[consumer].append(record.id)
    return Graph(
        tasks=tuple(tasks),
        needs={task: len(ids) for task, ids in dependencies.items()},
        dependencies={task: tuple(ids) for task, ids in dependencies.items()},
        roots=tuple(task for task, ids in dependencies.items() if not ids),
    )
