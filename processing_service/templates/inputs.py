"""The variables of a template: declared by `variables:` and `inputs:`, overridden by a request."""

import json
import re
from collections.abc import Callable, Mapping
from keyword import iskeyword
from typing import Annotated, Any, Literal, get_args

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from processing_service.contract.errors import InvalidRequest, Problem
from processing_service.contract.task import JSONValue
from processing_service.graph.suggestion import did_you_mean
from processing_service.templates.core_yaml import Path
from processing_service.templates.input import Input, Wrong, accept, type_of
from processing_service.templates.limits import Limits
from processing_service.templates.syntax import FUNCTIONS

MOST_VARIABLES = 1_000

# What Jinja reads as something else than a variable.
RESERVED = FUNCTIONS | {
    "true",
    "false",
    "none",
    "True",
    "False",
    "None",
    "loop",
    "self",
    "super",
    "caller",
    "varargs",
    "kwargs",
}

Report = Callable[[str, str, str, Path], None]
Kind = Literal["string", "text", "integer", "number", "boolean", "choice", "resolution", "list", "map", "any"]
SIZED = frozenset({"string", "text", "choice", "list", "map", "any"})

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


class _Declaration(BaseModel):
    """An entry under `inputs:` as it may be written."""

    model_config = ConfigDict(extra="forbid", strict=True)

    type: Kind | None = None
    default: Any = None
    required: bool | None = None
    choices: Annotated[list[Any], Field(min_length=1)] | None = None
    min: float | None = None
    max: float | None = None
    label: str = ""
    description: str = ""
    example: Any = None


def declare(variables: JSONValue, inputs: JSONValue, limits: Limits, report: Report) -> dict[str, Input]:
    """The inputs of a template, from its two blocks. Mistakes go to `report` with the path they are at."""
    found: dict[str, Input] = {}
    for block, value in (("variables", variables), ("inputs", inputs)):
        if value is not None and not isinstance(value, dict):
            report(
                "type",
                f"`{block}` must be a map from names to values",
                f"write `{block}:` and one indented line per variable",
                (block,),
            )
    defaults = variables if isinstance(variables, dict) else {}
    specs = inputs if isinstance(inputs, dict) else {}
    for name in dict.fromkeys((*defaults, *specs)):
        path = ("inputs", name) if name in specs else ("variables", name)
        if not _NAME.fullmatch(name):
            report(
                "invalid-name",
                "a variable's name is 1 to 64 of A-Z a-z 0-9 _ and does not begin with a digit",
                "rename it",
                path,
            )
        elif name in RESERVED or iskeyword(name):
            report("reserved-variable", f"`{name}` means something else in a template", "choose another name", path)
        elif name not in specs:
            found[name] = _inferred(name, defaults[name], limits)
        else:
            given = _specified(name, specs[name], defaults, limits, report)
            if given:
                found[name] = given
    return found


def _inferred(name: str, default: JSONValue, limits: Limits) -> Input:
    """What a variable without a declaration takes: its default's own type."""
    kind = type_of(default)
    low = high = None
    if name == "N_SLIDES" and kind == "integer":
        low, high = 1, limits.slides
    elif kind in SIZED:
        high = _longest(name, limits)
    return Input(name, kind, default, low=low, high=high)


def _specified(name: str, spec: JSONValue, defaults: Mapping[str, JSONValue], limits: Limits, report: Report) -> Input | None:
    try:
        said = _Declaration.model_validate(spec)
    except ValidationError as error:
        for each in error.errors():
            at = str(each["loc"][0]) if each["loc"] else ""
            code, advice = "type", ""
            if each["type"] == "extra_forbidden":
                code = "unknown-field"
                advice = did_you_mean(at, _Declaration.model_fields) or f"an input has {', '.join(_Declaration.model_fields)}"
            elif at == "type":
                advice = did_you_mean(str(each["input"]), get_args(Kind)) or f"the types are {', '.join(get_args(Kind))}"
            report(code, f"{f'`{at}` of ' if at else ''}`{name}`: {each['msg']}", advice, ("inputs", name, at))
        return None
    in_spec = "default" in said.model_fields_set
    if name in defaults and in_spec:
        report(
            "variable-set-twice",
            f"`{name}` has a default in `variables` and in `inputs`",
            "keep one",
            ("inputs", name, "default"),
        )
        return None
    has_default = in_spec or name in defaults
    default = defaults.get(name, said.default)
    kind = said.type or ("choice" if said.choices else type_of(default) if has_default else "string")
    if kind == "choice" and not said.choices:
        report("required", f"`{name}` is a choice without `choices`", "write choices: [a, b]", ("inputs", name))
        return None
    given = Input(
        name,
        kind,
        default,
        required=not has_default if said.required is None else said.required,
        choices=tuple(said.choices or ()),
        low=said.min,
        high=said.max if said.max is not None or kind not in SIZED else _longest(name, limits),
        label=said.label,
        description=said.description,
        example=said.example,
    )
    for key in ("default", "example"):
        value = getattr(given, key)
        # A required variable may have the empty default that a person is meant to replace.
        if value is None or (given.required and value == ""):
            continue
        try:
            accept(given, value, limits)
        except Wrong as wrong:
            code, message, advice = wrong.args
            report(code, f"the {key} of `{name}` {message}", advice, ("inputs", name, key))
            return None
    return given


def _longest(name: str, limits: Limits) -> int:
    return limits.prompt if name == "PROMPT" else limits.text


def resolve(inputs: Mapping[str, Input], overrides: Mapping[str, JSONValue], limits: Limits) -> dict[str, JSONValue]:
    """The variables of one scenario: the defaults with a request's values over them.

    Raises InvalidRequest with every problem, each under `/variables/<name>`.
    """
    if len(overrides) > MOST_VARIABLES:
        problem = Problem("too-many-items", f"{len(overrides):,} variables; at most {MOST_VARIABLES:,}", pointer="/variables")
        raise InvalidRequest(problems=(problem,))
    problems: list[Problem] = []
    values = {name: given.default for name, given in inputs.items()}
    for name, value in overrides.items():
        try:
            values[name] = _override(inputs, name, value, limits)
        except Wrong as wrong:
            code, message, advice = wrong.args
            # A name nobody could have declared may be huge or unprintable, so it is not repeated.
            shown = name if _NAME.fullmatch(name) else ""
            text = f"`{shown}` {message}" if shown else f"a variable {message}"
            problems.append(Problem(code, text, advice, pointer=f"/variables/{shown}" if shown else "/variables"))
    for name, given in inputs.items():
        # PROMPT: "  " asks for nothing, as much as leaving it out does.
        absent = values[name] is None or (isinstance(values[name], str) and not str(values[name]).strip())
        if given.required and absent and not any(problem.pointer == f"/variables/{name}" for problem in problems):
            advice = (
                given.description or f"give it under `variables`{f', for example {given.example!r}' if given.example else ''}"
            )
            problems.append(Problem("required", f"`{name}` is required", advice, pointer=f"/variables/{name}"))
    if not problems and len(json.dumps(values, ensure_ascii=False)) > limits.variables:
        problems.append(
            Problem("too-long", f"the variables exceed {limits.variables:,} characters in all", pointer="/variables")
        )
    if problems:
        raise InvalidRequest(problems=tuple(problems))
    return values


def _override(inputs: Mapping[str, Input], name: str, value: JSONValue, limits: Limits) -> JSONValue:
    if not _NAME.fullmatch(name):
        raise Wrong("invalid-name", "has a name that is not 1 to 64 of A-Z a-z 0-9 _ or begins with a digit", "rename it")
    if name in RESERVED or iskeyword(name):
        raise Wrong("reserved-variable", "means something else in a template and cannot be set", "remove it")
    if name not in inputs:
        advice = did_you_mean(name, inputs) or f"the template has {', '.join(inputs) or 'no variables'}"
        raise Wrong("unknown-variable", "is not a variable of this template", advice)
    return accept(inputs[name], value, limits)
