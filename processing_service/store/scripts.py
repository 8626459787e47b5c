"""Lua scripts as typed calls: one file per verb under `lua/`, declared here once more, and compared with its header.

A call names every key and argument, so that nothing is off by one; the preamble that gives the same names to the Lua side
is generated from the declaration. Lua reads `keys.task`, `args.attempt`; what repeats starts at `more_keys`, `more_args`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache
from hashlib import sha1
from pathlib import Path
from typing import TypeAlias

from processing_service.store.answer import Answer

Value: TypeAlias = str | int | float

LUA = Path(__file__).parent / "lua"

_HEADER = re.compile(r"^-- (KEYS|ARGV|REPLY|WITH):[ ]*(.*)$", re.MULTILINE)
_INCLUDE = re.compile(r'^--- @include "([\w/]+)"$', re.MULTILINE)


class ScriptError(Exception):
    """A Lua file and its declaration disagree, or an include is missing or circular. Raised when the script is first used."""


@dataclass(frozen=True, slots=True)
class Script:
    """One verb. `more_keys` and `more_args` are the groups that repeat after the fixed ones, as the header writes them.

    `drains` names a sorted set among the keys: the script must pass when the server is out of memory, because it is what
    makes memory free again.
    """

    name: str
    keys: tuple[str, ...]
    args: tuple[str, ...]
    answers: tuple[Answer, ...]
    more_keys: str = ""
    more_args: str = ""
    reply: str = ""
    drains: str = ""
    _names: frozenset[str] = field(init=False, repr=False, compare=False, default=frozenset())

    def __post_init__(self) -> None:
        object.__setattr__(self, "_names", frozenset(self.keys + self.args))
        if len(self._names) != len(self.keys) + len(self.args):
            raise ScriptError(f"{self.name}: two keys or arguments have the same name")

    def call(self, *, more_keys: Sequence[str] = (), more_args: Sequence[Value] = (), **named: Value) -> "Call":
        """One execution. Every key and argument by its name; TypeError names what is missing or too much."""
        if named.keys() != self._names:
            wrong = ", ".join(sorted(named.keys() ^ self._names))
            raise TypeError(f"{self.name}: missing or unknown: {wrong}")
        keys = [named[name] for name in self.keys]
        keys += more_keys
        return Call(self, len(keys), [*keys, *[named[name] for name in self.args], *more_args])


@dataclass(frozen=True, slots=True)
class Call:
    """A script with its keys and arguments, ready to be sent."""

    script: Script
    numkeys: int
    values: list[Value]


@dataclass(frozen=True, slots=True)
class Source:
    """The text a server executes, and its name in the server's cache."""

    text: str
    sha: str


@cache
def source(script: Script, flags: bool) -> Source:
    """The whole text of a script. `flags`: the server knows script flags (7.0 and later; before, `#!lua` is a syntax error)."""
    body = read(script.name)
    check_header(script, body)
    lines = [
        "local keys = {" + ", ".join(f"{name} = KEYS[{i}]" for i, name in enumerate(script.keys, 1)) + "}",
        "local args = {" + ", ".join(f"{name} = ARGV[{i}]" for i, name in enumerate(script.args, 1)) + "}",
        f"local more_keys, more_args = {len(script.keys) + 1}, {len(script.args) + 1}",
    ]
    if script.drains and flags:
        lines.insert(0, "#!lua flags=allow-oom")
    elif script.drains:
        # Before 7.0 a script may go on writing without memory once its first write was one that needs none.
        lines.append(f"redis.call('ZREM', keys.{script.drains}, '')")
    text = "\n".join([*lines, _with_includes(body, [script.name], set())])
    return Source(text, sha1(text.encode(), usedforsecurity=False).hexdigest())


def read(name: str) -> str:
    """The file of a verb or of an include, as it is written."""
    path = LUA / f"{name}.lua"
    if not path.is_file():
        raise ScriptError(f"there is no {path.name} in {path.parent}")
    return path.read_text(encoding="utf-8")


def check_header(script: Script, body: str) -> None:
    """Compare the file's header with the declaration, so that neither can drift from the other. Raises ScriptError."""
    found = {word: text.strip() for word, text in _HEADER.findall(body)}
    declared = {
        "KEYS": " ".join([*script.keys, *([f"{script.more_keys}"] if script.more_keys else [])]),
        "ARGV": " ".join([*script.args, *([f"{script.more_args}"] if script.more_args else [])]),
        "REPLY": " | ".join(script.answers),
    }
    if script.reply:
        declared["WITH"] = script.reply
    if found != declared:
        raise ScriptError(f"{script.name}.lua says {found}, its declaration {declared}")


def _with_includes(body: str, stack: list[str], done: set[str]) -> str:
    """The text with each include once, before its first use."""

    def include(match: re.Match[str]) -> str:
        name = match[1]
        if name in stack:
            raise ScriptError(f"circular include: {' -> '.join([*stack, name])}")
        if name in done:
            return ""
        done.add(name)
        return _with_includes(read(name), [*stack, name], done)

    return _INCLUDE.sub(include, body)
