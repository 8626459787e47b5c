"""The words of a sentence as its author wrote them, and where each one starts. Pure."""

import re
from collections.abc import Sequence

_TOKEN = re.compile(r"\S+")
_UNSPEAKABLE = re.compile(
    "[\U00010000-\U0010ffff\u2600-\u27bf\ufe0f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ud800-\udfff]|[^\\S ]"
)
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f]")


def written_words(sentence: str) -> list[tuple[str, int, int]]:
    """(text, first, end) of each word between blanks; a piece without a letter or digit, such as a dash, joins the word before."""
    words: list[tuple[str, int, int]] = []
    waiting = -1  # where a dash at the very beginning started: it joins the word after
    for match in _TOKEN.finditer(sentence):
        spoken = any(character.isalnum() for character in match.group())
        if spoken:
            first = match.start() if waiting < 0 else waiting
            words.append((sentence[first : match.end()], first, match.end()))
            waiting = -1
        elif words:
            first = words[-1][1]
            words[-1] = (sentence[first : match.end()], first, match.end())
        elif waiting < 0:
            waiting = match.start()
    return words


def sayable(sentence: str) -> str:
    """What a synthesiser is given: emoji and controls as blanks, so that positions stay; empty when nothing can be said."""
    text = _CONTROL.sub(" ", _UNSPEAKABLE.sub(" ", sentence))
    return text if any(character.isalnum() for character in text) else ""


def starts_from_events(sentence: str, events: Sequence[tuple[int, float]], duration: float) -> tuple[float, ...]:
    """The start of each written word from a synthesiser's (position, second) events.

    Numbers and acronyms give several events, so the first one inside a word counts; a word without any (a lone symbol) starts
    in proportion between its neighbours. Never decreasing, never beyond `duration`.
    """
    words = written_words(sentence)
    known: list[float | None] = [
        next((second for position, second in events if first <= position < end), None) for _, first, end in words
    ]
    starts = []
    at = 0.0
    for index, (_, first, _) in enumerate(words):
        second = known[index]
        if second is None:
            following = next((other for other in range(index + 1, len(words)) if known[other] is not None), None)
            before = words[index - 1][1] if index else 0
            to = words[following][1] if following is not None else len(sentence)
            until = known[following] if following is not None else duration
            assert until is not None
            second = at + (until - at) * (first - before) / max(1, to - before)
        at = min(duration, max(at, second))
        starts.append(at)
    return tuple(starts)


def starts_in_proportion(sentence: str, duration: float) -> tuple[float, ...]:
    """Word starts by characters, for a voice that does not say: the last resort, and named so in `timing_source`."""
    return tuple(duration * first / max(1, len(sentence)) for _, first, _ in written_words(sentence))
