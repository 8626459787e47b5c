"""What a voice provider does for the voice service: say sentences one by one, and say where the words are."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from services.voice.voices import Voice


@dataclass(frozen=True, slots=True)
class Piece:
    """One spoken sentence: how many samples of the sound it has, and the second at which each of its words starts.

    `starts` has one entry per word of `words.written_words(sentence)`, counted from the sentence's first sample.
    """

    samples: int
    starts: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Speech:
    """Sentences one after the other without pauses: mono, 16 bit, little endian, `rate` samples a second.

    The sound is a file, not memory: an hour of it is 160 MB. `timing_source` says how the words' times are known.
    """

    sound: Path
    rate: int
    pieces: tuple[Piece, ...]
    timing_source: str


class VoiceProvider(Protocol):
    """The port. Raises `TaskError`s that say whether trying again can help."""

    def speak(self, sentences: Sequence[str], voice: Voice, language: str, speed: float, workspace: Path) -> Speech:
        """Say every sentence; one with nothing to say becomes a piece of no samples. `speed` 1.0 is a calm narrator."""
        ...
