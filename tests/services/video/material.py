"""What the tests of the video service are made from: slides, voices, timings, all drawn or computed here."""

import io
import math
import struct
import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from processing_service.artifacts.local import LocalStorage
from processing_service.contract.task import Upstream
from services.sdk.narration import Slide, SpokenSentence, Timings
from services.sdk.testing import given
from services.video.speech import spread

COLOURS = ("#c83c31", "#2f6fd0", "#2e9e5b", "#b08a1e", "#7a3fa8", "#3b3b44")


def slide_image(number: int, size: tuple[int, int] = (426, 240)) -> Image.Image:
    """A slide unlike its neighbours: its own colour, and a white block whose place depends on the number."""
    image = Image.new("RGB", size, COLOURS[number % len(COLOURS)])
    width, height = size
    left = width // 8 + number * width // 10
    ImageDraw.Draw(image).rectangle((left, height // 3, left + width // 6, 2 * height // 3), fill="white")
    return image


def png(image: Image.Image) -> bytes:
    held = io.BytesIO()
    image.save(held, "PNG")
    return held.getvalue()


def speech_like(spans: Sequence[tuple[float, float]], seconds: float, rate: int = 48_000, level: float = 0.3) -> np.ndarray:
    """Bursts of a buzzing tone, swelling four times a second as syllables do, with silence between them; from -1 to 1."""
    time = np.arange(round(seconds * rate)) / rate
    buzz = sum(np.sin(2 * math.pi * 140 * harmonic * time) / harmonic for harmonic in range(1, 9))
    sound = level * buzz * (0.55 + 0.45 * np.sin(2 * math.pi * 4 * time))
    spoken = np.zeros_like(time)
    for start, end in spans:
        spoken[(time >= start) & (time < end)] = 1.0
    return np.clip(sound * spoken, -1, 1)


def wav(sound: np.ndarray, rate: int = 48_000, channels: int = 1) -> bytes:
    held = io.BytesIO()
    with wave.open(held, "wb") as file:
        file.setnchannels(channels)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((np.repeat(sound, channels) * 32_767).astype("<i2").tobytes())
    return held.getvalue()


def float_wav(sound: np.ndarray, rate: int) -> bytes:
    data = sound.astype("<f4").tobytes()
    form = struct.pack("<HHIIHH", 3, 1, rate, rate * 4, 4, 32)
    return (
        b"RIFF"
        + struct.pack("<I", 36 + len(data))
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + b"data"
        + struct.pack("<I", len(data))
        + data
    )


def spoken(texts: Sequence[str], spans: Sequence[tuple[float, float]]) -> tuple[SpokenSentence, ...]:
    return tuple(
        SpokenSentence(text=text, start=start, end=end, words=spread(text.split(), start, end))
        for text, (start, end) in zip(texts, spans, strict=True)
    )


class Shelf:
    """Artifacts for one test: puts bytes and documents, hands back upstreams as a claim would."""

    def __init__(self, root: Path) -> None:
        self.storage = LocalStorage(root / "artifacts")
        self.workspace = root / "workspace"
        self.workspace.mkdir()
        self._root = root

    def put(self, data: bytes, extension: str) -> str:
        path = self._root / f"incoming.{extension}"
        path.write_bytes(data)
        return str(self.storage.put(path, extension))

    def path(self, ref: str) -> Path:
        from processing_service.contract.artifact import ArtifactRef

        parsed = ArtifactRef.parse(ref)
        assert parsed is not None
        return self.storage.fetch(parsed)

    def slide(
        self,
        number: int,
        of: int,
        ranges: tuple[int, int] | None = None,
        *,
        size: tuple[int, int] = (426, 240),
        data: bytes | None = None,
    ) -> Upstream:
        result = None
        if ranges is not None:
            slide = Slide(number=number, of=of, language="en", heading=f"Part {number}", first=ranges[0], end=ranges[1])
            result = {"slide": slide.model_dump(mode="json")}
        ref = self.put(data if data is not None else png(slide_image(number - 1, size)), "png")
        return given(id=f"slide-{number}", name="CreateSlide", result_ref=ref, result=result)

    def voice(
        self, data: bytes, sentences: Sequence[SpokenSentence] | None = None, *, language: str = "en", **facts: object
    ) -> Upstream:
        result: dict[str, object] = {"language": language, "provider": "espeak", **facts}
        if sentences is not None:
            timings = Timings(timing_source="events", duration=sentences[-1].end, sentences=tuple(sentences))
            result["timings_ref"] = self.put(timings.model_dump_json().encode(), "json")
        return given(id="voice", name="CreateVoice", result_ref=self.put(data, "wav"), result=result)
