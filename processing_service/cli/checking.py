"""A template file, checked as the engine would take it: under the same limits, with something in every variable."""

import asyncio
import secrets
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from processing_service.contract.errors import InvalidRequest, Problem, TemplateError
from processing_service.contract.task import JSONValue
from processing_service.engine.expansion import Expander
from processing_service.settings import Settings
from processing_service.templates.document import BrokenTemplate, Template, load
from processing_service.templates.input import Input, Wrong, accept
from processing_service.templates.limits import Limits


@dataclass(frozen=True, slots=True)
class Checked:
    """One document: what is wrong with it, and how many tasks it makes with its default variables."""

    file: str
    source: str
    problems: tuple[Problem, ...]
    name: str = ""
    tasks: int = 0

    @property
    def valid(self) -> bool:
        return not any(problem.severity == "error" for problem in self.problems)


class Checker:
    """Checks one document after another; a service that is not among the known ones is a warning.

    Documents are expanded in the engine's own killable process, so one that would never end is `template-limit` here too.
    """

    def __init__(self, known_services: frozenset[str]) -> None:
        self._known = known_services
        self._limits = Limits(slides=Settings().max_slides)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._folder = Path(self._stack.enter_context(tempfile.TemporaryDirectory(prefix="scenaries-")))
        self._expander = Expander([self._folder], self._limits)
        self._stack.callback(lambda: asyncio.run(self._expander.close()))
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def check(self, source: str, file: str) -> Checked:
        """Read a document and expand it: with its defaults, and with a stand-in for what only a request can say."""
        template = load(source, file, self._limits, fallback_name=Path(file).stem)
        if isinstance(template, BrokenTemplate):
            return Checked(file, source, template.problems, template.name)
        # A name of its own and alone in the folder: a document may come from stdin, and two may have the same name.
        path = self._folder / f"{secrets.token_hex(6)}.yml"
        path.write_text(source, encoding="utf-8")
        try:
            problems, tasks = self._expand(template)
        finally:
            path.unlink()
        located = tuple(replace(problem, file=file, line=problem.line or 1) for problem in problems)
        return Checked(file, source, located, template.name, tasks)

    def _expand(self, template: Template) -> tuple[tuple[Problem, ...], int]:
        now, values = datetime.now(UTC), stand_ins(template, self._limits)
        expanding = self._expander.expand(template.name, secrets.token_hex(6), now, values, known_services=self._known)
        try:
            expansion = asyncio.run(expanding).expansion
        except TemplateError as error:
            return (*template.warnings, *error.problems), 0
        except InvalidRequest as error:
            # No value that we can think of fits: the document cannot be expanded without a request. That is no mistake.
            return (*template.warnings, *(replace(problem, severity="warning") for problem in error.problems)), 0
        return expansion.warnings, len(expansion.records)


def stand_ins(template: Template, limits: Limits) -> dict[str, JSONValue]:
    """A value for every variable that a request must give: its example, else the first thing that it accepts."""
    found: dict[str, JSONValue] = {}
    for name, given in template.inputs.items():
        absent = given.default is None or (isinstance(given.default, str) and not given.default.strip())
        if given.required and absent:
            fitting = (value for value in _candidates(given) if _fits(given, value, limits))
            if (value := next(fitting, None)) is not None:
                found[name] = value
    return found


def _candidates(given: Input) -> tuple[JSONValue, ...]:
    least = given.low or given.high or 1
    text = name if len(name := given.name) >= least else "x" * int(least)
    short = text[: int(given.high)] if given.high else text
    return (
        given.example,
        *given.choices,
        short,
        "1920x1080",
        int(least),
        least,
        [given.name] * int(least),
        {given.name: 1},
        True,
    )


def _fits(given: Input, value: JSONValue, limits: Limits) -> bool:
    if value is None:
        return False
    try:
        accept(given, value, limits)
    except Wrong:
        return False
    return True
