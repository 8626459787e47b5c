"""Pictures built from plain shapes: tiles, blocks, orbits, petals, scales, rays."""

import math

from services.image.colour import RGB, mix
from services.image.compositions.canvas import Canvas, circle_points, ramp
from services.image.dice import Dice


def tiles(canvas: Canvas, dice: Dice) -> None:
    """A grid of quarter circles, halves, leaves and dots, in the manner of Bauhaus posters."""
    palette = canvas.palette
    columns = max(2, round(canvas.width * dice.pick((3, 3, 4))))
    side = canvas.width / columns
    rows = math.ceil(canvas.height / side)
    grounds = (palette.panel, palette.panel, mix(palette.panel, palette.ink, 0.22), mix(palette.panel, palette.middle, 0.5))
    previous: RGB | None = None
    for row in range(rows):
        for column in range(columns):
            left, top = column * side, row * side
            ground = dice.pick(grounds)
            canvas.rectangle(left, top, left + side + 0.002, top + side + 0.002, ground)
            tone = dice.pick([shape for shape in palette.shapes if shape not in (previous, ground)])
            previous = tone
            _tile(canvas, dice, left, top, side, tone)


def _tile(canvas: Canvas, dice: Dice, left: float, top: float, side: float, tone: RGB) -> None:
    corners = [(left, top, 0), (left + side, top, 90), (left + side, top + side, 180), (left, top + side, 270)]
    corner = dice.whole(0, 3)
    x, y, angle = corners[corner]
    middle_x, middle_y = left + side / 2, top + side / 2
    kind = dice.whole(0, 5)
    if kind <= 1:
        canvas.polygon([(x, y), *circle_points(x, y, side, angle, angle + 90, 48)], tone)
        if kind == 1:
            second = dice.pick([shape for shape in canvas.palette.shapes if shape != tone])
            canvas.polygon([(x, y), *circle_points(x, y, side * 0.5, angle, angle + 90, 48)], second)
    elif kind == 2:
        canvas.disc(middle_x, middle_y, side * dice.pick((0.5, 0.3)), tone)
    elif kind == 3:  # a leaf: what two quarter circles share
        far_x, far_y, far_angle = corners[(corner + 2) % 4]
        first = circle_points(x, y, side, angle, angle + 90, 48)
        canvas.polygon([*first, *circle_points(far_x, far_y, side, far_angle, far_angle + 90, 48)], tone)
    elif kind == 4:
        turn = dice.pick((0, 90, 180, 270))
        edge_x, edge_y = middle_x - side / 2 * math.cos(math.radians(turn)), middle_y - side / 2 * math.sin(math.radians(turn))
        canvas.polygon(circle_points(edge_x, edge_y, side / 2, turn - 90, turn + 90, 48), tone)
    else:
        for ring, share in enumerate((0.5, 0.34, 0.18)):
            canvas.disc(middle_x, middle_y, side * share, tone if ring % 2 == 0 else canvas.palette.panel)


def blocks(canvas: Canvas, dice: Dice) -> None:
    """A town of blocks seen from above at an angle, taller where an unseen hill rises."""
    palette = canvas.palette
    half = dice.between(0.085, 0.12)
    quarter = half * 0.5
    tones = dice.shuffled([palette.bright, palette.warm, palette.pale, palette.middle, palette.middle, palette.pale])
    peak_x, peak_y = dice.between(0.3, 0.7) * canvas.width, dice.between(0.4, 0.75) * canvas.height
    rows = math.ceil(canvas.height / quarter) + 10
    for row in range(-2, rows):
        for column in range(-1, math.ceil(canvas.width / (2 * half)) + 2):
            x = column * 2 * half + (half if row % 2 else 0)
            y = row * quarter + 0.12
            near = math.exp(-(((x - peak_x) / 0.42) ** 2) - ((y - peak_y) / 0.5) ** 2)
            tall = half * (0.1 + 2.6 * near * dice.between(0.35, 1.0) + dice.between(0, 0.35))
            tone = mix(mix(dice.pick(tones), palette.panel, 0.1), palette.panel, 0.62 * (1 - min(1.0, near * 1.6)))
            _block(canvas, x, y, half * 0.9, quarter * 0.9, tall, tone)


def _block(canvas: Canvas, x: float, y: float, half: float, quarter: float, tall: float, tone: RGB) -> None:
    top = y - tall
    ink = canvas.palette.ink
    canvas.polygon([(x - half, top), (x, top + quarter), (x, y + quarter), (x - half, y)], mix(tone, ink, 0.28))
    canvas.polygon([(x + half, top), (x, top + quarter), (x, y + quarter), (x + half, y)], mix(tone, ink, 0.5))
    canvas.polygon([(x, top - quarter), (x + half, top), (x, top + quarter), (x - half, top)], tone)


def orbits(canvas: Canvas, dice: Dice) -> None:
    """Circles around one centre, with bodies on their way along them."""
    palette = canvas.palette
    x, y = canvas.focus or (dice.between(0.3, 0.7) * canvas.width, dice.between(0.34, 0.62) * canvas.height)
    core = 0.32 if canvas.focus else dice.between(0.12, 0.17)
    step = dice.between(0.1, 0.13)
    count = math.ceil((math.hypot(max(x, canvas.width - x), max(y, canvas.height - y)) - core) / step)
    for number in range(count, 0, -1):
        radius = core + step * number
        canvas.disc(x, y, radius, mix(palette.panel, palette.middle, 0.1 + 0.5 * (1 - number / count)))
    for number in range(1, count + 1):
        radius = core + step * number
        canvas.ring(x, y, radius, 0.004, mix(palette.middle, palette.pale, 0.4))
    canvas.disc(x, y, core, dice.pick((palette.warm, palette.bright)))
    start = dice.between(0, 360)
    for number in range(1, min(count, 7) + 1):
        radius = core + step * number - 0.002
        angle = math.radians(start + number * dice.between(95, 160))
        planet_x, planet_y = x + radius * math.cos(angle), y + radius * math.sin(angle)
        size = dice.between(0.026, 0.06)
        tone = dice.pick((palette.bright, palette.warm, palette.pale))
        canvas.disc(planet_x, planet_y, size, tone)
        shade = math.degrees(angle)
        canvas.pie(planet_x, planet_y, size, shade - 90, shade + 90, mix(tone, palette.ink, 0.3))


def petals(canvas: Canvas, dice: Dice) -> None:
    """A large flower of overlapping petals."""
    palette = canvas.palette
    x, y = dice.between(0.35, 0.65) * canvas.width, dice.between(0.4, 0.58) * canvas.height
    tones = dice.shuffled((palette.bright, palette.warm, palette.pale, palette.middle))
    turn = dice.between(0, 90)
    for layer, (reach, tone) in enumerate(zip((0.72, 0.52, 0.32), tones, strict=False)):
        count = dice.pick((6, 8, 10, 12)) if layer == 0 else dice.pick((6, 8))
        broad = dice.between(0.34, 0.5) * (1.2 if layer else 1.0)
        for petal in range(count):
            angle = math.radians(turn + 360 * petal / count + layer * 180 / count)
            shade = mix(tone, palette.panel if petal % 2 else palette.ink, 0.14 if petal % 2 else 0.06)
            canvas.polygon(_petal(x, y, reach, broad * reach, angle), shade)
    canvas.disc(x, y, 0.085, palette.ink if tones[2] != palette.ink else palette.pale)
    canvas.disc(x, y, 0.055, tones[3])


def _petal(x: float, y: float, reach: float, broad: float, angle: float) -> list[tuple[float, float]]:
    outline = []
    for step in range(65):
        turn = math.tau * step / 64
        along = reach * (0.5 - 0.5 * math.cos(turn))
        across = broad / 2 * math.sin(turn) * math.sin(turn / 2) ** 0.6
        outline.append(
            (x + along * math.cos(angle) - across * math.sin(angle), y + along * math.sin(angle) + across * math.cos(angle))
        )
    return outline


def scales(canvas: Canvas, dice: Dice) -> None:
    """Overlapping fans in rows, the wave pattern of Japanese textiles."""
    palette = canvas.palette
    radius = canvas.width / dice.pick((4, 5, 6)) / 2 * 1.0
    rings = dice.whole(3, 4)
    sets = [ramp((palette.pale, palette.panel), rings + 1), ramp((palette.middle, palette.panel), rings + 1)]
    accents = [ramp((palette.bright, palette.pale), rings + 1), ramp((palette.warm, palette.panel), rings + 1)]
    rows = math.ceil(canvas.height / (radius * 0.5)) + 3
    for row in range(-1, rows):
        shift = radius if row % 2 else 0.0
        for column in range(-1, math.ceil(canvas.width / (2 * radius)) + 2):
            tones = dice.pick(accents) if dice.chance(0.16) else sets[(row + column) % 2] if dice.chance(0.8) else sets[0]
            for ring in range(rings + 1):
                share = 1 - ring / (rings + 1)
                canvas.disc(column * 2 * radius + shift, row * radius * 0.5 + radius, radius * share, tones[ring % len(tones)])


def rays(canvas: Canvas, dice: Dice) -> None:
    """Beams from a low sun."""
    x, y = dice.between(0.3, 0.7) * canvas.width, dice.between(0.55, 0.8) * canvas.height
    _beams(canvas, dice, x, y)
    palette = canvas.palette
    for share, tone in zip((0.42, 0.32, 0.22), (palette.bright, palette.warm, palette.pale), strict=True):
        canvas.disc(x, y, share * dice.between(0.92, 1.0), tone)


def beams(canvas: Canvas, dice: Dice) -> None:
    """Beams from the middle, for a subject that stands there."""
    _beams(canvas, dice, *(canvas.focus or (canvas.width * 0.5, canvas.height * 0.5)))


def _beams(canvas: Canvas, dice: Dice, x: float, y: float) -> None:
    palette = canvas.palette
    count = dice.whole(9, 14)
    turn = dice.between(0, 360)
    tones = (mix(palette.panel, palette.middle, 0.65), mix(palette.panel, palette.pale, 0.35))
    for beam in range(count):
        start = turn + 360 * beam / count
        canvas.polygon(
            [(x, y), *circle_points(x, y, canvas.width + canvas.height, start, start + 180 / count, 4)], tones[beam % 2]
        )
