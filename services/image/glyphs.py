"""Make a text fit to be set: one normal form, no invisible characters, and nothing the fonts would show as a box.

Letters of a script we cannot show are an error that names the script; an emoji is decoration: it is left out and reported.
"""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass

from processing_service.contract.errors import BadInput

_SPACES = re.compile(r"[\s\u0085\u2000-\u200a\u2028\u2029\u205f\u3000]+")
_NO_BREAK = dict.fromkeys((0x00A0, 0x2007, 0x202F), "\ue0a0")  # kept apart from ordinary spaces while those are folded
_KEPT = "\ue0a0"


@dataclass(frozen=True, slots=True)
class Settable:
    """A text every character of which the fonts show, and what had to be left out: `U+1F431 CAT FACE`, in order, once each."""

    text: str
    missing: tuple[str, ...]


def settable(text: str, covers: Callable[[str], bool], fonts: str) -> Settable:
    """`text` as it can be set with the fonts that answer `covers`. Raises BadInput when letters or digits are missing.

    Nothing is reported of characters that show nothing by themselves: controls, soft hyphens, joiners, direction marks.
    """
    text = unicodedata.normalize("NFC", text.replace("\ue0a0", " ")).translate(_NO_BREAK)
    text = _SPACES.sub(" ", text.replace("\u200b", "")).replace(_KEPT, "\u00a0")
    kept: list[str] = []
    letters: list[str] = []
    missing: dict[str, None] = {}
    for character in text:
        category = unicodedata.category(character)
        if category in {"Cc", "Cf"} or "\ufe00" <= character <= "\ufe0f":
            continue
        shown = _shown(character, category, covers)
        if shown:
            kept.append(shown)
        elif category[0] in "LN" or category == "Mc":
            letters.append(character)
        else:
            missing.setdefault(_name(character))
    if letters:
        raise BadInput(_refusal(letters, fonts), code="missing-glyphs")
    tidy = re.sub(r" +(?=[,.;:!?…])", "", re.sub(" +", " ", "".join(kept))) if missing else "".join(kept)
    return Settable(tidy.strip(" \u00a0"), tuple(missing))


def _shown(character: str, category: str, covers: Callable[[str], bool]) -> str:
    """What stands for this character: itself, its compatibility form (`ﬁ`, `Ａ`, `𝐀`), or nothing.

    A mark that did not compose with its letter has no place of its own without a shaping engine; the letter stands alone.
    """
    if category[0] == "M":
        return ""
    if category in {"Co", "Cs", "Cn"}:  # a font may have signs of its own where Unicode has none
        return ""
    if covers(character):
        return character
    plain = unicodedata.normalize("NFKC", character)
    return plain if plain != character and all(covers(part) for part in plain) else ""


def _name(character: str) -> str:
    return f"U+{ord(character):04X} {unicodedata.name(character, '')}".strip()


def _refusal(letters: list[str], fonts: str) -> str:
    scripts = dict.fromkeys(_script(letter) for letter in letters)
    unique = list(dict.fromkeys(letters))
    shown = ", ".join(
        f"{letter} (U+{ord(letter):04X})" if letter.isprintable() else f"U+{ord(letter):04X}" for letter in unique[:12]
    )
    more = f" and {len(unique) - 12} more" if len(unique) > 12 else ""
    return (
        f"the slide has letters of {', '.join(list(scripts)[:5])}, which the font {fonts} cannot show: {shown}{more}; "
        "write the slide in Latin, Cyrillic or Greek letters"
    )


def _script(letter: str) -> str:
    """The script by the first words of the character's name: exact enough for a message."""
    name = unicodedata.name(letter, "")
    first = name.split(" ")[0]
    known = {"CJK": "Chinese or Japanese", "HANGUL": "Korean", "HIRAGANA": "Japanese", "KATAKANA": "Japanese"}
    return known.get(first, first.capitalize() or "an unknown script")
