"""Motion: smooth to a small fraction of a pixel, exact where nothing moves."""

import numpy as np
import pytest

from services.video.frames import Album, Studio, mix
from services.video.motion import MOST, sample, taps, zoom
from services.video.pictures import Picture, planes
from services.video.timeline import schedule
from tests.services.video.material import slide_image


def disc(size: int, oversampled: int) -> np.ndarray:
    """A bright disc off the centre of a dark square, its edge anti-aliased over two samples."""
    fine = size * oversampled
    across = np.hypot(*(np.mgrid[0:fine, 0:fine] - np.array([[[fine * 0.3]], [[fine * 0.62]]])))
    return np.clip((fine * 0.08 - across) * 100 + 118, 20, 220).astype(np.uint8)


def centroid(plane: np.ndarray) -> tuple[float, float]:
    weight = plane.astype(float) - 20
    rows, columns = np.indices(plane.shape)
    return (rows * weight).sum() / weight.sum(), (columns * weight).sum() / weight.sum()


@pytest.mark.parametrize("oversampled", [1, 2])
def test_motion_does_not_shake(oversampled):
    """The sub-pixel centre of a disc follows a smooth curve within 0.05 px rms while the picture grows (zoompan: 0.85)."""
    size, frames = 240, 120
    source, seen = disc(size, oversampled), np.empty((size, size), np.uint8)
    track = []
    for frame in range(frames):
        table = taps(size, 1 + 0.06 * frame / frames, oversampled)
        sample(source, table, table, seen)
        track.append(centroid(seen))
    for axis in np.array(track).T:
        smooth = np.polyval(np.polyfit(np.arange(frames), axis, 2), np.arange(frames))
        assert np.sqrt(np.mean((axis - smooth) ** 2)) <= 0.05
        steps = np.diff(axis)
        assert (np.sign(steps) == np.sign(steps[0])).all()


def test_no_enlargement_gives_the_picture_itself():
    """At 1.0 and without oversampling every sample is its own source, edges included."""
    source = np.random.default_rng(1).integers(16, 235, (36, 64), dtype=np.uint8)
    seen = np.empty_like(source)
    sample(source, taps(36, 1.0), taps(64, 1.0), seen)
    assert (seen == source).all()


def test_sampling_is_the_bilinear_formula():
    """Against the formula in floating point: never more than one level away (two roundings)."""
    source = np.random.default_rng(2).integers(16, 235, (80, 120), dtype=np.uint8)
    seen = np.empty((40, 60), np.uint8)
    rows, columns = taps(40, 1.037, 2), taps(60, 1.037, 2)
    sample(source, rows, columns, seen)
    down, across = rows.fraction[:, None] / 128, columns.fraction[None, :] / 128
    exact = source.astype(float)
    exact = exact[rows.index] * (1 - down) + exact[rows.index + 1] * down
    exact = exact[:, columns.index] * (1 - across) + exact[:, columns.index + 1] * across
    assert np.abs(seen - exact).max() <= 1.01


@pytest.mark.parametrize(
    ("slide", "part", "seconds", "enlarged"),
    [(0, 0.0, 10, 1.0), (0, 1.0, 5, 1.03), (0, 1.0, 100, 1 + MOST), (1, 0.0, 5, 1.03), (1, 1.0, 5, 1.0), (2, 0.5, 5, 1.015)],
)
def test_slides_grow_and_shrink_in_turn(slide, part, seconds, enlarged):
    """By 0.6 % a second and 6 % at most, even slides outwards, odd ones back."""
    assert zoom(slide, part, seconds) == pytest.approx(enlarged)


@pytest.mark.parametrize(("weight", "level"), [(0.0, 20), (0.25, 70), (0.5, 120), (1.0, 220)])
def test_mixing_weighs_both_pictures(weight, level):
    """A cross-fade is a weighted mean, rounded."""
    under, over = np.full((4, 4), 20, np.uint8), np.full((4, 4), 220, np.uint8)
    mix(under, over, weight)
    assert (under == level).all()


def still(number: int) -> Picture:
    return planes(slide_image(number, (64, 48)), (64, 48), 1)


def test_a_film_without_motion_shows_its_slides_sample_for_sample():
    """Only transitions differ from the pictures themselves."""
    timeline = schedule([0.0, 0.5], 1.0, fps=30)
    studio = Studio(timeline, (64, 48), False, Album(still, keep=2))
    for number, seen in enumerate(studio.frames(0, timeline.frames)):
        shots = timeline.shots(number)
        if len(shots) == 1:
            for plane, wanted in zip(seen, still(shots[0].slide).planes, strict=True):
                assert (plane == wanted).all()


def test_frames_do_not_depend_on_where_a_segment_starts():
    """A segment made alone shows what the whole film shows there: lanes cannot be seen."""
    timeline = schedule([0.0, 0.5], 1.0, fps=30)

    def album() -> Album:
        return Album(lambda number: planes(slide_image(number, (64, 48)), (64, 48), 2), keep=2)

    whole = [[plane.copy() for plane in seen] for seen in Studio(timeline, (64, 48), True, album()).frames(0, timeline.frames)]
    part = [[plane.copy() for plane in seen] for seen in Studio(timeline, (64, 48), True, album()).frames(20, 40)]
    assert all((a == b).all() for seen, same in zip(whole[20:40], part, strict=True) for a, b in zip(seen, same, strict=True))


def test_the_album_keeps_only_the_latest_pictures():
    """A film of many slides never holds more than a few of them."""
    asked = []
    album = Album(lambda number: asked.append(number) or still(0), keep=2)
    for number in (0, 1, 0, 2, 0, 1):
        album.picture(number)
    assert asked == [0, 1, 2, 1]
