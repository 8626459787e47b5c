"""Pictures made of many small marks: dots, nodes, lines, bars."""

import math

from services.image.colour import contrast, mix
from services.image.compositions.canvas import Canvas, ramp
from services.image.dice import Dice


def halftone(canvas: Canvas, dice: Dice) -> None:
    """A screen of dots that swells and fades, as in print, over one large disc."""
    palette = canvas.palette
    disc_x, disc_y = dice.between(0.3, 0.7) * canvas.width, dice.between(0.3, 0.65) * canvas.height
    disc, tint = dice.between(0.26, 0.36), dice.pick((palette.bright, palette.warm))
    if canvas.focus is None:
        canvas.disc(disc_x, disc_y, disc, tint)
    pitch = dice.between(0.042, 0.058)
    angle = dice.between(0.2, 1.2)
    cos, sin = math.cos(angle), math.sin(angle)
    crest_x, crest_y = dice.between(0.0, 1.0) * canvas.width, dice.between(0.0, 1.0) * canvas.height
    length, phase = dice.between(0.5, 0.9), dice.between(0, math.tau)
    tone = dice.pick((palette.pale, palette.pale, palette.middle))
    reach = math.ceil(math.hypot(canvas.width, canvas.height) / pitch) + 1
    for row in range(-reach, reach):
        for column in range(-reach, reach):
            u, v = (column + 0.5 * (row % 2)) * pitch, row * pitch * 0.866
            x, y = u * cos - v * sin + canvas.width / 2, u * sin + v * cos + canvas.height / 2
            if not (-pitch < x < canvas.width + pitch and -pitch < y < canvas.height + pitch):
                continue
            distance = math.hypot(x - crest_x, y - crest_y)
            swell = 0.5 + 0.5 * math.sin(distance / length * math.tau + phase)
            size = pitch * 0.5 * swell**0.8
            if size > 0.004:
                canvas.disc(x, y, size, tone)


def network(canvas: Canvas, dice: Dice) -> None:
    """Points, each joined to its nearest, a few of them large."""
    palette = canvas.palette
    nodes: list[tuple[float, float]] = []
    for _ in range(900):
        x, y = dice.between(-0.05, canvas.width + 0.05), dice.between(-0.05, canvas.height + 0.05)
        if all(math.hypot(x - a, y - b) > 0.15 for a, b in nodes):
            nodes.append((x, y))
    canvas.disc(
        dice.between(0.2, 0.8) * canvas.width,
        dice.between(0.2, 0.8) * canvas.height,
        0.42,
        mix(palette.panel, palette.middle, 0.32),
    )
    edges: set[tuple[int, int]] = set()
    for index, (x, y) in enumerate(nodes):
        nearest = sorted(range(len(nodes)), key=lambda other: math.hypot(nodes[other][0] - x, nodes[other][1] - y))
        edges.update((min(index, other), max(index, other)) for other in nearest[1:4])
    line = mix(
        palette.panel, max((palette.middle, palette.pale, palette.ink), key=lambda tone: contrast(tone, palette.panel)), 0.55
    )
    for first, second in sorted(edges):
        canvas.line([nodes[first], nodes[second]], 0.006, line)
    hubs = set(dice.shuffled(range(len(nodes)))[: max(4, len(nodes) // 6)])
    for index, (x, y) in enumerate(nodes):
        if index in hubs:
            tone = dice.pick((palette.bright, palette.warm, palette.bright))
            canvas.disc(x, y, 0.062, palette.panel)
            canvas.disc(x, y, dice.between(0.034, 0.05), tone)
        else:
            canvas.disc(x, y, dice.between(0.012, 0.02), line)


def bars(canvas: Canvas, dice: Dice) -> None:
    """Rounded columns, like the spectrum of a sound."""
    palette = canvas.palette
    count = dice.whole(9, 13)
    pitch = canvas.width / count
    phase, second = dice.between(0, math.tau), dice.between(1.2, 2.6)
    tones = ramp(dice.shuffled((palette.bright, palette.warm, palette.pale, palette.middle)), count)
    middle = canvas.height * dice.between(0.46, 0.54)
    canvas.disc(
        dice.between(0.2, 0.8) * canvas.width, middle, dice.between(0.34, 0.44), mix(palette.panel, palette.middle, 0.3)
    )
    for bar in range(count):
        x = (bar + 0.5) * pitch
        swell = 0.5 + 0.3 * math.sin(bar / count * math.tau * second + phase) + dice.between(-0.16, 0.2)
        half = canvas.height * 0.42 * max(0.12, min(1.0, swell))
        width = pitch * 0.3
        canvas.rectangle(x - width, middle - half, x + width, middle + half, tones[bar], radius=width)


def contours(canvas: Canvas, dice: Dice) -> None:
    """Rings that ripple outward from one or two places, like wood grain or sound."""
    palette = canvas.palette
    x, y = canvas.focus or (dice.between(0.25, 0.75) * canvas.width, dice.between(0.3, 0.7) * canvas.height)
    reach = 1.25 * math.hypot(max(x, canvas.width - x), max(y, canvas.height - y))
    count = round(reach / dice.between(0.085, 0.12))
    lobes, depth, phase = dice.whole(2, 5), dice.between(0.05, 0.13), dice.between(0, math.tau)
    twist = dice.between(-0.9, 0.9)
    tones = [
        palette.panel,
        palette.middle,
        palette.panel,
        palette.pale,
        palette.panel,
        palette.bright,
        palette.panel,
        palette.warm,
    ]
    offset = dice.pick((0, 2, 4, 6))
    for ring in range(count, 0, -1):
        share = ring / count
        outline = []
        for step in range(181):
            angle = math.tau * step / 180
            ripple = (
                1
                + depth * math.sin(lobes * angle + phase + twist * share * 4)
                + depth * 0.5 * math.sin((lobes + 2) * angle - phase)
            )
            radius = reach * share * ripple
            outline.append((x + radius * math.cos(angle), y + radius * math.sin(angle)))
        canvas.polygon(outline, tones[(ring + offset) % len(tones)])
