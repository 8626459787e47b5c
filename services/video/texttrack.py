"""Captions as a 3GPP Timed Text track (3GPP TS 26.245, `tx3g`) in a small MP4 of its own, to be copied into a film. Pure.

Written here and not by ffmpeg, whose way from WebVTT leads through ASS markup: braces and backslashes come out as something
else there, and what is said must be shown as it is.
"""

import struct
from collections.abc import Sequence

from services.video.captions import Cue

_CLOCK = 1_000  # units a second; WebVTT counts milliseconds too
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)


def text_track(cues: Sequence[Cue], seconds: float) -> bytes:
    """An MP4 that holds nothing but these cues, for a film of this length. Needs rising cues that do not overlap."""
    samples = _samples(cues, round(seconds * _CLOCK))
    body = b"".join(text for _, text in samples)
    ftyp = _box(b"ftyp", b"isom\0\0\x02\0isommp41")
    # The index must name the place of the text, and its own length does not depend on it: written twice.
    moov = _moov(samples, 0)
    return ftyp + _moov(samples, len(ftyp) + len(moov) + 8) + _box(b"mdat", body)


def _samples(cues: Sequence[Cue], end: int) -> list[tuple[int, bytes]]:
    """(duration, bytes) without a gap: an empty text clears the screen between cues."""
    samples: list[tuple[int, bytes]] = []
    clock = 0
    for cue in cues:
        start, stop = round(cue.start * _CLOCK), round(cue.end * _CLOCK)
        if start > clock:
            samples.append((start - clock, _text("")))
        samples.append((stop - max(start, clock), _text("\n".join(cue.lines))))
        clock = stop
    if end > clock:
        samples.append((end - clock, _text("")))
    return samples


def _text(text: str) -> bytes:
    """A sample: the length of its UTF-8 in 16 bits, and the UTF-8."""
    data = text.encode("utf-8")
    return struct.pack(">H", len(data)) + data


def _moov(samples: Sequence[tuple[int, bytes]], offset: int) -> bytes:
    length = sum(duration for duration, _ in samples)
    mvhd = struct.pack(">IIIIIIH10x", 0, 0, 0, _CLOCK, length, 0x10000, 0x100) + _MATRIX + struct.pack(">24xI", 2)
    tkhd = struct.pack(">IIIIII8xhhhH", 3, 0, 0, 1, 0, length, 0, 0, 0, 0) + _MATRIX + struct.pack(">II", 0, 0)
    mdhd = struct.pack(">IIIIIHH", 0, 0, 0, _CLOCK, length, 0x55C4, 0)  # 0x55C4 is "und"; the film's track says better
    hdlr = struct.pack(">II4s12x", 0, 0, b"sbtl") + b"\0"
    dref = struct.pack(">II", 0, 1) + _box(b"url ", struct.pack(">I", 1))
    stbl = b"".join(
        (
            _box(b"stsd", struct.pack(">II", 0, 1) + _box(b"tx3g", _entry())),
            _box(b"stts", struct.pack(">II", 0, len(samples)) + b"".join(struct.pack(">II", 1, each) for each, _ in samples)),
            _box(b"stsc", struct.pack(">IIIII", 0, 1, 1, len(samples), 1)),
            _box(
                b"stsz", struct.pack(">III", 0, 0, len(samples)) + b"".join(struct.pack(">I", len(text)) for _, text in samples)
            ),
            _box(b"stco", struct.pack(">III", 0, 1, offset)),
        )
    )
    minf = _box(b"nmhd", bytes(4)) + _box(b"dinf", _box(b"dref", dref)) + _box(b"stbl", stbl)
    mdia = _box(b"mdhd", mdhd) + _box(b"hdlr", hdlr) + _box(b"minf", minf)
    return _box(b"moov", _box(b"mvhd", mvhd) + _box(b"trak", _box(b"tkhd", tkhd) + _box(b"mdia", mdia)))


def _entry() -> bytes:
    """How the text looks where a player does not decide itself: centred at the bottom, white, sans-serif."""
    head = struct.pack(">6xH", 1)
    place = struct.pack(">Ibb4x8x", 0, 1, -1)
    style = struct.pack(">HHHBB4B", 0, 0, 1, 0, 18, 255, 255, 255, 255)
    fonts = _box(b"ftab", struct.pack(">HHB", 1, 1, 10) + b"Sans-Serif")
    return head + place + style + fonts


def _box(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I4s", 8 + len(body), name) + body
