"""The offline writer: the text's own sentences, or honest questions about a topic; headings in the narration's words."""

import re

import pytest

from processing_service.contract.errors import BadInput
from services.sdk.narration import Narration, partition
from services.sdk.sentences import count_words, words_of
from services.text.article import read_article
from services.text.port import Headline, HeadlineRequest, NarrationRequest
from services.text.providers.offline import OfflineWriter
from services.text.stopwords import function_words
from services.text.units import at_least
from tests.services.text.articles import BREAD_EN, TIDES_RU, long_article

WRITER = OfflineWriter()
TOPICS = ["Создай видео про котов", "Напиши короткий текст про кота", "Почему небо голубое?", "История хлеба"]
TOPICS += ["How tides work", "Make a video about the history of bread", "Napoleon"]
FOREIGN = [
    "Wie funktionieren Gezeiten?",
    "Fais une vidéo sur les chats",
    "Haz un video sobre los gatos",
    "Φτιάξε ένα βίντεο για τις γάτες",
]
SLIDES = [1, 2, 3, 10, 50]


def narrate(prompt: str = "", text: str = "", slides: int | None = None, words: int | None = None) -> Narration:
    return WRITER.narrate(NarrationRequest(prompt=prompt, text=text, slides=slides, words=words))


def headlines(narration: Narration, slides: int) -> tuple[list[Headline], list[str]]:
    runs = partition([len(sentence) for sentence in narration.sentences], slides)
    parts = tuple(narration.sentences[first:end] for first, end in runs)
    made = [
        WRITER.headline(HeadlineRequest("", parts, number, narration.language, narration.title))
        for number in range(1, slides + 1)
    ]
    return made, [" ".join(part) for part in parts]


@pytest.mark.parametrize("slides", SLIDES)
@pytest.mark.parametrize("prompt", TOPICS)
def test_a_bare_prompt_becomes_well_formed_talk_about_it(prompt: str, slides: int) -> None:
    """Enough sentences, none twice, each with a capital and an end, several of them naming the topic."""
    narration = narrate(prompt, slides=slides)
    sentences = narration.sentences
    assert len(sentences) >= slides
    assert len(set(sentences)) == len(sentences)
    assert all(re.fullmatch(r"[«“\"]?[A-ZА-ЯЁ].*[.?!”»]", sentence) for sentence in sentences)
    assert not any("{" in sentence or "  " in sentence or ",," in sentence for sentence in sentences)
    topic = words_of(prompt)[-1].lower()
    assert sum(topic in sentence.lower() for sentence in sentences) >= 2


@pytest.mark.parametrize("prompt", FOREIGN)
def test_other_languages_are_spoken_too(prompt: str) -> None:
    """German, French, Spanish and Greek prompts are answered in their language, fifty slides included."""
    for slides in SLIDES:
        narration = narrate(prompt, slides=slides)
        assert narration.language in {"de", "fr", "es", "el"}
        assert len(narration.sentences) >= slides


def test_the_talk_varies_with_the_prompt_and_repeats_for_the_same() -> None:
    """Another topic chooses other sentences, not only another name."""
    cats, again, dogs = narrate("Создай видео про котов"), narrate("Создай видео про котов"), narrate("Создай видео про собак")
    assert cats == again
    assert {sentence.replace("собак", "котов") for sentence in dogs.sentences} != set(cats.sentences)


@pytest.mark.parametrize("slides", SLIDES)
@pytest.mark.parametrize(
    "source", [BREAD_EN, TIDES_RU, long_article("en"), long_article("ru")], ids=["bread", "tides", "50k en", "50k ru"]
)
def test_an_article_is_told_in_its_own_sentences(source: str, slides: int) -> None:
    """Every unit is a sentence of the article, or part of one cut at a boundary, in the article's order."""
    narration = narrate(text=source, slides=slides)
    own = " ".join(sentence.text for sentence in read_article(source).sentences)
    at = 0
    for sentence in narration.sentences:
        found = own.find(sentence.rstrip("."), at)
        assert found >= 0, sentence
        at = found + 1
    assert slides <= len(narration.sentences)
    words = count_words(narration.text)
    assert words <= 30 * slides * 1.5 + 30
    assert narration.language == ("ru" if "оре" in source or "Глава" in source else "en")


def test_a_long_article_is_covered_from_end_to_end() -> None:
    """Each slide tells its own stretch: the first fifth and the last fifth are both heard."""
    source = long_article("en")
    own = " ".join(sentence.text for sentence in read_article(source).sentences)
    places = [own.find(sentence.rstrip(".")) / len(own) for sentence in narrate(text=source, slides=10).sentences]
    assert min(places) < 0.2
    assert max(places) > 0.8


def test_the_length_can_be_asked_for() -> None:
    """`words` sets the length of the narration."""
    short, long = narrate(text=TIDES_RU, slides=3, words=60), narrate(text=TIDES_RU, slides=3, words=200)
    assert count_words(short.text) < 110 < count_words(long.text)


def test_a_short_text_comes_back_whole() -> None:
    """Nothing is left out of what fits."""
    text = "Море ушло. Море вернулось. Луна смотрела."
    assert narrate(text=text, slides=3).sentences == ("Море ушло.", "Море вернулось.", "Луна смотрела.")


def test_a_prompt_of_several_sentences_is_itself_the_text() -> None:
    """What the user wrote is what is said; a command before it is not."""
    told = "Кошки спят до шестнадцати часов в сутки. Они видят в полумраке. Усы помогают им измерять узкие проходы."
    assert narrate(told, slides=3).text == told
    assert narrate(f"Создай видео про котов. {told}", slides=3).text == told


def test_more_slides_than_sentences_split_at_clauses_and_then_at_words() -> None:
    """The pieces give the sentence back."""
    assert at_least(["Море отступает от берега, и оно дважды возвращается."], 2) == [
        "Море отступает от берега,",
        "и оно дважды возвращается.",
    ]
    pieces = at_least(["Море отступает от берега, и оно дважды возвращается.", "Да."], 9)
    assert pieces is not None
    assert " ".join(pieces) == "Море отступает от берега, и оно дважды возвращается. Да."
    assert at_least(["Одно слово"], 3) is None


def test_fewer_words_than_slides_is_refused_with_both_numbers() -> None:
    """The person learns what to change."""
    with pytest.raises(BadInput, match=r"3 words and 10 slides"):
        narrate(text="Just three words.", slides=10)


@pytest.mark.parametrize("prompt", ["🐱", "!!!", "\u200b"])
def test_a_prompt_without_words_is_refused(prompt: str) -> None:
    """Nothing can be said about it."""
    with pytest.raises(BadInput, match="no words"):
        narrate(prompt, slides=3)


@pytest.mark.parametrize("slides", SLIDES)
@pytest.mark.parametrize("source", [*TOPICS, BREAD_EN, TIDES_RU, long_article("ru")], ids=lambda source: source[:20])
def test_headings_are_telling_phrases_of_their_part(source: str, slides: int) -> None:
    """Words of the part, short, capitalised, unique where there is choice, not ending in a function word, never a number."""
    narration = narrate(source, slides=slides) if len(source) < 100 else narrate(text=source, slides=slides)
    made, parts = headlines(narration, slides)
    for headline, part in zip(made, parts, strict=True):
        heading = headline.heading
        assert heading.rstrip("?").casefold() in part.casefold()
        assert heading[0] == heading[0].upper()
        assert len(heading) <= 90
        assert not re.match(r"(?i)slide|слайд", heading)
        words = words_of(heading)
        if len(words) > 1:  # only a whole clause may end in a function word ("it all begins with this")
            whole = re.search(rf"{re.escape(heading.rstrip('?'))}[.,:;!?…»”\"]", part, re.IGNORECASE)
            assert words[-1].lower() not in function_words(narration.language) or heading == narration.title or whole
        assert len(headline.points) <= 4
        for point in headline.points:
            assert len(point) <= 90
            assert set(words_of(point.lower())) <= set(words_of(part.lower()))
    if slides <= 10:
        assert len({headline.heading for headline in made}) == slides
        assert all(headline.points for headline in made)


@pytest.mark.parametrize(
    "prompt",
    [
        'x", consumers: [], y: "',
        "{{ 7*7 }} ${{ x }} {% raw %}",
        "{about} {0} %s about cats",
        "a" * 5_000,
        "про " + "очень " * 20 + "длинный хвост",
        "line\u2028one\nline two\r\n\x00\x07",
        "<script>alert(1)</script> <b>cats</b>",
        "'; DROP TABLE tasks; --",
        "\u202eabc\u202c мир",
        "((((((((((((((((((((" * 50 + " кот",
        "Создай видео",
        "?",
    ],
)
def test_hostile_prompts_end_in_a_narration_or_a_sentence_of_refusal(prompt: str) -> None:
    """Never a crash, never code, never a control character."""
    if not any(character.isalnum() for character in prompt):
        with pytest.raises(BadInput, match="no words"):
            narrate(prompt, slides=3)
        return
    narration = narrate(prompt, slides=3)
    assert len(narration.sentences) >= 3
    assert all(character.isprintable() for character in narration.text)
    headlines(narration, 3)
