"""Markup goes, the author's sentences stay."""

from services.text.article import read_article
from tests.services.text.articles import BREAD_EN


def said(source: str) -> list[str]:
    return [sentence.text for sentence in read_article(source).sentences]


def test_markdown_is_read_as_a_person_would_read_it_aloud() -> None:
    """Front matter, code, tables, footnotes and addresses are not spoken; emphasis and links leave their words."""
    article = read_article(BREAD_EN)
    spoken = " ".join(sentence.text for sentence in article.sentences)
    assert article.title == "The long story of bread"
    for hidden in ("author:", "bake(", "```", "|", "[1]", "https://", "##", "sous"):
        assert hidden not in spoken
    assert "planted a single field. Those first loaves" in spoken
    assert '"Give us this day our daily bread," says a prayer' in spoken
    assert "In Paris, in 1789, the price" in spoken


def test_inline_marks_leave_their_words() -> None:
    """Emphasis, code, links, tags and images; asterisks and underscores of other uses stay."""
    source = "The **bold** and _thin_ [link](http://a.b/c) with `code` <b>tag</b> ![pic](x.png) snake_case 2*3*4 stay."
    assert said(source) == ["The bold and thin link with code tag snake_case 2*3*4 stay."]


def test_plain_headings_are_not_spoken_and_lists_are_items() -> None:
    """A short line of its own without a full stop is a heading where the rest is prose."""
    article = read_article("Введение\n\nМоре ушло. Море вернулось.\n\n- Первый пункт важен.\n- Второй тоже.\n")
    assert article.title == "Введение"
    assert [(sentence.text, sentence.listed) for sentence in article.sentences] == [
        ("Море ушло.", False),
        ("Море вернулось.", False),
        ("Первый пункт важен.", True),
        ("Второй тоже.", True),
    ]


def test_emoji_controls_and_direction_marks_do_not_reach_the_voice() -> None:
    """They cannot be said, and fonts do not have them."""
    assert said("Кот 🐱\u200d спит\u202e. \x07Да\x00.") == ["Кот спит.", "Да."]


def test_nothing_but_headings_is_a_text_all_the_same() -> None:
    """An outline is better spoken than refused."""
    assert said("# One thing\n\n## Another thing\n") == ["One thing", "Another thing"]
