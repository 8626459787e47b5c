"""WAV files as servers send them."""

import io
import struct
import wave

import numpy as np
import pytest

from services.voice.wav import NotWave, read_wave


def made(width: int = 2, channels: int = 1, rate: int = 24_000, frames: int = 1_000) -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(width)
        file.setframerate(rate)
        tone = np.sin(np.arange(frames) / 10) * 0.5
        whole = np.repeat((tone * (2 ** (8 * width - 1) - 1)).astype("<i4"), channels)
        if width == 1:
            file.writeframes((whole + 128).astype("u1").tobytes())
        else:
            file.writeframes(b"".join(struct.pack("<i", int(value))[:width] for value in whole))
    return out.getvalue()


@pytest.mark.parametrize("width", [1, 2, 3, 4])
@pytest.mark.parametrize("channels", [1, 2])
def test_usual_widths_and_channels_are_read(width: int, channels: int) -> None:
    """The tone comes back, whatever it was packed in."""
    samples, rate = read_wave(made(width, channels))
    assert rate == 24_000
    assert samples.size == 1_000
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.01)


@pytest.mark.parametrize("size", [0, 0xFFFFFFFF, 0x7FFFFFFF])
def test_the_size_of_a_stream_is_not_believed(size: int) -> None:
    """OpenAI streams: the size field is a placeholder, the sound goes to the end."""
    body = bytearray(made())
    at = body.find(b"data") + 4
    body[at : at + 4] = struct.pack("<I", size)
    assert read_wave(bytes(body))[0].size == 1_000


@pytest.mark.parametrize(
    "body", [b"", b"ID3\x04mp3", b"RIFF\0\0\0\0WAVE", made()[:30], b"RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd", made(rate=1)]
)
def test_anything_else_is_not_a_wave(body: bytes) -> None:
    """MP3, truncated, without a format, absurd."""
    with pytest.raises(NotWave):
        read_wave(body)


def test_floats_that_are_not_numbers_are_silence() -> None:
    """NaN and infinity do not reach the film."""
    data = struct.pack("<4f", float("nan"), float("inf"), 0.25, -2.0)
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 0, b"WAVE", b"fmt ", 16, 3, 1, 24_000, 96_000, 4, 32)
    samples, _ = read_wave(head + struct.pack("<4sI", b"data", len(data)) + data)
    assert samples.tolist() == [0.0, 1.0, 0.25, -1.0]
