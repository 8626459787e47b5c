"""A document as a person would read it aloud: markup gone, headings known, paragraphs whole."""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum

from services.sdk.sentences import count_words, split_sentences

_FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
_FENCE = re.compile(r"^ {0,3}(```+|~~~+)[^\n]*\n.*?(?:^ {0,3}\1[^\n]*$|\Z)", re.DOTALL | re.MULTILINE)
_HIDDEN = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z][^<>\n]{0,300}>")
_IMAGE = re.compile(r"!\[[^\]\n]*\](?:\([^)\n]*\)|\[[^\]\n]*\])")
_LINK = re.compile(r"\[([^\]\n]+)\](?:\([^)\n]*\)|\[[^\]\n]*\])")
_REFERENCE = re.compile(r"^ {0,3}\[[^\]\n]+\]:\s+\S+.*$", re.MULTILINE)
_FOOTNOTE = re.compile(r"\[\^?[\d\w]{1,3}\]")
_URL = re.compile(r"\(?\b(?:https?://|www\.)[^\s<>«»\"]+[^\s<>«»\".,;:!?)]\)?")
_CODE = re.compile(r"`([^`\n]+)`")
_STRONG = re.compile(r"(?<!\w)(\*{1,3}|_{1,3}|~~)(?=\S)([^\n]+?)(?<=\S)\1(?!\w)")
_HEADING = re.compile(r"^ {0,3}#{1,6}\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"^ {0,3}(=+|-+)\s*$")
_ITEM = re.compile(r"^\s*(?:[-*+•]|\d{1,3}[.)])\s+(?=\S)")
_RULE = re.compile(r"^\s*([-*_=~]\s*){3,}$")
_TABLE = re.compile(r"^\s*\|.*\||^[\s|:+-]+\|[\s|:+-]*$")
_EMOJI = re.compile("[\U0001f000-\U0001faff\u2600-\u27bf\u2b00-\u2bff\ufe0f\u200d\u20e3\U000e0020-\U000e007f]")
_TERMINAL = re.compile(r"[.!?…。！？:;][»”’\"')\]]*$")
_HEADING_WORDS = 9


class _Kind(Enum):
    PROSE = "prose"
    HEADING = "heading"
    ITEM = "item"


@dataclass(frozen=True, slots=True)
class Sentence:
    """One sentence of the article, and where it stands: `paragraph` and its `place` in that paragraph count from 0.

    `listed` marks an item of a list: it rarely makes a whole thought by itself.
    """

    text: str
    paragraph: int
    place: int
    listed: bool = False


@dataclass(frozen=True, slots=True)
class Article:
    """`title` is the document's own first heading, or empty."""

    title: str
    sentences: tuple[Sentence, ...]

    @property
    def words(self) -> int:
        return sum(count_words(sentence.text) for sentence in self.sentences)


def plain(text: str) -> str:
    """Printable text: NFC, controls and bidirectional marks to blanks, emoji out (nobody can say them), line breaks kept."""
    text = unicodedata.normalize("NFC", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = re.sub("[\u2028\u2029\u0085\u000b\u000c]", "\n", text)
    text = _EMOJI.sub(" ", text)
    kept = (character if character == "\n" or unicodedata.category(character)[0] != "C" else " " for character in text)
    return "".join(kept)


def read_article(source: str) -> Article:
    """Take the markup off Markdown, HTML-ish or plain text and split what is left into sentences.

    Code, tables, images, addresses and footnote marks are dropped; links and emphasis leave their words; a heading becomes the
    title or is skipped, never spoken; a list item is a paragraph of its own.
    """
    text = plain(_without_blocks(source))
    title = ""
    kept: list[Sentence] = []
    paragraphs = _paragraphs(text)
    for number, (kind, paragraph) in enumerate(paragraphs):
        if kind is _Kind.HEADING:
            title = title or ("" if kept else paragraph)
            continue
        for place, sentence in enumerate(split_sentences(paragraph)):
            if any(character.isalnum() for character in sentence):
                kept.append(Sentence(sentence, number, place, kind is _Kind.ITEM))
    if not kept:  # nothing but headings: they are the text
        kept = [Sentence(paragraph, number, 0) for number, (_, paragraph) in enumerate(paragraphs)]
    return Article(title, tuple(kept))


def _without_blocks(source: str) -> str:
    text = source.replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    text = _FRONT_MATTER.sub("", text)
    text = _FENCE.sub("\n", text)
    text = _HIDDEN.sub(" ", text)
    return _REFERENCE.sub("", text)


def _inline(line: str) -> str:
    line = _IMAGE.sub(" ", line)
    line = _LINK.sub(r"\1", line)
    line = _FOOTNOTE.sub("", line)
    line = _TAG.sub(" ", line)
    line = _URL.sub(" ", line)
    line = _CODE.sub(r"\1", line)
    for _ in range(2):  # emphasis inside emphasis
        line = _STRONG.sub(r"\2", line)
    line = re.sub(r"\\([\\`*_{}\[\]()#+.!~-])", r"\1", line)
    line = re.sub(r"\s+", " ", line)
    return re.sub(r" ([.,;:!?…])(?=\s|$)", r"\1", line).strip()


def _paragraphs(text: str) -> list[tuple[_Kind, str]]:
    """(what it is, its text) in document order, hard-wrapped lines joined."""
    blocks: list[tuple[_Kind, list[str]]] = []
    lines = [re.sub(r"^(?:\s*>)+ ?", "", line) for line in text.split("\n")]
    fresh = True
    for line in lines:
        heading = _HEADING.match(line)
        if not line.strip() or _TABLE.match(line):
            fresh = True
        elif heading:
            blocks.append((_Kind.HEADING, [_inline(heading[1])]))
            fresh = True
        elif _UNDERLINE.match(line) and not fresh and len(blocks[-1][1]) == 1:
            blocks[-1] = (_Kind.HEADING, blocks[-1][1])
            fresh = True
        elif _RULE.match(line):
            fresh = True
        elif _ITEM.match(line):
            blocks.append((_Kind.ITEM, [_inline(_ITEM.sub("", line, count=1))]))
            fresh = False
        elif fresh:
            blocks.append((_Kind.PROSE, [_inline(line)]))
            fresh = False
        else:
            blocks[-1][1].append(_inline(line))
    joined = [(kind, " ".join(filter(None, parts)).strip()) for kind, parts in blocks]
    joined = [(kind, paragraph) for kind, paragraph in joined if any(c.isalnum() for c in paragraph)]
    prose = sum(bool(_TERMINAL.search(paragraph)) for _, paragraph in joined)
    return [(_Kind.HEADING if _bare_heading(paragraph, prose) else kind, paragraph) for kind, paragraph in joined]


def _bare_heading(paragraph: str, prose: int) -> bool:
    """In plain text a short line of its own without a full stop is a heading, where the rest is prose."""
    return prose > 0 and not _TERMINAL.search(paragraph) and count_words(paragraph) <= _HEADING_WORDS
