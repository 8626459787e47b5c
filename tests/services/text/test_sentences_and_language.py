"""Sentence splitting and language detection: tables of what people really write."""

import pytest

from services.sdk.language import detect_language
from services.sdk.sentences import count_words, split_sentences
from tests.services.text.articles import BREAD_EN, TIDES_RU

SPLIT = [
    (
        'Dr. Smith paid $3.50 for it. He left at 5 p.m. on Monday. "Stop!" he said.',
        ["Dr. Smith paid $3.50 for it.", "He left at 5 p.m. on Monday.", '"Stop!" he said.'],
    ),
    ("J. K. Rowling wrote it. The U.S. Army came.", ["J. K. Rowling wrote it.", "The U.S. Army came."]),
    (
        "А. С. Пушкин родился в 1799 г. в Москве. В 1812 г. Наполеон вошёл в Россию.",
        ["А. С. Пушкин родился в 1799 г. в Москве.", "В 1812 г. Наполеон вошёл в Россию."],
    ),
    (
        "Он учился в лицее под Петербургом с 1811 г. Учился хорошо.",
        ["Он учился в лицее под Петербургом с 1811 г.", "Учился хорошо."],
    ),
    ("Это, т. е. кот, спит и т. д. и т. п. Потом он ест.", ["Это, т. е. кот, спит и т. д. и т. п.", "Потом он ест."]),
    ("«Стой! Куда?» — крикнул он. — Домой… А ты?", ["«Стой! Куда?» — крикнул он.", "— Домой…", "А ты?"]),
    ("— Куда ты? — спросил он. — Домой.", ["— Куда ты? — спросил он.", "— Домой."]),
    ("«Приду завтра. Жди», — сказал он. Она ждала.", ["«Приду завтра. Жди», — сказал он.", "Она ждала."]),
    ("Цена 2,5 млн руб. за штуку! Неужели? Да… может быть.", ["Цена 2,5 млн руб. за штуку!", "Неужели?", "Да… может быть."]),
    ("Версия 2.0.1 вышла. Смотри example.com сейчас.", ["Версия 2.0.1 вышла.", "Смотри example.com сейчас."]),
    ("hello there. how are you doing? fine", ["hello there.", "how are you doing?", "fine"]),
    ("1. Take flour. 2. Add water.", ["1. Take flour.", "2. Add water."]),
    ("猫は好きです。犬も好き。", ["猫は好きです。", "犬も好き。"]),
    ("   ", []),
]


@pytest.mark.parametrize(("text", "sentences"), SPLIT)
def test_sentences_end_where_a_reader_pauses(text: str, sentences: list[str]) -> None:
    """Abbreviations, initials, years, decimals, quotes and dialogue stay whole."""
    assert split_sentences(text) == sentences


@pytest.mark.parametrize("text", [case[0] for case in SPLIT] + ["e.g. " * 3_000, "«" * 2_000 + ". A. " * 500, "a" * 10_000])
def test_nothing_is_lost(text: str) -> None:
    """Joined by blanks, the sentences give the text back, whatever it is."""
    assert "".join(" ".join(split_sentences(text)).split()) == "".join(text.split())


def test_words_are_counted_as_people_count_them() -> None:
    """Hyphens and apostrophes join, dashes and emoji are not words."""
    assert count_words("It's a well-known cat — 3 of them 🐱!") == 7


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Создай видео про котов", "ru"),
        ("Приливы", "ru"),
        ("How tides work", "en"),
        ("Cats", "en"),
        ("Створи відео про котів", "uk"),
        ("Wie funktionieren Gezeiten", "de"),
        ("Comment fonctionnent les marées", "fr"),
        ("Haz un video sobre los gatos", "es"),
        ("Πώς λειτουργούν οι παλίρροιες", "el"),
        ("猫について", "ja"),
        ("猫", "zh"),
        ("고양이", "ko"),
        ("קטים", "he"),
        ("Что такое FastAPI и Redis", "ru"),
        (BREAD_EN, "en"),
        (TIDES_RU, "ru"),
        ("12345 🐱", "en"),
        ("", "en"),
    ],
)
def test_the_language_is_heard(text: str, language: str) -> None:
    """By script first, then by common words and letters; without letters the default."""
    assert detect_language(text) == language
