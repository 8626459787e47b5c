"""The variables of a template: declared by `variables:` and `inputs:`, overridden by a request. Checked here, once."""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from keyword import iskeyword

from processing_service.contract.errors import InvalidRequest, Problem
from processing_service.contract.task import JSONValue
from processing_service.graph.suggestion import did_you_mean
from processing_service.templates.core_yaml import Path
from processing_service.templates.limits import Limits
from processing_service.templates.syntax import FUNCTIONS
from processing_service.templates.values import LARGEST_INT

TYPES = ("string", "text", "integer", "number", "boolean", "choice", "resolution", "list", "map", "any")
KEYS = ("type", "default", "required", "choices", "min", "max", "label", "description", "example")
MOST_VARIABLES = 1_000
SIDE = (16, 7_680)  # pixels of one side of a picture: an icon to 8K

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

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_RESOLUTION = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})")

Report = Callable[[str, str, str, Path], None]


@dataclass(frozen=True, slots=True)
class Input:
    """One variable. `low` and `high` bound a number's value, a text's length in characters, a list's length."""

    name: str
    type: str
    default: JSONValue = None
    required: bool = False
    choices: tuple[JSONValue, ...] = ()
    low: float | None = None
    high: float | None = None
    label: str = ""
    description: str = ""
    example: JSONValue = None


class _Wrong(Exception):
    """A value that is not acceptable: code, message, help."""


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
    kind = _type_of(default)
    low = high = None
    if name == "N_SLIDES" and kind == "integer":
        low, high = 1, limits.slides
    elif kind in {"string", "list", "map", "any"}:
        high = limits.prompt if name == "PROMPT" else limits.text
    return Input(name, kind, default, low=low, high=high)


def _type_of(value: JSONValue) -> str:  # noqa: PLR0911 - a table of types
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "resolution" if _RESOLUTION.fullmatch(value) else "string"
        case list():
            return "list"
        case dict():
            return "map"
        case _:
            return "any"


def _specified(name: str, spec: JSONValue, defaults: Mapping[str, JSONValue], limits: Limits, report: Report) -> Input | None:
    path: Path = ("inputs", name)
    if not isinstance(spec, dict):
        report("type", f"`{name}` must be a map", "write {type: string, default: …}", path)
        return None
    wrong = False

    def mistake(code: str, message: str, help: str, key: str) -> None:
        nonlocal wrong
        wrong = True
        report(code, message, help, (*path, key))

    for key in spec:
        if key not in KEYS:
            mistake("unknown-field", f"an input has no `{key}`", did_you_mean(key, KEYS) or f"it has {', '.join(KEYS)}", key)
    if name in defaults and "default" in spec:
        mistake("variable-set-twice", f"`{name}` has a default in `variables` and in `inputs`", "keep one of them", "default")
    default = defaults.get(name, spec.get("default"))
    has_default = name in defaults or "default" in spec
    choices = spec.get("choices")
    kind = spec.get("type", "choice" if choices else _type_of(default) if has_default else "string")
    if kind not in TYPES:
        mistake("type", f"`type` of `{name}` is not one of {', '.join(TYPES)}", did_you_mean(str(kind), TYPES), "type")
        return None
    if choices is not None and not (isinstance(choices, list) and choices):
        mistake("type", f"`choices` of `{name}` must be a list with at least one value", "write choices: [a, b]", "choices")
    if kind == "choice" and not choices:
        mistake("required", f"`{name}` is a choice without `choices`", "write choices: [a, b]", "choices")
    for key, wanted in (("label", str), ("description", str), ("required", bool)):
        if key in spec and not isinstance(spec[key], wanted):
            mistake("type", f"`{key}` of `{name}` must be {'text' if wanted is str else 'true or false'}", "", key)
    bounds: dict[str, float | None] = {"min": None, "max": None}
    for key in bounds:
        bound = spec.get(key)
        if bound is not None and (isinstance(bound, bool) or not isinstance(bound, int | float)):
            mistake("type", f"`{key}` of `{name}` must be a number", "", key)
        elif isinstance(bound, int | float):
            bounds[key] = bound
    if wrong:
        return None
    low, high = bounds["min"], bounds["max"]
    if high is None and kind in {"string", "text", "choice", "list", "map", "any"}:
        high = limits.prompt if name == "PROMPT" else limits.text
    given = Input(
        name,
        str(kind),
        default,
        required=bool(spec.get("required", not has_default)),
        choices=tuple(choices) if isinstance(choices, list) else (),
        low=low,
        high=high,
        label=str(spec.get("label", "")),
        description=str(spec.get("description", "")),
        example=spec.get("example"),
    )
    for key, value in (("default", default if has_default else None), ("example", given.example)):
        if value is not None and not (key == "default" and given.required and value == ""):
            try:
                _accept(given, value, limits)
            except _Wrong as problem:
                code, message, help = problem.args
                mistake(code, f"the {key} of `{name}` {message}", help, key)
    return None if wrong else given


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
        except _Wrong as wrong:
            code, message, help = wrong.args
            # A name nobody could have declared may be huge or unprintable, so it is not repeated.
            shown = name if _NAME.fullmatch(name) else ""
            text = f"`{shown}` {message}" if shown else f"a variable {message}"
            problems.append(Problem(code, text, help, pointer=f"/variables/{shown}" if shown else "/variables"))
    for name, given in inputs.items():
        # PROMPT: "  " asks for nothing, as much as leaving it out does.
        absent = values[name] is None or (isinstance(values[name], str) and not str(values[name]).strip())
        if given.required and absent and not any(problem.pointer == f"/variables/{name}" for problem in problems):
            help = (
                given.description or f"give it under `variables`{f', for example {given.example!r}' if given.example else ''}"
            )
            problems.append(Problem("required", f"`{name}` is required", help, pointer=f"/variables/{name}"))
    if not problems and len(json.dumps(values, ensure_ascii=False)) > limits.variables:
        problems.append(
            Problem("too-long", f"the variables exceed {limits.variables:,} characters in all", pointer="/variables")
        )
    if problems:
        raise InvalidRequest(problems=tuple(problems))
    return values


def _override(inputs: Mapping[str, Input], name: str, value: JSONValue, limits: Limits) -> JSONValue:
    if not _NAME.fullmatch(name):
        raise _Wrong("invalid-name", "has a name that is not 1 to 64 of A-Z a-z 0-9 _ or begins with a digit", "rename it")
    if name in RESERVED or iskeyword(name):
        raise _Wrong("reserved-variable", "means something else in a template and cannot be set", "remove it")
    if name not in inputs:
        help = did_you_mean(name, inputs) or f"the template has {', '.join(inputs) or 'no variables'}"
        raise _Wrong("unknown-variable", "is not a variable of this template", help)
    return _accept(inputs[name], value, limits)


def _accept(given: Input, value: JSONValue, limits: Limits) -> JSONValue:
    """The value, if this input takes it. Strict: an int is not text, a boolean is not an int."""
    _check_json(value, limits)
    kind = _type_of(value)
    kind = "string" if kind == "resolution" else kind
    wanted = given.type
    if wanted == "resolution" and isinstance(value, str):
        sides = _RESOLUTION.fullmatch(value)
        if not sides or not all(SIDE[0] <= int(side) <= SIDE[1] for side in sides.groups()):
            raise _Wrong("out-of-range", f"must be <width>x<height>, each {SIDE[0]} to {SIDE[1]}", "for example 1920x1080")
    elif wanted in {"text", "resolution"}:
        wanted = "string"
    fits = (
        wanted in {"any", "choice", kind}
        or (wanted == "resolution" and kind == "string")
        or (wanted == "number" and kind == "integer")
    )
    if not fits:
        raise _Wrong("type", f"must be of the type {given.type}, not {kind}", "")
    if given.choices and not any(type(choice) is type(value) and choice == value for choice in given.choices):
        raise _Wrong(
            "out-of-range",
            f"must be one of {', '.join(json.dumps(choice, ensure_ascii=False) for choice in given.choices)}",
            "",
        )
    if kind in {"integer", "number"}:
        _within(given, float(value))  # type: ignore[arg-type]
    elif kind in {"string", "list", "map"} and not given.choices:
        size = (
            len(value) if isinstance(value, str | list) and given.type != "any" else len(json.dumps(value, ensure_ascii=False))
        )
        if kind in {"list", "map"} and len(json.dumps(value, ensure_ascii=False)) > limits.text:
            raise _Wrong("too-long", f"is longer than {limits.text:,} characters as JSON", "")
        if given.high is not None and size > given.high:
            raise _Wrong("too-long", f"is longer than {given.high:,.0f}{'' if kind == 'list' else ' characters'}", "")
        if given.low is not None and size < given.low:
            raise _Wrong("too-short", f"is shorter than {given.low:,.0f}{'' if kind == 'list' else ' characters'}", "")
    return value


def _within(given: Input, value: float) -> None:
    low, high = given.low, given.high
    if (low is None or value >= low) and (high is None or value <= high):
        return
    if low is not None and high is not None:
        allowed = f"from {low:,g} to {high:,g}"
    else:
        allowed = f"at least {low:,g}" if low is not None else f"at most {high:,g}"
    raise _Wrong("out-of-range", f"must be {allowed}", "")


def _check_json(value: JSONValue, limits: Limits, depth: int = 0) -> None:
    if depth > limits.value_depth:
        raise _Wrong("too-deep", f"has lists or maps more than {limits.value_depth} deep", "")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if abs(value) > LARGEST_INT:
            raise _Wrong("number-out-of-range", "is an integer of more than 64 bits", "")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise _Wrong("number-out-of-range", "is not a finite number", "")
    elif isinstance(value, list):
        for item in value:
            _check_json(item, limits, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check_json(item, limits, depth + 1)
    else:
        raise _Wrong("type", "is not JSON", "")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise _Wrong("invalid-character", "contains the character U+0000", "remove it")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _Wrong("invalid-unicode", "contains half of a surrogate pair", "send whole characters") from None
