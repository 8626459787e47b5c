"""Written words and their times, as pure tables."""

import pytest

from services.voice.words import sayable, starts_from_events, starts_in_proportion, written_words


@pytest.mark.parametrize(
    ("sentence", "words"),
    [
        ("Море — это вода.", ["Море —", "это", "вода."]),
        ("— Куда ты?", ["— Куда", "ты?"]),
        ("Version 2.5 of FastAPI…", ["Version", "2.5", "of", "FastAPI…"]),
        ("…", []),
        ("", []),
    ],
)
def test_words_are_as_the_author_wrote_them(sentence: str, words: list[str]) -> None:
    """Punctuation stays with its word; a lone dash joins the word before it, or after it at the start."""
    found = written_words(sentence)
    assert [text for text, _, _ in found] == words
    assert all(sentence[first:end] == text for text, first, end in found)


def test_the_first_event_inside_a_word_is_its_start() -> None:
    """ "2.5" gives three events and only the first counts; a word without one lies between its neighbours."""
    events = [(0, 0.0), (4, 0.5), (6, 0.7), (7, 0.8), (14, 2.0)]
    assert starts_from_events("Ver 2.5 & of it", events, 3.0) == pytest.approx((0.0, 0.5, 1.25, 2.0), abs=0.3)


def test_times_never_run_backwards_or_beyond_the_sound() -> None:
    """Whatever events a synthesiser gives."""
    starts = starts_from_events("one two three four", [(0, 0.5), (4, 0.2), (8, 9.0)], 1.0)
    assert list(starts) == sorted(starts)
    assert max(starts) <= 1.0


def test_without_events_characters_decide() -> None:
    """The proportional fallback covers the sentence in order."""
    assert starts_in_proportion("ab cd", 1.0) == (0.0, pytest.approx(0.6))


def test_emoji_and_controls_are_blanks_for_the_voice() -> None:
    """Positions stay; a sentence of nothing else is empty."""
    assert sayable("кот 🐱 спит\x07") == "кот   спит "
    assert sayable("🐱 … !") == ""
