"""What several tests of the image service need: a slide drawn, its parts apart."""

import io
from pathlib import Path

import numpy as np
import numpy.typing as npt
from PIL import Image

from processing_service.artifacts.local import LocalStorage
from processing_service.contract.artifact import ArtifactRef
from services.image.layout import Layout, compose
from services.image.operations import create_slide
from services.image.port import SlideSpec
from services.image.providers.pillow import PillowIllustrator, draw_picture
from services.image.resolution import parse_resolution
from services.image.styles import STYLES, Palette, Style
from services.sdk.operation import Outcome
from services.sdk.testing import given, perform

FRAMES = ("640x360", "450x800", "540x540", "640x480", "320x180", "800x334")

Pixels = npt.NDArray[np.uint8]

TEXTS: dict[str, tuple[str, tuple[str, ...]]] = {
    "en": ("The ocean makes half of the oxygen we breathe", ("Plankton does most of the work", "Currents carry heat")),
    "ru": ("Почему коты мурлычут", ("Звук рождается в гортани", "Частота от 25 до 150 герц", "Это успокаивает")),
    "el": ("Η ιστορία της Αθήνας", ("Η Ακρόπολη και ο Παρθενώνας", "Η γέννηση της δημοκρατίας")),
    "one word": ("Кофе", ()),
    "long word": ("Достопримечательности Санкт-Петербурга", ("Эрмитаж", "Исаакиевский собор", "Мосты", "Кронштадт")),
    "unbroken": ("X" * 300, ("y" * 200,)),
    "huge": ("Очень длинный заголовок, который не может поместиться " * 200, ("пункт " * 40,) * 4),
    "long": (
        "Как устроен реактивный двигатель и почему он работает даже там, где совсем нет воздуха и опереться не на что",
        ("Топливо и окислитель летят вместе с ракетой", "Струя толкает корабль вперёд", "Так сказал Ньютон в 1687 году"),
    ),
    "dashes": ("/—–-" * 60 + " — — — , . word", ("-" * 80, "a/b" * 40)),
    "tall letters": ("ÅÄÖ ЁЙ Ύ: Çğşǫ — Щуцъ", ("ÅÄÖ ЁЙ",)),
}


def spec(text: str = "en", *, style: str = "modern-flat", frame: str = "1280x720", film: str = "") -> SlideSpec:
    heading, points = TEXTS[text]
    return SlideSpec(heading, points, 2, 5, style, parse_resolution(frame), film)


def drawn(what: SlideSpec) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(PillowIllustrator().draw(what).png)).convert("RGB"))


def laid_out(what: SlideSpec, palette: Palette) -> Layout:
    style = STYLES[what.style]
    return compose(style, style.typography[0], palette, what.frame, heading=what.heading, points=what.points, label="2 / 5")


def picture(what: SlideSpec, palette: Palette, layout: Layout) -> Image.Image:
    """The slide with its text hidden."""
    style: Style = STYLES[what.style]
    return draw_picture(layout.grid, style, palette, what, (what.heading, *what.points))


def create(folder: Path, slide: object, *, storage: LocalStorage | None = None, prompt: str = "", **params: object) -> Outcome:
    """Perform CreateSlide on a slide prompt that left `slide` as its result."""
    workspace = folder / "work"
    workspace.mkdir(exist_ok=True)
    fields = {"slide_prompt_id": "p"} | ({"prompt": prompt} if prompt else {})
    inputs = {"p": given(id="p", name="CreateSlidePrompt", result=slide)}
    where = storage or LocalStorage(folder / "artifacts")
    return perform(create_slide, where, workspace, name="CreateSlide", fields=fields, inputs=inputs, params=params)


def opened(folder: Path, outcome: Outcome) -> Image.Image:
    assert outcome.result_ref is not None
    ref = ArtifactRef.parse(outcome.result_ref)
    assert ref is not None
    with Image.open(LocalStorage(folder / "artifacts").fetch(ref)) as image:
        image.load()
        return image
