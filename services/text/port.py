"""What a text provider does for the text service: write what will be said, and say what stands on a slide."""

from dataclasses import dataclass
from typing import Protocol

from services.sdk.narration import Narration


@dataclass(frozen=True, slots=True)
class NarrationRequest:
    """A wish for a narration.

    `text` is a source the narration must keep to, or empty; `slides` the number of units it needs at least, None when nobody
    said; `words` its length in spoken words; `model` and `language` are wishes, empty when nobody said.
    """

    prompt: str
    text: str = ""
    slides: int | None = None
    words: int | None = None
    language: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class HeadlineRequest:
    """A wish for the words of slide `number` (from 1): its part of the narration, in the company of all parts."""

    prompt: str
    parts: tuple[tuple[str, ...], ...]
    number: int
    language: str
    title: str = ""
    model: str = ""

    @property
    def part(self) -> tuple[str, ...]:
        return self.parts[self.number - 1]


@dataclass(frozen=True, slots=True)
class Headline:
    """What a slide says: a heading of a few words, and up to four short points."""

    heading: str
    points: tuple[str, ...]


class TextProvider(Protocol):
    """The port. Both methods raise `TaskError`s that say whether trying again can help."""

    def narrate(self, request: NarrationRequest) -> Narration:
        """Write the narration, with at least `request.slides` sentences when that is given."""
        ...

    def headline(self, request: HeadlineRequest) -> Headline:
        """Name the part of the narration that a slide stands for, in words of that part."""
        ...
