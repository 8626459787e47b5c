"""RIFF/WAVE as speech servers really send it: sizes of 0 or 0xFFFFFFFF from streams, 8 to 32 bits, floats, one channel or more."""

import struct
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

Samples: TypeAlias = npt.NDArray[np.float32]

_INTEGER, _FLOAT, _EXTENSIBLE = 1, 3, 0xFFFE


class NotWave(ValueError):
    """These bytes are not a WAV file we can read."""


def read_wave(body: bytes) -> tuple[Samples, int]:
    """Samples from -1 to 1, channels averaged, and the rate. Raises NotWave."""
    if body[:4] != b"RIFF" or body[8:12] != b"WAVE":
        raise NotWave("no RIFF/WAVE header")
    layout: tuple[int, int, int, int] | None = None
    at = 12
    while at + 8 <= len(body):
        name, size = struct.unpack_from("<4sI", body, at)
        start, end = at + 8, min(at + 8 + size, len(body))
        if name == b"fmt " and end - start >= 16:
            kind, channels, rate, _, _, bits = struct.unpack_from("<HHIIHH", body, start)
            if kind == _EXTENSIBLE and end - start >= 26:
                kind = struct.unpack_from("<H", body, start + 24)[0]
            layout = (kind, channels, rate, bits)
        elif name == b"data":
            if layout is None:
                raise NotWave("the sound comes before its format")
            # A server that streams does not know the size: 0 and 0xFFFFFFFF mean "to the end".
            return _samples(body[start : end if size else len(body)], *layout), layout[2]
        at = end + (size & 1)
    raise NotWave("it holds no sound")


def _samples(data: bytes, kind: int, channels: int, rate: int, bits: int) -> Samples:
    if not 1 <= channels <= 8 or not 4_000 <= rate <= 192_000:
        raise NotWave(f"{channels} channels at {rate} Hz are not speech")
    width = bits // 8
    data = data[: len(data) - len(data) % max(1, width * channels)]
    if kind == _FLOAT and bits == 32:
        flat: Samples = np.frombuffer(data, "<f4").astype(np.float32)
    elif kind == _INTEGER and bits == 8:
        flat = (np.frombuffer(data, "u1").astype(np.float32) - np.float32(128)) / np.float32(128)
    elif kind == _INTEGER and bits == 16:
        flat = np.frombuffer(data, "<i2").astype(np.float32) / np.float32(32_768)
    elif kind == _INTEGER and bits == 24:
        triples = np.frombuffer(data, "u1").reshape(-1, 3).astype(np.int32)
        whole = triples[:, 0] | triples[:, 1] << 8 | triples[:, 2] << 16
        flat = ((whole ^ 0x800000) - 0x800000).astype(np.float32) / np.float32(8_388_608)
    elif kind == _INTEGER and bits == 32:
        flat = np.frombuffer(data, "<i4").astype(np.float32) / np.float32(2_147_483_648)
    else:
        raise NotWave(f"samples of {bits} bits in format {kind} are not known")
    mono: Samples = np.nan_to_num(flat.reshape(-1, channels).mean(axis=1, dtype=np.float32))
    return mono.clip(-1, 1)
