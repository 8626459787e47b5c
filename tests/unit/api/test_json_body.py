"""Bodies as exactly the JSON everybody agrees on."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from processing_service.api.json_body import parse
from processing_service.api.problems import HttpProblem

MALFORMED = {
    "nothing": b"",
    "an open brace": b"{",
    "garbage after the end": b"{} x",
    "half a UTF-8 character": b'{"a": "\xd0"}',
    "a surrogate as UTF-8": b'{"a": "\xed\xa0\x80"}',
    "UTF-16": '{"a": 1}'.encode("utf-16-le"),
    "UTF-16 with its mark": '{"a": 1}'.encode("utf-16"),
    "NaN": b'{"a": NaN}',
    "Infinity": b'{"a": Infinity}',
    "minus Infinity": b'{"a": -Infinity}',
    "a raw NUL": b'{"a": "\x00"}',
    "a single quote": b"{'a': 1}",
    "a comment": b'{"a": 1} // one',
    "a trailing comma": b"[1,]",
}


@pytest.mark.parametrize("raw", MALFORMED.values(), ids=MALFORMED)
def test_what_is_not_json_is_malformed(raw: bytes) -> None:
    """Anything but UTF-8 JSON is refused before a model sees it."""
    with pytest.raises(HttpProblem) as refusal:
        parse(raw)
    assert (refusal.value.status, refusal.value.code) == (400, "malformed-json")


def test_the_place_is_named_in_bytes() -> None:
    """The offset counts bytes, as the sender's hex editor does: `о` takes two."""
    with pytest.raises(HttpProblem, match="at byte 9"):
        parse('{"оо": }'.encode())


def test_a_byte_order_mark_is_named() -> None:
    """A BOM is invisible in an editor, so the sentence says it is there."""
    with pytest.raises(HttpProblem, match="byte order mark"):
        parse(b'\xef\xbb\xbf{"a": 1}')


@pytest.mark.parametrize("number", ["1e999", "-1e999", "9" * 5_000, "9" * 4_000, str(2**63), str(-(2**63) - 1), str(2**70)])
def test_numbers_no_other_language_holds_are_refused(number: str) -> None:
    """Infinite floats and integers beyond 64 bits are a 422, however many digits they have."""
    with pytest.raises(HttpProblem) as refusal:
        parse(f'{{"a": {number}}}'.encode())
    assert (refusal.value.status, refusal.value.problems[0].code) == (422, "number-out-of-range")


@pytest.mark.parametrize("number", [2**53 + 1, 2**63 - 1, -(2**63), 0, -1])
def test_integers_of_64_bits_are_exact(number: int) -> None:
    """No integer passes through a float."""
    assert parse(json.dumps({"a": number}).encode()) == {"a": number}


@pytest.mark.parametrize(
    ("raw", "code", "pointer"),
    [
        (rb'{"a": "\ud800"}', "invalid-unicode", "/a"),
        (rb'{"a": ["x", "\udc00 \ud800"]}', "invalid-unicode", "/a/1"),
        (rb'{"\ud800": 1}', "invalid-unicode", ""),
        (rb'{"a": {"b": "x\u0000y"}}', "invalid-character", "/a/b"),
        (rb'{"a\u0000": 1}', "invalid-character", ""),
    ],
)
def test_strings_no_store_holds_are_refused_where_they_stand(raw: bytes, code: str, pointer: str) -> None:
    """Half a surrogate pair and NUL are a 422 with a pointer."""
    with pytest.raises(HttpProblem) as refusal:
        parse(raw)
    assert refusal.value.status == 422
    assert [(problem.code, problem.pointer) for problem in refusal.value.problems] == [(code, pointer)]


def test_a_whole_surrogate_pair_is_one_character() -> None:
    """Escaped emoji are ordinary text."""
    assert parse(rb'{"a": "\ud83d\ude00"}') == {"a": "😀"}


@pytest.mark.parametrize("raw", [b'{"a": 1, "a": 2}', b'[{"x": {"b": 1, "b": 1}}]', rb'{"a": 1, "\u0061": 2}'])
def test_a_key_twice_is_refused(raw: bytes) -> None:
    """Which of the two was meant nobody can know."""
    with pytest.raises(HttpProblem) as refusal:
        parse(raw)
    assert (refusal.value.status, refusal.value.code) == (400, "duplicate-key")


@pytest.mark.parametrize("raw", [b"[" * 100_000, b'{"a":' * 10_000, b"[" * 33 + b"]" * 33, b'[{"a":' * 17 + b"1" + b"}]" * 17])
def test_deep_nesting_is_refused_before_it_is_parsed(raw: bytes) -> None:
    """Depth 33 is one too many; 100,000 costs no recursion."""
    with pytest.raises(HttpProblem) as refusal:
        parse(raw)
    assert (refusal.value.status, refusal.value.code) == (400, "too-deep")


def test_brackets_inside_strings_are_not_depth() -> None:
    """A prompt may be nothing but brackets, quotes and backslashes."""
    prompt = "[{" * 500 + '"\\' * 50
    assert parse(json.dumps({"a": prompt, "b": [[1]] * 40}).encode()) == {"a": prompt, "b": [[1]] * 40}


@given(
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers(-(2**63), 2**63 - 1)
        | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")),
        lambda children: st.lists(children, max_size=4) | st.dictionaries(st.text("abc", max_size=3), children, max_size=4),
        max_leaves=20,
    )
)
def test_sound_json_arrives_as_it_was_sent(value: object) -> None:
    """Whatever is sound arrives exactly, escaped or not."""
    for ascii_only in (True, False):
        assert parse(json.dumps(value, ensure_ascii=ascii_only).encode()) == value


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_refused(raw: bytes) -> None:
    """No body, however odd, raises anything but a problem of the 4xx kind."""
    try:
        parse(raw)
    except HttpProblem as problem:
        assert 400 <= problem.status < 500  # noqa: PT017 - either outcome is right
