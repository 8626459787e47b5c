"""The three documents the services hand to each other, and how a narration is divided among slides.

    CreateText         -> Narration   artifact://….json   the sentences, in order
    CreateVoice        -> a WAV, with Timings beside it   when each sentence and word is spoken
    CreateSlidePrompt  -> Slide       artifact://….json   which sentences slide i stands for, and what it says
    CreateSlide        -> a PNG, whose `result.slide` is the Slide it shows

Sentence numbers count from 0 and are the same in all three: that is what keeps a slide and the words spoken over it together.
"""

from itertools import pairwise
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class Document(BaseModel):
    """Readers ignore fields they do not know: documents outlive the version that wrote them."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    v: Literal[1] = 1


class Narration(Document):
    """What will be said. `sentences` are spoken in order; `language` is ISO 639-1 (`en`, `ru`, …)."""

    kind: Literal["narration"] = "narration"
    language: str
    title: str
    sentences: tuple[str, ...] = Field(min_length=1)

    @property
    def text(self) -> str:
        return " ".join(self.sentences)


class Slide(Document):
    """What slide `number` of `of` says, and the sentences it stands for: `first` up to, not including, `end`."""

    kind: Literal["slide"] = "slide"
    number: int = Field(ge=1)
    of: int = Field(ge=1)
    language: str
    heading: str
    points: tuple[str, ...] = ()
    first: int = Field(ge=0)
    end: int = Field(ge=1)


class SpokenWord(Document):
    """One word as the author wrote it, and the seconds at which it starts and ends."""

    text: str
    start: float
    end: float


class SpokenSentence(Document):
    """One sentence of the narration, in seconds from the start of the voice track."""

    text: str
    start: float
    end: float
    words: tuple[SpokenWord, ...] = ()


class Timings(Document):
    """When everything is spoken, and how that is known: `events`, `provider`, `whisper`, `dtw` or `proportional`."""

    kind: Literal["timings"] = "timings"
    timing_source: str
    duration: float
    sentences: tuple[SpokenSentence, ...]


def partition(weights: list[int], parts: int) -> list[tuple[int, int]]:
    """Divide sentences of these weights (characters) into `parts` runs, each non-empty, as evenly as their order allows.

    Returns (first, end) pairs that cover everything in order. Needs `1 <= parts <= len(weights)`. Pure and deterministic:
    the text service (headings) and the video service (slide times) must agree without talking. Each cut goes where the
    running total comes nearest to its even share, while enough sentences are left for the parts after it.
    """
    if not 1 <= parts <= len(weights):
        raise ValueError(f"cannot divide {len(weights)} sentences into {parts} parts")
    totals = [0]
    for weight in weights:
        totals.append(totals[-1] + weight)
    cuts = [0]
    for part in range(1, parts):
        share = totals[-1] * part / parts
        candidates = range(cuts[-1] + 1, len(weights) - (parts - part) + 1)
        cuts.append(min(candidates, key=lambda cut: abs(totals[cut] - share)))
    cuts.append(len(weights))
    return list(pairwise(cuts))
