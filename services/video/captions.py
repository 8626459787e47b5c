"""Captions: spoken words cut into cues of at most two lines, and the WebVTT that holds them. Pure.

Breaks are chosen over the whole scene at once (the cheapest path through all possible cues, as TeX breaks paragraphs), not by
filling each cue: filling leaves one-word cues and lines that end in "the".
"""

import unicodedata
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from services.sdk.narration import SpokenSentence, SpokenWord
from services.video.linebreaks import LINE_WIDTH, Word, break_cost, ends_clause, joined, two_lines, width

SHORTEST = 5 / 6  # seconds on the screen (Netflix)
LONGEST = 7.0
GAP_FRAMES = 2  # between cues, so that the eye sees the change

_COST_CUE = 12.0  #       each further cue; keeps what fits together
_COST_LONE_WORD = 60.0  # a cue of one word
_COST_SHORT = 1.5  #      for each character a cue is below 24
_COST_CROSSING = 25.0  #  a sentence that ends inside a cue: worth it only to save a cue from being too short
_COST_CLAUSE = 8.0  #     a semicolon or a colon inside a cue
_COST_SECOND = 40.0  #    for each second a cue is too long, or its pace too fast
_PACE = 20.0  #           characters a second that people can read


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption on the screen, in seconds of the film."""

    start: float
    end: float
    lines: tuple[str, ...]


def cues(
    sentences: Sequence[SpokenSentence], changes: Sequence[float], *, lead_in: float, seconds: float, fps: int
) -> list[Cue]:
    """Cut what is spoken into cues. `changes` are the moments of the voice track at which the slide changes: no cue spans one.

    `lead_in` is where the voice starts in the film, `seconds` the film's length.
    """
    words = [word for sentence in sentences for word in _words(sentence)]
    groups: list[Sequence[Word]] = []
    for _, scene in groupby(words, key=lambda word: bisect_right(changes, word.start)):
        groups.extend(_cut(list(scene)))
    return list(_timed(groups, lead_in, seconds, fps))


def webvtt(found: Sequence[Cue]) -> str:
    """The cues as a WebVTT file. Without positions: a player stacks the lines above its own controls better than we can."""
    blocks = [
        f"{number}\n{_clock(cue.start)} --> {_clock(cue.end)}\n" + "\n".join(_escaped(line) for line in cue.lines)
        for number, cue in enumerate(found, start=1)
    ]
    return "WEBVTT\n\n" + "".join(f"{block}\n\n" for block in blocks)


def _words(sentence: SpokenSentence) -> Iterator[Word]:
    """The pieces of a sentence that may stand apart: whitespace words, a lone dash joined to the word before."""
    merged: list[SpokenWord] = []
    for word in sentence.words:
        for text in _printable(word.text).split():
            if merged and not any(character.isalnum() for character in text):
                last = merged[-1]
                merged[-1] = SpokenWord(text=f"{last.text} {text}", start=last.start, end=word.end)
            else:
                merged.append(SpokenWord(text=text, start=word.start, end=word.end))
    for index, word in enumerate(merged):
        pieces = _pieces(word.text)
        for number, piece in enumerate(pieces):
            last_one = index == len(merged) - 1 and number == len(pieces) - 1
            share = (word.end - word.start) / len(pieces)
            begun = word.start + share * number
            yield Word(piece, begun, begun + share, glued=number > 0, closes=last_one)


def _pieces(text: str) -> list[str]:
    """A word that no line can hold, cut: between characters in scripts without blanks, else (an address) by the line."""
    if width(text) <= LINE_WIDTH:
        return [text]
    step = 2 if any(unicodedata.east_asian_width(character) in "WF" for character in text) else LINE_WIDTH
    return [text[index : index + step] for index in range(0, len(text), step)]


def _cut(words: list[Word]) -> list[Sequence[Word]]:
    """The cheapest division of a scene's words into cues."""
    best: list[tuple[float, int]] = [(0.0, 0)]
    for end in range(1, len(words) + 1):
        options: list[tuple[float, int]] = []
        for start in range(end - 1, -1, -1):
            cost = _cue_cost(words[start:end])
            if cost is None:
                break
            leaving = 2 * break_cost(*words[end - 1 : end + 2]) if end < len(words) else 0.0
            options.append((best[start][0] + cost + leaving, start))
        best.append(min(options))
    groups: list[Sequence[Word]] = []
    end = len(words)
    while end:
        start = best[end][1]
        groups.append(words[start:end])
        end = start
    return groups[::-1]


def _cue_cost(words: Sequence[Word]) -> float | None:
    """How bad these words are as one cue; None when they do not fit into two lines."""
    laid = two_lines(words)
    if laid is None:
        return None
    characters = width(joined(words))
    seconds = max(words[-1].end - words[0].start, 0.0)
    cost = _COST_CUE + laid[0] + _COST_SHORT * max(0, 24 - characters)
    cost += _COST_LONE_WORD * (len(words) == 1)
    cost += _COST_CROSSING * sum(word.closes for word in words[:-1])
    cost += _COST_CLAUSE * sum(ends_clause(word) for word in words[:-1])
    cost += _COST_SECOND * (max(0.0, seconds - LONGEST) + max(0.0, characters / _PACE - max(seconds, SHORTEST)) / 4)
    return cost


def _timed(groups: Sequence[Sequence[Word]], lead_in: float, seconds: float, fps: int) -> Iterator[Cue]:
    """Give cues their times: from the first word until it has been read, but never into the next cue.

    The formula is min(next - 2 frames, max(end of the last word, start of the last word + 0.6 s + 0.04 s a letter, start + 5/6 s)).
    """
    gap = GAP_FRAMES / fps
    starts: list[float] = []
    for group in groups:
        # Two cues never start together, even when a voice gave all its words one time.
        earliest = starts[-1] + gap + 1 / fps if starts else 0.0
        starts.append(max(lead_in + group[0].start, earliest))
    for index, group in enumerate(groups):
        start, last = starts[index], group[-1]
        read = max(lead_in + last.end, lead_in + last.start + 0.6 + 0.04 * len(last.text), start + SHORTEST)
        limit = min(starts[index + 1] - gap if index + 1 < len(groups) else seconds, seconds, start + LONGEST)
        end = min(read, limit)
        laid = two_lines(group)
        if laid is not None and end > start:
            yield Cue(start, end, laid[1])


def _printable(text: str) -> str:
    return "".join(" " if unicodedata.category(character) in {"Cc", "Zl", "Zp"} else character for character in text)


def _escaped(line: str) -> str:
    return line.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(seconds: float) -> str:
    milliseconds = round(seconds * 1_000)
    minutes, milliseconds = divmod(milliseconds, 60_000)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{milliseconds // 1_000:02}.{milliseconds % 1_000:03}"
