"""Replies of Redis as redis-cli shows them."""

from processing_service.cli.redis import as_value, formatted, raw
from processing_service.embedded.resp import ErrorReply


def test_a_terminal_gets_the_layout_of_redis_cli() -> None:
    """Numbers, nil, quoted strings, nested lists with aligned numbers."""
    assert list(formatted(3)) == ["(integer) 3"]
    assert list(formatted(None)) == ["(nil)"]
    assert list(formatted([])) == ["(empty array)"]
    assert list(formatted("OK")) == ["OK"]
    assert list(formatted(ErrorReply("ERR no"))) == ["(error) ERR no"]
    assert list(formatted([b"a", [b"b", 1]])) == ['1) "a"', '2) 1) "b"', "   2) (integer) 1"]


def test_letters_stay_readable_and_control_characters_do_not_act() -> None:
    """A prompt in Russian is legible; an escape sequence in it is shown, not performed."""
    assert list(formatted("кот".encode())) == ['"кот"']
    assert list(formatted(b'"\n\x1b[2J\xff')) == ['"\\"\\n\\x1b[2J\\xff"']


def test_a_pipe_gets_bare_bytes() -> None:
    """One line per element, nothing quoted."""
    assert list(raw([b"\xff", [1, None, "OK"]])) == [b"\xff", b"1", b"", b"OK"]


def test_json_keeps_the_shape_of_a_reply() -> None:
    """Nested lists, numbers, nil; an error is an object; bytes that are no text stay legible."""
    assert as_value([b"a", [1, None, "OK"], b"\xff"]) == ["a", [1, None, "OK"], "\\xff"]
    assert as_value(ErrorReply("ERR no")) == {"error": "ERR no"}
