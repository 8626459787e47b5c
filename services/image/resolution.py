"""The frame a slide is drawn in."""

import re
from dataclasses import dataclass
from typing import Any

from processing_service.contract.errors import BadInput

LONG_SIDE = (320, 3840)
SHORT_SIDE = (180, 2160)
WIDEST = 2.4  # long side to short side: cinema scope; beyond it neither text nor picture has room
DEFAULT = "1920x1080"

_PATTERN = re.compile(r"\s*(\d{1,5})\s*[xX×х]\s*(\d{1,5})\s*", re.ASCII)  # the last two: a sign, and the Cyrillic letter


@dataclass(frozen=True, slots=True)
class Frame:
    """Width and height in pixels, both even, because H.264 in yuv420p needs that."""

    width: int
    height: int

    @property
    def orientation(self) -> str:
        """`landscape`, `square` or `portrait`: which of the three layouts fits."""
        ratio = self.width / self.height
        return "landscape" if ratio >= 1.25 else "portrait" if ratio <= 0.8 else "square"


def parse_resolution(value: Any) -> Frame:
    """`"1920x1080"` as a frame. Raises BadInput that names the allowed range."""
    match = _PATTERN.fullmatch(value) if isinstance(value, str) else None
    allowed = (
        f'write params.resolution as "WIDTHxHEIGHT" with even numbers, the long side {LONG_SIDE[0]} to {LONG_SIDE[1]}, the short '
        f'side {SHORT_SIDE[0]} to {SHORT_SIDE[1]}, and no more than {WIDEST}:1, for example "1920x1080", "1080x1920" or "1080x1080"'
    )
    if match is None:
        raise BadInput(f"the resolution {str(value)[:40]!r} is not understood: {allowed}", code="bad-resolution")
    width, height = int(match[1]), int(match[2])
    short, long = sorted((width, height))
    fits = LONG_SIDE[0] <= long <= LONG_SIDE[1] and SHORT_SIDE[0] <= short <= SHORT_SIDE[1]
    if not fits or width % 2 or height % 2 or long > WIDEST * short:
        raise BadInput(f"the resolution {width}x{height} is not possible: {allowed}", code="bad-resolution")
    return Frame(width, height)
