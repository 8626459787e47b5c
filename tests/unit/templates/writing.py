"""Shorthand for writing small templates in tests, and for reading what came of them."""

from collections.abc import Mapping
from datetime import UTC, datetime

from processing_service.contract.errors import InvalidRequest, Problem, TemplateError
from processing_service.contract.task import JSONValue
from processing_service.templates.document import BrokenTemplate, Template, load
from processing_service.templates.expand import Expansion, expand
from processing_service.templates.limits import Limits

SCENARIO = "iCTvUjYiyCSk"
NOW = datetime(2026, 11, 20, 10, 34, 12, 349_000, UTC)

HEAD = """\
scenario_id: "{{ SHORT_UUID('Scenario') }}"
version: "1.0.0"
name: ScenarioTest
"""
TASK = """\
  - id: "{{ SHORT_UUID('A') }}"
    service: text-service
    name: CreateText
"""


def template(source: str, limits: Limits | None = None) -> Template:
    """The template, which has to be one."""
    loaded = load(source, "test.yml", limits)
    assert isinstance(loaded, Template), loaded.problems
    return loaded


def one_task(fields: str, before: str = "", variables: str = "{p: text}") -> str:
    """A template with one task and these lines in it."""
    lines = "".join(f"    {line}\n" for line in fields.split("\n"))
    return f"{HEAD}variables: {variables}\n{before}\ntasks:\n{TASK}{lines}"


def expanded(source: str, limits: Limits | None = None, **overrides: JSONValue) -> Expansion:
    return expand(template(source, limits), SCENARIO, NOW, overrides, limits)


def problems(source: str, limits: Limits | None = None, overrides: Mapping[str, JSONValue] | None = None) -> list[Problem]:
    """What is wrong with a template, wherever it shows: on loading or on expanding."""
    loaded = load(source, "test.yml", limits)
    if isinstance(loaded, BrokenTemplate):
        return list(loaded.problems)
    try:
        return list(expand(loaded, SCENARIO, NOW, overrides or {}, limits).warnings)
    except (InvalidRequest, TemplateError) as error:
        return list(error.problems)


def codes(source: str, limits: Limits | None = None) -> list[str]:
    return [problem.code for problem in problems(source, limits)]
