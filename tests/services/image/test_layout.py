"""Slides as they are seen: what stands where, and whether it can be read."""

from dataclasses import replace
from typing import TypeVar

import numpy as np
import pytest
from PIL import Image

from services.image.colour import TEXT_CONTRAST, contrast
from services.image.layout import Mark, Run
from services.image.providers.pillow import draw_text
from services.image.styles import STYLES
from tests.services.image.drawing import FRAMES, TEXTS, drawn, laid_out, picture, spec

STYLE_NAMES = tuple(STYLES)
Item = TypeVar("Item", Run, Mark)


def _white(items: tuple[Item, ...]) -> tuple[Item, ...]:
    return tuple(replace(item, colour=255) for item in items)  # type: ignore[arg-type]  # one channel is enough to measure


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("style", ["modern-flat", "editorial"])  # midnight sets its text as modern-flat does
def test_text_keeps_inside_the_safe_box(text: str, style: str, frame: str) -> None:
    """Whatever its language and length: measured on the text alone, drawn on black."""
    what = spec(text, style=style, frame=frame)
    layout = laid_out(what, STYLES[style].palettes[0])
    alone = Image.new("L", (what.frame.width, what.frame.height), 0)
    draw_text(alone, replace(layout, runs=_white(layout.runs), marks=_white(layout.marks)))
    rows, columns = np.nonzero(np.asarray(alone) > 20)  # fainter than a twelfth is the softness of the edge
    safe, captions = layout.grid.safe, layout.grid.captions
    # The edge of a letter or bar that begins between two pixels shows in both.
    assert columns.min() >= safe.left - 1.5
    assert columns.max() <= safe.right + 1
    assert rows.min() >= safe.top - 1.5
    assert rows.max() <= min(safe.bottom, captions.top) + 1
    assert layout.heading


@pytest.mark.parametrize("frame", ["640x360", "450x800", "540x540"])
@pytest.mark.parametrize("style", STYLE_NAMES)
def test_the_caption_band_holds_nothing_but_the_ground(style: str, frame: str) -> None:
    """Captions will stand there: one colour from edge to edge."""
    for text in ("en", "one word", "huge"):
        what = spec(text, style=style, frame=frame)
        band = laid_out(what, STYLES[style].palettes[0]).grid.captions
        pixels = drawn(what)[int(band.top) + 1 : int(band.bottom)]
        assert len(np.unique(pixels.reshape(-1, 3), axis=0)) == 1


@pytest.mark.parametrize("frame", ["640x360", "450x800", "540x540"])
@pytest.mark.parametrize("style", STYLE_NAMES)
def test_text_contrasts_with_every_pixel_behind_it(style: str, frame: str) -> None:
    """Measured on the picture without text, under each line, in each palette."""
    for text in ("en", "ru", "long"):
        what = spec(text, style=style, frame=frame)
        for palette in STYLES[style].palettes:
            layout = laid_out(what, palette)
            behind = np.asarray(picture(what, palette, layout))
            for run in layout.runs:
                right = run.x + run.face.width(run.text, run.tracking) * run.size
                area = behind[
                    int(run.baseline - run.size) : int(run.baseline + run.size * 0.3) + 1, int(run.x) : int(right) + 1
                ]
                for colour in np.unique(area.reshape(-1, 3), axis=0):
                    red, green, blue = (int(value) for value in colour)
                    assert contrast(run.colour, (red, green, blue)) >= TEXT_CONTRAST


@pytest.mark.parametrize("frame", ["640x360", "450x800", "540x540"])
def test_a_short_heading_is_larger_than_a_long_one(frame: str) -> None:
    """Size follows length, and the heading always leads the points."""
    palette = STYLES["modern-flat"].palettes[0]
    sizes = {}
    for text in ("one word", "ru", "long"):
        layout = laid_out(spec(text, frame=frame), palette)
        sizes[text] = max(run.size for run in layout.runs)
        points = [run.size for run in layout.runs if run.face.name == "Inter-Medium"]
        assert all(sizes[text] > 1.2 * size for size in points)
    assert sizes["one word"] >= sizes["ru"] > sizes["long"]


def test_a_heading_that_cannot_fit_ends_in_an_ellipsis() -> None:
    """After a whole word; its points are given up first."""
    layout = laid_out(spec("huge"), STYLES["modern-flat"].palettes[0])
    assert layout.points == 0
    assert layout.heading[-1].endswith("…")
    words = TEXTS["huge"][0].replace(",", "").split()
    assert layout.heading[-1].rstrip("…").split()[-1].rstrip(",") in words


@pytest.mark.parametrize("text", ["en", "ru", "el"])
@pytest.mark.parametrize("frame", ["640x360", "450x800", "540x540"])
def test_an_ordinary_slide_shows_all_of_it(text: str, frame: str) -> None:
    """A heading of a few words and two or three points fit in every orientation."""
    for style in STYLE_NAMES:
        layout = laid_out(spec(text, style=style, frame=frame), STYLES[style].palettes[0])
        assert layout.points == len(TEXTS[text][1])
        assert " ".join(layout.heading) == TEXTS[text][0]
