"""The head of a template: cut out by its indentation, read as plain YAML, everything wrong with it said at once."""

import pytest

from processing_service.templates.document import BrokenTemplate, Template, load
from processing_service.templates.limits import Limits
from tests.unit.templates.writing import HEAD, TASK, codes, expanded, one_task, problems, template

BODY = f"tasks:\n{TASK}"


def test_head_blocks_are_plain_yaml() -> None:
    """What looks like code in `variables:` is text, and lines of the body stay where they were."""
    source = f"{HEAD}variables:\n  A: '{{{{ x }}}}'\n  # a comment\n\n  B: |\n    tasks:\n      - {{% for %}}\n\n{BODY}    a: {{{{ A }}}}\n"
    (record,) = expanded(source.replace("    a:", "    b: '{{ B }}'\n    a:")).records
    assert record.fields == {"a": "{{ x }}", "b": "tasks:\n  - {% for %}\n"}
    assert record.line == source.split("\n").index("  - id: \"{{ SHORT_UUID('A') }}\"") + 1


def test_code_in_comments_at_the_margin_ends_a_block() -> None:
    """A macro between the variables and the tasks is code, also when an editor-friendly comment hides it."""
    source = f"{HEAD}variables:\n  A: 1\n# {{% set twice = A * 2 %}}\n{BODY}    a: {{{{ twice }}}}\n"
    assert expanded(source).records[0].fields == {"a": 2}


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm() -> None:
    """Templates come from every editor."""
    source = "\ufeff" + one_task("a: '{{ p }}'").replace("\n", "\r\n")
    assert expanded(source).records[0].fields == {"a": "text"}


def test_both_names_of_a_template() -> None:
    """`CreateVideo` and `ScenarioCreateVideo` name the same."""
    assert template(f"{HEAD}{BODY}").aliases == ("Test",)
    assert template(f"{HEAD}{BODY}".replace("ScenarioTest", "Test")).aliases == ("ScenarioTest",)


def test_every_mistake_of_a_head_is_listed() -> None:
    """Name, version, variables, inputs, scenario_id: one answer, each with its line."""
    source = """\
scenario_id: my-scenario
version: 1.0
name: 1st template
variables:
  1x: 1
  now: 2
  A: a
inputs:
  A: {type: integer}
  B: {type: txt}
  C: {typ: text}
  D: {default: 5, max: 3}
  E: {type: choice}
  A2: 5
tasks: []
"""
    assert [(problem.line, problem.code) for problem in problems(source)] == [
        (1, "scenario-id"),
        (2, "type"),
        (3, "invalid-name"),
        (5, "invalid-name"),
        (6, "reserved-variable"),
        (9, "type"),
        (10, "type"),
        (11, "unknown-field"),
        (12, "out-of-range"),
        (13, "required"),
        (14, "type"),
    ]


@pytest.mark.parametrize(
    ("source", "code"),
    [
        ("", "required"),
        ("tasks: []", "required"),
        (f"{HEAD}{HEAD}{BODY}", "yaml-duplicate-key"),
        (f"{HEAD}variables: [a]\n{BODY}", "type"),
        (f"{HEAD}variables:\n  A: 0x1F\n{BODY}", "yaml-number"),
        (f"{HEAD}variables: &a {{A: 1}}\n{BODY}", "yaml-alias"),
        (f"{HEAD}tags: [a]\n{BODY}", "unknown-key"),
        (f"{HEAD}task: []\n{BODY}", "unknown-key"),
        (f"{HEAD}tasks: text", "type"),
        (f"{HEAD}tasks: [text]", "type"),
        (f"{HEAD}tasks: []", "no-tasks"),
        (HEAD, "no-tasks"),
    ],
)
def test_a_document_that_is_no_template(source: str, code: str) -> None:
    """Each with the code that says what is missing."""
    assert code in codes(source)


def test_a_misspelt_key_is_met_with_the_right_one() -> None:
    """Unknown top-level keys are errors with a suggestion."""
    (problem,) = problems(f"{HEAD}{BODY}varables: {{}}\n")
    assert (problem.code, problem.help, problem.line) == ("unknown-key", "did you mean `variables`?", 8)


def test_an_unused_variable_is_a_warning() -> None:
    """At the line where it is declared."""
    (problem,) = problems(f"{HEAD}variables:\n  A: 1\n  B: 2\n{BODY}    a: {{{{ B }}}}\n")
    assert (problem.code, problem.severity, problem.line) == ("unused-variable", "warning", 5)


def test_a_template_over_the_limit_is_not_looked_at() -> None:
    """Size first: everything else costs time."""
    loaded = load("x" * 1_001, "large.yml", Limits(source=1_000), fallback_name="large")
    assert isinstance(loaded, BrokenTemplate)
    assert [problem.code for problem in loaded.problems] == ["yaml-too-large"]


def test_a_head_in_any_order_and_a_body_without_scenario_id() -> None:
    """Only `name` and `tasks` are required."""
    loaded = load(f"tasks:\n{TASK}name: Late\n", "late.yml")
    assert isinstance(loaded, Template)
    assert (loaded.name, loaded.version, loaded.variables) == ("Late", "0", {})
