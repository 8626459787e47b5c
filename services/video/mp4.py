"""What an MP4 file says of itself, read from its boxes (ISO/IEC 14496-12, -14, -15). Pure: bytes in, facts out.

The wheel that brings ffmpeg brings no ffprobe, and its log is written for people; the boxes are what players obey.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts"})
_HEADER_LIMIT = 64 * 1024 * 1024  # bytes of `moov`; two hours of film need about 5 MB


@dataclass(frozen=True, slots=True)
class VideoEntry:
    """How a picture track is coded: `profile` 100 is High, `level` 42 is 4.2, `chroma` 1 is 4:2:0."""

    width: int
    height: int
    profile: int = 0
    level: int = 0
    chroma: int = 0
    depth: int = 0
    colour: tuple[int, int, int, bool] | None = None
    """Primaries, transfer, matrix (1 is BT.709), and whether the range is full."""


@dataclass(frozen=True, slots=True)
class AudioEntry:
    """How a sound track is coded; `object_type` 2 is AAC Low Complexity."""

    channels: int
    rate: int
    object_type: int = 0


@dataclass(frozen=True, slots=True)
class Track:
    """One track. `kind` is its handler: `vide`, `soun`, `sbtl` or `text`. Durations are in units of `timescale`."""

    kind: str
    codec: str
    language: str
    timescale: int
    duration: int
    deltas: tuple[tuple[int, int], ...]
    """(count, duration) of its samples: one pair with one duration is a constant frame rate."""
    keyframes: tuple[int, ...]
    """Numbers, from 1, of the samples that decode alone; empty when all do."""
    seconds: float
    """What is presented of it: the edit list, where there is one, leaves out what an encoder put before and after."""
    video: VideoEntry | None = None
    audio: AudioEntry | None = None

    @property
    def samples(self) -> int:
        return sum(count for count, _ in self.deltas)


@dataclass(frozen=True, slots=True)
class Movie:
    """A file: its boxes in order, its tracks in order."""

    order: tuple[str, ...]
    tracks: tuple[Track, ...]

    def tracks_of(self, *kinds: str) -> list[Track]:
        return [track for track in self.tracks if track.kind in kinds]


def read_movie(path: Path) -> Movie:
    """Read the boxes of a file. Raises ValueError when it is not a whole MP4."""
    order: list[str] = []
    header = b""
    size = path.stat().st_size
    with path.open("rb") as file:
        position = 0
        while position < size:
            file.seek(position)
            head = file.read(16)
            try:
                length, name, body = _box_header(head, size - position)
            except struct.error as error:
                raise ValueError("the file is cut off inside the header of a box") from error
            if position + length > size or length < body:
                raise ValueError(f"the file is cut off inside its {name!r} box")
            order.append(name.decode("latin-1"))
            if name == b"moov":
                if length > _HEADER_LIMIT:
                    raise ValueError("the moov box is too large")
                file.seek(position + body)
                header = file.read(length - body)
            position += length
    if not header:
        raise ValueError("the file has no moov box")
    try:
        clock = _clock(next(body for name, body in _boxes(header) if name == b"mvhd"))
        tracks = tuple(_track(body, clock) for name, body in _boxes(header) if name == b"trak")
    except (struct.error, IndexError, KeyError, StopIteration) as error:
        raise ValueError(f"the moov box is damaged: {error!r}") from error
    return Movie(tuple(order), tracks)


def _box_header(data: bytes, remaining: int) -> tuple[int, bytes, int]:
    """(length with header, name, length of the header): 32-bit sizes, 64-bit ones (1), and "to the end of the file" (0)."""
    length, name = struct.unpack(">I4s", data[:8])
    if length == 1:
        return struct.unpack(">Q", data[8:16])[0], name, 16
    return (remaining if length == 0 else length), name, 8


def _boxes(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    position = 0
    while position + 8 <= len(data):
        length, name, body = _box_header(data[position : position + 16], len(data) - position)
        if length < body:
            raise ValueError(f"the {name!r} box has an impossible length")
        yield name, data[position + body : position + length]
        position += length


def _flat(data: bytes) -> dict[bytes, bytes]:
    """The boxes below, containers opened, by name; names are unique inside one track."""
    found: dict[bytes, bytes] = {}
    for name, body in _boxes(data):
        found.update(_flat(body) if name in _CONTAINERS else {name: body})
    return found


def _clock(mvhd: bytes) -> int:
    """Units a second of the film as a whole, which edit lists count in."""
    (units,) = struct.unpack_from(">I", mvhd, 20 if mvhd[0] == 1 else 12)
    return int(units)


def _presented(edits: bytes, clock: int) -> float | None:
    """Seconds that an edit list presents: its entries but the empty ones, whose media time is -1."""
    wide = edits[0] == 1
    rows = _table(edits, ">QqI" if wide else ">IiI")
    lengths = [length for length, start, _ in rows if start >= 0]
    return sum(lengths) / clock if lengths else None


def _track(data: bytes, clock: int) -> Track:
    boxes = _flat(data)
    wide = boxes[b"mdhd"][0] == 1
    timescale, duration, language = struct.unpack_from(">IQH" if wide else ">IIH", boxes[b"mdhd"], 20 if wide else 12)
    kind = boxes[b"hdlr"][8:12].decode("latin-1")
    codec, entry = next(_boxes(boxes[b"stsd"][8:]))
    return Track(
        kind=kind,
        codec=codec.decode("latin-1"),
        # Three letters of five bits each, counted from 0x60.
        language="".join(chr(0x60 + (language >> shift & 0x1F)) for shift in (10, 5, 0)),
        timescale=timescale,
        duration=duration,
        deltas=tuple((count, delta) for count, delta in _table(boxes[b"stts"], ">II")),
        seconds=(_presented(boxes[b"elst"], clock) if b"elst" in boxes else None) or duration / timescale,
        keyframes=tuple(number for (number,) in _table(boxes.get(b"stss", bytes(8)), ">I")),
        video=_video(entry) if kind == "vide" else None,
        audio=_audio(entry) if kind == "soun" else None,
    )


def _table(body: bytes, row: str) -> Iterator[tuple[int, ...]]:
    (count,) = struct.unpack_from(">I", body, 4)
    size = struct.calcsize(row)
    return struct.iter_unpack(row, body[8 : 8 + count * size])


def _video(entry: bytes) -> VideoEntry:
    """From a visual sample entry (78 bytes, then boxes): the avcC record and the colour tags."""
    width, height = struct.unpack_from(">HH", entry, 24)
    inner = dict(_boxes(entry[78:]))
    colour = None
    if inner.get(b"colr", b"")[:4] == b"nclx":
        primaries, transfer, matrix, full = struct.unpack_from(">HHHB", inner[b"colr"], 4)
        colour = (primaries, transfer, matrix, bool(full & 0x80))
    if (record := inner.get(b"avcC")) is None:
        return VideoEntry(width, height, colour=colour)
    position = 6
    for _ in range(record[5] & 0x1F):
        position += 2 + struct.unpack_from(">H", record, position)[0]
    pictures, position = record[position], position + 1
    for _ in range(pictures):
        position += 2 + struct.unpack_from(">H", record, position)[0]
    # Profiles from High up say their chroma format and depth after the parameter sets.
    chroma, depth = (record[position] & 3, 8 + (record[position + 1] & 7)) if len(record) >= position + 2 else (0, 0)
    return VideoEntry(width, height, record[1], record[3], chroma, depth, colour)


def _audio(entry: bytes) -> AudioEntry:
    """From an audio sample entry (28 bytes, then boxes): channels, rate, and the AAC object type inside esds."""
    (channels,) = struct.unpack_from(">H", entry, 16)
    (rate,) = struct.unpack_from(">I", entry, 24)
    record = dict(_boxes(entry[28:])).get(b"esds")
    return AudioEntry(channels, rate >> 16, _object_type(record[4:]) if record else 0)


def _object_type(record: bytes) -> int:
    """The first five bits of the decoder's own configuration: ES (3) holds DecoderConfig (4) holds DecoderSpecificInfo (5)."""
    position = 0
    for tag, fixed in ((3, 3), (4, 13), (5, 0)):
        if record[position] != tag:
            return 0
        position += 1
        # The length takes as many bytes as have their highest bit set, and one more.
        while record[position] & 0x80:
            position += 1
        position += 1 + fixed
    return record[position] >> 3
