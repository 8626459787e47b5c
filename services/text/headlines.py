"""Headings and points for the parts of a narration, taken from its own words. Pure and deterministic.

A heading is the most telling short phrase of its part that can stand alone: a whole clause of two to seven words, or the beginning
of one up to where a new phrase starts. Beginnings are preferred because there a Russian noun stands in the nominative. What is
"telling" is measured against the other parts: words that only this part uses weigh more (tf-idf over parts).
"""

import math
import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from services.sdk.sentences import words_of
from services.text.port import Headline
from services.text.stopwords import CONNECTIVES, LEANING, function_words, stem
from services.text.units import clauses

_MOST_WORDS, _MOST_CHARACTERS = 7, 64
_POINT_CHARACTERS, _MOST_POINTS = 90, 4
_MORE_THAN_HEADING = 35  # characters
_EDGE = " \t\n,;:.…—–-«»“”„\"'()[]"
_FRAME = re.compile(
    r"^(?:(?:this|that|it|here|there)\s+(?:is|are|was|were)\s+|(?:это|вот|перед\s+вами|здесь|и|а|но|или|да|же|ведь|так|итак)[\s,]+|"
    r"(?:and|but|or|so|yet|then|well)\s+|(?:in|since|by)\s+\d{3,4},?\s+|(?:в|с)\s+\d{3,4}\s*(?:г\.|год[уа])?,?\s+|(?:dies|hier|das)\s+(?:ist|sind)\s+|(?:c'est|voici)\s+|(?:esta?|este)\s+es\s+)+",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^(?:как\w*|что|чем|кто|кому|где|куда|откуда|когда|почему|зачем|сколько|какой|какая|какие|в чём|без чего|после чего|why|what|who|"
    r"whom|whose|where|when|how|which|is|are|do|does|did|can|was|wie|was|wer|warum|comment|pourquoi|quand|qué|cómo|cuándo)\s",
    re.IGNORECASE,
)
_DANGLING = re.compile(r"[\s,]+(?:(?:о|об|в|про|на|к|с|из)\s+)?(?:том|то|тем|тому|того|те|тех)$", re.IGNORECASE)
# Endings of adjectives and verbs: a Russian phrase cut after one hangs in the air.
_RU_OPEN = re.compile(
    r"(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ых|их|ыми|ими|ую|юю|[аиеяуы]л(?:а|о|и)?|[аиеяуы]л(?:ся|ась|ось|ись)|[аеиуюя]т(?:ся)?)$"
)
_COMPARISON = frozenset(["than", "чем", "als", "que"])
_DETERMINER_WORDS = (
    "the a an its their his her our my your this these those every each no some "
    "der die das den dem ein eine einen es le la les un une el los las una"
)
_DETERMINERS = frozenset(_DETERMINER_WORDS.split())
_AUXILIARY_WORDS = (
    "is are was were has have had can could will would may might must should does did ist sind war waren hat haben wird werden kann "
    "est sont son был была было были"
)
_AUXILIARIES = frozenset(_AUXILIARY_WORDS.split())
_LENGTH = {1: 0.35, 2: 0.85, 3: 1.0, 4: 1.0, 5: 0.95, 6: 0.85, 7: 0.7}


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    merit: float


def headlines(parts: tuple[tuple[str, ...], ...], language: str, title: str = "") -> list[Headline]:
    """One headline per part, headings different from each other wherever the words allow it.

    The first part that speaks the narration's `title` is named by it.
    """
    ignored = function_words(language)
    bags = [_stems(" ".join(part), ignored, language) for part in parts]
    spread = Counter(one for bag in bags for one in set(bag))
    taken: set[str] = set()
    made: list[Headline] = []
    for part, bag in zip(parts, bags, strict=True):
        telling = {one: (1 + math.log(count)) * (0.4 + math.log((1 + len(parts)) / spread[one])) for one, count in bag.items()}
        ranked = sorted(_phrases(part, telling, ignored, language), key=lambda phrase: (-phrase.merit, phrase.text))
        if title and title.casefold() in " ".join(part).casefold() and title.casefold() not in taken and not made:
            ranked.insert(0, _Phrase(_capital(title), math.inf))
        heading = next((phrase.text for phrase in ranked if phrase.text.casefold() not in taken), "")
        heading = heading or (ranked[0].text if ranked else _capital(_cut(" ".join(part), _MOST_CHARACTERS, ignored)))
        taken.add(heading.casefold())
        made.append(Headline(heading, points(part, heading, language)))
    return made


def points(part: tuple[str, ...], heading: str, language: str) -> tuple[str, ...]:
    """Up to four short lines in the order they are spoken, each in words of the part, none repeating the heading."""
    ignored = function_words(language)
    unique = _distinct((_line(sentence, heading, ignored) for sentence in part), heading)
    if len(unique) < 2:
        unique = _distinct((_line(clause, heading, ignored) for sentence in part for clause in clauses(sentence)), heading)
    # A line that says little more than the heading does is worth its place only when there is nothing else.
    fresh = [
        line for line in unique if heading.casefold() not in line.casefold() or len(line) - len(heading) > _MORE_THAN_HEADING
    ]
    if len(fresh) >= 2:
        unique = fresh
    if len(unique) > _MOST_POINTS:
        telling = _stems(" ".join(part), ignored, language)
        weight = {
            line: sum(telling[one] for one in _stems(line, ignored, language)) / (4 + len(words_of(line))) for line in unique
        }
        best = sorted(unique, key=lambda line: -weight[line])[:_MOST_POINTS]
        unique = [line for line in unique if line in best]
    return tuple(unique)


def _distinct(lines: Iterable[str], heading: str) -> list[str]:
    said = {heading.casefold(): ""}
    for line in lines:
        if len(words_of(line)) >= 2:
            said.setdefault(line.casefold(), line)
    return [line for line in said.values() if line]


def _line(sentence: str, heading: str, ignored: frozenset[str]) -> str:
    """A sentence as one line: without a heading that its colon or dash sets off, and only its weightiest clauses when it is long."""
    text = sentence.strip()
    bare = _FRAME.sub("", text)
    if bare.casefold().startswith(heading.casefold()) and re.match(r"\s*[:;—–]", bare[len(heading) :]):
        text = bare[len(heading) :].lstrip(_EDGE)
    if len(text) <= _POINT_CHARACTERS:
        return _tidy(text)
    pieces = clauses(text)
    windows = [
        (
            " ".join(pieces[first:end]),
            1.3 if first == 0 else 1.0,
            1.25 if end == len(pieces) or pieces[end - 1][-1] in ":;…" else 1.0,
        )
        for first in range(len(pieces))
        for end in range(first + 1, len(pieces) + 1)
    ]
    fitting = [window for window in windows if len(window[0]) <= _POINT_CHARACTERS]
    if not fitting:
        return _tidy(_cut(text, _POINT_CHARACTERS, ignored))
    weightiest = max(fitting, key=lambda window: len(window[0]) * window[1] * window[2])[0]
    # «рассказ о том, почему…» cut at its comma ends in words that point nowhere.
    return _DANGLING.sub("", _tidy(weightiest))


def _phrases(part: tuple[str, ...], telling: dict[str, float], ignored: frozenset[str], language: str) -> list[_Phrase]:
    found = []
    for row, sentence in enumerate(part):
        pieces = clauses(sentence)
        for column, clause in enumerate(pieces):
            after = words_of(pieces[column + 1])[:1] if column + 1 < len(pieces) else []
            place = (1.0 if row == 0 else 0.9 if row == 1 else 0.8) * (1.0 if column == 0 else 0.4)
            found += [
                _Phrase(text, merit * place)
                for text, merit in _beginnings(clause, after, telling, ignored, language)
                if len(text) <= _MOST_CHARACTERS
            ]
    return found


def _beginnings(
    clause: str, after: list[str], telling: dict[str, float], ignored: frozenset[str], language: str
) -> list[tuple[str, float]]:
    whole = _FRAME.sub("", clause.strip(_EDGE + "!")).strip(_EDGE + "!")
    tokens = whole.split()
    bare = [re.sub(r"^\W+|\W+$", "", token).lower() for token in tokens]
    made = []
    for count in range(1, min(_MOST_WORDS, len(tokens)) + 1):
        text = " ".join(tokens[:count]).strip(_EDGE)
        words = [word.lower() for word in words_of(text)]
        content = [stem(word, language) for word in words if word not in ignored]
        if not content or words[-1] in ignored or not _balanced(text):
            continue
        ends = count == len(tokens)
        merit = _closed(clause, after, bare, count, len(content)) * _LENGTH[count]
        merit *= sum(telling.get(one, 0.5) for one in content) / (1.5 + len(content))
        merit *= len(content) / len(words) * 0.5 + 0.5
        merit *= 0.25 if words[0] in LEANING else 0.45 if words[0] in CONNECTIVES else 0.85 if words[0] in ignored else 1.0
        merit *= 0.45 if clause.rstrip().endswith("?") or _QUESTION.match(f"{text} ") else 1.0
        merit *= 0.4 if not ends and language in {"ru", "uk"} and _RU_OPEN.search(words[-1]) else 1.0
        merit *= 0.5 if sum(character.isdigit() for character in text) > len(text) / 5 else 1.0
        asks = ends and clause.rstrip(_EDGE).endswith("?")
        made.append((_capital(text) + ("?" if asks and "?" not in text else ""), merit))
    return made


def _closed(clause: str, after: list[str], words: list[str], count: int, content: int) -> float:
    """How whole the first `count` words of a clause sound, 0 to 1.

    A word before a determiner is a verb waiting for its object ("law fixed | the weight"); what stands before such a verb, or
    before "is" and "has", is the subject, and a good name for the part.
    """
    if count == len(words):
        # A comma before a conjunction ends a thought; any other may stand inside a list ("cheap, fast and reliable").
        comma = 0.75 if after and after[0].lower() in CONNECTIVES - _COMPARISON else 0.35
        return {":": 1.15, ",": comma}.get(clause.rstrip()[-1:], 1.0)
    following = words[count]
    if following in CONNECTIVES:
        return 0.62
    if following in _DETERMINERS:
        return 0.08
    # One word ("the method") is too little of a name.
    if following in _AUXILIARIES:
        return 0.8 if content > 1 else 0.3
    if count + 1 < len(words) and words[count + 1] in _DETERMINERS:
        return 0.75 if content > 1 else 0.3
    return 0.3


def _stems(text: str, ignored: frozenset[str], language: str) -> Counter[str]:
    return Counter(stem(word, language) for word in words_of(text) if word.lower() not in ignored)


def _cut(text: str, most: int, ignored: frozenset[str]) -> str:
    """The first words that fit in `most` characters, not ending in a function word."""
    if len(text) <= most:
        return text
    words = text[: most + 1].rsplit(None, 1)[0][:most].split() or [text[:most]]
    while len(words) > 1 and re.sub(r"\W", "", words[-1]).lower() in ignored:
        words.pop()
    return " ".join(words)


def _tidy(text: str) -> str:
    text = _FRAME.sub("", text) if re.match(r"(?:и|а|но|and|but|so)\s", text, re.IGNORECASE) else text
    text = text.strip().rstrip(".;:,—–- ").lstrip(",;:.—–- ")
    return _capital(text) if _balanced(text) else _capital(text.strip(_EDGE))


def _balanced(text: str) -> bool:
    curly = ("„", "“") if "„" in text else ("“", "”")
    pairs = (("«", "»"), ("(", ")"), ("[", "]"), curly)
    return all(text.count(left) == text.count(right) for left, right in pairs) and text.count('"') % 2 == 0


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
