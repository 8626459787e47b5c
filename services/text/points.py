"""The lines below a heading: whole sentences of the part, or whole clauses of its long ones, each able to stand by itself. Pure."""

import re
from collections import Counter

from services.sdk.sentences import count_words, words_of
from services.text.grammar import COORDINATORS, OPENERS, PREPOSITIONS, SUBORDINATORS, commands, half_said, is_noun, verb_index
from services.text.stopwords import function_words, stem
from services.text.units import EDGE, balanced, capital, cut_at_word, main_clause, predicate, whole_clauses, without_frame

_LONGEST, _MOST = 90, 4  # characters, lines
_MORE_THAN_HEADING = 40  # characters
_CRUMB = 4  # words: a piece of a sentence with fewer is not worth a line


def points(part: tuple[str, ...], heading: str, language: str) -> tuple[str, ...]:
    """Up to four lines in the order they are spoken, each in words of the part, none repeating the heading."""
    lines: list[str] = []
    for sentence in part:
        rest = _after_heading(sentence, heading, language)
        own = _lines(rest, language)
        if own and all(_repeats(line, heading) for line in own) and len(rest) > _LONGEST:
            own = [_tidy(_shortened(rest, language))]
        lines += [line for line in own if line not in lines]
    lines = [
        line for line in lines if line.rstrip("?!.").casefold() != heading.rstrip("?!").casefold() and count_words(line) >= 2
    ]
    # A line that says little more than the heading is worth its place only when there is nothing else.
    fresh = [line for line in lines if not _repeats(line, heading)]
    lines = fresh or lines
    if len(lines) > _MOST:
        ignored = function_words(language)
        telling = Counter(_stems(" ".join(part), ignored, language))
        weight = {
            line: sum(telling[one] for one in _stems(line, ignored, language)) / (4 + count_words(line)) for line in lines
        }
        best = sorted(lines, key=lambda line: -weight[line])[:_MOST]
        lines = [line for line in lines if line in best]
    return tuple(lines)


def _repeats(line: str, heading: str) -> bool:
    return heading.rstrip("?!").casefold() in line.casefold() and len(line) - len(heading) <= _MORE_THAN_HEADING


def _after_heading(sentence: str, heading: str, language: str) -> str:
    """A sentence without the heading it begins or ends with, when the rest stands by itself: beside a colon, "and", or a setting.

    "In the Bay of Fundy | the water climbs sixteen metres": a phrase with a preposition leaves a whole clause behind.
    """
    text = sentence.strip()
    before = text.rstrip(EDGE)[: -len(heading)] if text.rstrip(EDGE).casefold().endswith(heading.casefold()) else ""
    led = re.match(r"(.+?)[,:;]\s+(?:(?:and|so|but|и|а|но)\s+)?$", before)
    if (
        led
        and count_words(led[1]) >= _CRUMB
        and words_of(led[1].lower())[0] not in OPENERS
        and predicate(led[1], language) is not None
    ):
        return led[1]
    bare = text if text.casefold().startswith(heading.casefold()) else without_frame(text)[0]
    if not bare.casefold().startswith(heading.casefold()):
        return text
    rest = bare[len(heading) :]
    words = words_of(_tidy(rest).lower())
    if re.match(r"\s*[:;]|\s+[—–]\s", rest):
        return rest.lstrip(EDGE)
    setting = words_of(heading.lower())[:1] and words_of(heading.lower())[0] in PREPOSITIONS and rest[:1] in " ,"
    joined = re.match(r",?\s+(?:and|but|so|и|а|но)\s", rest)
    if len(words) < _CRUMB or not (setting or joined) or words[0] in SUBORDINATORS:
        return text
    verb = verb_index(words, language)
    return rest.lstrip(EDGE) if verb is not None and (verb > 0 or setting) else text


def _lines(sentence: str, language: str) -> list[str]:
    """A sentence as one line; as its independent stretches of clauses when it is too long for one."""
    if len(sentence.rstrip(EDGE)) <= _LONGEST:
        return [_tidy(sentence)]
    pieces = whole_clauses(sentence, language)
    made = []
    first = 0
    while first < len(pieces):
        end = _furthest(pieces, first, language, sentence)
        if end is None:
            first += 1
            continue
        made.append(_tidy(" ".join(pieces[first:end])))
        first = end
    return made or [_tidy(_shortened(" ".join(pieces[main_clause(pieces) :]), language))]


def _furthest(pieces: list[str], first: int, language: str, sentence: str) -> int | None:
    """Where the longest stretch from `first` ends that fits a line and stands by itself."""
    for end in range(len(pieces), first, -1):
        text = " ".join(pieces[first:end])
        if len(text.strip(EDGE)) <= _LONGEST and _independent(pieces, first, end, language, sentence):
            return end
    return None


def _independent(pieces: list[str], first: int, end: int, language: str, sentence: str) -> bool:
    """Whether the clauses from `first` to `end` say something whole: no relative opening, no half of a pair, a verb of their own."""
    line = _tidy(" ".join(pieces[first:end]))
    words = words_of(line.lower())
    if len(words) < _CRUMB or half_said(words, sentence) or not _opens(pieces, first):
        return False
    if end < len(pieces) and _waits(pieces, first, end):
        return False
    if words[0] in SUBORDINATORS | OPENERS:
        # "When it lines up with the Moon, spring tides run high" needs its main clause.
        main = words_of(pieces[first + 1].lower()) if first + 1 < end else []
        fresh = first == 0 or pieces[first - 1][-1] in ":;"
        return words[0] in OPENERS and fresh and bool(main) and verb_index(main, language) is not None
    verb = predicate(line, language)
    if verb is None:
        return pieces[end - 1].rstrip(EDGE).endswith("?")
    whole = verb > 0 or first == 0 or commands(words, 0, language)
    return whole and (end == len(pieces) or not _hangs(pieces[end], language))


def _opens(pieces: list[str], first: int) -> bool:
    """Whether a clause of its own can begin here."""
    opening = words_of(pieces[first].lower())[:1]
    return first == 0 or pieces[first - 1][-1] in ":;" or pieces[first][0] in "—–" or bool(COORDINATORS.intersection(opening))


def _waits(pieces: list[str], first: int, end: int) -> bool:
    """Whether a cut before `end` leaves half a question, or "when …" without its main clause."""
    asked = pieces[-1].rstrip(EDGE).endswith("?") and any(piece.endswith(":") for piece in pieces[first : end - 1])
    closing = words_of(pieces[end - 1].lower()) or [""]
    return asked or (closing[0] in OPENERS and pieces[end - 1][-1] == ",")


def _hangs(following: str, language: str) -> bool:
    """Whether what follows a cut is the rest of a list rather than a clause of its own."""
    words = words_of(following.lower())
    return bool(words) and len(words) < 3 and verb_index(words, language) is None


def _shortened(sentence: str, language: str) -> str:
    """A sentence without a clause that fits, cut after a noun before a new phrase, else between words."""
    ignored = function_words(language)
    text = cut_at_word(sentence, _LONGEST, ignored)
    tokens = text.split()
    words = [re.sub(r"^\W+|\W+$", "", token).lower() or "—" for token in tokens]
    for count in range(len(words), _CRUMB, -1):
        following = sentence.split()[count : count + 1]
        starts = following and (following[0].lower() in function_words(language) or tokens[count - 1][-1] in ",;:")
        head = " ".join(tokens[:count])
        if (
            starts
            and is_noun(words, count - 1, language)
            and verb_index(words[:count], language) is not None
            and balanced(head)
        ):
            return head
    return text


def _stems(text: str, ignored: frozenset[str], language: str) -> list[str]:
    return [stem(word, language) for word in words_of(text) if word.lower() not in ignored]


def _tidy(text: str) -> str:
    text = re.sub(r"^(?:и|а|но|and|but|so)\s+", "", text.strip().lstrip(",;:.—– "), flags=re.IGNORECASE)
    text = text.rstrip(".;:,—–- ")
    return capital(text) if balanced(text) else capital(text.strip(EDGE))
