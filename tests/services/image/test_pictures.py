"""Pictures: always the same for the same words, clearly different for different ones."""

import io
import itertools

import numpy as np
import numpy.typing as npt
import pytest
from PIL import Image

from services.image.compositions.canvas import Canvas
from services.image.compositions.catalogue import COMPOSITIONS
from services.image.dice import Dice
from services.image.layout import grid
from services.image.port import SlideSpec
from services.image.providers.pillow import PillowIllustrator, draw_picture
from services.image.resolution import parse_resolution
from services.image.styles import STYLES
from tests.services.image.drawing import spec

HEADINGS = (
    "Почему коты мурлычут",
    "How rockets land",
    "The ocean at night",
    "Незаметные привычки",
    "Three ways to say no",
    "Attention is all you need",
    "Η ιστορία της Αθήνας",
    "История кофе",
    "Why we forget",
    "Тишина",
    "Small steps",
    "Большие числа",
)


def _hidden(heading: str, style: str) -> npt.NDArray[np.float32]:
    """The picture alone, as small as a thumbnail, so that only what the eye compares is compared."""
    what = SlideSpec(heading, (), 1, 3, style, parse_resolution("640x360"))
    chosen = STYLES[style]
    palette = Dice(style, heading).pick(chosen.palettes)
    layout = grid(what.frame, chosen.framing)
    image = draw_picture(layout, chosen, palette, what, (heading,))
    area = (round(layout.art.left), round(layout.art.top), round(layout.art.right), round(layout.art.bottom))
    return np.asarray(image.crop(area).resize((24, 24), Image.Resampling.BOX), dtype=np.float32)


@pytest.mark.parametrize("style", STYLES)
def test_different_words_give_different_pictures(style: str) -> None:
    """With the text hidden, no two of a dozen prompts look alike: 12 levels of 255 apart on average, at thumbnail size."""
    pictures = {heading: _hidden(heading, style) for heading in HEADINGS}
    for first, second in itertools.combinations(HEADINGS, 2):
        distance = float(np.abs(pictures[first] - pictures[second]).mean())
        assert distance > 12, (first, second)


@pytest.mark.parametrize("style", STYLES)
def test_the_same_words_give_the_same_bytes(style: str) -> None:
    """Drawn twice by two illustrators."""
    what = spec("ru", style=style, frame="640x360")
    assert PillowIllustrator().draw(what).png == PillowIllustrator().draw(what).png


@pytest.mark.parametrize("name", COMPOSITIONS)
def test_every_composition_fills_every_shape_of_panel(name: str) -> None:
    """Tall, wide and square, in each palette of the default style: a picture, not one flat colour."""
    for palette in STYLES["modern-flat"].palettes[:3]:
        for width, height in ((120, 140), (320, 110), (120, 120)):
            canvas = Canvas(width, height, palette)
            COMPOSITIONS[name](canvas, Dice(name, palette.name))
            image = canvas.finished()
            assert image.size == (width, height)
            assert float(np.asarray(image, dtype=np.float32).std()) > 8


@pytest.mark.parametrize("style", STYLES)
def test_a_slide_of_full_hd_stays_small(style: str) -> None:
    """A megabyte at most, and it opens again."""
    drawing = PillowIllustrator().draw(spec("en", style=style, frame="1920x1080"))
    assert len(drawing.png) < 1_000_000
    Image.open(io.BytesIO(drawing.png)).verify()


def test_dice_fall_the_same_for_ever() -> None:
    """Pinned values: a slide drawn years ago can be drawn again."""
    dice = Dice("modern-flat", "Почему коты мурлычут")
    assert [dice.whole(0, 999) for _ in range(4)] == [661, 294, 241, 809]
