"""Where lines are broken: every letter is one unit wide here."""

import pytest

from services.image.linebreak import break_lines


def lines(text: str, width: int, most: int = 6) -> list[str] | None:
    broken = break_lines(text, len, width, most)
    return None if broken is None else list(broken.lines)


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("one", 10, ["one"]),
        ("", 10, []),
        ("a city that never sleeps", 20, ["a city that", "never sleeps"]),  # balanced, no lonely word
        ("сказка о рыбаке и рыбке", 16, ["сказка о рыбаке", "и рыбке"]),  # no line ends in a conjunction
        ("полёт на Луну и обратно", 14, ["полёт на Луну", "и обратно"]),
        ("the art of war", 10, ["the art", "of war"]),
        ("Санкт-Петербург", 10, ["Санкт-", "Петербург"]),
        ("Москва — столица", 12, ["Москва\u00a0—", "столица"]),  # a dash never begins a line
        ("скорость 25 км в час", 15, ["скорость", "25 км в час"]),  # a number keeps its unit
        ("one\u00a0two three", 8, ["one\u00a0two", "three"]),
        ("first, second third", 14, ["first,", "second third"]),  # after a comma rather than anywhere
    ],
)
def test_lines_break_where_a_reader_would(text: str, width: int, expected: list[str]) -> None:
    """Balanced, and not in the middle of what belongs together."""
    assert lines(text, width) == expected


def test_no_line_is_wider_than_allowed_and_nothing_is_lost() -> None:
    """For any text that fits at all."""
    text = "В начале было слово, и слово это было о том, как ломаются строки в длинных заголовках"
    for width in range(12, 60):
        broken = lines(text, width, 20)
        assert broken is not None
        assert max(len(line) for line in broken) <= width
        assert " ".join(broken) == text


@pytest.mark.parametrize(("text", "width", "most"), [("unbreakable", 5, 9), ("one two three four", 5, 2)])
def test_what_does_not_fit_is_not_broken(text: str, width: int, most: int) -> None:
    """The caller then tries a smaller size."""
    assert lines(text, width, most) is None
