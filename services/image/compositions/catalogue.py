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

QUIET = ("waves", "strata", "heights")


def paint(
    size: tuple[int, int], palette: Palette, framing: str, motif: str | None, dice: Dice, *, quiet: bool = False
) -> Image.Image:
    """The picture of a slide, `size` pixels large. `motif` is its subject when its words name one."""
    canvas = Canvas(*size, _night(palette) if framing == "glow" else palette)
    if quiet:
        COMPOSITIONS[dice.pick(QUIET)](canvas, dice)
    elif motif is None:
        COMPOSITIONS[dice.pick(tuple(COMPOSITIONS))](canvas, dice)
    else:
        # The picture that glows fades toward the text, so its subject stands clear of that side.
        x = canvas.width * (0.67 if framing == "glow" and canvas.width > canvas.height else 0.5)
        BACKDROPS[dice.pick(tuple(BACKDROPS))](canvas, dice)
        _subject(canvas, motif, x, canvas.height * 0.49, dice)
    return canvas.finished()


def _night(palette: Palette) -> Palette:
    """The same palette for a picture that glows out of the dark: the large areas stay near the ground."""
    return replace(
        palette,
        panel=mix(palette.ground, palette.middle, 0.22),
        ink=palette.ground,
        pale=mix(palette.pale, palette.middle, 0.35),
    )


def _subject(canvas: Canvas, motif: str, x: float, y: float, dice: Dice) -> None:
    """The motif on a disc, in the colour of the palette that contrasts most with it."""
    palette = canvas.palette
    disc = dice.pick((palette.bright, palette.warm, palette.pale))
    glyph = max((palette.ink, palette.panel, palette.pale, palette.ground), key=lambda colour: contrast(colour, disc))
    radius = 0.33
    canvas.disc(x, y, radius * 1.08, palette.panel)
    canvas.disc(x, y, radius, disc)
    canvas.glyph(motif, x, y, radius * 1.16, glyph)
