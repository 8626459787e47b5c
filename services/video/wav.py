"""The header of a WAV file: how it is sampled and how long it lasts. Pure; nothing is trusted that the file itself contradicts."""

import struct
from dataclasses import dataclass
from pathlib import Path

from processing_service.contract.errors import BadInput

_PCM, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE
_STREAMED = (0, 0xFFFFFFFF)  # what writers put where they cannot go back to fill the size in


@dataclass(frozen=True, slots=True)
class Wav:
    """A voice track: its sampling, and its length in samples per channel."""

    rate: int
    channels: int
    bits: int
    samples: int

    @property
    def seconds(self) -> float:
        return self.samples / self.rate


def read_wav(path: Path) -> Wav:
    """What the header says, checked against the size of the file. Raises BadInput (`media-type`, `media-invalid`)."""
    size = path.stat().st_size
    with path.open("rb") as file:
        head = file.read(12)
        if head[:4] not in {b"RIFF", b"RF64"} or head[8:12] != b"WAVE":
            raise BadInput("the voice track is not a WAV file; convert it to 48 kHz WAV", code="media-type")
        form: tuple[int, int, int, int] | None = None
        while len(chunk := file.read(8)) == 8:
            name, length = chunk[:4], struct.unpack("<I", chunk[4:])[0]
            if name == b"data":
                if form is None:
                    break
                rest = size - file.tell()
                return _checked(form, rest if length in _STREAMED else min(length, rest))
            if name == b"fmt ":
                form = _form(file.read(length))
                file.seek(length % 2, 1)
            else:
                file.seek(length + length % 2, 1)
    raise BadInput("the voice track is a damaged WAV file: it holds no sound", code="media-invalid")


def _form(body: bytes) -> tuple[int, int, int, int]:
    """(encoding, channels, rate, bits) of a `fmt ` chunk; the extensible form keeps its encoding in its subformat."""
    if len(body) < 16:
        raise BadInput("the voice track is a damaged WAV file: its format is cut off", code="media-invalid")
    encoding, channels, rate, _, _, bits = struct.unpack("<HHIIHH", body[:16])
    if encoding == _EXTENSIBLE and len(body) >= 26:
        encoding = struct.unpack("<H", body[24:26])[0]
    return encoding, channels, rate, bits


def _checked(form: tuple[int, int, int, int], data: int) -> Wav:
    encoding, channels, rate, bits = form
    known = (encoding == _PCM and bits in {8, 16, 24, 32}) or (encoding == _FLOAT and bits in {32, 64})
    if not known or not 1 <= channels <= 8 or not 8_000 <= rate <= 192_000:
        raise BadInput(
            "the voice track is a WAV of an unusual kind; give PCM of 16 or 24 bits, 1 or 2 channels, 8 to 192 kHz",
            code="media-type",
        )
    return Wav(rate, channels, bits, data // (channels * bits // 8))
