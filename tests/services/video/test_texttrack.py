"""The caption track inside a film."""

import av
import pytest

from services.video.captions import Cue
from services.video.mp4 import read_movie
from services.video.texttrack import text_track

CUES = [
    Cue(0.3, 1.5, ("two", "lines")),
    Cue(1.5667, 2.5, ("{\\an8} <i>{c:red}</i> \\N & %{pts} ':\\",)),
    Cue(2.5, 4.0, ("Кошки 🐈 — ёж",)),
]


def test_text_arrives_byte_for_byte_and_on_time(tmp_path):
    """Read back by PyAV: what looks like markup is text, emoji survive, gaps clear the screen."""
    path = tmp_path / "captions.mp4"
    path.write_bytes(text_track(CUES, 5.0))
    with av.open(str(path)) as file:
        stream = file.streams.subtitles[0]
        assert stream.codec_context.name == "mov_text"
        found = [(packet.pts, packet.duration, bytes(packet)[2:].decode()) for packet in file.demux(stream) if packet.size]
    assert found == [
        (0, 300, ""),
        (300, 1200, "two\nlines"),
        (1500, 67, ""),
        (1567, 933, CUES[1].lines[0]),
        (2500, 1500, CUES[2].lines[0]),
        (4000, 1000, ""),
    ]


@pytest.mark.parametrize(("cues", "samples"), [(CUES[:1], 3), ([Cue(0.0, 5.0, ("all",))], 1)])
def test_the_track_is_as_long_as_the_film(tmp_path, cues, samples):
    """Whether or not a cue stands at its start or end."""
    path = tmp_path / "captions.mp4"
    path.write_bytes(text_track(cues, 5.0))
    (track,) = read_movie(path).tracks
    assert (track.kind, track.codec, track.samples, track.seconds) == ("sbtl", "tx3g", samples, 5.0)
