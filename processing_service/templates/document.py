"""A template as written: its head, which is plain YAML and read at once, and its body, which is rendered for each scenario."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from jinja2 import Template as Compiled

from processing_service.contract.errors import Problem
from processing_service.contract.task import JSONValue
from processing_service.graph.suggestion import did_you_mean
from processing_service.templates.core_yaml import Path, Reading, read
from processing_service.templates.input import Input
from processing_service.templates.inputs import declare
from processing_service.templates.limits import Limits
from processing_service.templates.mistake import Mistake
from processing_service.templates.sandbox import sandbox
from processing_service.templates.syntax import inspect

HEAD = ("name", "version", "description", "variables", "inputs")
BODY = ("scenario_id", "tasks")
_LISTED = 100  # unknown keys; nobody reads more, and a suggestion for each costs time

_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,63}")
_HEAD_KEY = re.compile(rf"""(["']?)({"|".join(HEAD)})\1[ \t]*:(?=\s|$)""")
_TAG = re.compile(r"\{[%{#]")
# DESIGN section 5: the name used for the document's own `scenario_id` gives the scenario's id.
_SCENARIO_NAME = re.compile(
    r"""^scenario_id[ \t]*:[ \t]*(["']?)\{\{-?[ \t]*SHORT_UUID\([ \t]*(?P<quote>['"])(?P<name>[^'"\\]+)(?P=quote)[ \t]*\)[ \t]*-?\}\}\1"""
    r"""[ \t]*(\#.*)?$""",
    re.MULTILINE,
)
_SCENARIO_ID = re.compile(r"""^(["']?)scenario_id\1[ \t]*:""", re.MULTILINE)


@dataclass(frozen=True)
class Template:
    """A template without mistakes of its own: immutable, compiled once, cheap to keep.

    `body` is the source with the head's lines blank, so that line numbers stay true. `variables` are the defaults.
    """

    name: str
    version: str
    description: str
    file: str
    source: str
    body: str
    inputs: Mapping[str, Input]
    scenario_name: str | None
    warnings: tuple[Problem, ...] = ()

    @property
    def aliases(self) -> tuple[str, ...]:
        """`CreateVideo` and `ScenarioCreateVideo` name the same template."""
        short = self.name.removeprefix("Scenario")
        return (short if short != self.name else f"Scenario{self.name}",) if short else ()

    @property
    def variables(self) -> dict[str, JSONValue]:
        return {name: given.default for name, given in self.inputs.items()}

    @cached_property
    def compiled(self) -> Compiled:
        """Ready to render. Raises whatever Jinja or Python raises; `rendering` gives it words."""
        return sandbox().from_string(self.body)


@dataclass(frozen=True)
class BrokenTemplate:
    """A file that is not a template yet, and why."""

    name: str
    file: str
    problems: tuple[Problem, ...]
    version: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()
    variables: Mapping[str, JSONValue] = field(default_factory=lambda: MappingProxyType({}))


def load(source: str, file: str, limits: Limits | None = None, *, fallback_name: str = "") -> Template | BrokenTemplate:
    """Read a template. Every mistake that can be seen without rendering is listed at once."""
    limits = limits or Limits()
    text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    if len(text) > limits.source:
        problem = Problem("yaml-too-large", f"the template is longer than {limits.source:,} characters", file=file, line=1)
        return BrokenTemplate(fallback_name, file, (problem,))
    head, body = _cut(text)
    reading = read(head, limits, track=limits.graph.tasks) if head.strip() else Reading(value={})
    problems = [
        Problem(
            found.mistake.code,
            found.mistake.message,
            found.mistake.help,
            file=file,
            line=found.line + 1,
            column=found.column + 1,
        )
        for found in reading.found
    ]
    keys = reading.value if isinstance(reading.value, dict) else {}
    located = _Located(reading, file)

    name = keys.get("name", "")
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        code = "required" if "name" not in keys else "invalid-name"
        message = "`name` must be 1 to 64 of A-Z a-z 0-9 _ . - and begin with a letter"
        if not reading.found:
            located.add(code, message, "write `name: MyTemplate` at the top", ("name",))
        name = ""
    version, description = keys.get("version", "0"), keys.get("description", "")
    if not isinstance(version, str):
        located.add("type", "`version` must be text", f'put it in quotes: version: "{version}"', ("version",))
    if not isinstance(description, str):
        located.add("type", "`description` must be text", "put it in quotes", ("description",))
    inputs: dict[str, Input] = {}
    try:
        inputs = declare(keys.get("variables"), keys.get("inputs"), limits, located.add)
    except Mistake as mistake:
        located.add(mistake.code, mistake.message, mistake.help, ("inputs",))
    problems += located.problems

    seen = inspect(body, file, known=frozenset(inputs))
    problems += seen.problems
    scenario_name = _SCENARIO_NAME.search(body)
    given_id = _SCENARIO_ID.search(body)
    if given_id and not scenario_name:
        message = "`scenario_id` must be the scenario's own id"
        advice = f"write scenario_id: \"{{{{ SHORT_UUID('{name or 'Name'}') }}}}\", or leave it out"
        problems.append(Problem("scenario-id", message, advice, file=file, line=body.count("\n", 0, given_id.start()) + 1))

    known_name = name or fallback_name
    if problems:
        return BrokenTemplate(known_name, file, tuple(sorted(problems, key=lambda problem: problem.line)))
    unused = [variable for variable in inputs if variable not in seen.names]
    for variable in unused:
        located.add("unused-variable", f"`{variable}` is never used", "remove it", ("variables", variable), severity="warning")
    return Template(
        name=known_name,
        version=str(version),
        description=str(description),
        file=file,
        source=source,
        body=body,
        inputs=MappingProxyType(inputs),
        scenario_name=scenario_name["name"] if scenario_name else None,
        warnings=tuple(problem for problem in located.problems if problem.severity == "warning"),
    )


class _Located:
    """Problems of the head, each at the line of the path it speaks of."""

    def __init__(self, reading: Reading, file: str) -> None:
        self.problems: list[Problem] = []
        self._reading = reading
        self._file = file

    def add(self, code: str, message: str, advice: str, path: Path, severity: str = "error") -> None:
        marks = self._reading.marks
        at = path
        if at and at[0] == "variables" and at not in marks:
            at = ("inputs", *at[1:])
        while at and at not in marks:
            at = at[:-1]
        line, column = marks.get(at, (0, 0))
        self.problems.append(
            Problem(code, message, advice, file=self._file, line=line + 1, column=column + 1, severity=severity)
        )


def _cut(text: str) -> tuple[str, str]:
    """Divide a source into head and body, each with the other's lines blank.

    A block of the head is its key's line and every line below it that is indented, blank or a comment; blank lines and comments at its end belong to
    nobody. A comment at the margin that holds a Jinja tag is code and ends the block.
    """
    lines = text.split("\n")
    in_head = [False] * len(lines)
    position = 0
    while position < len(lines):
        if not _HEAD_KEY.match(lines[position]):
            position += 1
            continue
        end = position + 1
        last = position
        while end < len(lines):
            line = lines[end]
            if line.startswith("#") and _TAG.search(line):
                break
            if line.strip() and not line.startswith("#"):
                if line[0] not in " \t":
                    break
                last = end
            end += 1
        for number in range(position, last + 1):
            in_head[number] = True
        position = last + 1
    head = "\n".join(line if mine else "" for line, mine in zip(lines, in_head, strict=True))
    body = "\n".join("" if mine else line for line, mine in zip(lines, in_head, strict=True))
    return head, body


def unknown_keys(document: Mapping[str, JSONValue]) -> list[Problem]:
    """The top-level keys that a template does not have; the first hundred of them."""
    known = (*HEAD, *BODY)
    unknown = [key for key in document if key not in BODY]
    return [
        Problem(
            "unknown-key",
            f"`{key}` is not a key of a template" if len(key) <= 64 else "a key that a template does not have",
            did_you_mean(key, known) or f"the keys are {', '.join(known)}",
            f"/{key}",
        )
        for key in unknown[:_LISTED]
    ]
