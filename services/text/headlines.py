"""Headings and points for the parts of a narration, taken from its own words. Pure and deterministic.

A heading is the most telling short phrase of its part that can stand alone: a whole clause of two to seven words, or the beginning
of one up to where a new phrase starts. Beginnings are preferred because there a Russian noun stands in the nominative. What is
"telling" is measured against the other parts: words that only this part uses weigh more (tf-idf over parts).
"""

import math
import re
from collections import Counter
from dataclasses import dataclass

from services.sdk.sentences import words_of
from services.text.port import Headline
from services.text.stopwords import CONNECTIVES, LEANING, function_words, stem
from services.text.units import clauses

_MOST_WORDS, _MOST_CHARACTERS = 7, 64
_POINT_CHARACTERS, _MOST_POINTS = 90, 4
_EDGE = " \t\n,;:.…—–-«»“”„\"'()[]"
_FRAME = re.compile(
    r"^(?:(?:this|that|it|here|there)\s+(?:is|are|was|were)\s+|(?:это|вот|перед\s+вами|здесь|и|а|но|или|да|же|ведь|так|итак)[\s,]+|"
    r"(?:and|but|or|so|yet|then|well)\s+|(?:dies|hier|das)\s+(?:ist|sind)\s+|(?:c'est|voici)\s+|(?:esta?|este)\s+es\s+)+",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r"^(?:как\w*|что|чем|кто|кому|где|куда|откуда|когда|почему|зачем|сколько|какой|какая|какие|в чём|без чего|после чего|why|what|who|"
    r"whom|whose|where|when|how|which|is|are|do|does|did|can|was|wie|was|wer|warum|comment|pourquoi|quand|qué|cómo|cuándo)\s",
    re.IGNORECASE,
)
_DANGLING = re.compile(r"[\s,]+(?:(?:о|об|в|про|на|к|с|из)\s+)?(?:том|то|тем|тому|того|те|тех)$", re.IGNORECASE)
_RU_ADJECTIVE = re.compile(r"(?:ый|ий|ой|ая|яя|ое|ее|ые|ие|ого|его|ому|ему|ых|их|ыми|ими|ую|юю)$")
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
    lines = [line for sentence in part for line in _lines(sentence, heading, ignored)]
    if len(lines) < 2:
        lines = [line for sentence in part for clause in clauses(sentence) for line in _lines(clause, heading, ignored)]
    unique = list(dict.fromkeys(line for line in lines if line.casefold() != heading.casefold()))
    fresh = [line for line in unique if heading.casefold() not in line.casefold()]
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


def _lines(sentence: str, heading: str, ignored: frozenset[str]) -> list[str]:
    """A sentence as one line, without the heading it may begin with; a long one as its clauses, joined while they fit."""
    text = sentence.strip()
    bare = _FRAME.sub("", text)
    if bare.casefold().startswith(heading.casefold()) and re.match(r"\s*[:,;—–-]", bare[len(heading) :]):
        text = bare[len(heading) :].lstrip(_EDGE)
    if len(text) <= _POINT_CHARACTERS:
        line = _tidy(text)
        return [line] if len(words_of(line)) >= 2 else []
    joined, strong = "", ""
    for clause in clauses(text):
        if joined and len(joined) + len(clause) + 1 > _POINT_CHARACTERS:
            break
        joined = f"{joined} {clause}".strip()
        strong = joined if joined.endswith((":", ";", "…")) else strong
    # «рассказ о том, почему…» cut at its comma says nothing; the clause before a colon does.
    line = _DANGLING.sub("", _tidy(_cut(strong or joined, _POINT_CHARACTERS, ignored)))
    return [line] if line else []


def _phrases(part: tuple[str, ...], telling: dict[str, float], ignored: frozenset[str], language: str) -> list[_Phrase]:
    found = []
    for row, sentence in enumerate(part):
        for column, clause in enumerate(clauses(sentence)):
            place = (1.0 if row == 0 else 0.85 if row == 1 else 0.75) * (1.0 if column == 0 else 0.55)
            found += [
                _Phrase(text, merit * place)
                for text, merit in _beginnings(clause, telling, ignored, language)
                if len(text) <= _MOST_CHARACTERS
            ]
    return found


def _beginnings(clause: str, telling: dict[str, float], ignored: frozenset[str], language: str) -> list[tuple[str, float]]:
    whole = _FRAME.sub("", clause.strip(_EDGE + "!")).strip(_EDGE + "!")
    tokens = whole.split()
    made = []
    for count in range(1, min(_MOST_WORDS, len(tokens)) + 1):
        text = " ".join(tokens[:count]).strip(_EDGE)
        words = [word.lower() for word in words_of(text)]
        if not words or words[-1] in ignored or not _balanced(text):
            continue
        ends = count == len(tokens)
        following = "" if ends else re.sub(r"^\W+|\W+$", "", tokens[count]).lower()
        closed = 1.0 if ends else 0.62 if following in CONNECTIVES else 0.3
        content = [stem(word, language) for word in words if word not in ignored]
        if not content:
            continue
        merit = (
            closed * _LENGTH[min(count, _MOST_WORDS)] * (sum(telling.get(one, 0.5) for one in content) / (1.5 + len(content)))
        )
        merit *= len(content) / len(words) * 0.5 + 0.5
        merit *= (
            0.25 if words[0] in LEANING else 0.55 if words[0] in ignored and not ends else 0.8 if words[0] in ignored else 1.0
        )
        merit *= 0.45 if clause.rstrip().endswith("?") or _QUESTION.match(f"{text} ") else 1.0
        merit *= 1.15 if ends and clause.rstrip().endswith(":") else 1.0
        merit *= 0.35 if not ends and language in {"ru", "uk"} and _RU_ADJECTIVE.search(words[-1]) else 1.0
        merit *= 0.5 if sum(character.isdigit() for character in text) > len(text) / 5 else 1.0
        made.append((_capital(text) + ("?" if ends and clause.rstrip(_EDGE).endswith("?") and "?" not in text else ""), merit))
    return made


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
