"""The offline illustrator: slides designed in code and drawn with Pillow. No network, no key, no model."""

import io

import numpy as np
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from services.image.colour import RGB
from services.image.compositions.catalogue import paint
from services.image.dice import Dice
from services.image.faces import face
from services.image.glyphs import Settable, settable
from services.image.layout import Box, Grid, Layout, Mark, Run, compose
from services.image.motifs import motif_of
from services.image.port import Drawing, SlideSpec
from services.image.styles import Palette, Style, Typography, find_style

SUPERSAMPLING = 2


class PillowIllustrator:
    """Implements `port.Illustrator`. Everything that varies is drawn from the SHA-256 of the slide's own words."""

    def draw(self, spec: SlideSpec) -> Drawing:
        style = find_style(spec.style)
        typography, heading, points = _set(style, (spec.heading, *spec.points))
        words = (heading.text, *(point.text for point in points))
        palette = Dice(style.name, spec.film or "\n".join(words)).pick(style.palettes)
        label = f"{spec.number} / {spec.of}" if spec.number and spec.of and spec.of > 1 else ""
        shown = [text for text in words if text]
        layout = compose(
            style, typography, palette, spec.frame, heading=shown[0] if shown else "", points=tuple(shown[1:]), label=label
        )
        image = draw_picture(layout.grid, style, palette, spec, words)
        draw_text(image, layout)
        missing = dict.fromkeys(name for part in (heading, *points) for name in part.missing)
        return Drawing(_png(image), tuple(missing))


def _set(style: Style, texts: tuple[str, ...]) -> tuple[Typography, Settable, list[Settable]]:
    """The texts as they can be set, in the first family of the style that has every letter. Raises BadInput when none has."""
    for typography in style.typography:
        faces = {face(typography.heading), face(typography.text)}
        if all(font.covers(character) for font in faces for text in texts for character in text if character.isalnum()):
            break
    faces = {face(typography.heading), face(typography.text)}
    done = [settable(text, lambda character: all(font.covers(character) for font in faces), typography.name) for text in texts]
    return typography, done[0], done[1:]


def draw_picture(grid: Grid, style: Style, palette: Palette, spec: SlideSpec, words: tuple[str, ...]) -> Image.Image:
    """The slide without its text: the ground, and a picture that follows from the words."""
    image = Image.new("RGB", (spec.frame.width, spec.frame.height), palette.ground)
    motif = motif_of((spec.heading, *spec.points))
    seed = (style.name, *words)
    _frame_in(image, paint(_size(grid.art), palette, style.framing, motif, Dice(*seed)), grid.art, style, palette)
    if grid.foot is not None:
        foot = paint(_size(grid.foot), palette, style.framing, None, Dice(*seed, "foot"), quiet=True)
        image.paste(foot, (round(grid.foot.left), round(grid.foot.top)))
    return image


def _frame_in(image: Image.Image, art: Image.Image, box: Box, style: Style, palette: Palette) -> None:
    place = (round(box.left), round(box.top))
    if style.framing == "plate":
        image.paste(art, place)
    elif style.framing == "bleed":
        image.paste(art, place, _corner(art.size, round(0.09 * min(art.size)), beside=box.left > 0))
    else:
        faded = np.asarray(art, dtype=np.float32)
        ground = np.array(palette.ground, dtype=np.float32)
        mask = _fade(art.size, beside=box.left > 0)[..., None]
        mixed = ground + (faded - ground) * mask
        # One level of noise keeps the long dark fades from showing bands once the film is encoded.
        grain = np.random.RandomState(7).uniform(-0.75, 0.75, mixed.shape[:2])[..., None]  # this generator is frozen for ever
        noisy = np.clip(np.rint(mixed + grain * (mask > 0.002)), 0, 255).astype(np.uint8)
        image.paste(Image.fromarray(noisy), place)


def _corner(size: tuple[int, int], radius: int, *, beside: bool) -> Image.Image:
    """A mask with one round corner, the one that looks at the text."""
    width, height = size
    mask = Image.new("L", size, 255)
    quarter = Image.new("L", (radius * 4, radius * 4), 0)
    ImageDraw.Draw(quarter).pieslice((0, -radius * 4, radius * 8, radius * 4), 90, 180, fill=255)
    corner = quarter.resize((radius, radius), Image.Resampling.LANCZOS)
    if beside:
        mask.paste(corner, (0, height - radius))
    else:
        mask.paste(corner.transpose(Image.Transpose.FLIP_LEFT_RIGHT), (width - radius, height - radius))
    return mask


def _fade(size: tuple[int, int], *, beside: bool) -> np.ndarray:
    """How much of the picture shows at each pixel: all of it in the middle, none at the text and at the caption band."""
    width, height = size

    def smooth(values: np.ndarray) -> np.ndarray:
        clipped = np.clip(values, 0, 1)
        return np.asarray(clipped * clipped * (3 - 2 * clipped))

    across = np.linspace(0, 1, width, dtype=np.float32)
    down = np.linspace(0, 1, height, dtype=np.float32)
    foot = smooth((1 - down) / 0.34)
    if beside:
        return np.asarray(smooth((across - 0.25) / 0.17)[None, :] * foot[:, None])
    return np.asarray(np.ones_like(across)[None, :] * smooth((1 - down - 0.04) / 0.5)[:, None])


def draw_text(image: Image.Image, layout: Layout) -> None:
    """Set the runs and marks of a layout on an image. Each colour is one mask, drawn larger and reduced."""
    colours: dict[RGB, list[Run | Mark]] = {}
    items: tuple[Run | Mark, ...] = (*layout.marks, *layout.runs)
    for item in items:
        colours.setdefault(item.colour, []).append(item)
    box = layout.grid.text
    margin = round(24 * layout.grid.unit) + 2
    left, top = round(box.left) - margin, round(box.top) - margin
    width, height = round(box.width) + 2 * margin, round(box.height) + 2 * margin
    for colour, alike in colours.items():
        mask = Image.new("L", (width * SUPERSAMPLING, height * SUPERSAMPLING), 0)
        pen = ImageDraw.Draw(mask)
        for item in alike:
            if isinstance(item, Run):
                _set_run(pen, item, left, top)
            else:
                corners = (item.box.left - left, item.box.top - top, item.box.right - left, item.box.bottom - top)
                x0, y0, x1, y1 = (value * SUPERSAMPLING for value in corners)
                pen.rounded_rectangle((x0, y0, max(x0, x1 - 1), max(y0, y1 - 1)), item.radius * SUPERSAMPLING, fill=255)
        image.paste(colour, (left, top), mask.resize((width, height), Image.Resampling.LANCZOS))


def _set_run(pen: ImageDraw.ImageDraw, run: Run, left: int, top: int) -> None:
    """Letter by letter, at positions from the font's own tables: kerning and tracking are the same on every machine."""
    size = run.size * SUPERSAMPLING
    font = ImageFont.truetype(str(run.face.path), size, layout_engine=ImageFont.Layout.BASIC)
    baseline = (run.baseline - top) * SUPERSAMPLING
    for character, position in zip(run.text, run.face.positions(run.text, run.tracking), strict=False):
        if not character.isspace():
            pen.text(((run.x - left) * SUPERSAMPLING + position * size, baseline), character, font=font, fill=255, anchor="ls")


def _size(box: Box) -> tuple[int, int]:
    return round(box.right) - round(box.left), round(box.bottom) - round(box.top)


def _png(image: Image.Image) -> bytes:
    """PNG with an sRGB chunk (perceptual intent), as W3C PNG section 11.3.2.5 has it."""
    info = PngInfo()
    info.add(b"sRGB", b"\x00")
    buffer = io.BytesIO()
    image.save(buffer, "PNG", pnginfo=info, compress_level=7)
    return buffer.getvalue()
