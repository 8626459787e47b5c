"""YAML 1.2 core scalars, and only trees: no aliases, merge keys, custom tags or duplicate keys.

Built on the parser's events instead of its loader: one loop without recursion, so depth is a number and not a crash, every
mistake is collected instead of the first one raised, and it takes half the time. libyaml is used when PyYAML has it.
"""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml import events

from processing_service.contract.task import JSONValue
from processing_service.templates.limits import Limits
from processing_service.templates.mistake import Mistake
from processing_service.templates.values import LARGEST_INT

Path = tuple[str | int, ...]

TAG = "tag:yaml.org,2002:"
WORDS: dict[str, JSONValue] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
MOST_FOUND = 100  # mistakes in one text

_INT = re.compile(r"[-+]?(0|[1-9][0-9]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
# Numbers that YAML 1.1, YAML 1.2 and JSON read differently, or that JSON cannot hold: refused, so that nobody has to know.
_AMBIGUOUS = re.compile(r"[-+]?(0[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+|\.(inf|Inf|INF)|\.(nan|NaN|NAN))")


@dataclass(frozen=True, slots=True)
class Found:
    """One mistake in the text. `line` and `column` count from 0."""

    mistake: Mistake
    line: int
    column: int


@dataclass(slots=True)
class Reading:
    """What a text says. `value` is of use only when nothing was `found`.

    `items` are the positions of the lists' maps at depth two (the tasks); `marks`, filled on request, has every path: where its
    key stands, or the item itself.
    """

    value: JSONValue = None
    items: list[tuple[int, int]] = field(default_factory=list)
    marks: dict[Path, tuple[int, int]] = field(default_factory=dict)
    found: list[Found] = field(default_factory=list)


def _new_parser(text: str) -> Any:
    if yaml.__with_libyaml__:
        from yaml.cyaml import CSafeLoader  # noqa: PLC0415 - fails to import where PyYAML was built without libyaml

        return CSafeLoader(text)
    return yaml.SafeLoader(text)


def read(text: str, limits: Limits, restore: Callable[[str], JSONValue] | None = None, *, track: int = 0) -> Reading:
    """Read one document whose root is a map. `restore` puts values back into scalars that hold tokens.

    With `track`, the position of everything is kept and reading ends after so many tasks: it is for finding lines again.
    """
    reader = _Reader(limits, restore, track=track)
    try:
        parser = _new_parser(text)
        reader.follow(parser.get_event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        problem = (error.problem or error.context or "not YAML").replace("\n", " ")
        advice = "quote the text if it begins with a character that YAML knows (`%`, `@`, `*`, `&`, `!`, `{`, `[`)"
        reader.report(Mistake("yaml-syntax", problem, advice), mark)
    except (yaml.YAMLError, UnicodeEncodeError):
        reader.report(Mistake("yaml-syntax", "a character that YAML does not allow", "remove control characters"), None)
    reading = reader.reading
    if not reading.found and not isinstance(reading.value, dict):
        reader.report(Mistake("yaml-root", "the document is not a map", "begin with `name:` and `tasks:`"), None)
    return reading


class _Stop(Exception):
    """Nothing after this can be read in a useful way."""


class _Reader:
    def __init__(self, limits: Limits, restore: Callable[[str], JSONValue] | None, *, track: int) -> None:
        self.reading = Reading()
        self._limits = limits
        self._restore = restore
        self._track = track
        self._anchors: set[str] = set()
        self._plain: dict[str, JSONValue] = {}

    def report(self, mistake: Mistake, mark: Any) -> None:
        self.reading.found.append(Found(mistake, mark.line if mark else 0, mark.column if mark else 0))
        if len(self.reading.found) >= MOST_FOUND:
            raise _Stop

    def follow(self, get_event: Callable[[], Any]) -> None:
        try:
            self._follow(get_event)
        except _Stop:
            return

    def _follow(self, get_event: Callable[[], Any]) -> None:  # noqa: PLR0912, PLR0915 - one loop over all events is what makes it fast
        limits, reading, known = self._limits, self.reading, self._plain
        nothing: Any = object()
        container: Any = None  # the collection being filled: list, dict, or None at the root
        key: Any = nothing  # the key that waits for its value, when `container` is a dict
        key_event: Any = None
        stack: list[tuple[Any, Any]] = []
        documents = 0
        while True:
            event = get_event()
            kind = type(event)
            if kind is events.ScalarEvent:
                text = event.value
                plain = event.implicit[0]
                if plain and text in known:
                    value = known[text]
                elif (
                    not plain and event.tag is None and "\ue000" not in text and "\0" not in text and len(text) <= limits.value
                ):
                    value = text
                else:
                    value = self._scalar(event)
                if event.anchor:
                    self._anchor(event)
            elif kind is events.MappingStartEvent or kind is events.SequenceStartEvent:
                if event.anchor:
                    self._anchor(event)
                if event.tag and event.tag != TAG + ("map" if kind is events.MappingStartEvent else "seq"):
                    self._tag(event)
                if type(container) is dict and key is nothing:
                    self.report(
                        Mistake("yaml-key", "a list or a map is used as a key", "keys are plain text"), event.start_mark
                    )
                    raise _Stop
                if len(stack) >= limits.yaml_depth:
                    self.report(Mistake("yaml-depth", f"nested more than {limits.yaml_depth} deep"), event.start_mark)
                    raise _Stop
                value = {} if kind is events.MappingStartEvent else []
                if len(stack) == 2 and type(container) is list and type(value) is dict:
                    reading.items.append((event.start_mark.line, event.start_mark.column))
                    if self._track and len(reading.items) > self._track:
                        return
                    if len(reading.items) > limits.graph.tasks:
                        message = f"more than {limits.graph.tasks:,} tasks"
                        self.report(Mistake("yaml-too-large", message, "make fewer, or split the scenario"), event.start_mark)
                        raise _Stop
                if self._track:
                    self._mark(stack, container, key, event if key is nothing else key_event, nothing)
                stack.append((container, key))
                if type(container) is list:
                    container.append(value)
                elif container is None:
                    reading.value = value
                else:
                    container[key] = value
                container, key = value, nothing
                continue
            elif kind is events.MappingEndEvent or kind is events.SequenceEndEvent:
                container, key = stack.pop()
                key = nothing
                continue
            elif kind is events.AliasEvent:
                self._alias(event)
                if type(container) is dict and key is nothing:
                    raise _Stop  # an alias as a key: what follows belongs to nothing
                value = None
            elif kind is events.DocumentStartEvent:
                documents += 1
                if documents > 1:
                    message = "a second document begins here"
                    self.report(Mistake("yaml-syntax", message, "write one template per file"), event.start_mark)
                    raise _Stop
                continue
            elif kind is events.StreamEndEvent or event is None:
                return
            else:
                continue

            if type(container) is list:
                if self._track:
                    self._mark(stack, container, key, event, nothing)
                container.append(value)
            elif container is None:
                reading.value = value
            elif key is nothing:
                key, key_event = self._key(event, value, container), event
            else:
                if self._track:
                    self._mark(stack, container, key, key_event, nothing)
                container[key] = value
                key = nothing

    def _scalar(self, event: Any) -> JSONValue:  # noqa: PLR0911 - one way out per kind of scalar
        text: str = event.value
        if len(text) > self._limits.value:
            self.report(Mistake("yaml-too-large", f"a scalar of more than {self._limits.value:,} characters"), event.start_mark)
            return None
        if "\0" in text:
            self.report(Mistake("yaml-scalar", "a text with a NUL character", "leave it out"), event.start_mark)
            return None
        if self._restore and "\ue000" in text:
            if event.tag:
                self._tag(event)
            try:
                return self._restore(text)
            except Mistake as mistake:
                self.report(mistake, event.start_mark)
                raise _Stop from None
        if event.implicit[0]:  # plain, no tag
            try:
                value = self._plain[text] = _plain(text)
            except Mistake as mistake:
                self.report(mistake, event.start_mark)
                return None
            return value
        if event.tag is None:
            return text
        try:
            return _tagged(event.tag, text)
        except Mistake as mistake:
            self.report(mistake, event.start_mark)
            return None

    def _key(self, event: Any, value: JSONValue, container: dict[str, JSONValue]) -> str:
        if event.value == "<<" and event.implicit[0]:
            self.report(Mistake("yaml-merge", "merge keys (`<<`) are not supported", "write the keys out"), event.start_mark)
        elif not isinstance(value, str):
            advice = f'write "{event.value}" in quotes' if event.value.isalnum() else "keys are plain text"
            self.report(Mistake("yaml-key", "a key is not text", advice), event.start_mark)
        elif value in container:
            shown = f"`{value}`" if value == event.value and len(value) <= 64 else "a key"
            self.report(Mistake("yaml-duplicate-key", f"{shown} stands twice in the same map", "remove one"), event.start_mark)
        return value if isinstance(value, str) else event.value

    def _anchor(self, event: Any) -> None:
        self._anchors.add(event.anchor)
        self.report(
            Mistake("yaml-alias", "anchors (`&`) are not supported", "write the value out, or use a variable"), event.start_mark
        )

    def _alias(self, event: Any) -> None:
        code = "yaml-alias" if event.anchor in self._anchors else "yaml-syntax"
        advice = "write the value out, or quote the text if it begins with `*`"
        self.report(Mistake(code, "aliases (`*`) are not supported", advice), event.start_mark)

    def _tag(self, event: Any) -> None:
        self.report(
            Mistake("yaml-tag", "this tag is not supported", "remove it, or quote the text if it begins with `!`"),
            event.start_mark,
        )

    def _mark(self, stack: list[tuple[Any, Any]], container: Any, key: Any, event: Any, nothing: Any) -> None:
        path: list[str | int] = []
        for parent, at in [*stack[1:], (container, key)]:
            if type(parent) is list:
                path.append(len(parent) - (parent is not container))
            elif at is not nothing and parent is not None:
                path.append(at)
        self.reading.marks[tuple(path)] = (event.start_mark.line, event.start_mark.column)


def _plain(text: str) -> JSONValue:
    """A plain scalar by the core schema."""
    if text in WORDS:
        return WORDS[text]
    if text[0] not in "+-.0123456789":
        return text
    if _AMBIGUOUS.fullmatch(text):
        raise Mistake(
            "yaml-number", "this number is read differently by different tools", "quote it, or write it in plain decimal digits"
        )
    if _INT.fullmatch(text):
        return _int(text)
    if _FLOAT.fullmatch(text):
        return _float(text)
    return text


def _int(text: str) -> int:
    # int() of very long texts is slow and, past 4,300 digits, an error of its own.
    if len(text) > 20 or abs(value := int(text)) > LARGEST_INT:
        raise Mistake("yaml-number", "an integer of more than 64 bits", "quote it if it is text")
    return value


def _float(text: str) -> float:
    value = float(text)
    if not math.isfinite(value):
        raise Mistake("yaml-number", "a number that is too large", "quote it if it is text")
    return value


def _tagged(tag: str, text: str) -> JSONValue:
    """A scalar with one of the core tags written out (`!!int 5`)."""
    wanted = tag.removeprefix(TAG) if tag.startswith(TAG) else ""
    if wanted == "str" or tag == "!":
        return text
    if wanted not in {"int", "float", "bool", "null"}:
        raise Mistake("yaml-tag", "this tag is not supported", "remove it, or quote the text if it begins with `!`")
    if wanted == "float" and (_FLOAT.fullmatch(text) or _AMBIGUOUS.fullmatch(text)):
        return _float(text) if _FLOAT.fullmatch(text) else _plain(text)
    value = _plain(text) if text else None
    expected = {"int": int, "bool": bool, "null": type(None), "float": float}[wanted]
    if type(value) is not expected:
        raise Mistake("yaml-scalar", f"this is not a value of the type `!!{wanted}`", "remove the tag, or mend the value")
    return value
