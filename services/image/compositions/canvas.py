"""A small drawing surface for pictures: unit coordinates in, smooth edges out."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from services.image.colour import RGB, mix
from services.image.dice import Dice
from services.image.faces import face
from services.image.styles import Palette

SUPERSAMPLING = 2  # Pillow's shapes have hard edges: drawn twice as large and reduced, they are smooth

Point = tuple[float, float]


class Canvas:
    """`width` x `height` pixels seen as units: the shorter side is 1, (0, 0) is top left.

    `focus` is where a subject will stand in front of the picture, if one will: a composition then leaves out what would compete
    with it.
    """

    def __init__(self, width: int, height: int, palette: Palette, focus: float | None = None) -> None:
        self.pixels = (width, height)
        self.palette = palette
        self.scale = min(width, height) * SUPERSAMPLING
        self.width = width * SUPERSAMPLING / self.scale
        self.height = height * SUPERSAMPLING / self.scale
        self.image = Image.new("RGB", (width * SUPERSAMPLING, height * SUPERSAMPLING), palette.panel)
        self.focus = None if focus is None else (focus * self.width, 0.49 * self.height)
        self._draw = ImageDraw.Draw(self.image)

    def finished(self) -> Image.Image:
        """The picture at its true size."""
        return self.image.resize(self.pixels, Image.Resampling.LANCZOS)

    def polygon(self, points: Sequence[Point], fill: RGB) -> None:
        self._draw.polygon([(x * self.scale, y * self.scale) for x, y in points], fill=fill)

    def disc(self, x: float, y: float, radius: float, fill: RGB) -> None:
        self._draw.ellipse(self._bounds(x, y, radius), fill=fill)

    def ring(self, x: float, y: float, radius: float, width: float, fill: RGB) -> None:
        """A circle of this outer radius, its line drawn inward."""
        self._draw.ellipse(self._bounds(x, y, radius), outline=fill, width=max(1, round(width * self.scale)))

    def pie(self, x: float, y: float, radius: float, start: float, end: float, fill: RGB) -> None:
        """A slice of a disc; degrees clockwise from three o'clock."""
        self._draw.pieslice(self._bounds(x, y, radius), start, end, fill=fill)

    def rectangle(self, left: float, top: float, right: float, bottom: float, fill: RGB, radius: float = 0.0) -> None:
        box = (left * self.scale, top * self.scale, right * self.scale, bottom * self.scale)
        self._draw.rounded_rectangle(box, radius * self.scale, fill=fill)

    def line(self, points: Sequence[Point], width: float, fill: RGB) -> None:
        """A polyline with round joints and ends."""
        outline = [(x * self.scale, y * self.scale) for x, y in points]
        thick = max(1, round(width * self.scale))
        self._draw.line(outline, fill=fill, width=thick, joint="curve")
        for x, y in (outline[0], outline[-1]):
            self._draw.ellipse((x - thick / 2, y - thick / 2, x + thick / 2, y + thick / 2), fill=fill)

    def glyph(self, name: str, x: float, y: float, size: float, fill: RGB) -> None:
        """A motif of `SlideMotifs.ttf`, its larger side `size`, the middle of its outline at (x, y)."""
        motifs = face("SlideMotifs.ttf")
        character = motifs.glyph_character(name)
        trial = ImageFont.truetype(str(motifs.path), 1000, layout_engine=ImageFont.Layout.BASIC)
        left, top, right, bottom = trial.getbbox(character, anchor="ls")
        pixels = size * self.scale / max(right - left, bottom - top) * 1000
        font = ImageFont.truetype(str(motifs.path), pixels, layout_engine=ImageFont.Layout.BASIC)
        origin = (x * self.scale - (left + right) / 2000 * pixels, y * self.scale - (top + bottom) / 2000 * pixels)
        self._draw.text(origin, character, font=font, fill=fill, anchor="ls")

    def field(self, dice: Dice, detail: int) -> np.ndarray:
        """Smooth random heights, 0 to 1, one per pixel of the supersampled image."""
        columns, rows = math.ceil(detail * self.width) + 2, math.ceil(detail * self.height) + 2
        coarse = np.array([[dice.between(0, 1) for _ in range(columns)] for _ in range(rows)], dtype=np.float32)
        smooth = Image.fromarray(coarse).resize(
            self.image.size, Image.Resampling.BICUBIC, box=(0.5, 0.5, 0.5 + detail * self.width, 0.5 + detail * self.height)
        )
        heights = np.asarray(smooth)
        low, high = float(heights.min()), float(heights.max())
        return np.asarray((heights - low) / max(high - low, 1e-6))

    def paint_levels(self, levels: np.ndarray, colours: Sequence[RGB]) -> None:
        """Colour every pixel by its level, a whole number that indexes `colours`."""
        table = np.array(colours, dtype=np.uint8)
        self.image.paste(Image.fromarray(table[levels]))

    def _bounds(self, x: float, y: float, radius: float) -> tuple[float, float, float, float]:
        x, y, radius = x * self.scale, y * self.scale, radius * self.scale
        return x - radius, y - radius, x + radius, y + radius


def ramp(colours: Sequence[RGB], steps: int) -> list[RGB]:
    """`steps` colours spread evenly along the way from the first of `colours` to the last."""
    result = []
    for step in range(steps):
        place = step / max(1, steps - 1) * (len(colours) - 1)
        index = min(int(place), len(colours) - 2)
        result.append(mix(colours[index], colours[index + 1], place - index))
    return result


def circle_points(x: float, y: float, radius: float, start: float, end: float, steps: int = 64) -> list[Point]:
    """Points along a circle from `start` to `end` degrees."""
    angles = [math.radians(start + (end - start) * step / steps) for step in range(steps + 1)]
    return [(x + radius * math.cos(angle), y + radius * math.sin(angle)) for angle in angles]
