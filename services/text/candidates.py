"""The phrases of a sentence that may be a heading, each with how well its kind serves as one, 0 to 1. Pure.

A short sentence serves best; then a whole clause with its subject and its verb; a clause cut where a new phrase begins and nothing
waits for it; a subject before its verb; an opening "In the Bay of Fundy"; a noun phrase from inside; at last the first words.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from services.sdk.sentences import words_of
from services.text.grammar import (
    ADVERBS,
    COORDINATORS,
    DETERMINERS,
    OPENERS,
    POINTING,
    PREPOSITIONS,
    REFERRING,
    SUBORDINATORS,
    commands,
    half_said,
    is_adjective,
    is_copula,
    is_noun,
    takes_infinitive,
    verb_index,
    word_set,
)
from services.text.stopwords import function_words
from services.text.units import EDGE, main_clause, predicate, whole_clauses, without_frame

_SENTENCE, _CLAUSE, _CUT, _NAME, _SETTING, _INNER, _REST = 1.0, 0.85, 0.6, 0.5, 0.5, 0.22, 0.1
_MOST_WORDS = 10
_QUESTION = re.compile(r"(?:как|что|кто|где|когда|почему|зачем|сколько|какой|какая|какие|why|what|who|where|when|how|which)\s")
_NEED_MORE = word_set("is are was were said says")
# «рассказ о том, почему…» cut at its comma ends in a word that points nowhere.
_POINTS_AHEAD = word_set("том то тем тому того те тех так такой такая такое такие настолько столько so such")
_SETTING_WORDS = PREPOSITIONS | ADVERBS | word_set("half almost sometime today tomorrow every each")
_NAMING = word_set("the a an two three four five six seven eight nine ten")
_SUBJECTS = word_set("i you he she it we they only")
_NOMINATIVE = re.compile(r"(?:ый|[кгх]ий|ой|ая|яя|ые|[кгх]ие)$")  # of an adjective
_MASCULINE = re.compile(r"[бвгджзклмнпрстфхцчшщ]$")  # of a noun
_NOMINATIVE_NOUN = re.compile(r"[бвгджзклмнпрстфхцчшщьйаяыи]$")
_GENITIVE = re.compile(r"(?:[аяыи]|ов|ев|ей|ого|его|ых|их|ой)$")


@lru_cache(maxsize=2048)  # each slide of a film weighs the sentences of all of them
def candidates(sentence: str, language: str) -> tuple[tuple[str, float], ...]:
    """Every phrase of the sentence that may be a heading, as it stands there, and the worth of its kind."""
    return (*_of_sentence(sentence, language), *_of_beginning(sentence, language), *_names(sentence, language))


def _of_sentence(sentence: str, language: str) -> Iterator[tuple[str, float]]:
    """The sentence itself and its clauses that stand alone, with what follows from their place in it."""
    pieces = whole_clauses(sentence, language)
    ended = bool(re.search(r"[.!?…][»”\"')\]]*$", sentence))
    asked = "?" if sentence.rstrip(EDGE).endswith("?") else ""
    mark = asked or ("!" if sentence.rstrip(EDGE).endswith("!") else "")
    for column, piece in enumerate(pieces):
        last = column == len(pieces) - 1
        text, framed = without_frame(piece)
        words = words_of(text.lower())
        if not words:
            continue
        verb = predicate(text, language)
        if column == 0 and last:
            form = _SENTENCE if ended else 0.6
        elif column == 0:
            form = _clause_end(piece, pieces[column + 1], language)
        elif _begins(pieces, column):
            form = 0.85 * (_SENTENCE if last else _clause_end(piece, pieces[column + 1], language))
        else:
            continue
        form *= _CLAUSE if len(pieces) > 1 else 1.0
        if words[-1] in _POINTS_AHEAD and not last:
            continue
        if not _stands(
            words, verb, language, first=column == 0 and not sentence[:1].islower(), sentence=sentence, framed=framed
        ):
            name = column == 0 and verb is None and 1 < len(words) <= 5 and words[0] not in PREPOSITIONS
            form *= (0.6 if last else 0.3) if name and is_noun(words, len(words) - 1, language) else 0.0
        yield text + (mark if last and mark and not text.endswith(("?", "!")) else ""), form
    if len(pieces) > 1 and ended:
        text, framed = without_frame(sentence)
        verb = predicate(text, language)
        # A complete sentence of several clauses, when it is short and nobody is quoted in it.
        merit = 0.5 if re.search(r",[\"”»]?\s+[—–]|[,?!][\"”»]\s", sentence) else 0.95
        whole = _stands(words_of(text.lower()), verb, language, first=True, sentence=sentence, framed=framed, whole=True)
        yield text + mark, merit if whole else 0.3


def _begins(pieces: list[str], column: int) -> bool:
    """Whether a clause of its own begins with this piece, not the next item of a list or an aside."""
    before, words = pieces[column - 1], words_of(pieces[column].lower()) or [""]
    opening = words_of(pieces[0].lower()) or [""]
    if before[-1] in ":;—–" or pieces[column][0] in "—–" or words[0] in COORDINATORS:
        return True
    return (column == 1 and opening[0] in OPENERS) or _after_setting(pieces[: column + 1])


def _after_setting(pieces: list[str]) -> bool:
    """Whether the last of these is the main clause behind "Twice a day, almost everywhere on Earth," and the like."""
    heads = [(words_of(piece.lower()) or [""]) for piece in pieces]
    setting = all(head[0] in _SETTING_WORDS and verb_index(head, "en") is None for head in heads[:-1])
    return setting and heads[-1][0] in DETERMINERS and all(piece[-1] == "," for piece in pieces[:-1])


def _clause_end(piece: str, following: str, language: str) -> float:
    """How finished a clause sounds where the next piece begins."""
    after = words_of(following.lower())[:1]
    if piece.rstrip()[-1:] in ":;" or following[0] in "—–":
        return 1.0
    if piece.rstrip()[-1:] != ",":
        return 1.0
    if after and after[0] in {"than", "чем"}:
        return 0.1
    if after and (after[0] in COORDINATORS or after[0] in SUBORDINATORS):
        return 0.9
    # Behind any other comma stands another clause, a participle, or the second item of a list ("only flour, milk, eggs").
    following_words = words_of(following.lower())
    clause = verb_index(following_words, language) is not None
    return 0.75 if clause or (after and is_adjective(after[0], language)) else 0.15


def _stands(
    words: list[str], verb: int | None, language: str, *, first: bool, sentence: str, framed: bool = False, whole: bool = False
) -> bool:
    """Whether a clause has what it needs: a verb with something beside it, no relative opening, no half of a pair."""
    if not whole and half_said(words, sentence):
        return False
    if _QUESTION.match(f"{' '.join(words)} ") and sentence.rstrip(EDGE).endswith("?"):
        return True
    if not whole and words[0] in SUBORDINATORS:
        return False
    if verb is None:
        return framed and is_noun(words, len(words) - 1, language) and not is_adjective(words[0], language)
    orders = commands(words, verb, language)
    if (verb == 0 and not first and not orders) or (words[:verb] == ["не"] and not orders):
        return False
    return len(words) > verb + (1 if words[verb] in _NEED_MORE else 0)


def _of_beginning(sentence: str, language: str) -> Iterator[tuple[str, float]]:
    """Beginnings of the first clause: up to where a new phrase starts, up to its verb, or its setting."""
    pieces = whole_clauses(sentence, language)
    if not pieces:
        return
    text, _ = without_frame(pieces[main_clause(pieces)])
    tokens = text.split()
    words = [re.sub(r"^\W+|\W+$", "", token).lower() for token in tokens]
    if not all(words):
        words = [word or "—" for word in words]
    ignored = function_words(language)
    yield from _settings(tokens, words, language)
    if words and words[0] not in SUBORDINATORS and language in {"en", "ru", "uk"}:
        verb = verb_index(words, language)
        if verb is not None:
            yield from _cuts(tokens, words, verb, language, sentence)
            subject = words[:verb]
            inner = any(word in PREPOSITIONS - {"of"} or word in REFERRING | POINTING | ADVERBS for word in subject)
            content = [word for word in subject if word not in ignored]
            order = language != "en" and (commands(words, verb, language) or any(word.endswith("ую") for word in subject))
            if len(content) >= 2 and not inner and not order and is_noun(words, verb - 1, language):
                yield " ".join(tokens[:verb]).strip(EDGE), _NAME
    continued = 0.3 if sentence[:1].islower() else 1.0  # a unit cut out of a longer sentence
    # The last resort: words up to a boundary, in any language.
    for count in range(2, min(7, len(words)) + 1):
        if (
            words[count - 1] in ignored
            or words[count - 1] in PREPOSITIONS
            or not any(word not in ignored for word in words[:count])
        ):
            continue
        boundary = count == len(words) or words[count] in PREPOSITIONS | COORDINATORS | SUBORDINATORS - {"of"}
        finished = is_noun(words, count - 1, language)
        yield " ".join(tokens[:count]).strip(EDGE), _REST * continued * (1.0 if boundary else 0.4) * (1.0 if finished else 0.3)


def _cuts(tokens: list[str], words: list[str], verb: int, language: str, sentence: str) -> Iterator[tuple[str, float]]:
    """A clause with its verb and its object, ended where something that can be spared begins."""
    for end in range(verb + 2, min(_MOST_WORDS, len(words) - 1) + 1):
        following, after = words[end], words[end + 1] if end + 1 < len(words) else ""
        joined = following in COORDINATORS
        if not (joined or following in PREPOSITIONS | SUBORDINATORS) or following in {"of", "than", "as", "чем", "как"}:
            continue
        if not is_noun(words, end - 1, language) or half_said(words[:end], sentence):
            continue
        if any(word in SUBORDINATORS for word in words[verb:end]) or (
            joined and {"between", "both", "между"} & set(words[:end])
        ):
            continue
        if following == "to" and takes_infinitive(words[verb]) and verb_index([after], language) == 0:
            continue
        if is_copula(words[verb]) and following in {"to", "for", "from", "that"}:
            continue
        # "Push the lever and pull": a second verb may go; "salt and pepper" stay together.
        merit = _CUT * (1.0 if not joined or verb_index([after], language) == 0 else 0.35)
        yield " ".join(tokens[:end]).strip(EDGE), merit


def _names(sentence: str, language: str) -> Iterator[tuple[str, float]]:
    """Noun phrases inside the sentence: "the weight of the atmosphere", «первые двигатели»."""
    for piece in whole_clauses(sentence, language):
        tokens = piece.strip(EDGE).split()
        words = [re.sub(r"^\W+|\W+$", "", token).lower() or "—" for token in tokens]
        for start, word in enumerate(words):
            if language == "en" and word in _NAMING:
                end = start + 1
                while end < min(len(words), start + 6) and (
                    words[end] == "of"
                    or (words[end - 1] == "of" and words[end] in DETERMINERS)
                    or is_noun(words, end, language)
                    or is_adjective(words[end], language)
                ):
                    end += 1
                whole = (
                    end == len(words)
                    or words[end] in PREPOSITIONS | COORDINATORS | SUBORDINATORS
                    or verb_index(words, language) == end
                )
            elif language == "ru" and _NOMINATIVE.search(word) and not _NOMINATIVE.search(words[start - 1] if start else ""):
                end = start + 1
                while end < len(words) and _NOMINATIVE.search(words[end]):
                    end += 1
                end += 1
                whole = end <= len(words) and bool(
                    (_MASCULINE if words[end - 2].endswith("ой") else _NOMINATIVE_NOUN).search(words[end - 1])
                )
            else:
                continue
            if end - start >= 2 and whole and is_noun(words, end - 1, language):
                yield (
                    " ".join(tokens[start:end]).strip(EDGE),
                    _INNER * (1.4 if end - start > 2 else 0.4 if word in DETERMINERS else 1.0),
                )


def _settings(tokens: list[str], words: list[str], language: str) -> Iterator[tuple[str, float]]:
    """An opening phrase with a preposition: "In the Bay of Fundy | the water", «В заливе Фанди | вода»."""
    if not words or words[0] not in PREPOSITIONS or language not in {"en", "ru"}:
        return
    end = _english_setting(words) if language == "en" else _russian_setting(tokens, words)
    named = any(token[0].isupper() for token in tokens[1:end])
    if end <= 5 and is_noun(words, end - 1, language) and (named or end > 2):
        yield " ".join(tokens[:end]).strip(EDGE), _SETTING * (1.3 if named else 0.6)


def _english_setting(words: list[str]) -> int:
    """How many words the opening phrase has, 0 when it is not seen where it ends."""
    end = 1
    while end < len(words) and (end == 1 or words[end] not in DETERMINERS or words[end - 1] in {"of", "and"}):
        if end > 1 and words[end] in _SUBJECTS:
            break
        if verb_index(words[: end + 1], "en") is not None or words[end] in REFERRING:
            return 0
        end += 1
    return end if end < len(words) else 0


def _russian_setting(tokens: list[str], words: list[str]) -> int:
    """The same: a preposition, adjectives, a noun, a name, and one more such phrase («За полчаса до звонка | свет»)."""
    end = 1
    while end < len(words) and is_adjective(words[end], "ru"):
        end += 1
    end += 1
    while end < len(tokens) and tokens[end][0].isupper():
        end += 1
    if end + 1 < len(words) and words[end] in PREPOSITIONS:
        end += 2
    if end >= len(words) or words[end] in PREPOSITIONS:
        return 0
    genitive = _GENITIVE.search(words[end]) and verb_index([words[end]], "ru") is None
    return 0 if genitive and not tokens[end - 1][0].isupper() else end
