"""Films made end to end by the real ffmpeg, and read back by PyAV, which knows nothing of our own probe."""

import json
import re
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from processing_service.contract.errors import BadInput
from services.sdk.testing import perform
from services.video.operations import OPERATIONS
from services.video.pictures import planes
from tests.services.video.material import Shelf, float_wav, slide_image, speech_like, spoken, wav

SPANS = [(0.1, 1.7), (2.0, 3.4), (3.9, 5.2), (5.4, 6.6)]
RUSSIAN = [
    "Кошки живут рядом с человеком.",
    "Они пришли к амбарам сами: там мыши.",
    "Люди заметили пользу.",
    "Так & <появился> союз {двух} видов.",
]
SECONDS = 6.9


class Film:
    """A film that was made, opened by PyAV."""

    def __init__(self, shelf: Shelf, slides, voice, params=None):
        self.progress: list[tuple[float, str]] = []
        self.shelf = shelf
        self.outcome = perform(
            OPERATIONS["CreateVideoFromSlides"],
            shelf.storage,
            shelf.workspace,
            name="CreateVideoFromSlides",
            params=params,
            fields={"slide_ids": [slide.id for slide in slides], "voice_track_id": "voice"},
            inputs={upstream.id: upstream for upstream in (*slides, voice)},
            progress=self.progress,
        )
        self.result = self.outcome.result
        self.path: Path = shelf.path(self.outcome.result_ref)

    def luma(self) -> np.ndarray:
        """The luma of every frame."""
        with av.open(str(self.path)) as file:
            return np.stack([frame.to_ndarray(format="gray") for frame in file.decode(video=0)])

    def sound(self) -> np.ndarray:
        """The left channel."""
        with av.open(str(self.path)) as file:
            return np.concatenate([frame.to_ndarray()[0] for frame in file.decode(audio=0)])


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Three slides over four Russian sentences, with a second of motion each, at 426x240."""
    shelf = Shelf(tmp_path_factory.mktemp("film"))
    slides = [shelf.slide(1, 3, (0, 1)), shelf.slide(2, 3, (1, 3)), shelf.slide(3, 3, (3, 4))]
    voice = shelf.voice(wav(speech_like(SPANS, SECONDS)), spoken(RUSSIAN, SPANS), language="ru")
    return Film(shelf, slides, voice)


def test_the_streams_are_what_players_take(film):
    """H.264 High yuv420p at level 4.2 or below, BT.709 tags, AAC-LC 48 kHz stereo, one text track in Russian."""
    with av.open(str(film.path)) as file:
        video, audio, text = file.streams.video[0], file.streams.audio[0], file.streams.subtitles[0]
        assert len(file.streams) == 3
        coding = video.codec_context
        assert (coding.name, coding.profile, coding.pix_fmt, coding.width, coding.height) == (
            "h264",
            "High",
            "yuv420p",
            426,
            240,
        )
        frame = next(file.decode(video=0))
        assert (frame.colorspace, frame.color_primaries, frame.color_trc, frame.color_range) == (1, 1, 1, 1)
        assert not frame.interlaced_frame
        assert (audio.codec_context.name, audio.codec_context.profile) == ("aac", "LC")
        assert (audio.codec_context.sample_rate, audio.codec_context.layout.name) == (48_000, "stereo")
        assert (text.codec_context.name, text.language) == ("mov_text", "rus")
    assert film.result["checks"]["level"] <= 42


def test_every_frame_lasts_exactly_one_thirtieth_of_a_second(film):
    """As planned: 0.3 s before, the voice, 0.8 s after; a keyframe every 60 frames; nothing lost where segments meet."""
    frames = 9 + 207 + 24
    with av.open(str(film.path)) as file:
        assert file.streams.video[0].average_rate == 30
        assert [frame.pts * frame.time_base for frame in file.decode(video=0)] == [
            Fraction(number, 30) for number in range(frames)
        ]
    with av.open(str(film.path)) as file:
        packets = [packet for packet in file.demux(video=0) if packet.pts is not None]
        keys = [packet.pts * packet.time_base * 30 for packet in packets if packet.is_keyframe]
    assert keys == list(range(0, frames, 60))
    assert film.result["duration"] == pytest.approx(frames / 30, abs=0.001)


def test_sound_and_picture_are_equally_long(film):
    """Within a frame, so that nothing drifts; what is decoded beyond is the encoder's padding."""
    with av.open(str(film.path)) as file:
        lengths = [float(stream.duration * stream.time_base) for stream in (*file.streams.video, *file.streams.audio)]
    assert lengths == pytest.approx([film.result["duration"]] * 2, abs=1 / 30)


def test_the_index_comes_before_the_media(film):
    """A browser can start before it has all of the file."""
    data = film.path.read_bytes()
    assert 0 < data.index(b"moov") < data.index(b"mdat")


def test_slides_change_on_the_very_frame_of_their_sentence(film):
    """Decoded frames are compared with the slides; inside a transition, with the frames on both sides of it.

    The share of the new slide in a mixed frame is the least-squares weight between those two: it passes one half exactly at
    the planned frame, rises all the way, and is 0 or 1 more than 150 ms away.
    """
    slides = [planes(slide_image(number), (426, 240), 1).luma.astype(float) for number in range(3)]
    luma = film.luma().astype(float)
    changes = [round((0.3 + start) * 30) for start in (2.0, 5.4)]
    for slide, change in enumerate(changes, start=1):
        before, after = luma[change - 6], luma[change + 6]
        for number, seen in ((slide - 1, before), (slide, after)):
            assert int(np.argmin([np.abs(seen - each).mean() for each in slides])) == number
        across = after - before
        weights = [float(((frame - before) * across).sum() / (across**2).sum()) for frame in luma[change - 6 : change + 7]]
        assert weights[5] < 0.5 < weights[6]
        assert weights[:2] == pytest.approx([0, 0], abs=0.03)
        assert weights[-3:] == pytest.approx([1, 1, 1], abs=0.03)
        assert weights[2:10] == sorted(weights[2:10])
    assert [(slide["start"], slide["end"]) for slide in film.result["slides"]] == [
        (0.0, pytest.approx(changes[0] / 30, abs=0.001)),
        (pytest.approx(changes[0] / 30, abs=0.001), pytest.approx(changes[1] / 30, abs=0.001)),
        (pytest.approx(changes[1] / 30, abs=0.001), 8.0),
    ]


def test_the_picture_is_always_gently_moving(film):
    """No frozen second: frames half a second apart differ, and frames next to each other hardly do outside transitions."""
    luma = film.luma().astype(float)
    steps = np.abs(luma[15:] - luma[:-15]).mean(axis=(1, 2))
    assert steps.min() > 0.02
    still = [number for number in range(len(luma) - 1) if all(abs(number - change) > 6 for change in (69, 171))]
    assert max(np.abs(luma[number + 1] - luma[number]).mean() for number in still) < 4


def test_the_voice_starts_after_the_lead_in_and_stays_in_time(film):
    """Silence before the first word and after the last; the bursts stand where the narration has them, to 20 ms."""
    sound = np.abs(film.sound())
    loud = np.convolve(sound, np.ones(480) / 480, "same") > 0.02
    edges = np.flatnonzero(np.diff(loud.astype(int)) == 1) / 48_000
    for start, _ in SPANS:
        assert np.abs(edges - (start + 0.3)).min() <= 0.020
    assert edges[0] >= 0.3
    assert not loud[: int(0.35 * 48_000)].any()


def test_the_sound_is_as_loud_as_speech_should_be(film):
    """-16 LUFS within half a unit, true peak at most -1.5 dBTP, in the file itself; and nothing clips."""
    assert film.result["loudness_lufs"] == pytest.approx(-16.0, abs=0.5)
    assert film.result["true_peak_dbtp"] <= -1.5
    assert np.abs(film.sound()).max() <= 10 ** (-1.5 / 20)


def test_captions_say_the_narration_in_both_places(film):
    """WebVTT beside the film and the soft track inside hold the same cues, word for word."""
    sidecar = film.shelf.path(film.result["captions_ref"]).read_text(encoding="utf-8")
    assert sidecar.startswith("WEBVTT\n\n1\n00:00:00.400 --> ")
    assert "Так &amp; &lt;появился&gt; союз {двух} видов." in sidecar
    with av.open(str(film.path)) as file:
        # A sample of a text track is a 16-bit length and the text; an empty one clears the screen.
        samples = [
            (float(packet.pts * packet.time_base), bytes(packet)[2:].decode())
            for packet in file.demux(subtitles=0)
            if packet.size
        ]
    inside = [(start, text) for start, text in samples if text]
    assert " ".join(" ".join(text.split()) for _, text in inside) == " ".join(RUSSIAN)
    clocks = re.findall(r"00:00:(\d\d\.\d{3}) -->", sidecar)
    assert [start for start, _ in inside] == pytest.approx([float(clock) for clock in clocks], abs=0.002)


def test_the_poster_is_the_first_slide(film):
    """A JPEG of the film's size."""
    with Image.open(film.shelf.path(film.result["poster_ref"])) as poster:
        assert (poster.format, poster.size) == ("JPEG", (426, 240))
        assert np.abs(np.asarray(poster, dtype=float) - np.asarray(slide_image(0), dtype=float)).mean() < 3


def test_the_result_names_the_slides_and_stays_small(film):
    """What a person or a program wants to know, as plain JSON far below 64 KB."""
    assert [slide["heading"] for slide in film.result["slides"]] == ["Part 1", "Part 2", "Part 3"]
    assert film.result["bytes"] == film.path.stat().st_size
    assert (film.result["width"], film.result["height"], film.result["fps"]) == (426, 240, 30)
    assert len(json.dumps(film.result, allow_nan=False)) < 4_000


def test_progress_only_grows_and_counts_frames(film):
    """From reading to storing, never backwards, never above 100."""
    percents = [percent for percent, _ in film.progress]
    assert percents == sorted(percents)
    assert (percents[0], percents[-1]) == (1, 98)
    assert "frame 240 of 240" in [message for _, message in film.progress]


def test_the_same_inputs_give_the_same_bytes(tmp_path):
    """A repeated task stores nothing new: the film, its captions and its poster have the same digests."""
    made = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        shelf = Shelf(tmp_path / name)
        slides = [shelf.slide(1, 2), shelf.slide(2, 2)]
        film = Film(shelf, slides, shelf.voice(wav(speech_like([(0, 1)], 1.2)), spoken(["Один два."], [(0, 1)])))
        made.append((film.outcome.result_ref, film.result["captions_ref"], film.result["poster_ref"]))
    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("sound", "rate", "params"),
    [
        (speech_like([(0.0, 0.15)], 0.2), 48_000, {}),
        (np.zeros(48_000), 48_000, {}),
        (speech_like([(0.1, 0.9)], 1.0, level=0.002), 48_000, {}),
        (speech_like([(0.1, 0.9)], 1.0, 22_050, level=2.0), 22_050, {"fps": 25, "motion": "none", "transition": "cut"}),
    ],
    ids=["a click", "silence", "a whisper", "clipping, 22 kHz, 25 fps, nothing moves"],
)
def test_odd_voices_still_become_films(tmp_path, sound, rate, params):
    """A foreign WAV in floats, very short, silent, faint or clipped: a checked film, one slide, no captions."""
    shelf = Shelf(tmp_path)
    film = Film(shelf, [shelf.slide(1, 1)], shelf.voice(float_wav(sound, rate), language="", provider="mine"), params)
    frames = film.result["checks"]["frames"]
    assert len(film.luma()) == frames
    assert film.result["captions_ref"] is None
    assert (film.result["loudness_lufs"] is None) == (not sound.any())
    with av.open(str(film.path)) as file:
        assert len(file.streams) == 2
        assert file.streams.video[0].average_rate == params.get("fps", 30)


def test_many_slides_over_few_words_are_all_seen(tmp_path):
    """Nine slides over one second, some shorter than a transition, of differing shapes: each has its moment."""
    shelf = Shelf(tmp_path)
    slides = [shelf.slide(number, 9, size=(426, 240) if number % 2 else (300, 300)) for number in range(1, 10)]
    film = Film(shelf, slides, shelf.voice(wav(speech_like([(0, 1)], 1.0)), spoken(["One two three."], [(0, 1)])))
    starts = [slide["start"] for slide in film.result["slides"]]
    assert starts == sorted(set(starts))
    assert len(film.luma()) == 9 + 30 + 24


def test_a_slide_that_cannot_be_read_stops_the_film(tmp_path):
    """The third slide is cut off in the middle: bad input that names it, and no process is left running."""
    shelf = Shelf(tmp_path)
    whole = shelf.path(shelf.slide(3, 3).result_ref).read_bytes()
    slides = [shelf.slide(1, 3), shelf.slide(2, 3), shelf.slide(3, 3, data=whole[:400])]
    voice = shelf.voice(wav(speech_like([(0, 3)], 3.0)), spoken(["One two three."], [(0, 3)]))
    with pytest.raises(BadInput, match="slide 3 is damaged") as raised:
        Film(shelf, slides, voice)
    assert raised.value.code == "media-invalid"
