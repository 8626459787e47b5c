"""Headings as an editor would choose them, and points that stand by themselves, over short texts of many kinds."""

import re
from importlib import resources

import pytest

from services.sdk.narration import partition
from services.sdk.sentences import count_words, split_sentences, words_of
from services.text.grammar import COORDINATORS, DETERMINERS, PREPOSITIONS, verb_index
from services.text.headlines import headlines
from services.text.port import Headline

_DEMO = {name: (resources.files("processing_service.cli") / "demo" / f"{name}.txt").read_text("utf-8") for name in ("en", "ru")}
HISTORY = (
    "In 1348 the Black Death reached England by ship. Landlords tried to freeze wages by law. The peasants refused. "
    "In 1381 thousands of them marched on London, burned the palace of the Duke of Lancaster and demanded an end to serfdom. "
    "King Richard was fourteen years old. The revolt failed, but serfdom never recovered."
)
RECIPE = (
    "Борщ начинается с хорошего бульона. Залейте говядину на кости холодной водой и варите два часа на слабом огне. "
    "Лук и морковь обжарьте до золотистого цвета. Зажарка идёт в кастрюлю последней. Чеснок разотрите с салом. "
    "На второй день борщ становится вкуснее."
)
SPACE = (
    "«Вояджер-1» покинул Землю в сентябре 1977 года. У Сатурна аппарат навсегда отвернул от остальных планет: камерам хотелось "
    "вблизи рассмотреть Титан. Инженеры отключают приборы один за другим, чтобы сберечь энергию."
)
TABLE = [
    ("The sea left. The sea came back.", "en", 2, ["The sea left", "The sea came back"]),
    (
        "Pancakes need only flour, milk, eggs and patience. The batter should run like cream.",
        "en",
        1,
        ["The batter should run like cream"],
    ),
    (
        "Although nobody had asked for it, the council approved a plan on Tuesday to close the old bridge to all cars.",
        "en",
        1,
        ["The council approved a plan", "The council approved a plan on Tuesday"],
    ),
    (
        "Engineers expect the detour to add six minutes to every single trip across the river.",
        "en",
        1,
        ["Engineers expect the detour to add six minutes"],
    ),
    ('"You will never get there," laughed the fox.', "en", 1, ["You will never get there"]),
    (
        "When it lines up with the Moon, spring tides run high; when it pulls from the side, neap tides barely stir.",
        "en",
        1,
        ["Spring tides run high", "Neap tides barely stir"],
    ),
    ("In the Bay of Fundy the water climbs sixteen metres every single day.", "en", 1, ["In the Bay of Fundy"]),
    (
        HISTORY,
        "en",
        3,
        [
            "The Black Death reached England by ship",
            "Thousands of them marched on London",
            "King Richard was fourteen years old",
        ],
    ),
    ("Лампа «Заря» будит так, как это делает солнце.", "ru", 1, ["Лампа «Заря» будит так, как это делает солнце"]),
    ("Пчёлы видят мир, который мы не можем себе представить.", "ru", 1, ["Пчёлы видят мир"]),
    ("Любопытство — лучший проводник: настоящий рассказ про котов ещё впереди.", "ru", 1, ["Любопытство — лучший проводник"]),
    ("За полчаса до звонка свет медленно переходит от тёмно-красного к тёплому белому.", "ru", 1, ["За полчаса до звонка"]),
    (RECIPE, "ru", 3, None),
    (SPACE, "ru", 2, ["Инженеры отключают приборы один за другим", "Камерам хотелось вблизи рассмотреть Титан"]),
]


def told(text: str, language: str, slides: int) -> tuple[list[Headline], list[str]]:
    sentences = split_sentences(text)
    runs = partition([len(sentence) for sentence in sentences], slides)
    parts = tuple(tuple(sentences[first:end]) for first, end in runs)
    return headlines(parts, language), [" ".join(part) for part in parts]


@pytest.mark.parametrize(("text", "language", "slides", "expected"), TABLE, ids=lambda value: str(value)[:24])
def test_headings_read_as_chosen(text: str, language: str, slides: int, expected: list[str] | None) -> None:
    """Where one answer is clearly the best, it is the answer; a list longer than the slides names all good ones."""
    made, _ = told(text, language, slides)
    if expected:
        assert all(headline.heading in expected for headline in made)
    check(text, language, slides)


@pytest.mark.parametrize("slides", [1, 2, 3, 4, 5, 6, 8])
@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_demo_reads_well_at_any_length(language: str, slides: int) -> None:
    """The film a newcomer sees first."""
    check(_DEMO[language], language, slides)


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        (
            "en",
            [
                "The Moon does the pulling",
                "Most coasts meet high water twice",
                "The Sun helps, or hinders",
                "In the Bay of Fundy",
            ],
        ),
        (
            "ru",
            [
                "Воду тянет за собой Луна",
                "Второй горб вырастает на другой стороне Земли",
                "Солнце то помогает, то мешает",
                "В заливе Фанди",
            ],
        ),
    ],
)
def test_the_demo_has_these_headings(language: str, expected: list[str]) -> None:
    """Four slides, as `scenaries demo` makes them."""
    made, _ = told(_DEMO[language], language, 4)
    assert [headline.heading for headline in made] == expected
    assert all(headline.points for headline in made)


def check(text: str, language: str, slides: int) -> None:
    """What holds for every heading and point: whole words of the part, nothing cut in the middle, no crumbs, nothing twice."""
    made, parts = told(text, language, slides)
    assert len({headline.heading for headline in made}) == slides
    for headline, part in zip(made, parts, strict=True):
        heading, words = headline.heading, words_of(headline.heading.lower())
        assert heading.casefold() in part.casefold()
        assert heading[0].isupper() or heading[0] in "«“"
        assert heading[-1] not in ".,:;—–"
        assert len(heading) <= 64
        assert ends_whole(heading, part) or words[-1] not in PREPOSITIONS | DETERMINERS | COORDINATORS
        assert ends_whole(heading, part) or verb_index(words[-1:], language) is None
        assert heading not in headline.points
        for point in headline.points:
            assert len(point) <= 90
            assert count_words(point) >= 4 or point in {sentence.rstrip(".") for sentence in split_sentences(part)}


def ends_whole(heading: str, part: str) -> bool:
    """The heading ends where a clause of the part does."""
    return re.search(rf"{re.escape(heading)}[.,:;!?…»\"]", part, re.IGNORECASE) is not None
