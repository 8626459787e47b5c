"""Values held out of the text: a token stands for each in the YAML, and the value is put back into the parsed scalar.

A value is JSON, checked to the bottom when it is taken in. It never becomes YAML syntax, because no character of it is ever
in the text that the YAML parser reads.
"""

import json
import math
import re
import secrets

from jinja2 import Undefined

from processing_service.contract.task import JSONValue
from processing_service.templates.limits import Limits
from processing_service.templates.mistake import Mistake

LARGEST_INT = 2**63 - 1  # what every reader of the JSON can hold: Lua, SQL, other languages


class Token(str):
    """What stands in the YAML text for a value."""

    __slots__ = ("value",)
    value: JSONValue

    def __str__(self) -> str:
        # Compiled templates wrap every output in str(), which must not lose the value.
        return self


class Text(str):
    """Template text on its way into the document: with tokens and line marks. `clean` is how a person would read it."""

    __slots__ = ("clean",)
    clean: str

    def __str__(self) -> str:
        return self


class Produced(str):
    """Text that the template itself produced (a macro's output, a set block), as expressions see it: clean.

    `source` is the same text for the document. Whatever is derived from it (`~`, `+`, `.format`, any filter) is an ordinary
    str or, when a class is rebuilt, has no `source`: the mark is on the instance.
    """

    __slots__ = ("source",)
    source: str


class HeldValues:
    """The values of one expansion.

    Tokens carry a random number, so that a prompt which contains something like a token arrives unchanged.
    """

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._values: list[JSONValue] = []
        self._prefix = f"\ue000{secrets.token_hex(6)}."
        self._pattern = re.compile(f"{self._prefix}([0-9]+)\ue001")
        self._restored = 0

    def hold(self, value: object) -> Token:
        """Take a value in. Raises Mistake `template-value` for anything that is not JSON."""
        checked = as_json(value, self._limits)
        token = Token(f"{self._prefix}{len(self._values)}\ue001")
        token.value = checked
        self._values.append(checked)
        return token

    def restore(self, scalar: str) -> JSONValue:
        """A parsed scalar with its values back. One that is exactly one expression keeps the value's type."""
        match = self._pattern.fullmatch(scalar)
        if match:
            return self._values[int(match[1])]
        text = self._pattern.sub(lambda found: as_text(self._values[int(found[1])]), scalar)
        self._restored += len(text)
        if self._restored > self._limits.restored:
            raise Mistake("template-limit", f"the values put into texts exceed {self._limits.restored:,} characters in all")
        return text

    def strip(self, text: str) -> str:
        """Without tokens: for messages about the document's own text."""
        return self._pattern.sub("…", text)


def as_text(value: JSONValue) -> str:
    """A value inside a longer text: text as it is, numbers in digits, everything else as JSON."""
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def as_json(value: object, limits: Limits, depth: int = 0) -> JSONValue:  # noqa: PLR0911 - one way out per type
    """A deep copy of `value` made of plain JSON types. Raises Mistake for anything else; undefined values raise their own error."""
    if isinstance(value, str):
        return _text(value, limits)
    if value is None or isinstance(value, bool):
        return value
    if type(value) is Undefined:
        return ""  # `x if y` without an `else`, and nothing else: every other undefined value is a StrictUndefined
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()  # noqa: SLF001 - Jinja's own way to raise what made it undefined
    if isinstance(value, int):
        if abs(value) > LARGEST_INT:
            raise Mistake("template-value", "the expression gives an integer of more than 64 bits")
        return int(value)
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Mistake("template-value", "the expression gives a number that is not finite")
        return float(value)
    if depth >= limits.yaml_depth:
        raise Mistake("template-value", f"the expression gives lists or maps more than {limits.yaml_depth} deep")
    if isinstance(value, list | tuple):
        return [as_json(item, limits, depth + 1) for item in value]
    if isinstance(value, dict):
        return {_key(key, limits): as_json(item, limits, depth + 1) for key, item in value.items()}
    raise Mistake(
        "template-value",
        f"the expression gives a {type(value).__name__}, which is not text, number, boolean, list or map",
        "call it if it is a function; add `|list` if it is a sequence",
    )


def _key(key: object, limits: Limits) -> str:
    if not isinstance(key, str):
        raise Mistake("template-value", "the expression gives a map with a key that is not text", "put the key in quotes")
    return _text(key, limits)


def _text(value: str, limits: Limits) -> str:
    if len(value) > limits.value:
        raise Mistake("template-limit", f"the expression gives a text of more than {limits.value:,} characters")
    if "\0" in value:
        raise Mistake("template-value", "the expression gives a text with a NUL character")
    if not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise Mistake("template-value", "the expression gives a text with half of a surrogate pair") from None
    return value if type(value) is str else str.__str__(value)
