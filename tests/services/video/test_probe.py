"""The verdict over a finished film: green on a good one, and each check seen red once."""

from dataclasses import replace

import pytest

from processing_service.contract.errors import TaskError
from services.video.loudness import Loudness
from services.video.mp4 import AudioEntry, Movie, Track, VideoEntry, read_movie
from services.video.probe import Plan, checks, verdict
from services.video.timeline import schedule

TIMELINE = schedule([0.0], 4.0, fps=30)
FRAMES = TIMELINE.frames
PLAN = Plan(TIMELINE, (640, 360), "eng", 2)
VIDEO = VideoEntry(640, 360, 100, 30, 1, 8, (1, 1, 1, False))
PICTURE = Track("vide", "avc1", "eng", 15_360, FRAMES * 512, ((FRAMES, 512),), (1, 61, 121), FRAMES / 30, video=VIDEO)
SOUND = Track("soun", "mp4a", "eng", 48_000, 1, ((1, 1024),), (), FRAMES / 30, audio=AudioEntry(2, 48_000, 2))
TEXT = Track("sbtl", "tx3g", "eng", 1_000, 1, ((4, 1),), (), 4.0)
GOOD = Movie(("ftyp", "moov", "mdat"), (PICTURE, SOUND, TEXT))
HEARD = Loudness(-16.2, -2.0)


def failed(movie, heard=HEARD, plan=PLAN, *, levelled=True):
    return {check.name for check in checks(movie, heard, plan, levelled=levelled) if not check.passed}


def with_picture(**changes):
    return replace(GOOD, tracks=(replace(PICTURE, **changes), SOUND, TEXT))


def with_video(**changes):
    return with_picture(video=replace(VIDEO, **changes))


def with_sound(**changes):
    return replace(GOOD, tracks=(PICTURE, replace(SOUND, **changes), TEXT))


def test_a_good_film_passes():
    """Its facts come back by name."""
    facts = verdict(checks(GOOD, HEARD, PLAN, levelled=True))
    assert facts["frames"] == FRAMES
    assert facts["loudness"] == -16.2


@pytest.mark.parametrize(
    ("movie", "names"),
    [
        (replace(GOOD, order=("ftyp", "mdat", "moov")), {"faststart"}),
        (replace(GOOD, tracks=(PICTURE, SOUND)), {"streams"}),
        (replace(GOOD, tracks=(SOUND, PICTURE, TEXT)), {"streams"}),
        (with_picture(deltas=((FRAMES - 1, 512),)), {"frames"}),
        (with_picture(deltas=((FRAMES - 1, 512), (1, 600))), {"constant_rate"}),
        (with_picture(keyframes=(1, 61)), {"keyframes"}),
        (with_picture(keyframes=(2, 61, 121)), {"keyframes"}),
        (with_picture(seconds=FRAMES / 30 + 0.05), {"duration"}),
        (with_video(width=642), {"resolution"}),
        (with_video(profile=77), {"profile"}),
        (with_video(chroma=3), {"profile"}),
        (with_video(level=51), {"level"}),
        (with_video(colour=None), {"colour"}),
        (with_video(colour=(1, 1, 1, True)), {"colour"}),
        (with_sound(audio=AudioEntry(2, 44_100, 2)), {"sound"}),
        (with_sound(audio=AudioEntry(1, 48_000, 2)), {"sound"}),
        (with_sound(audio=AudioEntry(2, 48_000, 5)), {"sound"}),
        (with_sound(seconds=FRAMES / 30 - 0.05), {"sound_duration"}),
        (replace(GOOD, tracks=(PICTURE, SOUND, replace(TEXT, language="und"))), {"captions"}),
        (replace(GOOD, tracks=(PICTURE, SOUND, replace(TEXT, deltas=((1, 1),)))), {"captions"}),
    ],
)
def test_each_fault_is_named(movie, names):
    """One fault, one failed check."""
    assert failed(movie) == names


@pytest.mark.parametrize(
    ("heard", "levelled", "names"),
    [
        (Loudness(-17.0, -2.0), True, {"loudness"}),
        (Loudness(-15.4, -2.0), True, {"loudness"}),
        (Loudness(-16.0, -1.2), True, {"true_peak"}),
        (Loudness(float("-inf"), float("-inf")), False, set()),
    ],
)
def test_sound_is_judged_by_what_was_heard(heard, levelled, names):
    """Silence cannot be levelled and is not a fault."""
    assert failed(GOOD, heard, levelled=levelled) == names


def test_a_failed_check_says_what_was_found_and_wanted():
    """In one sentence, with a stable code, as an internal error: the service is at fault, not the input."""
    with pytest.raises(TaskError, match="level: found 51, wanted at most 42") as raised:
        verdict(checks(with_video(level=51), HEARD, PLAN, levelled=True))
    assert (raised.value.code, raised.value.kind) == ("film-check", "internal")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"abc",
        b"\0\0\0\x10ftypisom",
        b"\0\0\0\x08moov\0\0\0\x08mdat",
        b"\0\0\0\x04ftyp",
        b"\0\0\0\x14moov\0\0\0\xfftrak\0\0\0\0",
    ],
    ids=["empty", "short", "cut off", "empty moov", "impossible length", "cut off inside"],
)
def test_what_is_no_film_is_an_error(tmp_path, data):
    """Damaged boxes raise, they are never half believed."""
    path = tmp_path / "film.mp4"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"file|box"):
        read_movie(path)
