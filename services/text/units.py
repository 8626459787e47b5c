"""Sentences cut into as many speakable units as there are slides: at clauses first, between words when nothing else is left.

Also the clauses themselves, and the trimming of a piece of a sentence into a line that can be shown.
"""

import re

from services.sdk.sentences import count_words, words_of
from services.text.grammar import OPENERS, SUBORDINATORS, verb_index

EDGE = " \t\n,;:.…—–-«»“”„\"'()[]"
_MARKS = " \t\n,;:.…—–-!"
_QUOTES = '«»“”„"'
_JOINING = re.compile(r"^(?:(?:и|а|но|да|же|ведь|так|итак|and|but|or|so|yet|then|well)[\s,]+)+", re.IGNORECASE)
_FRAME = re.compile(
    r"^(?:(?:this|that|it|here|there)\s+(?:is|are|was|were)\s+|(?:это|вот|перед\s+вами|здесь)[\s,]+|"
    r"(?:in|since|by)\s+\d{3,4},?\s+|(?:в|с)\s+\d{3,4}\s*(?:г\.|год[уа])?,?\s+|"
    r"(?:dies|hier|das)\s+(?:ist|sind)\s+|(?:c'est|voici)\s+|(?:esta?|este)\s+es\s+)",
    re.IGNORECASE,
)

_CLAUSE = re.compile(r"(?<=[,;:…])\s+|(?<=[,;:…!?][\"”»])\s+|\s+(?=[—–]\s)|(?<=[.!?])\s+")
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


def whole_clauses(sentence: str, language: str) -> list[str]:
    """The clauses of a sentence, where «Любопытство — лучший проводник» is one: its dash stands for the verb."""
    made: list[str] = []
    for piece in clauses(sentence):
        copula = (
            made
            and language in {"ru", "uk"}
            and piece[0] in "—–"
            and made[-1][-1] not in ",.!?:;…"
            and verb_index(words_of(made[-1].lower()), language) is None
        )
        if copula or (made and made[-1][-1] == "." and piece[0].islower()):  # «т. е.», "e.g." end nothing
            made[-1] = f"{made[-1]} {piece}"
        else:
            made.append(piece)
    return made


def without_frame(piece: str) -> tuple[str, bool]:
    """A piece without its punctuation, conjunction, year or "this is" in front, and whether more than a conjunction went."""
    text = _JOINING.sub("", stripped(piece))
    bare = stripped(_FRAME.sub("", text))
    return (bare, True) if bare and bare != text else (text, False)


def main_clause(pieces: list[str]) -> int:
    """Which of a sentence's clauses is the first main one: behind "Although …, which …," it is a later one."""
    opening = words_of(pieces[0].lower()) or [""]
    if opening[0] not in OPENERS:
        return 0
    # «отдельный конденсатор которого…» is a relative clause too.
    later = (column for column in range(1, len(pieces)) if not SUBORDINATORS.intersection(words_of(pieces[column].lower())[:3]))
    return next(later, 0)


def predicate(text: str, language: str) -> int | None:
    """Where the verb of a clause stands among its words; a Russian dash between nouns is one."""
    found = verb_index(words_of(text.lower()), language)
    return 1 if found is None and language in {"ru", "uk"} and re.search(r"\w»?\s[—–]\s", text) else found


def stripped(text: str) -> str:
    """Without the punctuation around it, and without quotes or brackets that its cut has left without their other half."""
    text = text.strip(_MARKS)
    if (
        text
        and text[0] in _QUOTES
        and (text[-1] in _QUOTES or not balanced(text))
        and len(re.findall(f"[{_QUOTES}]", text)) <= 2
    ):
        text = text.strip(EDGE + "!")
    return text if balanced(text) else text.strip(EDGE + "!")


def cut_at_word(text: str, most: int, ignored: frozenset[str]) -> str:
    """The first words that fit in `most` characters, not ending in a function word."""
    if len(text) <= most:
        return text
    words = text[: most + 1].rsplit(None, 1)[0][:most].split() or [text[:most]]
    while len(words) > 1 and re.sub(r"\W", "", words[-1]).lower() in ignored:
        words.pop()
    return " ".join(words)


def balanced(text: str) -> bool:
    """Whether every quote and bracket that opens closes."""
    curly = ("„", "“") if "„" in text else ("“", "”")
    pairs = (("«", "»"), ("(", ")"), ("[", "]"), curly)
    return all(text.count(left) == text.count(right) for left, right in pairs) and text.count('"') % 2 == 0


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


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
