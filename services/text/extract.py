"""The best sentences of an article, in the order it has them, for a given number of spoken words.

The article is divided into as many stretches as there are slides, so that the film goes through all of it and slide i tells
part i. In each stretch sentences are taken greedily: by how much they say of what the article speaks about (word frequencies with
a discount for what was already said: SumBasic, Nenkova and Vanderwende 2005, over stems and with common function words left out),
by their place, and by whether they stand on their own.
"""

import math
import re
from collections import Counter
from dataclasses import dataclass

from services.sdk.narration import partition
from services.sdk.sentences import count_words, words_of
from services.text.article import Article, Sentence
from services.text.stopwords import LEANING, function_words, stem

_LONG = 34  # words: a spoken sentence above this loses its listener
_KEEP = 12  # words a trimmed sentence keeps at least
_BOUNDARY = re.compile(
    r";\s|,\s(?=(?:and|but|while|which|so|yet|although|because|и|а|но|однако|причём|хотя|который|которая|которое|которые|поскольку|"
    r"тогда|так|und|aber|während|mais|et|tandis|pero|mientras|але|та|який|яка|які)\s)"
)
_AFTERTHOUGHT = re.compile(r"\d")


@dataclass(frozen=True, slots=True)
class _Candidate:
    sentence: Sentence
    index: int
    words: int
    stems: tuple[str, ...]
    worth: float


def extract(article: Article, *, parts: int, words: int, language: str, query: str = "") -> list[str]:
    """Sentences of the article in its own order, about `words` words in all, at least one from each of `parts` stretches.

    A short article comes back whole. An overlong sentence is cut at the end of a clause and given a full stop; nothing else
    is changed. `query` favours the sentences that share its words.
    """
    sentences = list(article.sentences)
    if article.words <= words or len(sentences) <= parts:
        return [_trim(sentence.text) if article.words > words else sentence.text for sentence in sentences]
    candidates = _weigh(sentences, language, query)
    frequency = Counter(one for candidate in candidates for one in set(candidate.stems))
    total = sum(frequency.values()) or 1
    weight = {one: count / total for one, count in frequency.items()}
    chosen: list[_Candidate] = []
    for first, end in partition([len(sentence.text) for sentence in sentences], parts):
        chosen += _take(candidates[first:end], words / parts, weight)
    chosen.sort(key=lambda candidate: candidate.index)
    return [_trim(candidate.sentence.text) for candidate in chosen]


def _take(stretch: list[_Candidate], budget: float, weight: dict[str, float]) -> list[_Candidate]:
    """Greedy: the best by value, then its words count for less, until the budget is nearly spent. Changes `weight`."""
    taken: list[_Candidate] = []
    left = list(stretch)
    room = budget
    while left:
        picked = {candidate.index for candidate in taken}

        def value(candidate: _Candidate, picked: set[int] = picked) -> float:
            mean = sum(weight.get(one, 0.0) for one in candidate.stems) / max(6, len(candidate.stems))
            leans = candidate.sentence.place > 0 and _leans(candidate.sentence.text)
            support = (0.3 if candidate.index - 1 not in picked else 1.2) if leans else 1.0
            return mean * candidate.worth * support

        fitting = [candidate for candidate in left if candidate.words <= room * 1.25] if taken else left
        if not fitting:
            break
        best = max(fitting, key=lambda candidate: (value(candidate), -candidate.index))
        taken.append(best)
        left.remove(best)
        room -= best.words
        for one in set(best.stems):
            weight[one] = weight.get(one, 0.0) ** 1.5  # a word said once is worth less the second time
        if room < budget * 0.25:
            break
    return taken


def _weigh(sentences: list[Sentence], language: str, query: str) -> list[_Candidate]:
    ignored = function_words(language)
    wanted = {stem(word, language) for word in words_of(query) if word.lower() not in ignored}
    candidates = []
    for index, sentence in enumerate(sentences):
        words = words_of(sentence.text)
        stems = tuple(stem(word, language) for word in words if word.lower() not in ignored and len(word) > 2)
        spoken = min(len(words), count_words(_trim(sentence.text)))
        worth = (
            _shape(sentence.text, len(words))
            * (1.15 if sentence.place == 0 else 1.0)
            * (1.6 if index == 0 else 1.0)
            * (0.7 if sentence.listed else 1.0)
        )
        if wanted:
            worth *= 1 + 0.5 * len(wanted & set(stems)) / len(wanted)
        candidates.append(_Candidate(sentence, index, spoken, stems, worth))
    return candidates


def _shape(text: str, words: int) -> float:
    """How well a sentence sounds by itself, 0 to 1: long enough, not too long, ended, balanced, not a list of figures."""
    shape = math.exp(-(((words - 16) / 14) ** 2)) + 0.15
    if not re.search(r"[.!?…。！？][»”\"')\]]*$", text):
        shape *= 0.25
    if text.endswith("?") or text.rstrip('»"').endswith(":"):
        shape *= 0.6
    if text.count("(") + text.count("[") or text.count('"') % 2:
        shape *= 0.6
    if len(_AFTERTHOUGHT.findall(text)) > len(text) / 8:
        shape *= 0.3
    if words < 4:
        shape *= 0.2
    return min(1.0, shape)


def _leans(text: str) -> bool:
    words = words_of(text[:80])
    return bool(words) and (words[0].lower() in LEANING or text.startswith(("—", "–")))


def _trim(text: str) -> str:
    """An overlong sentence up to the last clause that still fits, with a full stop; any other as it is."""
    if count_words(text) <= _LONG:
        return text
    best = ""
    for match in _BOUNDARY.finditer(text):
        head = text[: match.start()]
        if _KEEP <= count_words(head) <= _LONG and _balanced(head):
            best = head
    return f"{best}." if best else text


def _balanced(text: str) -> bool:
    pairs = (("«", "»"), ("(", ")"), ("“", "”"), ("[", "]"))
    return all(text.count(left) == text.count(right) for left, right in pairs) and text.count('"') % 2 == 0
