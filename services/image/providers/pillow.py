"""The offline illustrator: slides designed in code and drawn with Pillow. No network, no key, no model."""

import io
from typing import TypeAlias

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageDraw, ImageFont
from PIL.PngImagePlugin import PngInfo

from services.image.colour import RGB
from services.image.compositions.catalogue import night, paint
from services.image.dice import Dice
from services.image.faces import face
from services.image.glyphs import Settable, settable
from services.image.layout import Box, Grid, Layout, Mark, Run, compose
from services.image.motifs import motif_of
from services.image.port import Drawing, SlideSpec
from services.image.styles import Palette, Style, Typography, find_style

SUPERSAMPLING = 2
_STRIP = 256  # rows

Mask: TypeAlias = npt.NDArray[np.float32]


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
    colours = night(palette) if style.framing == "glow" else palette
    art = paint(_size(grid.art), colours, motif=motif, focus=grid.focus, seed=seed)
    _frame_in(image, art, grid.art, style, palette)
    if grid.foot is not None:
        foot = paint(_size(grid.foot), colours, motif=motif, focus=grid.focus, seed=seed, foot=True)
        _frame_in(image, foot, grid.foot, style, palette)
    return image


def _frame_in(image: Image.Image, art: Image.Image, box: Box, style: Style, palette: Palette) -> None:
    """Put a picture where it belongs, with the edge its style gives it."""
    left, top = round(box.left), round(box.top)
    if style.framing == "plate":
        image.paste(art, (left, top))
    elif style.framing == "bleed":
        image.paste(art, (left, top), _rounded(art.size, round(0.09 * min(art.size)), _text_corner(left, top)))
    else:
        _fade_in(image, art, left, top, palette)


def _fade_in(image: Image.Image, art: Image.Image, left: int, top: int, palette: Palette) -> None:
    """Let a picture come out of the ground; in strips, so that a frame of 4K does not need half a gigabyte."""
    ground = np.array(palette.ground, dtype=np.float32)
    fade = _fade(art.size, beside=left > 0, below=top > 0)
    grain = np.random.RandomState(7)  # this generator is frozen for ever
    for start in range(0, art.height, _STRIP):
        strip = art.crop((0, start, art.width, min(start + _STRIP, art.height)))
        mask = fade[start : start + _STRIP, :, None]
        mixed = ground + (np.asarray(strip, dtype=np.float32) - ground) * mask
        # One level of noise keeps the long dark fades from showing bands once the film is encoded.
        mixed += grain.uniform(-0.75, 0.75, mask.shape).astype(np.float32) * (mask > 0.002)
        image.paste(Image.fromarray(np.clip(np.rint(mixed), 0, 255).astype(np.uint8)), (left, top + start))


def _text_corner(left: int, top: int) -> tuple[bool, bool]:
    """Which corner of a picture that bleeds is round, as (at the right, at the bottom): one that looks at the text."""
    return (False, True) if left else (True, top == 0)


def _rounded(size: tuple[int, int], radius: int, corner: tuple[bool, bool]) -> Image.Image:
    """A mask with one round corner."""
    right, bottom = corner
    quarter = Image.new("L", (radius * 4, radius * 4), 0)
    ImageDraw.Draw(quarter).pieslice((-radius * 4, -radius * 4, radius * 4, radius * 4), 0, 90, fill=255)
    piece = quarter.resize((radius, radius), Image.Resampling.LANCZOS)
    piece = piece if right else piece.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    piece = piece if bottom else piece.transpose(Image.Transpose.FLIP_TOP_BOTTOM)
    mask = Image.new("L", size, 255)
    mask.paste(piece, (size[0] - radius if right else 0, size[1] - radius if bottom else 0))
    return mask


def _fade(size: tuple[int, int], *, beside: bool, below: bool) -> Mask:
    """How much of the picture shows at each pixel: none where it meets the text and the captions, then soon all of it."""
    across = np.linspace(0, 1, size[0], dtype=np.float32)[None, :]
    down = np.linspace(0, 1, size[1], dtype=np.float32)[:, None]
    if beside:
        return _smooth((across - 0.28) / 0.16) * _smooth((1 - down) / 0.2)
    return _smooth(down / 0.7 if below else (1 - down - 0.02) / 0.22) * np.ones_like(across)


def _smooth(values: Mask) -> Mask:
    """0 below 0, 1 above 1, and a curve without corners between."""
    clipped = np.clip(values, 0, 1)
    return np.asarray(clipped * clipped * (3 - 2 * clipped), dtype=np.float32)


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
