"""The voice track: sentences trimmed, resampled to 48 kHz, set apart by pauses, and the times of everything to the sample."""

import re
import wave
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import soxr

from services.sdk.narration import SpokenSentence, SpokenWord, Timings
from services.voice.port import Piece, Speech
from services.voice.wav import Samples
from services.voice.words import written_words

RATE = 48_000
_LEAD, _TAIL = 0.20, 0.45  # seconds of silence before and after everything
_SILENT_SENTENCE = 0.5  # seconds for a sentence with nothing to say
_QUIET = 10 ** (-48 / 20)  # of full scale: below this a synthesiser's margin is silence
_MARGIN = (0.012, 0.040)  # seconds kept before the first and after the last sound: plosives start soft, vowels fade
_FADE = 0.004  # seconds: a cut inside a noise floor must not click
_GAIN = 10 ** (-2 / 20)  # resampling overshoots full scale by up to 1 dB; 2 dB of room keeps every peak below it
_CEILING = 0.985


def write_track(
    sentences: Sequence[str],
    speech: Speech,
    path: Path,
    *,
    speed: float,
    on_progress: Callable[[float], None] = lambda share: None,
) -> Timings:
    """Write a 48 kHz mono 16-bit WAV and return when everything is spoken in it.

    One sentence is in memory at a time. A sentence starts and ends with its sound; what is between two is their pause.
    """
    spoken: list[SpokenSentence] = []
    with wave.open(str(path), "wb") as track, speech.sound.open("rb") as sound:
        track.setnchannels(1)
        track.setsampwidth(2)
        track.setframerate(RATE)
        at = _silence(track, _LEAD)
        for number, (sentence, piece) in enumerate(zip(sentences, speech.pieces, strict=True)):
            raw = np.frombuffer(sound.read(piece.samples * 2), "<i2").astype(np.float32) / np.float32(32_768)
            first, end = _sounding(raw, speech.rate)
            start = at
            if end > first:
                samples = _finish(raw[first:end], speech.rate)
                track.writeframesraw((samples * 32_767).astype("<i2").tobytes())
                at += samples.size
            else:
                at += _silence(track, _SILENT_SENTENCE / speed)
            spoken.append(_timed(sentence, piece, start, at, first / speech.rate))
            last = number == len(speech.pieces) - 1
            at += _silence(track, _TAIL if last else pause_after(sentence) / speed)
            on_progress((number + 1) / len(speech.pieces))
    return Timings(timing_source=speech.timing_source, duration=at / RATE, sentences=tuple(spoken))


def pause_after(sentence: str) -> float:
    """Seconds of silence a reader leaves after this: longest after an ellipsis, shortest where a sentence goes on."""
    tail = re.sub(r"[»”’\"')\]\s]+$", "", sentence)
    if tail.endswith(("…", "...")):
        return 0.45
    if tail.endswith(("?", "!", "？", "！")):
        return 0.38
    if tail.endswith((".", "。")):
        return 0.33
    if tail.endswith((",", ";", ":", "—", "–")):
        return 0.16
    return 0.08 if sentence[-1:].isalnum() else 0.25


def _silence(track: wave.Wave_write, seconds: float) -> int:
    samples = round(seconds * RATE)
    track.writeframesraw(bytes(2 * samples))
    return samples


def _sounding(raw: Samples, rate: int) -> tuple[int, int]:
    """(first, end) of what can be heard, with its margins; (0, 0) for silence."""
    loud = np.flatnonzero(np.abs(raw) > _QUIET)
    if not loud.size:
        return 0, 0
    return max(0, int(loud[0]) - int(_MARGIN[0] * rate)), min(raw.size, int(loud[-1]) + 1 + int(_MARGIN[1] * rate))


def _finish(raw: Samples, rate: int) -> Samples:
    samples = soxr.resample(raw, rate, RATE, quality="HQ") if rate != RATE else raw.copy()
    samples *= _GAIN
    fade = min(int(_FADE * RATE), samples.size // 2)
    if fade:
        ramp = np.linspace(0, 1, fade, dtype=np.float32)
        samples[:fade] *= ramp
        samples[-fade:] *= ramp[::-1]
    clipped: Samples = np.clip(samples, -_CEILING, _CEILING)
    return clipped


def _timed(sentence: str, piece: Piece, start: int, end: int, trimmed: float) -> SpokenSentence:
    """The sentence on the track's clock, in milliseconds' precision; its words follow each other without gaps."""
    first, last = start / RATE, end / RATE
    words = written_words(sentence)
    begins = [min(last, max(first, first + second - trimmed)) for second in piece.starts] if piece.samples else []
    ends = [*begins[1:], last]
    return SpokenSentence(
        text=sentence,
        start=_seconds(first),
        end=_seconds(last),
        words=tuple(
            SpokenWord(text=text, start=_seconds(begin), end=_seconds(finish))
            for (text, _, _), begin, finish in zip(words, begins, ends, strict=False)
        ),
    )


def _seconds(value: float) -> float:
    """Five decimals: 10 microseconds, half a sample at 48 kHz."""
    return round(value, 5)
