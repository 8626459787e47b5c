"""`scenaries validate`: mistakes with their lines, exit codes for programs."""

import json
from pathlib import Path

import pytest

from processing_service.cli.exits import Exit
from processing_service.cli.main import perform
from processing_service.cli.validate import github_line
from processing_service.contract.errors import Problem

ROOT = Path(__file__).resolve().parents[3]

GOOD = """\
scenario_id: "{{ SHORT_UUID('One') }}"
version: "1.0.0"
name: One
variables:
  PROMPT: "hello"
tasks:
  - id: "{{ SHORT_UUID('a') }}"
    scenario_id: "{{ SHORT_UUID('One') }}"
    service: text-service
    name: CreateText
    consumers: []
    prompt: "{{ PROMPT }}"
"""


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.yml"
    path.write_text(GOOD)
    return path


def test_a_good_template_is_said_to_be_good(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Its name and how many tasks it makes with its defaults."""
    assert perform(["validate", str(good)]) == Exit.OK
    assert "One: 1 task\n" in capsys.readouterr().out


def test_a_mistake_is_shown_with_its_line(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Code, place, the line itself; exit code 3."""
    good.write_text(GOOD.replace("consumers: []", "consumers: [nobody]"))
    assert perform(["validate", str(good)]) == Exit.TEMPLATE
    said = capsys.readouterr().out
    assert "error[unknown-consumer]" in said
    assert f"--> {good}:11" in said
    assert "    consumers: [nobody]" in said


def test_json_and_github_forms_carry_the_same_problems(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Programs get objects, a workflow gets annotations."""
    good.write_text(GOOD.replace("consumers: []", "consumers: [nobody]"))
    perform(["validate", "--json", str(good)])
    (document,) = json.loads(capsys.readouterr().out)
    assert (document["valid"], document["problems"][0]["code"], document["problems"][0]["line"]) == (
        False,
        "unknown-consumer",
        11,
    )
    perform(["validate", "--format", "github", str(good)])
    assert capsys.readouterr().out.startswith(f"::error file={good},line=11")


def test_a_folder_is_checked_whole_and_a_missing_file_is_not_found(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every .yml in it; a name that is no file is exit code 4."""
    (good.parent / "bad.yml").write_text("tasks: [")
    assert perform(["validate", str(good.parent)]) == Exit.TEMPLATE
    said = capsys.readouterr().out
    assert "good.yml" in said
    assert "bad.yml: " in said
    assert perform(["validate", str(good.parent / "none.yml")]) == Exit.NOT_FOUND


def test_a_service_nobody_serves_is_a_warning_with_the_near_one(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A typing mistake would otherwise be a scenario that waits for ever."""
    good.write_text(GOOD.replace("text-service", "txt-service"))
    assert perform(["validate", str(good)]) == Exit.OK
    said = capsys.readouterr().out
    assert "warning[unknown-service]" in said
    assert f"--> {good}:9" in said
    assert "did you mean `text-service`?" in said


def test_our_own_templates_and_the_examples_are_silent(capsys: pytest.CaptureFixture[str]) -> None:
    """A variable that every request must give is no mistake of the template: something stands in for it."""
    assert perform(["validate", str(ROOT / "scenaries.yml"), str(ROOT / "scenarios")]) == Exit.OK
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 1 + len(list((ROOT / "scenarios").glob("*.yml")))
    assert all(line.startswith("✓ ") and line.endswith(" tasks") for line in lines)


@pytest.mark.parametrize(
    "declared",
    [
        "{type: string, min: 40}",
        "{type: text, max: 3}",
        "{type: integer, min: 7}",
        "{type: number, max: 0.5}",
        "{type: boolean}",
        "{choices: [a, b]}",
        "{type: resolution}",
        "{type: list, min: 2}",
        "{type: map}",
        "{type: any}",
    ],
)
def test_every_kind_of_required_variable_has_a_stand_in(good: Path, declared: str, capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever its type and its bounds."""
    good.write_text(GOOD.replace('variables:\n  PROMPT: "hello"', f"inputs:\n  PROMPT: {declared}"))
    assert perform(["validate", str(good)]) == Exit.OK
    assert capsys.readouterr().out == f"✓ {good} One: 1 task\n"


def test_a_bomb_ends_at_the_limits_of_the_engine(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """And the files after it are checked all the same."""
    good.write_text(
        GOOD.replace(
            '"{{ PROMPT }}"', '"{% set ns = namespace(n=7) %}{% for i in range(99) %}{% set ns.n = ns.n * ns.n %}{% endfor %}"'
        )
    )
    (good.parent / "later.yml").write_text(GOOD.replace("One", "Two"))
    assert perform(["validate", "--json", str(good.parent)]) == Exit.TEMPLATE
    bomb, later = json.loads(capsys.readouterr().out)
    assert [problem["code"] for problem in bomb["problems"] if problem["severity"] == "error"] == ["template-limit"]
    assert {problem["file"] for problem in bomb["problems"]} == {str(good)}
    assert later["valid"]


def test_a_message_cannot_break_out_of_an_annotation() -> None:
    """Newlines and percent signs are escaped as GitHub wants them."""
    line = github_line(Problem("x", "50%\n::error::forged", file="a.yml", line=3))
    assert line.count("\n") == 0
    assert "50%25%0A" in line
