"""What becomes of characters on their way to a slide."""

import pytest

from processing_service.contract.errors import BadInput
from services.image.faces import face
from services.image.glyphs import settable
from services.image.styles import STYLES


def shown(text: str) -> tuple[str, tuple[str, ...]]:
    done = settable(text, face("InterDisplay-Bold.otf").covers, "Inter")
    return done.text, done.missing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("й", "й"),  # composed
        ("cafe\u0301", "café"),
        ("soft\u00adhyphen", "softhyphen"),
        ("line\u2028two\u2029three\x85four", "line two three four"),
        ("a\u200bb\u200dc\u2060d\ufeffe", "abcde"),
        ("\u202eabc\u202c", "abc"),
        ("tab\tand\r\nnewline", "tab and newline"),
        ("5\u00a0km", "5\u00a0km"),
        ("10\u202f000", "10\u00a0000"),
        ("ﬁne Ａ 𝐇𝐢", "fine A Hi"),
        ("\x00\x07bell", "bell"),
        ("«Ёлка» — №1, 20 °C, 5 ₽ → ½", "«Ёлка» — №1, 20 °C, 5 ₽ → ½"),
    ],
)
def test_text_is_brought_into_one_form(text: str, expected: str) -> None:
    """What shows nothing by itself goes; what has a plainer form takes it; nothing is reported missing."""
    assert shown(text) == (expected, ())


@pytest.mark.parametrize(
    ("text", "expected", "missing"),
    [
        ("Cats 🐱!", "Cats!", ("U+1F431 CAT FACE",)),
        ("🚀 Start", "Start", ("U+1F680 ROCKET",)),
        ("1️⃣ first", "1 first", ("U+20E3 COMBINING ENCLOSING KEYCAP",)),
        ("за\u0301мок", "замок", ("U+0301 COMBINING ACUTE ACCENT",)),  # no composed form: the letter stands alone
        (
            "flag 🇬🇷 here",
            "flag here",
            ("U+1F1EC REGIONAL INDICATOR SYMBOL LETTER G", "U+1F1F7 REGIONAL INDICATOR SYMBOL LETTER R"),
        ),
        ("lone \ud800 surrogate", "lone surrogate", ("U+D800",)),
        ("own \ue123", "own", ("U+E123",)),
    ],
)
def test_decoration_is_left_out_and_named(text: str, expected: str, missing: tuple[str, ...]) -> None:
    """The line closes up where an emoji stood, and the report can be read by a person."""
    assert shown(text) == (expected, missing)


def test_missing_letters_are_listed_once_each() -> None:
    """Twelve at most: the message stays short however long the text."""
    with pytest.raises(BadInput) as caught:
        shown("猫" * 500 + "".join(chr(0x4E00 + number) for number in range(40)))
    assert "and 29 more" in caught.value.message
    assert caught.value.message.count("猫") == 1


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(
    "alphabet",
    [
        "abcdefghijklmnopqrstuvwxyzäöüßéèêëçñåæøłžščřďťňőű",
        "абвгдеёжзийклмнопрстуфхцчшщъыьэюяґєіїўђћџљњј",
        "αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",
        "0123456789.,:;!?…—–-«»“”„‘’()[]№%°&@#*+=/€£$₽§©®™•×",
    ],
)
def test_every_style_shows_latin_cyrillic_and_greek(style: str, alphabet: str) -> None:
    """With the fonts it sets them in, heading and text."""
    typography = STYLES[style].typography[0]
    for file in (typography.heading, typography.text):
        assert [letter for letter in alphabet + alphabet.upper() if not face(file).covers(letter)] == []
