"""Pictures that read as landscape: waves, ridges, heights, strata of light."""

import math

import numpy as np

from services.image.colour import mix
from services.image.compositions.canvas import Canvas, ramp
from services.image.dice import Dice


def waves(canvas: Canvas, dice: Dice) -> None:
    """Layered swells under a sun."""
    palette = canvas.palette
    sun_x, sun_y = dice.between(0.28, 0.72) * canvas.width, dice.between(0.24, 0.4) * canvas.height
    radius = dice.between(0.15, 0.25)
    sun = dice.pick((palette.bright, palette.warm))
    if canvas.focus is None:
        canvas.disc(sun_x, sun_y, radius * 1.5, mix(palette.panel, palette.warm, 0.16))
        canvas.disc(sun_x, sun_y, radius, sun)
    count = dice.whole(5, 7)
    tones = ramp((palette.pale, palette.middle, mix(palette.middle, palette.ink, 0.65)), count)
    top = dice.between(0.42, 0.5) * canvas.height
    for layer, tone in enumerate(tones):
        base = top + (canvas.height - top) * (layer / count) ** 0.9
        length, phase = dice.between(0.7, 1.3), dice.between(0, math.tau)
        height = dice.between(0.03, 0.06)
        second = dice.between(0.25, 0.5)
        crest = []
        for step in range(121):
            x = canvas.width * step / 120
            swell = math.sin(x / length * math.tau + phase) + second * math.sin(x / length * 2.1 * math.tau + phase * 1.7)
            crest.append((x, base + height * swell))
        canvas.polygon([*crest, (canvas.width, canvas.height + 0.1), (0, canvas.height + 0.1)], tone)


def ridges(canvas: Canvas, dice: Dice) -> None:
    """Mountain ranges, each with a lit and a shaded side, paler with distance."""
    palette = canvas.palette
    sun_x = dice.between(0.2, 0.8) * canvas.width
    canvas.disc(
        sun_x, dice.between(0.2, 0.34) * canvas.height, dice.between(0.1, 0.18), dice.pick((palette.warm, palette.bright))
    )
    ranges = 3
    for layer in range(ranges):
        share = layer / (ranges - 1)
        base = canvas.height * (0.72 + 0.3 * share)
        lit = mix(mix(palette.pale, palette.panel, 0.35), mix(palette.middle, palette.ink, 0.35), share)
        shade = mix(lit, palette.ink, 0.22)
        spacing = dice.between(0.42, 0.58) * (1.1 - 0.25 * share)
        x = -dice.between(0.1, 0.4)
        peaks = []
        while x < canvas.width + 0.3:
            peaks.append((x, dice.between(0.26, 0.5) * (1.15 - 0.4 * share)))
            x += spacing * dice.between(0.7, 1.15)
        for peak_x, tall in sorted(peaks, key=lambda peak: peak[1]):
            half, top = tall * dice.between(0.85, 1.05), base - tall
            lean = dice.between(-0.05, 0.05)
            canvas.polygon([(peak_x - half, base), (peak_x, top), (peak_x + half, base)], lit)
            canvas.polygon([(peak_x, top), (peak_x + half, base), (peak_x + lean, base)], shade)
            if layer == 0 and tall > 0.36:
                snow, edge = mix(palette.pale, (255, 255, 255), 0.5), top + tall * 0.22
                reach = half * 0.22
                cap = [(peak_x - reach, edge), (peak_x - reach * 0.4, edge - 0.02), (peak_x, edge + 0.025)]
                canvas.polygon([(peak_x, top), *cap, (peak_x + reach * 0.5, edge - 0.02), (peak_x + reach, edge)], snow)
        canvas.polygon([(0, base), (canvas.width, base), (canvas.width, canvas.height + 0.1), (0, canvas.height + 0.1)], lit)


def heights(canvas: Canvas, dice: Dice) -> None:
    """A map of imagined hills, in steps of colour like a paper relief."""
    palette = canvas.palette
    levels = dice.whole(6, 8)
    field = canvas.field(dice, dice.whole(2, 3))
    steps = np.clip((field * levels).astype(np.int16), 0, levels - 1)
    tones = ramp((palette.panel, palette.middle, palette.pale), levels)
    tones[-1] = palette.warm
    if dice.chance(0.5):
        tones[0] = mix(palette.panel, palette.ink, 0.25)
    canvas.paint_levels(steps, tones)
    if canvas.focus is None:
        x, y = dice.between(0.2, 0.8) * canvas.width, dice.between(0.2, 0.75) * canvas.height
        canvas.disc(x, y, dice.between(0.06, 0.1), palette.bright)


def strata(canvas: Canvas, dice: Dice) -> None:
    """Broad bands that bend together, like the strata of a canyon or a road into the distance."""
    palette = canvas.palette
    tones = dice.shuffled(palette.shapes)
    bands = dice.whole(6, 9)
    slope, phase = dice.between(-0.5, 0.5), dice.between(0, math.tau)
    amplitude, length = dice.between(0.1, 0.2), dice.between(1.1, 1.7)
    thickness = dice.between(0.08, 0.12)
    start = 0.5 * canvas.height - bands * thickness / 2

    def edge(offset: float) -> list[tuple[float, float]]:
        points = []
        for step in range(97):
            x = -0.1 + (canvas.width + 0.2) * step / 96
            bend = amplitude * math.sin(x / length * math.tau + phase + offset * 1.2)
            points.append((x, start + offset + bend + slope * (x - canvas.width / 2)))
        return points

    for band in range(bands):
        tone = tones[band % len(tones)] if band % 2 == 0 else mix(palette.panel, palette.middle, 0.3)
        canvas.polygon([*edge(band * thickness), *reversed(edge((band + 1) * thickness + 0.001))], tone)
    if canvas.focus is None:
        x, y = dice.between(0.25, 0.75) * canvas.width, dice.pick((0.14, 0.86)) * canvas.height
        canvas.disc(x, y, dice.between(0.06, 0.09), palette.warm)
