"""From a template, an id and an instant to checked records: render, parse, read, check. Pure."""

import gc
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from processing_service.contract.errors import Problem, TemplateError
from processing_service.contract.task import JSONValue
from processing_service.graph.check import check
from processing_service.graph.records import TaskRecord
from processing_service.templates.core_yaml import Reading, read
from processing_service.templates.document import Template, unknown_keys
from processing_service.templates.inputs import resolve
from processing_service.templates.limits import Limits
from processing_service.templates.rendering import Rendering, render
from processing_service.templates.tasks import TaskReader

MOST_PROBLEMS = 200

_TASK = re.compile(r"/tasks/([0-9]+)")


@dataclass(frozen=True, slots=True)
class Expansion:
    """One scenario, ready to become a graph. `warnings` are about the document, not about the request."""

    scenario_id: str
    name: str
    version: str
    variables: Mapping[str, JSONValue]
    records: tuple[TaskRecord, ...]
    warnings: tuple[Problem, ...] = ()


def expand(
    template: Template,
    scenario_id: str,
    now: datetime,
    overrides: Mapping[str, JSONValue],
    limits: Limits | None = None,
    *,
    known_services: frozenset[str] | None = None,
) -> Expansion:
    """Expand a template. A function of its arguments: the same id and instant give the same records.

    Raises InvalidRequest for mistakes in `overrides`, TemplateError for mistakes in the template, each with all of them.
    """
    limits = limits or Limits()
    variables = resolve(template.inputs, overrides, limits)
    with without_collecting():
        rendering = render(template, scenario_id, now, variables, limits)
        return read_records(rendering, limits, known_services=known_services)


def read_records(rendering: Rendering, limits: Limits, *, known_services: frozenset[str] | None = None) -> Expansion:
    """The second half of `expand`: everything after the template's own code has done its work. Linear in the text."""
    template = rendering.template
    reading = read(rendering.text, limits, rendering.held.restore)
    if reading.found:
        raise TemplateError(problems=_yaml_problems(rendering, reading))
    document = reading.value
    assert isinstance(document, dict)
    problems = list(unknown_keys(document))
    tasks = TaskReader(rendering.scenario_id, rendering.now, rendering.names)
    lines = [rendering.lines.source_line(*item) for item in reading.items]
    records = tasks.read(document.get("tasks"), lines)
    problems += tasks.problems
    if tasks.usable:
        # A field may carry the scenario's own id: that names no task.
        names = {made: name for made, name in rendering.names.items() if made != rendering.scenario_id}
        problems += check(records, limits.graph, template.file, names=names, known_services=known_services)
    if problems:
        problems = _located(problems, rendering, limits)
    if any(problem.severity == "error" for problem in problems):
        raise TemplateError(code="scenario-invalid", problems=tuple(problems[:MOST_PROBLEMS]))
    return Expansion(
        scenario_id=rendering.scenario_id,
        name=template.name,
        version=template.version,
        variables=rendering.variables,
        records=tuple(records),
        warnings=(*template.warnings, *problems[:MOST_PROBLEMS]),
    )


@contextmanager
def without_collecting() -> Iterator[None]:
    """Without garbage collection: a large document is a million small objects and not one cycle, and looking for cycles among
    them again and again takes longer than making them."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def _yaml_problems(rendering: Rendering, reading: Reading) -> tuple[Problem, ...]:
    return tuple(
        Problem(
            found.mistake.code,
            rendering.held.strip(found.mistake.message),
            rendering.held.strip(found.mistake.help),
            file=rendering.template.file,
            line=rendering.lines.source_line(found.line, found.column),
        )
        for found in reading.found
    )


def _located(problems: list[Problem], rendering: Rendering, limits: Limits) -> list[Problem]:
    """The problems at the lines of what they speak of, in the order of the source.

    Positions of single fields are not kept while reading (they would cost as much as the reading itself), so the text is read
    once more, and the pointers are looked up.
    """
    numbers = [int(found[1]) for found in (_TASK.match(problem.pointer) for problem in problems) if found]
    reading = read(rendering.text, limits, rendering.held.restore, track=max(numbers, default=0) + 1)
    marks = {"/" + "/".join(map(str, path)): mark for path, mark in reading.marks.items()}
    located = []
    for problem in problems:
        mark = marks.get(problem.pointer)
        line = rendering.lines.source_line(*mark) if mark else problem.line or 1
        located.append(replace(problem, pointer="", file=rendering.template.file, line=line))
    return sorted(located, key=lambda problem: problem.line)
