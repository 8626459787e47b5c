"""What a bare prompt is about, in a phrase that keeps its grammar."""

import pytest

from services.sdk.language import detect_language
from services.text.topic import find_topic


@pytest.mark.parametrize(
    ("prompt", "about"),
    [
        ("Создай видео про котов", "про котов"),
        ("Напиши короткий текст про кота", "про кота"),
        ("Сделай весёлый ролик для детей о космосе на 30 секунд", "о космосе"),
        ("Сними фильм о том, как пекут хлеб", "о том, как пекут хлеб"),
        ("Создай видео на тему «История хлеба»", "на тему «История хлеба»"),
        ("Расскажи историю хлеба", "про историю хлеба"),
        ("Расскажи мне, как устроены приливы", "о том, как устроены приливы"),
        ("Объясни фотосинтез", "про фотосинтез"),
        ("Можешь сделать видео о NASA?", "о NASA"),
        ("Хочу видео про машины!", "про машины"),
        ("Как работают приливы", "о том, как работают приливы"),
        ("Почему небо голубое?", "о том, почему небо голубое"),
        ("История хлеба", "на тему «История хлеба»"),
        ("Про любовь", "про любовь"),
        ("How tides work", "about how tides work"),
        ("How do tides work?", "about how tides work"),
        ("Why is the sky blue?", "about one question, “Why is the sky blue?”"),
        ("What is photosynthesis?", "about photosynthesis"),
        ("Make a video about the history of bread", "about the history of bread"),
        ("Create a short funny video on quantum computing in 5 slides", "about quantum computing"),
        ("Explain how tides work", "about how tides work"),
        ("A 30 second video about cats", "about cats"),
        ("The history of bread", "about the history of bread"),
        ("Napoleon", "about “Napoleon”"),
        ("Створи відео про котів", "про котів"),
        ("Erstelle ein Video über Katzen", "über Katzen"),
        ("Fais une vidéo sur les chats", "sur les chats"),
        ("Haz un video sobre los gatos", "sobre los gatos"),
        ("Φτιάξε ένα βίντεο για τις γάτες", "για τις γάτες"),
    ],
)
def test_the_command_goes_and_the_grammar_stays(prompt: str, about: str) -> None:
    """What is left continues a noun: «рассказ про котов», "a story about how tides work"."""
    topic = find_topic(prompt, detect_language(prompt))
    assert topic is not None
    assert topic.about == about


@pytest.mark.parametrize("prompt", ["", "  ", "🐱🐱", "!!! …", "\u202e"])
def test_a_prompt_without_words_has_no_topic(prompt: str) -> None:
    """There is nothing to talk about."""
    assert find_topic(prompt, "en") is None


def test_a_subordinate_clause_is_closed_by_a_comma() -> None:
    """«разговор о том, как работают приливы, потеряет смысл», but not before a full stop."""
    topic = find_topic("Как работают приливы", "ru")
    assert topic is not None
    assert topic.fill("Разговор {about} потеряет смысл.", "ru") == "Разговор о том, как работают приливы, потеряет смысл."
    assert topic.fill("Это рассказ {about}.", "ru") == "Это рассказ о том, как работают приливы."
