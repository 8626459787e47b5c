"""YAML 1.2 core scalars, and only trees: everything else has a code, a line, and takes no time."""

import time

import pytest

from processing_service.contract.task import JSONValue
from processing_service.graph.limits import GraphLimits
from processing_service.templates.core_yaml import read
from processing_service.templates.limits import Limits

LAUGHS = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 9))

REFUSED = {
    "billion laughs": (LAUGHS, "yaml-alias"),
    "a list inside itself": ("a: &a [*a]", "yaml-alias"),
    "a map inside itself": ("a: &a {k: *a}", "yaml-alias"),
    "an alias as a key": ("a: &x b\n*x : c", "yaml-alias"),
    "an anchor alone": ("a: &a text", "yaml-alias"),
    "merge": ("a: {b: 1}\nc:\n  <<: {d: 1}", "yaml-merge"),
    "merge bomb": ("a: 1\nb:\n" + "  <<: [{}, {}]\n" * 25, "yaml-merge"),
    "1,000 brackets": ("a: " + "[" * 1_000 + "]" * 1_000, "yaml-depth"),
    "100,000 brackets": ("a: " + "[" * 100_000, "yaml-depth"),
    "5,000 indents": ("\n".join(" " * n + "a:" for n in range(5_000)), "yaml-depth"),
    "python object": ("a: !!python/object/apply:os.system ['true']", "yaml-tag"),
    "custom tag": ("a: !foo bar", "yaml-tag"),
    "binary": ("a: !!binary aGk=", "yaml-tag"),
    "set": ("a: !!set {x, y}", "yaml-tag"),
    "omap": ("a: !!omap [x: 1]", "yaml-tag"),
    "hexadecimal": ("a: 0x1F", "yaml-number"),
    "octal of 1.1": ("a: 010", "yaml-number"),
    "octal of 1.2": ("a: 0o17", "yaml-number"),
    "not a number": ("a: .nan", "yaml-number"),
    "infinity": ("a: -.inf", "yaml-number"),
    "too large a float": ("a: 1.0e+999", "yaml-number"),
    "5,000 digits": ("a: " + "9" * 5_000, "yaml-number"),
    "5,000 hexadecimal digits": ("a: 0x" + "f" * 5_000, "yaml-number"),
    "2^63": ("a: 9223372036854775808", "yaml-number"),
    "int that is none": ("a: !!int abc", "yaml-scalar"),
    "float that is none": ("a: !!float abc", "yaml-scalar"),
    "bool that is none": ("a: !!bool maybe", "yaml-scalar"),
    "duplicate key": ("a: 1\nb: 2\na: 3", "yaml-duplicate-key"),
    "a list as a key": ("? [a, b]\n: c", "yaml-key"),
    "a map as a key": ("{a: b}: c", "yaml-key"),
    "null as a key": ("~: c", "yaml-key"),
    "a number as a key": ("1: c", "yaml-key"),
    "nothing": ("", "yaml-root"),
    "a scalar": ("text", "yaml-root"),
    "a list": ("- a", "yaml-root"),
    "two documents": ("a: 1\n---\nb: 2", "yaml-syntax"),
    "tabs": ("a:\n\tb: 1", "yaml-syntax"),
    "unclosed": ("a: [1", "yaml-syntax"),
    "undefined alias": ("a: *b", "yaml-syntax"),
    "NUL": ('a: "\\0"', "yaml-scalar"),
    "BEL": ("a: \a", "yaml-syntax"),
    "half a surrogate": ('a: "\\ud800"', "yaml-syntax"),
    "a large scalar": ("a: " + "x" * 1_000_001, "yaml-too-large"),
    "a tab in the indent": ("a:\n \t- b: 1\n\t  c: 2", "yaml-syntax"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_a_tree_of_core_scalars_is_refused_at_once(case: str) -> None:
    """Each with its code, within the time of a blink."""
    text, code = REFUSED[case]
    started = time.process_time()
    reading = read(text, Limits())
    assert time.process_time() - started < 0.2
    assert reading.found
    assert {found.mistake.code for found in reading.found} == {code}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("NO", "NO"),
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("null", None),
        ("~", None),
        ("", None),
        ("2024-01-01", "2024-01-01"),
        ("2024-13-45", "2024-13-45"),
        ("2024-02-30 25:61:61", "2024-02-30 25:61:61"),
        ("12:30", "12:30"),
        ("1:2:3:4:5", "1:2:3:4:5"),
        ("1_000", "1_000"),
        ("12e45678x", "12e45678x"),
        ("7", 7),
        ("-7", -7),
        ("+7", 7),
        ("0", 0),
        ("1.5", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("1.0.0", "1.0.0"),
        ("'7'", "7"),
        ('"7"', "7"),
        ("!!str 7", "7"),
        ("!!int 7", 7),
        ("!!float 7", 7.0),
        ("=", "="),
        ("-", [None]),
        ("<<", "<<"),
    ],
)
def test_plain_scalars_follow_the_core_schema(written: str, value: JSONValue) -> None:
    """`no` is text, dates and times are text, 7 is a number."""
    text = f"a:\n  {written}" if written == "-" else f"a: {written}"
    reading = read(text, Limits())
    assert not reading.found
    assert isinstance(reading.value, dict)
    assert reading.value == {"a": value}
    assert type(reading.value["a"]) is type(value)


def test_all_mistakes_of_a_text_are_found_with_their_places() -> None:
    """Reading goes on after a mistake that does not change the structure."""
    reading = read("a: 0x1\nb: !foo x\nc:\n  d: 1\n  d: 2\n", Limits())
    assert [(found.mistake.code, found.line, found.column) for found in reading.found] == [
        ("yaml-number", 0, 3),
        ("yaml-tag", 1, 3),
        ("yaml-duplicate-key", 4, 2),
    ]


def test_positions_are_kept_by_path() -> None:
    """The position of every value, for messages; reading ends after the task that was asked for."""
    text = "top: 1\ntasks:\n  - id: a\n    consumers:\n      - b\n  - id: c\n  - id: d\n"
    marks = read(text, Limits(), track=2).marks
    assert marks["top",] == (0, 0)
    assert marks["tasks", 0, "id"] == (2, 4)
    assert marks["tasks", 0, "consumers", 0] == (4, 8)
    assert marks["tasks", 1, "id"] == (5, 4)
    assert ("tasks", 2, "id") not in marks


def test_more_tasks_than_the_limit_are_not_read() -> None:
    """The reader stops instead of building what will be refused."""
    limits = Limits(graph=GraphLimits(tasks=3))
    assert not read("tasks:\n" + "  - {id: a}\n" * 3, limits).found
    (found,) = read("tasks:\n" + "  - {id: a}\n" * 4, limits).found
    assert (found.mistake.code, found.line) == ("yaml-too-large", 4)
