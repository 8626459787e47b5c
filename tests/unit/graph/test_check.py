"""Graphs that cannot be executed, and what is said of them."""

from dataclasses import replace

import pytest

from processing_service.contract.errors import Problem
from processing_service.contract.task import JSONValue
from processing_service.graph.build import build
from processing_service.graph.check import check
from processing_service.graph.limits import GraphLimits
from processing_service.graph.records import TaskRecord


def graph(**edges: str) -> list[TaskRecord]:
    """`a="b c"`: a task `a` whose consumers are `b` and `c`."""
    return [
        TaskRecord(f"S.{label}", "text-service", "Do", tuple(f"S.{one}" for one in consumers.split()), line=line, label=label)
        for line, (label, consumers) in enumerate(edges.items(), start=1)
    ]


def found(records: list[TaskRecord], limits: GraphLimits | None = None) -> list[tuple[int, str]]:
    names = {record.id: record.label for record in records} | {"S.nobody": "nobody", "S.aa": "aa"}
    return [(problem.line, problem.code) for problem in check(records, limits, "test.yml", names=names)]


@pytest.mark.parametrize(
    ("records", "expected"),
    [
        (graph(a="b c", b="d", c="d", d=""), []),
        (graph(a=""), []),
        ([], [(0, "no-tasks")]),
        (graph(a="a"), [(1, "self-edge")]),
        (graph(a="b", b="a"), [(1, "cycle")]),
        (graph(a="b", b="c", c="d", d="b", e="d"), [(2, "cycle")]),
        (graph(a="nobody", b="elsewhere"), [(1, "unknown-consumer"), (2, "unknown-consumer")]),
        (graph(a="b b", b=""), [(1, "repeated-consumer")]),
        (graph(a="b", b="") * 2, [(1, "duplicate-id"), (2, "duplicate-id")]),
        (graph(a="", A=""), [(2, "ids-differ-by-case")]),
        (graph(a="a nobody", b="c", c="b"), [(1, "self-edge"), (1, "unknown-consumer"), (2, "cycle")]),
    ],
)
def test_the_shape_of_a_graph(records: list[TaskRecord], expected: list[tuple[int, str]]) -> None:
    """Everything wrong at once, in the order of the document."""
    assert found(records) == expected


def test_a_cycle_is_printed_by_its_labels() -> None:
    """A person has to see which edge to remove."""
    (problem,) = check(graph(start="a", a="b", b="c", c="a", end=""))
    assert problem.message == "these tasks wait for each other: a → b → c → a"
    long = graph(**{f"t{n}": f"t{(n + 1) % 100}" for n in range(100)})
    assert check(long)[0].message == (
        "these tasks wait for each other: t0 → t1 → t2 → t3 → t4 → t5 → … → t95 → t96 → t97 → t98 → t99 → t0"
    )


def test_limits_hold_to_the_one() -> None:
    """One task, one edge, one step of depth more than allowed."""
    chain = graph(a="b", b="c", c="")
    assert found(chain, GraphLimits(tasks=3, edges=2, depth=3)) == []
    assert found(chain, GraphLimits(tasks=2)) == [(0, "too-many-tasks")]
    assert found(chain, GraphLimits(edges=1)) == [(0, "too-many-edges")]
    assert found(chain, GraphLimits(depth=2)) == [(3, "too-deep")]


def with_field(name: str, value: JSONValue, consumers_of_a: str = "") -> list[TaskRecord]:
    """`a` → (maybe) `b` → `c`; `c` has the field."""
    a, b, c = graph(a=consumers_of_a, b="c", c="")
    return [a, b, replace(c, fields={name: value})]


@pytest.mark.parametrize(
    ("records", "code", "severity"),
    [
        (with_field("text_task_id", "S.b"), None, ""),
        (with_field("slide_ids", ["S.b"]), None, ""),
        (with_field("text_task_id", "S.a"), "reference-not-upstream", "error"),
        (with_field("slide_ids", ["S.b", "S.a"]), "reference-not-upstream", "error"),
        (with_field("music", "S.a"), "reference-not-upstream", "warning"),
        (with_field("text_task_id", "S.a", "b"), "indirect-reference", "warning"),
        (with_field("text_task_id", "S.c"), "reference-not-upstream", "error"),
        (with_field("text_task_id", "S.nobody"), "unknown-reference", "error"),
        (with_field("music", "S.nobody"), "unknown-reference", "error"),
        (with_field("user_id", "42"), None, ""),
        (with_field("prompt", "S.stranger"), None, ""),
    ],
)
def test_references_to_other_tasks(records: list[TaskRecord], code: str | None, severity: str) -> None:
    """Only a task that names this one as a consumer hands its result over."""
    names = {record.id: record.label for record in records} | {"S.nobody": "nobody"}
    problems = check(records, names=names)
    assert [(problem.code, problem.severity) for problem in problems] == ([(code, severity)] if code else [])


def test_the_nearest_task_is_suggested() -> None:
    """By the name it was given, which is what the author typed."""
    records = graph(CreateText="x", CreateVoice="")
    records[0] = replace(records[0], consumers=("S.typo",))
    (problem,) = check(records, names={"S.typo": "CreateVioce"})
    assert problem.message == "`CreateText` names `CreateVioce` as a consumer; no task has that id"
    assert problem.help == "did you mean `CreateVoice`?"
    assert problem.pointer == "/tasks/0/consumers/0"


def test_a_declared_queue_that_differs_is_a_warning() -> None:
    """The number from the edges is used."""
    a, b = graph(a="b", b="")
    problems = check([replace(a, declared_queue=0), replace(b, declared_queue=0)])
    assert [(problem.code, problem.severity, problem.line) for problem in problems] == [("queue-differs", "warning", 2)]
    assert "declares queue 0, but waits for 1 task;" in problems[0].message


def test_a_service_nobody_has_served_is_a_warning_once() -> None:
    """Services are open: a worker may come. Nothing is said when nothing is known."""
    records = [replace(record, service="txt-service") for record in graph(a="b", b="")]
    assert check(records) == []
    problems = check(records, known_services=frozenset({"text-service"}))
    assert [(problem.code, problem.help) for problem in problems] == [("unknown-service", "did you mean `text-service`?")]


def test_thousands_of_mistakes_are_answered_in_time() -> None:
    """The list is cut, and searching for near names with it."""
    problems: list[Problem] = check([TaskRecord(f"S.{n}", "s", "n", ("S.x",), line=n, label=f"t{n}") for n in range(20_000)])
    assert len(problems) == 200


def test_build_derives_everything_from_the_edges() -> None:
    """Order of the document; an edge written twice is one edge."""
    built = build(graph(a="b c b", b="d", c="d", d=""))
    assert built.needs == {"S.a": 0, "S.b": 1, "S.c": 1, "S.d": 2}
    assert built.dependencies == {"S.a": (), "S.b": ("S.a",), "S.c": ("S.a",), "S.d": ("S.b", "S.c")}
    assert built.roots == ("S.a",)
    assert [task.label for task in built.tasks] == ["a", "b", "c", "d"]
    assert built.tasks[0].consumers == ("S.b", "S.c")
