"""A heading for each part of a narration, taken from the part's own words. Pure and deterministic.

An editor's order of preference: a short sentence; a whole clause with its subject and its verb; a clause cut where a new phrase
begins and nothing waits for it; a name or a noun phrase; an opening "In the Bay of Fundy". Among equals the one wins whose words
only this part uses (tf-idf over the parts), that needs no sentence before it, and that is short.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass

from services.sdk.sentences import words_of
from services.text.candidates import candidates
from services.text.grammar import POINTING, POSSESSIVES, REFERRING, word_set
from services.text.points import points
from services.text.port import Headline
from services.text.stopwords import LEANING, function_words, stem
from services.text.units import balanced, capital, cut_at_word

_SHORT, _LONGEST = 45, 64  # characters
_LEFT_OPEN = word_set("why how so почему зачем так второй другой первый вторая другая другие")
_QUESTION = re.compile(
    r"^(?:как\w*|что|чем|кто|кому|где|куда|откуда|когда|почему|зачем|сколько|какой|какая|какие|в чём|без чего|после чего|why|what|who|"
    r"whom|whose|where|when|how|which|was|wie|wer|warum|comment|pourquoi|quand|qué|cómo|cuándo)\s",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Phrase:
    text: str
    merit: float


def headlines(parts: tuple[tuple[str, ...], ...], language: str, title: str = "") -> list[Headline]:
    """One headline per part, headings different from each other wherever the words allow it.

    The first part that speaks the narration's `title` is named by it.
    """
    ignored = function_words(language)
    bags = [Counter(_stems(" ".join(part), ignored, language)) for part in parts]
    spread = Counter(one for bag in bags for one in set(bag))
    taken: set[str] = set()
    made: list[Headline] = []
    for part, bag in zip(parts, bags, strict=True):
        telling = {one: (1 + math.log(count)) * (0.4 + math.log((1 + len(parts)) / spread[one])) for one, count in bag.items()}
        ranked = sorted(_phrases(part, telling, language), key=lambda phrase: (-phrase.merit, phrase.text))
        if title and not made and re.search(rf"(?<!\w){re.escape(title.casefold())}(?!\w)", " ".join(part).casefold()):
            ranked.insert(0, _Phrase(capital(title), math.inf))
        heading = next((phrase.text for phrase in ranked if phrase.text.casefold() not in taken), "")
        heading = heading or (ranked[0].text if ranked else capital(cut_at_word(" ".join(part), _LONGEST, ignored)))
        taken.add(heading.casefold())
        made.append(Headline(heading, points(part, heading, language)))
    return made


def _phrases(part: tuple[str, ...], telling: dict[str, float], language: str) -> list[_Phrase]:
    """Every phrase of the part that may be its heading, each with its merit."""
    ignored = function_words(language)
    most = max(telling.values(), default=1.0)
    found = []
    for row, sentence in enumerate(part):
        place = 1.0 if row == 0 else 0.95 if row == 1 else 0.9
        for text, form in candidates(sentence, language):
            # A part of one sentence keeps something to say below its heading.
            alone = 0.85 if len(part) == 1 and len(text) > 0.8 * len(sentence) else 1.0
            content = _stems(text, ignored, language)
            if content and balanced(text) and len(text) <= _LONGEST:
                weight = sum(telling.get(one, 0.5) for one in content) / (1 + len(content)) / most
                found.append(_Phrase(capital(text), form * place * alone * (0.7 + 0.6 * weight) * _manner(text)))
    return found


def _manner(text: str) -> float:
    """Length, and how much the phrase leans on what was said before it, as one factor."""
    words = words_of(text.lower())
    merit = 1.0 if len(text) <= _SHORT else 0.6 if len(text) <= 54 else 0.45
    merit *= 0.3 if len(words) < 2 else 0.85 if len(words) == 2 else 1.0 if len(words) <= 7 else 0.8
    if words[0] in POSSESSIVES:
        merit *= 0.45
    elif words[0] in REFERRING or words[0] in LEANING:
        merit *= 0.35
    merit *= 0.8 if any(word in REFERRING | POSSESSIVES for word in words[1:]) else 1.0
    merit *= 0.5 if any(word in POINTING for word in words) else 1.0
    merit *= 0.5 if words[-1] in _LEFT_OPEN else 1.0
    merit *= 0.7 if sum(character.isdigit() for character in text) > len(text) / 6 else 1.0
    return merit * (0.7 if _QUESTION.match(f"{text} ") else 1.0)


def _stems(text: str, ignored: frozenset[str], language: str) -> list[str]:
    return [stem(word, language) for word in words_of(text) if word.lower() not in ignored]
