"""The looks a slide can have: palettes, faces and the frame its picture stands in. Data, and the checks that guard it."""

from dataclasses import dataclass

from processing_service.contract.errors import BadInput
from services.image.colour import RGB, mix, readable, rgb


@dataclass(frozen=True, slots=True)
class Palette:
    """`ground` carries the text; `panel` carries the picture, painted with `bright`, `warm`, `pale` and `middle`."""

    name: str
    ground: RGB
    ink: RGB
    panel: RGB
    bright: RGB
    warm: RGB
    pale: RGB
    middle: RGB

    @property
    def muted(self) -> RGB:
        """For the points: quieter than the heading, still easy to read."""
        return readable(mix(self.ink, self.ground, 0.22), self.ground, 7.0)

    @property
    def accent(self) -> RGB:
        """For the small text above the heading: the brightest colour that is readable on the ground."""
        return readable(self.bright, self.ground)

    @property
    def shapes(self) -> tuple[RGB, ...]:
        return self.bright, self.warm, self.pale, self.middle


@dataclass(frozen=True, slots=True)
class Typography:
    """Three faces by file name. The first family of a style that shows every character sets the slide."""

    name: str
    heading: str
    text: str
    label: str
    tracking: float  # of the heading, in ems
    leading: float  # of the heading, line to line, in ems


@dataclass(frozen=True, slots=True)
class Style:
    """`framing`: the picture bleeds off the edges (`bleed`), stands as a plate (`plate`) or glows in the ground (`glow`)."""

    name: str
    framing: str
    palettes: tuple[Palette, ...]
    typography: tuple[Typography, ...]


def _palette(name: str, *codes: str) -> Palette:
    return Palette(name, *(rgb(code) for code in codes))


def _spot(name: str, paper: str, ink: str, spot: str) -> Palette:
    """Two printing inks on paper: everything else is a tint of them."""
    ground, black, colour = rgb(paper), rgb(ink), rgb(spot)
    plate = mix(ground, colour, 0.16)
    return Palette(name, ground, black, plate, colour, black, mix(ground, colour, 0.04), mix(ground, colour, 0.52))


INTER = Typography("Inter", "InterDisplay-Bold.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", tracking=-0.018, leading=1.1)
VOLLKORN = Typography(
    "Vollkorn", "Vollkorn-SemiBold.ttf", "Vollkorn-Medium.ttf", "Inter-SemiBold.otf", tracking=-0.008, leading=1.08
)

MODERN_FLAT = Style(
    "modern-flat",
    "bleed",
    (
        #                  ground    ink       panel     bright    warm      pale      middle
        _palette("harbour", "F6F3EC", "14213D", "1D3557", "E8574A", "F4B13E", "CFE6E8", "4B83A8"),
        _palette("orchard", "F5F3EA", "1C2B25", "2F5D50", "F0803C", "F5C95C", "D5E2C4", "6C9C82"),
        _palette("plum", "F7F3F4", "2A1A3A", "46296B", "FF6B5E", "FFC263", "E3D0F5", "8461B4"),
        _palette("lagoon", "F2F6F3", "0C2C33", "0F5A63", "FF7A52", "FFD36B", "C4E7E1", "2E9C92"),
        _palette("cobalt", "F3F4F8", "121A38", "2743A8", "FF5D5D", "FFCB47", "CBD7FB", "5F80EE"),
        _palette("brick", "F8F3EC", "2E1B17", "A83F2D", "22435A", "F3B64A", "F8DDC8", "DD7B55"),
        _palette("sky", "F4F6F7", "17304A", "8CC3E4", "EF5D4B", "FFDD63", "EAF6FC", "2A6AA6"),
        _palette("petal", "FAF4F1", "38202B", "EBA99B", "9C2D4E", "F8CD6E", "FDE9E2", "CB6377"),
    ),
    (INTER,),
)
EDITORIAL = Style(
    "editorial",
    "plate",
    (
        _spot("vermilion", "F4EFE4", "1C1A17", "C23B22"),
        _spot("ultramarine", "F3F0E8", "16181F", "27409B"),
        _spot("forest", "F3F0E4", "191C18", "2C6244"),
        _spot("madder", "F5EFE8", "1E1719", "8E2440"),
        _spot("teal", "F1F0E8", "151C1D", "1C6B70"),
        _spot("ochre", "F5F0E2", "201B14", "B5721A"),
    ),
    (VOLLKORN, INTER),
)
MIDNIGHT = Style(
    "midnight",
    "glow",
    (
        _palette("aurora", "0B1026", "F2F5FF", "0B1026", "5EEAD4", "A78BFA", "DDE7FF", "3B5BDB"),
        _palette("ember", "140F1E", "FFF4EC", "140F1E", "FF8A5B", "FFC857", "FFE3D3", "8A3B62"),
        _palette("nebula", "110B26", "F6F1FF", "110B26", "F472B6", "7DD3FC", "E9DDFF", "5B3FA8"),
        _palette("reef", "07181F", "EDFBFA", "07181F", "38E1C6", "FFD166", "CFF5EE", "14657A"),
        _palette("signal", "0D111A", "F4F7FB", "0D111A", "6AA8FF", "FF7B7B", "D8E4F5", "2C4A7C"),
    ),
    (INTER,),
)

STYLES: dict[str, Style] = {style.name: style for style in (MODERN_FLAT, EDITORIAL, MIDNIGHT)}
DEFAULT = MODERN_FLAT.name


def find_style(name: object) -> Style:
    """The style of this name. Raises BadInput that lists the names there are."""
    style = STYLES.get(name) if isinstance(name, str) else None
    if style is None:
        raise BadInput(
            f"there is no style {str(name)[:40]!r}: set params.style to one of {', '.join(STYLES)}", code="unknown-style"
        )
    return style
