"""All pictures there are, and which of them is drawn for a text."""

from collections.abc import Callable
from dataclasses import replace

from PIL import Image

from services.image.colour import contrast, mix
from services.image.compositions import geometry, patterns, scenery
from services.image.compositions.canvas import Canvas
from services.image.dice import Dice
from services.image.styles import Palette

Composition = Callable[[Canvas, Dice], None]

COMPOSITIONS: dict[str, Composition] = {
    "waves": scenery.waves,
    "ridges": scenery.ridges,
    "heights": scenery.heights,
    "strata": scenery.strata,
    "tiles": geometry.tiles,
    "blocks": geometry.blocks,
    "orbits": geometry.orbits,
    "petals": geometry.petals,
    "scales": geometry.scales,
    "rays": geometry.rays,
    "halftone": patterns.halftone,
    "network": patterns.network,
    "bars": patterns.bars,
    "contours": patterns.contours,
}

BACKDROPS: dict[str, Composition] = {
    "waves": scenery.waves,
    "heights": scenery.heights,
    "strata": scenery.strata,
    "beams": geometry.beams,
    "orbits": geometry.orbits,
    "scales": geometry.scales,
    "halftone": patterns.halftone,
    "contours": patterns.contours,
    "tiles": geometry.tiles,
}
"""Behind a subject stands only what is calm where the subject's disc ends."""


def paint(
    size: tuple[int, int], palette: Palette, *, motif: str | None, focus: float, seed: tuple[str, ...], foot: bool = False
) -> Image.Image:
    """The picture of a slide, `size` pixels large. `motif` is its subject when its words name one, at `focus` (0 to 1) across.

    The foot is a second strip of the same composition, without the subject.
    """
    family = COMPOSITIONS if motif is None else BACKDROPS
    composition = family[Dice(*seed).pick(tuple(family))]
    canvas = Canvas(*size, palette, None if motif is None or foot else focus)
    dice = Dice(*seed, "foot" if foot else "picture")
    composition(canvas, dice)
    if motif is not None and not foot:
        _subject(canvas, motif, dice)
    return canvas.finished()


def night(palette: Palette) -> Palette:
    """The same palette for a picture that glows out of the dark: the large areas stay near the ground."""
    return replace(
        palette,
        panel=mix(palette.ground, palette.middle, 0.22),
        ink=palette.ground,
        pale=mix(palette.pale, palette.middle, 0.35),
    )


def _subject(canvas: Canvas, motif: str, dice: Dice) -> None:
    """The motif on a disc, in the colour of the palette that contrasts most with it."""
    palette = canvas.palette
    x, y = canvas.focus or (canvas.width / 2, canvas.height / 2)
    # A disc that stands out from the panel: in a palette of tints the palest would drown in it.
    strong = [tone for tone in (palette.bright, palette.warm, palette.pale) if contrast(tone, palette.panel) >= 1.5]
    disc = dice.pick(strong or [palette.bright])
    glyph = max((palette.ink, palette.panel, palette.pale, palette.ground), key=lambda colour: contrast(colour, disc))
    radius = 0.33
    canvas.disc(x, y, radius * 1.08, palette.panel)
    canvas.disc(x, y, radius, disc)
    canvas.glyph(motif, x, y, radius * 1.16, glyph)
