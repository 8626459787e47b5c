"""The offline writer: no model, no network, no invention.

From a text it takes the text's own sentences; from a bare topic it makes a short talk of questions worth asking, which is true
whatever the topic, and says that real details need a real text. It is deterministic: the same request, the same words.
"""

import hashlib
import re

from processing_service.contract.errors import BadInput
from services.sdk.language import detect_language
from services.sdk.narration import Narration
from services.sdk.sentences import count_words, split_sentences
from services.text.article import Article, plain, read_article
from services.text.extract import extract
from services.text.headlines import headlines
from services.text.phrases import en, ru
from services.text.phrases.european import BANKS
from services.text.phrases.movement import Bank, Movement
from services.text.port import Headline, HeadlineRequest, NarrationRequest
from services.text.topic import Topic, find_topic
from services.text.units import at_least

WORDS_PER_SLIDE = 30  # about twelve seconds of speech
_SLIDES = 4  # when nobody says how many
_BANKS: dict[str, Bank] = {"en": en.BANK, "ru": ru.BANK, **BANKS}
_TEXT_WORDS = 12  # a prompt of several sentences with fewer words than this is a topic, not a text
_LONG_PROMPT = 25  # words: a longer prompt that commands nothing is a text
# Movements that suit a kind of topic come first when there is room for a few only.
_FAVOURITES = (
    (
        re.compile(r"\b(?:histor|истори|прошл|возникнов|geschicht|histoire|історі)", re.IGNORECASE),
        ("origin", "people", "today", "myths"),
    ),
    (
        re.compile(r"\b(?:how|why|как|почему|устро|работа|wie|warum|comment|pourquoi|cómo|чому|πώς)\b", re.IGNORECASE),
        ("how", "define", "scale", "look"),
    ),
    (re.compile(r"", re.IGNORECASE), ("look", "origin", "people", "how")),
)


class OfflineWriter:
    """Implements `port.TextProvider`."""

    def narrate(self, request: NarrationRequest) -> Narration:
        source = request.text if request.text.strip() else _source_in(request.prompt)
        if source:
            return _from_text(source, request)
        return _from_topic(request)

    def headline(self, request: HeadlineRequest) -> Headline:
        return headlines(request.parts, request.language, request.title)[request.number - 1]


def _source_in(prompt: str) -> str:
    """The part of a prompt that is itself a text: several sentences, or one long one, that do not command anything."""
    text = plain(prompt)
    sentences = [sentence for line in text.split("\n") for sentence in split_sentences(line)]
    language = detect_language(text)
    content = [sentence for sentence in sentences if not ((topic := find_topic(sentence, language)) and topic.commanded)]
    words = sum(map(count_words, content))
    if (len(content) > 1 and words >= _TEXT_WORDS) or words > _LONG_PROMPT:
        return text if len(content) == len(sentences) else "\n\n".join(content)
    return ""


def _from_text(source: str, request: NarrationRequest) -> Narration:
    article = read_article(source)
    slides = request.slides or 1
    if article.words < slides:
        raise BadInput(
            f"the text has {article.words} words and {slides} slides were asked: each slide needs at least one word; "
            f"ask for at most {max(1, article.words)} slides or give a longer text",
            code="text-too-short",
        )
    language = request.language or detect_language(" ".join(sentence.text for sentence in article.sentences))
    words = request.words or WORDS_PER_SLIDE * (request.slides or _SLIDES)
    picked = extract(article, parts=slides, words=words, language=language, query=request.prompt if request.text else "")
    units = at_least(picked, slides)
    if units is None:  # the picked sentences are too few words for so many slides; the whole article is not
        units = at_least([sentence.text for sentence in article.sentences], slides)
    if units is None:
        raise BadInput(f"the text has too few separate words for {slides} slides", code="text-too-short")
    return Narration(language=language, title=_title(article, request, language), sentences=tuple(units))


def _title(article: Article, request: NarrationRequest, language: str) -> str:
    if article.title:
        return article.title[:120]
    topic = find_topic(request.prompt, language) if request.text and request.prompt.strip() else None
    if topic:
        return topic.title
    return headlines((tuple(sentence.text for sentence in article.sentences[:3]),), language)[0].heading


def _from_topic(request: NarrationRequest) -> Narration:
    language = request.language or detect_language(request.prompt)
    topic = find_topic(request.prompt, language)
    if topic is None:
        raise BadInput("the prompt holds no words: write what the film is about, or give a text in TEXT", code="prompt-empty")
    spoken = language if language in _BANKS else "en"
    if spoken != language:
        topic = Topic(f"about “{topic.title}”", topic.title)
    slides = request.slides or _SLIDES - 1
    count = max(slides, min(round(2.7 * slides), 26), 5)
    if request.words:
        count = max(slides, round(request.words / 11))
    sentences = [topic.fill(sentence, spoken) for sentence in _talk(_BANKS[spoken], topic, request.prompt, count)]
    units = at_least(sentences, slides)
    if units is None:
        raise BadInput(
            f"a bare prompt gives {sum(map(count_words, sentences))} words at most and {slides} slides were asked: give a text",
            code="text-too-short",
        )
    return Narration(language=spoken, title=topic.title, sentences=tuple(units))


def _talk(bank: Bank, topic: Topic, prompt: str, count: int) -> list[str]:
    """`count` different sentences of the bank (or all it has), in its order, chosen by what the prompt says."""
    salt = " ".join(prompt.split()).casefold()

    def shuffled(sentences: tuple[str, ...]) -> list[str]:
        return sorted(sentences, key=lambda sentence: hashlib.sha256(f"{salt}\n{sentence}".encode()).digest())

    opening = shuffled(bank.opening)[:1]
    closing = shuffled(bank.closing)[:1]
    honest = list(bank.honest[: 1 if count < 12 else 2 if count < 50 else None])
    frame = shuffled(bank.frame)[: 1 if count >= 5 else 0]
    favourites = next(names for pattern, names in _FAVOURITES if pattern.search(topic.title))
    order = sorted(bank.middle, key=lambda movement: _rank(movement, favourites, salt))
    wanted = count - len(opening) - len(frame) - len(honest) - len(closing)
    taken = dict.fromkeys((movement.name for movement in bank.middle), 0)
    while wanted > 0 and any(taken[movement.name] < len(movement.sentences) for movement in order):
        for movement in order:
            if wanted > 0 and taken[movement.name] < len(movement.sentences):
                taken[movement.name] += 1
                wanted -= 1
    middle = []
    for movement in bank.middle:
        mixed = shuffled(movement.sentences)
        if movement.name == order[0].name:  # where the talk dwells, it names its topic
            mixed.sort(key=lambda sentence: "{about}" not in sentence)
        chosen = mixed[: taken[movement.name]]
        middle += [sentence for sentence in movement.sentences if sentence in chosen]
    return [*opening, *frame, *middle, *honest, *closing]


def _rank(movement: Movement, favourites: tuple[str, ...], salt: str) -> tuple[int, bytes]:
    place = favourites.index(movement.name) if movement.name in favourites else len(favourites)
    return place, hashlib.sha256(f"{salt}\n{movement.name}".encode()).digest()
