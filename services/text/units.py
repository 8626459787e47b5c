"""Sentences cut into as many speakable units as there are slides: at clauses first, between words when nothing else is left."""

import re

from services.sdk.sentences import count_words

_CLAUSE = re.compile(r"(?<=[,;:…])\s+|\s+(?=[—–]\s)|(?<=[.!?])\s+")
_SMALLEST = 2  # words on either side of a cut at a clause


def at_least(sentences: list[str], units: int) -> list[str] | None:
    """The same words in at least `units` pieces; None when there are not that many words.

    Cuts the longest piece first, so the pieces stay alike. Joined by blanks, the pieces give the sentences back.
    """
    pieces = list(sentences)
    while len(pieces) < units:
        order = sorted(range(len(pieces)), key=lambda index: (-count_words(pieces[index]), index))
        cut = next(((index, found) for index in order if (found := _at_clause(pieces[index]))), None)
        # A long piece without a comma is cut between words before a short one is cut at its comma.
        longest = order[0]
        if cut is None or count_words(pieces[longest]) > 3 * count_words(pieces[cut[0]]):
            halves = _between_words(pieces[longest])
            if halves is None:
                return None
            cut = (longest, halves)
        index, halves = cut
        pieces[index : index + 1] = halves
    return pieces


def clauses(sentence: str) -> list[str]:
    """The clauses of a sentence with their punctuation, in order."""
    return [piece for piece in _CLAUSE.split(sentence) if piece.strip()]


def _at_clause(piece: str) -> tuple[str, str] | None:
    """Cut at the clause boundary nearest to the middle."""
    cuts = [match.span() for match in _CLAUSE.finditer(piece)]
    cuts = [
        (left, right)
        for left, right in cuts
        if count_words(piece[:left]) >= _SMALLEST and count_words(piece[right:]) >= _SMALLEST
    ]
    if not cuts:
        return None
    left, right = min(cuts, key=lambda span: abs(span[0] * 2 - len(piece)))
    return piece[:left].strip(), piece[right:].strip()


def _between_words(piece: str) -> tuple[str, str] | None:
    """Cut at the blank nearest to the middle that leaves a word on both sides, not after a short function word if it can."""
    cuts = [match.span() for match in re.finditer(r"\s+", piece)]
    cuts = [span for span in cuts if count_words(piece[: span[0]]) and count_words(piece[span[1] :])]
    if not cuts:
        return None

    def cost(span: tuple[int, int]) -> tuple[float, int]:
        dangling = len(piece[: span[0]].rsplit(maxsplit=1)[-1]) <= 2 and len(cuts) > 1
        return abs(span[0] * 2 - len(piece)) + (8 if dangling else 0), span[0]

    left, right = min(cuts, key=cost)
    return piece[:left].strip(), piece[right:].strip()
