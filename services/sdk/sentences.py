"""A paragraph as sentences, the way a reader hears them: abbreviations, initials, years, quotes and dialogue stay whole."""

import re

_END = re.compile(r"(?:\.{2,}|[.!?…]+|[。！？]+)[»”’\"'\)\]]*")
_CJK_END = "。！？"
_OPEN, _CLOSE = "«“„([", "»”)]"
_WORD = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")

# Never the end of a sentence: something that belongs to the abbreviation always follows.
_BEFORE_WORDS = (
    "mr mrs ms dr prof st mt vs e.g i.e cf fig figs no nos vol ch sec gen col lt sgt capt rev hon approx ca viz al "
    "т.е т.к т.н т.о т е к н о им ул пр-т просп акад проф доц инж см ср рис табл стр гл обл р-н пос дер св пл пер корп кв тел илл напр "
    "bzw z.b d.h u.a dr nr str bsp ca usw vgl abb "
    "m mme mlle p.ex env "
    "sr sra srta ud uds pág núm"
)
_BEFORE = frozenset(_BEFORE_WORDS.split())
# May end a sentence: a capital after one ends it unless what stands before is too short to be a sentence.
_EITHER_WORDS = (
    "etc inc ltd co corp jr sr a.m p.m u.s u.k u.n d.c b.c "
    "г гг в вв н.э др пр проч т.д т.п д п руб коп тыс млн млрд чел шт мин сек ч кг км см мм "
    "янв фев мар апр авг сен сент окт ноя нояб дек"
)
_EITHER = frozenset(_EITHER_WORDS.split())
_NEAR = 600  # characters
_SHORTEST = 6  # words before an ambiguous abbreviation that can already be a sentence: "В 1812 г." (3) is not


def split_sentences(paragraph: str) -> list[str]:
    """The sentences of one paragraph, in order; joined by blanks they give the paragraph back.

    A full stop ends a sentence only when nothing speaks against it: an abbreviation («т. е.», "e.g."), an initial («А. С.
    Пушкин»), a small letter or a dialogue dash after it («Стой! — крикнул он»), an open quote or bracket.
    """
    text = " ".join(paragraph.split())
    lowercase = not re.search(r"[.!?…]\s+[\"«“(]?[^\W\d_a-zа-яёіїєґ]", text)
    sentences: list[str] = []
    start = 0
    for match in _END.finditer(text):
        if match.end() >= len(text):
            break
        if _ends_sentence(text, start, match, lowercase=lowercase):
            sentences.append(text[start : match.end()].strip())
            start = match.end()
    sentences.append(text[start:].strip())
    return [sentence for sentence in sentences if sentence]


def count_words(text: str) -> int:
    """Words as a person counts them: numbers are words, dashes and emoji are not."""
    return len(_WORD.findall(text))


def words_of(text: str) -> list[str]:
    """The words in their order, as they are written; punctuation is left out."""
    return _WORD.findall(text)


def _ends_sentence(text: str, start: int, match: re.Match[str], *, lowercase: bool) -> bool:
    if match.group()[0] in _CJK_END:
        return True
    if not text[match.end()].isspace():
        return False  # decimals, versions, domain names, "e.g." in its middle
    # What matters stands near: bounded, so that a megabyte of "e.g. e.g. e.g." stays linear.
    start = max(start, match.end() - _NEAR)
    before, after = text[start : match.end()], text[match.end() : match.end() + _NEAR].lstrip()
    if _inside_quote(before):
        return False
    following = after.lstrip("«“„\"'([*")
    dash = re.match(r"[—–-]\s*", following)
    if dash:
        following = following[dash.end() :]
    if not following:
        return True
    small = following[0].islower()
    if match.group().startswith(".") and not match.group().startswith(".."):
        return _full_stop_ends(text, start, match.start(), small=small, dash=bool(dash), lowercase=lowercase)
    return not small or (lowercase and not dash and "…" not in match.group() and not match.group().startswith(".."))


def _full_stop_ends(text: str, start: int, stop: int, *, small: bool, dash: bool, lowercase: bool) -> bool:
    head = text[start:stop]
    last = re.search(r"[^\s«“„\"'(]+$", head)
    token = last.group().lower() if last else ""
    original = last.group() if last else ""
    single = len(original) == 1 and original.isalpha()
    if token in _BEFORE and not single:
        return False
    if token in _EITHER or (single and token in _EITHER):
        return not small and count_words(head) >= _SHORTEST and not _city(head, token)
    if single and (original.isupper() or token in _BEFORE):
        return False
    if small:
        return lowercase and not dash and len(token) > 2
    # A lone number opens a list item ("1. Take flour"), it does not end a sentence.
    return not (token.isdigit() and count_words(head) == 1)


def _city(head: str, token: str) -> bool:
    """«г. Москва», «д. Петушки»: the letter names a kind of place unless a number stands before it."""
    if token not in {"г", "д", "п", "в"}:
        return False
    words = _WORD.findall(head)
    return len(words) < 2 or not (words[-2][-1].isdigit() or words[-2].lower() == "т")


def _inside_quote(text: str) -> bool:
    """An open quote or bracket keeps a sentence together; one that stays open for 400 characters was forgotten."""
    depth, opened = 0, 0
    for index, character in enumerate(text):
        if character in _OPEN:
            if depth == 0:
                opened = index
            depth += 1
        elif character in _CLOSE and depth:
            depth -= 1
    return depth > 0 and len(text) - opened < 400
