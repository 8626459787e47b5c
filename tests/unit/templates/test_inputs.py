"""What a request may set: names, types, bounds, sizes; and that everything wrong is said at once."""

import math
from collections.abc import Mapping
from typing import Any

import pytest

from processing_service.contract.errors import InvalidRequest
from processing_service.templates.inputs import resolve
from processing_service.templates.limits import Limits
from tests.unit.templates.writing import HEAD, TASK, template

VARIABLES = """\
variables:
  PROMPT: a cat
  N_SLIDES: 3
  RATIO: 1.5
  LOUD: true
  TAGS: [a]
  EXTRA: {}
  SIZE: "1920x1080"
  ANY: null
"""
INPUTS = """\
inputs:
  TOPIC: {type: text, required: true, max: 10, example: tides}
  STYLE: {choices: [flat, deep], default: flat}
  COUNT: {type: integer, default: 2, min: 1, max: 4}
  SPEED: {type: number, default: 1.0, min: 0.5}
  MANY: {type: list, default: [], max: 2}
"""
USED = "    a: {{ [PROMPT, N_SLIDES, RATIO, LOUD, TAGS, EXTRA, SIZE, ANY] }}\n"
UNTYPED = template(f"{HEAD}{VARIABLES}tasks:\n{TASK}{USED}")
TYPED = template(f"{HEAD}{INPUTS}tasks:\n{TASK}")


def deep(levels: int) -> list[Any]:
    return [deep(levels - 1)] if levels else []


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({"PROMT": "x"}, "unknown-variable"),
        ({"SHORT_UUID": "x"}, "reserved-variable"),
        ({"now": "x"}, "reserved-variable"),
        ({"range": 1}, "reserved-variable"),
        ({"loop": 1}, "reserved-variable"),
        ({"class": 1}, "reserved-variable"),
        ({"1x": 1}, "invalid-name"),
        ({"": 1}, "invalid-name"),
        ({"n" * 10_000: 1}, "invalid-name"),
        ({"имя": 1}, "invalid-name"),
        ({"A\n": 1}, "invalid-name"),
        ({f"V{n}": n for n in range(1_001)}, "too-many-items"),
        ({"PROMPT": ["x"]}, "type"),
        ({"PROMPT": 7}, "type"),
        ({"PROMPT": None}, "type"),
        ({"PROMPT": "x" * 20_001}, "too-long"),
        ({"PROMPT": "a\0b"}, "invalid-character"),
        ({"PROMPT": "a\ud800b"}, "invalid-unicode"),
        ({"N_SLIDES": True}, "type"),
        ({"N_SLIDES": "3"}, "type"),
        ({"N_SLIDES": 3.0}, "type"),
        ({"N_SLIDES": None}, "type"),
        ({"N_SLIDES": -1}, "out-of-range"),
        ({"N_SLIDES": 0}, "out-of-range"),
        ({"N_SLIDES": 51}, "out-of-range"),
        ({"N_SLIDES": 10**9}, "out-of-range"),
        ({"N_SLIDES": 2**63}, "number-out-of-range"),
        ({"RATIO": math.nan}, "number-out-of-range"),
        ({"RATIO": math.inf}, "number-out-of-range"),
        ({"RATIO": True}, "type"),
        ({"LOUD": 1}, "type"),
        ({"TAGS": {}}, "type"),
        ({"TAGS": deep(9)}, "too-deep"),
        ({"TAGS": ["x" * 70_000]}, "too-long"),
        ({"TAGS": ["\0"]}, "invalid-character"),
        ({"EXTRA": []}, "type"),
        ({"EXTRA": {"a\ud800": 1}}, "invalid-unicode"),
        ({"SIZE": "0x0"}, "out-of-range"),
        ({"SIZE": "99999x99999"}, "out-of-range"),
        ({"SIZE": "large"}, "out-of-range"),
    ],
)
def test_what_a_variable_without_a_declaration_refuses(overrides: Mapping[str, Any], code: str) -> None:
    """Its default's own type is its type, strictly."""
    with pytest.raises(InvalidRequest) as refused:
        resolve(UNTYPED.inputs, overrides, Limits())
    (problem,) = refused.value.problems
    assert problem.code == code
    assert len(problem.message) < 300
    name = next(iter(overrides))
    assert problem.pointer == (f"/variables/{name}" if code not in {"invalid-name", "too-many-items"} else "/variables")


@pytest.mark.parametrize(
    ("overrides", "code"),
    [
        ({}, "required"),
        ({"TOPIC": ""}, "required"),
        ({"TOPIC": " \n"}, "required"),
        ({"TOPIC": "x" * 11}, "too-long"),
        ({"TOPIC": "t", "STYLE": "round"}, "out-of-range"),
        ({"TOPIC": "t", "COUNT": 0}, "out-of-range"),
        ({"TOPIC": "t", "COUNT": 5}, "out-of-range"),
        ({"TOPIC": "t", "SPEED": 0.4}, "out-of-range"),
        ({"TOPIC": "t", "MANY": [1, 2, 3]}, "too-long"),
    ],
)
def test_what_a_declared_input_refuses(overrides: Mapping[str, Any], code: str) -> None:
    """`required`, `choices`, `min` and `max` hold."""
    with pytest.raises(InvalidRequest) as refused:
        resolve(TYPED.inputs, overrides, Limits())
    assert [problem.code for problem in refused.value.problems] == [code]


def test_every_mistake_of_a_request_is_listed() -> None:
    """One answer, with the allowed range, and the name that was meant."""
    with pytest.raises(InvalidRequest) as refused:
        resolve(TYPED.inputs, {"TOPC": "x", "COUNT": 9, "STYLE": "x"}, Limits())
    said = [(problem.code, problem.message, problem.help) for problem in refused.value.problems]
    assert said == [
        ("unknown-variable", "`TOPC` is not a variable of this template", "did you mean `TOPIC`?"),
        ("out-of-range", "`COUNT` must be from 1 to 4", ""),
        ("out-of-range", '`STYLE` must be one of "flat", "deep"', ""),
        ("required", "`TOPIC` is required", "give it under `variables`, for example 'tides'"),
    ]


def test_what_fits_is_taken_over_the_defaults() -> None:
    """Everything else keeps its default; an integer is a number."""
    given: dict[str, Any] = {"TOPIC": "tides", "SPEED": 2, "MANY": [1]}
    assert resolve(TYPED.inputs, given, Limits()) == {**given, "STYLE": "flat", "COUNT": 2}
    loose: dict[str, Any] = {"N_SLIDES": 50, "ANY": {"k": [1]}, "SIZE": "1080x1920", "PROMPT": "x" * 20_000, "RATIO": 2}
    assert resolve(UNTYPED.inputs, loose, Limits()) == {**UNTYPED.variables, **loose}


def test_all_variables_together_have_a_limit() -> None:
    """Each may be within its own."""
    limits = Limits(variables=1_000)
    with pytest.raises(InvalidRequest) as refused:
        resolve(UNTYPED.inputs, {"PROMPT": "x" * 1_000}, limits)
    assert [problem.code for problem in refused.value.problems] == ["too-long"]
