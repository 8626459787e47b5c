"""One variable of a template: what it is for, and what it accepts."""

import json
import math
import re
from dataclasses import dataclass

from processing_service.contract.task import JSONValue
from processing_service.templates.limits import Limits
from processing_service.templates.values import LARGEST_INT

SIDE = (16, 7_680)  # pixels of one side of a picture: an icon to 8K

_RESOLUTION = re.compile(r"([1-9][0-9]{0,4})x([1-9][0-9]{0,4})")


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


class Wrong(Exception):
    """A value that is not acceptable: code, message, help."""


def type_of(value: JSONValue) -> str:  # noqa: PLR0911 - a table of types
    """The most specific of the types an input may declare; `any` for null."""
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


def accept(given: Input, value: JSONValue, limits: Limits) -> JSONValue:
    """The value, if this input takes it. Strict: an int is not text, a boolean is not an int."""
    _check_json(value, limits)
    kind = type_of(value)
    kind = "string" if kind == "resolution" else kind
    wanted = given.type
    if wanted == "resolution" and isinstance(value, str):
        sides = _RESOLUTION.fullmatch(value)
        if not sides or not all(SIDE[0] <= int(side) <= SIDE[1] for side in sides.groups()):
            raise Wrong("out-of-range", f"must be <width>x<height>, each {SIDE[0]} to {SIDE[1]}", "for example 1920x1080")
    elif wanted in {"text", "resolution"}:
        wanted = "string"
    fits = (
        wanted in {"any", "choice", kind}
        or (wanted == "resolution" and kind == "string")
        or (wanted == "number" and kind == "integer")
    )
    if not fits:
        raise Wrong("type", f"must be of the type {given.type}, not {kind}", "")
    if given.choices and not any(type(choice) is type(value) and choice == value for choice in given.choices):
        raise Wrong(
            "out-of-range",
            f"must be one of {', '.join(json.dumps(choice, ensure_ascii=False) for choice in given.choices)}",
            "",
        )
    if given.type in {"integer", "number"}:
        assert isinstance(value, int | float)
        _within(given, float(value))
    elif kind in {"string", "list", "map"} and not given.choices:
        size = (
            len(value) if isinstance(value, str | list) and given.type != "any" else len(json.dumps(value, ensure_ascii=False))
        )
        if kind in {"list", "map"} and len(json.dumps(value, ensure_ascii=False)) > limits.text:
            raise Wrong("too-long", f"is longer than {limits.text:,} characters as JSON", "")
        if given.high is not None and size > given.high:
            raise Wrong("too-long", f"is longer than {given.high:,.0f}{'' if kind == 'list' else ' characters'}", "")
        if given.low is not None and size < given.low:
            raise Wrong("too-short", f"is shorter than {given.low:,.0f}{'' if kind == 'list' else ' characters'}", "")
    return value


def _within(given: Input, value: float) -> None:
    low, high = given.low, given.high
    if (low is None or value >= low) and (high is None or value <= high):
        return
    if low is not None and high is not None:
        allowed = f"from {low:,g} to {high:,g}"
    else:
        allowed = f"at least {low:,g}" if low is not None else f"at most {high:,g}"
    raise Wrong("out-of-range", f"must be {allowed}", "")


def _check_json(value: JSONValue, limits: Limits, depth: int = 0) -> None:
    if depth > limits.value_depth:
        raise Wrong("too-deep", f"has lists or maps more than {limits.value_depth} deep", "")
    if isinstance(value, str):
        _check_text(value)
    elif isinstance(value, bool) or value is None:
        return
    elif isinstance(value, int):
        if abs(value) > LARGEST_INT:
            raise Wrong("number-out-of-range", "is an integer of more than 64 bits", "")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise Wrong("number-out-of-range", "is not a finite number", "")
    elif isinstance(value, list):
        for item in value:
            _check_json(item, limits, depth + 1)
    elif isinstance(value, dict):
        for key, item in value.items():
            _check_text(key)
            _check_json(item, limits, depth + 1)
    else:
        raise Wrong("type", "is not JSON", "")


def _check_text(text: str) -> None:
    if "\0" in text:
        raise Wrong("invalid-character", "contains the character U+0000", "remove it")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise Wrong("invalid-unicode", "contains half of a surrogate pair", "send whole characters") from None
