"""Where a caption may break, and how bad each place is: the words no line should end with, widths, the cut of two lines. Pure.

The limits are those of the Netflix Timed Text Style Guide: 42 characters a line, two lines, breaks at punctuation or before a
conjunction or preposition.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

LINE_WIDTH = 42  # characters; a wide (Chinese, Japanese, Korean) one counts twice

# Words that belong to what follows: prepositions; articles, conjunctions, particles, pronouns that point.
_BEFORE_A_NOUN = (
    "of in on at to for with from by as into onto upon over under about against between among through during "
    "before after above below near within without across behind beyond toward towards until till since per via than "
    "в во на с со к ко о об обо от ото до по за из изо у под подо над надо при без безо для про через чрез перед передо между "
    "ради сквозь около после среди вокруг кроме вместо против внутри возле мимо вдоль"
)
_PREPOSITIONS = frozenset(_BEFORE_A_NOUN.split())
_BEFORE_A_PHRASE = (
    "a an the and or but nor so yet if that which who whose whom when while where because although though unless whether "
    "not no very my your his her its our their this these those "
    "и а но или либо да что чтобы как если когда хотя потому ни не зато однако пока где куда чем будто "
    "который которая которое которые которого которой которых это эти этот эта наш ваш их его её очень"
)
_LEADING = frozenset(_BEFORE_A_PHRASE.split())
_CLINGING = _PREPOSITIONS | _LEADING
# A preposition and one of these belong to the word before them: "nearest to it", «обращённый к ней».
_AFTER_A_PREPOSITION = (
    "it him them me us you itself himself herself themselves "
    "мне тебе ему ей нам вам им меня тебя нас вас него неё нее них ней нём нем ним ними собой себя себе мной тобой"
)
_PRONOUNS = frozenset(_AFTER_A_PREPOSITION.split())
_CLAUSE_END = (",", "—", "–", "،", "，", "、")
_STRONG_CLAUSE_END = (";", ":", "؛", "；", "：")
_SENTENCE_END = (".", "!", "?", "…", "。", "！", "？", "؟")
_CLOSING = "»”’\"')]"

# Costs are in characters of imbalance: a bare break is as bad as lines that differ by this much.
_COST_BARE = 16.0
_COST_CLINGING = 200.0  # above anything imbalance can cost, so that it happens only where nothing else fits


@dataclass(frozen=True, slots=True)
class Word:
    """One unbreakable piece of a caption, with its seconds. `glued` stands without a blank before it."""

    text: str
    start: float
    end: float
    glued: bool = False
    closes: bool = False
    """The last word of its sentence."""


def width(text: str) -> int:
    """How many columns a text takes; marks that combine with the letter before take none."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def joined(words: Sequence[Word]) -> str:
    """The words as one line."""
    return "".join(word.text if word.glued or index == 0 else f" {word.text}" for index, word in enumerate(words))


def break_cost(before: Word, after: Word, beyond: Word | None = None) -> float:  # noqa: PLR0911 -- one line per kind of place
    """How bad it is to end a line after `before` when `after` comes next, and then `beyond`."""
    if before.closes:
        return 0.0
    bare = before.text.rstrip(_CLOSING)
    if bare.endswith(_SENTENCE_END) or ends_clause(before):
        return 1.0
    if bare.endswith(_CLAUSE_END):
        return 2.0
    if clings(before):
        return _COST_CLINGING
    # A number and what it counts («5 000 рублей», "3 km") read as one word.
    if bare[-1:].isdigit():
        return 2 * _COST_BARE
    if beyond is not None and _leans_back(after, beyond):
        return 1.5 * _COST_BARE
    return _COST_BARE / 2 if clings(after) else _COST_BARE


def ends_clause(word: Word) -> bool:
    """Whether a semicolon or a colon stands after this word: almost the end of a sentence."""
    return word.text.rstrip(_CLOSING).endswith(_STRONG_CLAUSE_END)


def _leans_back(preposition: Word, pronoun: Word) -> bool:
    """Whether these two are a preposition and its pronoun, which belong to the word before them."""
    return preposition.text.lower() in _PREPOSITIONS and _letters(pronoun) in _PRONOUNS


def _letters(word: Word) -> str:
    return "".join(character for character in word.text.lower() if character.isalpha())


def clings(word: Word) -> bool:
    """Whether this word must not end a line. One with punctuation after it may: "What are you looking at?"."""
    text = word.text.lstrip("«“„\"'([")
    return text.lower() in _CLINGING or (len(text) == 1 and text.isalpha() and not word.closes)


def two_lines(words: Sequence[Word]) -> tuple[float, tuple[str, ...]] | None:
    """The best way to show these words: (cost, lines), one line where they fit, else two; None when they fit in neither."""
    whole = joined(words)
    if width(whole) <= LINE_WIDTH:
        return 0.0, (whole,)
    best: tuple[float, tuple[str, ...]] | None = None
    for cut in range(1, len(words)):
        upper, lower = joined(words[:cut]), joined(words[cut:])
        if width(upper) > LINE_WIDTH or width(lower) > LINE_WIDTH:
            continue
        cost = abs(width(upper) - width(lower)) / 2 + break_cost(*words[cut - 1 : cut + 2])
        if best is None or cost < best[0]:
            best = cost, (upper, lower)
    return best
