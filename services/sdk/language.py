"""Which language a text is written in, by its letters and its commonest words. Pure, no models, deterministic."""

import re
from collections import Counter

_LETTERS = re.compile(r"[^\W\d_]+")
_SAMPLE = 20_000  # characters: more text does not change the answer, only the time

# Scripts that settle the language alone, or nearly so: (first, last code point, language).
_SCRIPTS = (
    (0x0370, 0x03FF, "el"),
    (0x1F00, 0x1FFF, "el"),
    (0x0590, 0x05FF, "he"),
    (0x0600, 0x06FF, "ar"),
    (0x0900, 0x097F, "hi"),
    (0x10A0, 0x10FF, "ka"),
    (0x0530, 0x058F, "hy"),
    (0x3040, 0x30FF, "ja"),
    (0x4E00, 0x9FFF, "zh"),
    (0xAC00, 0xD7AF, "ko"),
)

# Words so common that a sentence seldom lacks them all, chosen so that few are shared between the languages.
_COMMON = {
    "en": "the a an of and to in is are was that it for on with as by this from be not how what why about have which at or make",
    "de": "der die das und ist nicht ein eine zu den mit von im auf für wie sich dem auch es werden über aus wird sind was warum",
    "fr": "le la les des et est un une dans que qui pour sur pas du au avec ce il sont comment pourquoi par plus être à sur vidéo",
    "es": "el la los las y es un una de en que por para con no se del al como cómo qué su más sobre son lo este hay",
    "it": "il lo la gli di e è un una che per con non del della sono come perché nel sul anche più si questo",
    "pt": "o a os as e é um uma de em que por para com não se do da como mais são no na sobre dos das ao você",
    "ru": "и в не на что с по как это из для о про он она они но за от к у же бы так его также при или был были",
    "uk": "і в не на що з по як це із для про він вона вони але за від до у ж би так його також при або був були та є",
}
_WORDS = {language: frozenset(words.split()) for language, words in _COMMON.items()}
# Letters that only one of the neighbours has; each weighs as much as a common word.
_MARKS = {"ru": "ыэъё", "uk": "іїєґ", "de": "äöüß", "fr": "çœêèâîôûë", "es": "ñ¿¡áíóú", "pt": "ãõ", "it": "ìò"}
_CYRILLIC = ("ru", "uk")
_LATIN = ("en", "de", "fr", "es", "it", "pt")


def detect_language(text: str, default: str = "en") -> str:
    """The ISO 639-1 code of the language most of `text` is in; `default` when it holds no letters.

    The script decides first. Among languages that share one, common words and letters of their own are counted; a tie goes
    to the language with more speakers of the script here: Russian, English.
    """
    words = [word.lower() for word in _LETTERS.findall(text[:_SAMPLE])]
    scripts = Counter(_script(letter) for word in words for letter in word)
    if not scripts:
        return default
    # Kana decide for Japanese even where Chinese characters outnumber them.
    if scripts["ja"] and scripts["ja"] * 8 >= scripts["zh"]:
        scripts["ja"] += scripts.pop("zh", 0)
    # Names of brands and programs are Latin everywhere: a quarter of another script already says which language this is.
    others = {name: count for name, count in sorted(scripts.items()) if name != "latin"}
    script = max(others, key=lambda name: others[name]) if sum(others.values()) * 4 >= scripts.total() else "latin"
    if script == "cyrillic":
        return _best(words, _CYRILLIC)
    if script == "latin":
        return _best(words, _LATIN)
    return script if script != "other" else default


def _script(letter: str) -> str:
    point = ord(letter)
    if 0x0400 <= point <= 0x052F:
        return "cyrillic"
    if point < 0x0250 or 0x1E00 <= point <= 0x1EFF:
        return "latin"
    return next((language for first, last, language in _SCRIPTS if first <= point <= last), "other")


def _best(words: list[str], languages: tuple[str, ...]) -> str:
    counts = Counter(words)
    letters = Counter(letter for word in words for letter in word)

    def score(language: str) -> int:
        common = sum(counts[word] for word in _WORDS[language])
        return common + sum(letters[mark] for mark in _MARKS.get(language, ""))

    return max(languages, key=score)  # max keeps the first of equals, and the tuples begin with the default
