"""Where everything stands on a slide. Pure: texts and a frame in, positions out; nothing is drawn here.

One grid per orientation, the same on every slide of a film. The text keeps inside the title-safe margins (10 % of a landscape
frame; in portrait the union of what phone platforms cover) and above the band where captions will be burned or shown.
"""

import math
import re
from dataclasses import dataclass

from services.image.colour import RGB
from services.image.faces import Face, face
from services.image.linebreak import HANGING, MAY_BREAK, Broken, break_lines
from services.image.resolution import Frame
from services.image.styles import Palette, Style, Typography


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in pixels of the frame."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top


@dataclass(frozen=True, slots=True)
class Grid:
    """`unit` is one pixel of a 1080-line frame. Below `captions` and inside the frame nothing but the ground may be."""

    unit: float
    safe: Box
    captions: Box
    text: Box
    art: Box
    focus: float = 0.5  # where in the width of `art` its subject stands
    foot: Box | None = None  # a second strip of picture, under the captions of a portrait frame


@dataclass(frozen=True, slots=True)
class Run:
    """One line of text: where its baseline begins, and how it is set. `size` is in pixels, `tracking` in ems."""

    text: str
    face: Face
    size: float
    x: float
    baseline: float
    colour: RGB
    tracking: float = 0.0


@dataclass(frozen=True, slots=True)
class Mark:
    """A small filled shape: a bar, a bullet, a hairline."""

    box: Box
    colour: RGB
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Layout:
    grid: Grid
    runs: tuple[Run, ...]
    marks: tuple[Mark, ...]
    heading: tuple[str, ...]  # its lines, as set
    points: int  # how many of them found room


def grid(frame: Frame, framing: str) -> Grid:
    """The grid of this frame. Shares of width and height, so that every resolution looks the same."""
    width, height = frame.width, frame.height

    def box(left: float, top: float, right: float, bottom: float) -> Box:
        return Box(left * width, top * height, right * width, bottom * height)

    if frame.orientation == "landscape":
        art = {"bleed": box(0.6, 0, 1, 0.815), "plate": box(0.615, 0.1, 0.9, 0.8), "glow": box(0.4, 0, 1, 0.82)}[framing]
        unit = min(height / 1080, width / 1680)
        focus = 0.665 if framing == "glow" else 0.5  # the picture that glows fades away toward the text
        return Grid(unit, box(0.1, 0.1, 0.9, 0.82), box(0, 0.82, 1, 1), box(0.1, 0.1, 0.56, 0.8), art, focus)
    if frame.orientation == "square":
        art = {"bleed": box(0, 0, 1, 0.35), "plate": box(0.09, 0.09, 0.91, 0.35), "glow": box(0, 0, 1, 0.38)}[framing]
        return Grid(
            min(width, height) / 1080, box(0.08, 0.08, 0.92, 0.82), box(0, 0.82, 1, 1), box(0.09, 0.42, 0.91, 0.81), art
        )
    # 9:16: platforms cover the top 13 %, the bottom 23 %, the right 17 % and the left 6 % (text stays out of them), and captions
    # stand in the last of what is left. The picture may run under the covered parts.
    art = {"bleed": box(0, 0, 1, 0.35), "plate": box(0.075, 0.07, 0.925, 0.35), "glow": box(0, 0, 1, 0.37)}[framing]
    foot = {"bleed": box(0, 0.8, 1, 1), "plate": box(0.075, 0.8, 0.925, 0.93), "glow": box(0, 0.8, 1, 1)}[framing]
    unit = min(width / 1080, height / 1700)
    return Grid(unit, box(0.0556, 0.13, 0.8334, 0.766), box(0, 0.675, 1, 0.79), box(0.075, 0.385, 0.8334, 0.67), art, foot=foot)


@dataclass(frozen=True, slots=True)
class _Sizes:
    """In units. The heading is set as large as it goes between `most` and `least`; below `fair` a point is given up first."""

    most: float
    fair: float
    least: float
    points: tuple[float, ...]
    lines: int


_SIZES = {
    "landscape": _Sizes(132, 60, 44, (40, 37, 34), 5),
    "square": _Sizes(104, 54, 42, (38, 35, 32), 4),
    "portrait": _Sizes(116, 60, 46, (44, 40, 36), 5),
}
_LABEL = 28.0
_LABEL_GAP = 40.0
_RULE_GAP = 22.0
_POINT_LEADING = 1.32
_STEP = 0.965
_MAY_END = re.compile(
    rf"[^ ](?= )|{MAY_BREAK}|[^ ]$"
)  # where a heading may be cut: after a word, or where a long one was divided


@dataclass(frozen=True, slots=True)
class _Fit:
    heading: Broken
    size: float
    points: tuple[Broken, ...]
    point_size: float
    score: float


class _Setter:
    """Tries sizes and breaks until heading and points stand in a box."""

    def __init__(self, typography: Typography, frame: Frame, framing: str) -> None:
        self.grid = grid(frame, framing)
        self.typography = typography
        self.sizes = _SIZES[frame.orientation]
        self.framing = framing
        self._points: dict[tuple[str, float], Broken | None] = {}  # the same points are tried beside every size of heading
        self.beside = frame.orientation == "landscape"  # the picture stands beside the text, not over it
        self.heading_face, self.text_face = face(typography.heading), face(typography.text)
        self.label_face = face(typography.label)
        # The label and the air under it; editorial has a hairline above the label.
        self.head = (_LABEL + _LABEL_GAP + (_RULE_GAP if framing == "plate" else 0.0)) * self.grid.unit
        self.room = self.grid.text.height - self.head

    def indent(self, size: float) -> float:
        return 0.0 if self.framing == "plate" else size * 0.95

    def gap(self, size: float) -> float:
        """Between heading and points."""
        rule = self.between(self.sizes.points[0] * self.grid.unit) / 2 if self.framing == "plate" else 0.0
        return max(34 * self.grid.unit, 0.55 * size) + rule

    def between(self, point_size: float) -> float:
        return point_size * (0.86 if self.framing == "plate" else 0.52)

    def height(self, lines: int, size: float, points: tuple[Broken, ...], point_size: float) -> float:
        total = size * (self.heading_face.cap_height + 0.22 + (lines - 1) * self.typography.leading)
        if points:
            set_lines = sum(len(point.lines) for point in points)
            total += self.gap(size) + set_lines * point_size * _POINT_LEADING + (len(points) - 1) * self.between(point_size)
        return total

    def fit(self, heading: str, points: tuple[str, ...]) -> _Fit:
        """The best setting. Points are given up from the last, then the end of the heading, until it fits."""
        for count in range(len(points), -1, -1):
            least = self.sizes.fair if count else self.sizes.least
            found = self._best(heading, points[:count], least)
            if found:
                return found
        ends = [1, *(match.end() for match in _MAY_END.finditer(heading))]
        low, high = 0, len(ends) - 1
        while low < high:  # the longest beginning that fits with an ellipsis
            middle = (low + high + 1) // 2
            fits = self._best(_shortened(heading[: ends[middle]]), (), self.sizes.least)
            low, high = (middle, high) if fits else (low, middle - 1)
        found = self._best(_shortened(heading[: ends[low]]), (), self.sizes.least)
        if found is None:
            raise AssertionError("one letter and an ellipsis always fit")
        return found

    def _best(self, heading: str, points: tuple[str, ...], least: float) -> _Fit | None:
        unit, width = self.grid.unit, self.grid.text.width
        tracking = self.typography.tracking
        best: _Fit | None = None
        for size in _steps(self.sizes.most * unit, least * unit):
            broken = break_lines(
                heading, lambda text: self.heading_face.width(text, tracking) + tracking, width / size, self.sizes.lines
            )
            if broken:
                for place, point_units in enumerate(self.sizes.points):
                    fit = self._with_points(broken, size, points, point_units * unit, place)
                    if fit and (best is None or fit.score > best.score):
                        best = fit
        return best

    def _with_points(self, broken: Broken, size: float, points: tuple[str, ...], point_size: float, place: int) -> _Fit | None:
        width = (self.grid.text.width - self.indent(point_size)) / point_size
        set_points = tuple(self._point(point, width) for point in points)
        if any(point is None for point in set_points):
            return None
        whole = tuple(point for point in set_points if point)
        if self.height(len(broken.lines), size, whole, point_size) > self.room:
            return None
        # A larger heading is better, but not at the price of an ugly break, nor of four short lines where two would do.
        score = (
            size / (self.sizes.most * self.grid.unit)
            - 0.55 * broken.flaws
            - 0.035 * max(0, len(broken.lines) - 2) ** 2
            - 0.1 * place
        )
        return _Fit(broken, size, whole, point_size, score)

    def _point(self, text: str, width: float) -> Broken | None:
        key = (text, width)
        if key not in self._points:
            self._points[key] = break_lines(text, self.text_face.width, width, 3)
        return self._points[key]


def _steps(most: float, least: float) -> list[float]:
    """Sizes from the largest to the smallest, both among them."""
    count = math.ceil(math.log(most / least) / -math.log(_STEP))
    return [most * (least / most) ** (step / count) for step in range(count + 1)]


def _shortened(beginning: str) -> str:
    return beginning.rstrip(' ,.;:!?…—–-(«“"') + "…"


def compose(
    style: Style, typography: Typography, palette: Palette, frame: Frame, *, heading: str, points: tuple[str, ...], label: str
) -> Layout:
    """Place a slide's texts. `label` is the small line above the heading, or empty."""
    setter = _Setter(typography, frame, style.framing)
    widest = setter.grid.text.width / (setter.sizes.least * setter.grid.unit)
    heading = divide_long_words(heading[:600], setter.heading_face, widest)
    smallest = setter.sizes.points[-1] * setter.grid.unit
    point_width = (setter.grid.text.width - setter.indent(smallest)) / smallest
    points = tuple(divide_long_words(point, setter.text_face, point_width) for point in points)
    fit = setter.fit(heading, points)
    runs: list[Run] = []
    marks: list[Mark] = []
    _place_label(setter, palette, label, runs, marks)
    _place_text(setter, palette, fit, runs, marks)
    return Layout(setter.grid, tuple(runs), tuple(marks), fit.heading.lines, len(fit.points))


def _place_label(setter: _Setter, palette: Palette, label: str, runs: list[Run], marks: list[Mark]) -> None:
    """A short bar and the number of the slide; in editorial, a hairline over the column with the number under it."""
    unit, box = setter.grid.unit, setter.grid.text
    size = _LABEL * unit
    baseline = box.top + size * setter.label_face.cap_height
    if setter.framing == "plate":
        marks.append(Mark(Box(box.left, box.top, box.right, box.top + max(1.0, 2 * unit)), palette.ink))
        baseline += _RULE_GAP * unit
        x = box.left
    else:
        middle = baseline - size * setter.label_face.cap_height / 2
        marks.append(Mark(Box(box.left, middle - 3 * unit, box.left + 44 * unit, middle + 3 * unit), palette.accent, 3 * unit))
        x = box.left + 62 * unit
    if label:
        runs.append(Run(label, setter.label_face, size, x, baseline, palette.accent, tracking=0.06))


def _place_text(setter: _Setter, palette: Palette, fit: _Fit, runs: list[Run], marks: list[Mark]) -> None:
    unit, box = setter.grid.unit, setter.grid.text
    height = setter.height(len(fit.heading.lines), fit.size, fit.points, fit.point_size)
    spare = setter.room - height
    plate = setter.framing == "plate"
    top = box.top + setter.head
    if plate:
        top += min(spare, 30 * unit)
    elif setter.beside:
        top += spare * 0.45  # a little above the middle looks like the middle
    baseline = top + fit.size * setter.heading_face.cap_height
    for line in fit.heading.lines:
        runs.append(Run(line, setter.heading_face, fit.size, box.left, baseline, palette.ink, setter.typography.tracking))
        baseline += fit.size * setter.typography.leading
    if not fit.points:
        return
    indent, leading = setter.indent(fit.point_size), fit.point_size * _POINT_LEADING
    tall = sum(len(point.lines) for point in fit.points) * leading + (len(fit.points) - 1) * setter.between(fit.point_size)
    # Editorial hangs its points from the foot of the column, level with the plate; the others let them follow the heading.
    after = baseline - fit.size * (setter.typography.leading - 0.22) + setter.gap(fit.size)
    start = max(after, box.bottom - tall) if plate and setter.beside else after
    for point in fit.points:
        first = start + fit.point_size * (_POINT_LEADING / 2 + setter.text_face.cap_height / 2)
        if plate:
            rule = start - setter.between(fit.point_size) / 2
            marks.append(Mark(Box(box.left, rule, box.right, rule + max(1.0, 1.5 * unit)), palette.middle))
        else:
            middle, radius = first - fit.point_size * setter.text_face.x_height / 2, fit.point_size * 0.16
            marks.append(Mark(Box(box.left, middle - radius, box.left + 2 * radius, middle + radius), palette.accent, radius))
        for number, line in enumerate(point.lines):
            runs.append(Run(line, setter.text_face, fit.point_size, box.left + indent, first + number * leading, palette.muted))
        start += len(point.lines) * leading + setter.between(fit.point_size)


def divide_long_words(text: str, font: Face, width: float) -> str:
    """The text with places to break inside every word wider than `width` ems, hyphened where letters meet."""
    width -= HANGING
    words = []
    for word in text.split(" "):
        rest, divided = word, ""
        while font.width(rest) > width:
            cut = next((size for size in range(len(rest) - 1, 1, -1) if font.width(rest[:size] + "…") <= width), 1)
            divided += rest[:cut] + ("-" if rest[cut - 1].isalpha() and rest[cut].isalpha() else "") + MAY_BREAK
            rest = rest[cut:]
        words.append(divided + rest)
    return " ".join(words)
