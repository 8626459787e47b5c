"""Where a designer would break the lines. Pure: words and widths in, lines out.

All ways to break are weighed at once (dynamic programming over the break points, as Knuth and Plass do for paragraphs): lines as
equal as they can be, no line that ends in a preposition, no lonely short last word, breaks after punctuation preferred.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise

# A line should not end with one of these: they belong to the next word. Others of one or two letters are known by their length.
MAY_BREAK = "\u200b"
HANGING = 3.5  # ems that a dash or comma kept with the word before it may add to it

_LEANING_WORDS = """a an the and but for nor or so yet at by from in into of off on onto out over per than to up via with not no
    без безо близ где для до если или как над над не ни обо от ото перед по под подо пока при про со то что чтобы из
    изо за зато через между его её их
    και στο στη στην στον στους στις των του της τον την τις τους από για προς με σε το τα οι ο η"""
_LEANS_ON_NEXT = frozenset(_LEANING_WORDS.split())
_STARTS_NO_LINE = re.compile(r"^[—–\-−…!?.,:;»”)\]%‰°/+=×·]{1,3}$")
_PIECES = re.compile(r"[^ \-‐–—/]+[\-‐–—/]+(?=\w)|[^ ]+")
_SPACES = re.compile(r"[ \t\n\r\f\v]+")  # not U+00A0: that one forbids a break

_LEANING = 0.9
_UNIT = 0.6
_SHORT_END = 0.5
_INSIDE_WORD = 0.12
_AFTER_PUNCTUATION = -0.04


@dataclass(frozen=True, slots=True)
class Broken:
    """Lines of a text, and how far they are from what one would wish (0 and below is fine, 0.5 is a visible flaw)."""

    lines: tuple[str, ...]
    flaws: float


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    spaced: bool  # a space stands before it
    cost: float  # of a break before it


def break_lines(text: str, measure: Callable[[str], float], width: float, most: int) -> Broken | None:
    """Break `text` into the fewest lines, at most `most`, none wider than `width`. None when that cannot be done.

    A line may also break at each MAY_BREAK, which is never shown. `measure` gives the width of a string in the units of `width`.
    """
    pieces = _pieces(text)
    if not pieces:
        return Broken((), 0.0)
    space = measure(" ")
    widths = [measure(piece.text) for piece in pieces]
    if max(widths) > width:
        return None
    for count in range(1, most + 1):
        best = _best(pieces, widths, space, width, count)
        if best is not None:
            return best
    return None


def _best(pieces: list[_Piece], widths: list[float], space: float, width: float, count: int) -> Broken | None:
    """The best way to make exactly `count` lines, or None."""
    size = len(pieces)
    infinite = float("inf")
    cost = [0.0] + [infinite] * size
    trail: list[list[int]] = []
    for line in range(count):
        after, origin = [infinite] * (size + 1), [0] * (size + 1)
        for start in range(size):
            if cost[start] == infinite:
                continue
            length = 0.0
            for end in range(start + 1, size + 1):
                length += widths[end - 1] + (space if pieces[end - 1].spaced and end - 1 > start else 0.0)
                if length > width:
                    break
                # A sum of squares with a fixed total is least when the lines are equal.
                total = cost[start] + (length / width) ** 2 + (pieces[end].cost if end < size else 0.0)
                if end == size and line > 0 and end - start == 1 and length < 0.45 * width:
                    total += _SHORT_END
                if total < after[end]:
                    after[end], origin[end] = total, start
        cost = after
        trail.append(origin)
    if cost[size] == infinite:
        return None
    ends = [size]
    for origin in reversed(trail):
        ends.append(origin[ends[-1]])
    ends.reverse()
    lines = tuple(_join(pieces[start:end]) for start, end in pairwise(ends))
    lengths = [sum(widths[start:end]) / width for start, end in pairwise(ends)]
    even = sum(lengths) ** 2 / count
    ragged = sum(length * length for length in lengths) - even
    return Broken(lines, sum(pieces[end].cost for end in ends[1:-1]) + ragged)


def _pieces(text: str) -> list[_Piece]:
    words = [word for word in _SPACES.split(text) if word]
    joined: list[str] = []
    for word in words:
        if joined and "\u00a0" not in joined[-1] and _STARTS_NO_LINE.match(word):
            joined[-1] += "\u00a0" + word  # a dash or a lost comma stays with the word before it
        else:
            joined.append(word)
    pieces: list[_Piece] = []
    for number, word in enumerate(joined):
        parts = [piece for share in word.split(MAY_BREAK) for piece in _PIECES.findall(share)]
        for part, piece in enumerate(parts):
            cost = _INSIDE_WORD if part else _between(joined[number - 1], word) if number else 0.0
            pieces.append(_Piece(piece, spaced=part == 0, cost=cost))
    return pieces


def _between(left: str, right: str) -> float:
    """What a break between these words costs."""
    bare = left.strip("«»“”„\"'()[]—–-").lower()
    if left[-1] in ".,;:!?…—–" and not (len(left) == 2 and left[0].isupper()):  # an initial is no end of anything
        return _AFTER_PUNCTUATION
    if (
        bare in _LEANS_ON_NEXT
        or (len(bare.rstrip(".")) <= 2 and bare.rstrip(".").isalpha())
        or left in {"№", "§", "#", "$", "€", "£", "₽"}
    ):
        return _LEANING
    if bare[-1:].isdigit() and right[0].isalpha():
        return _UNIT
    return 0.0


def _join(pieces: list[_Piece]) -> str:
    return "".join((" " if piece.spaced and number else "") + piece.text for number, piece in enumerate(pieces))
