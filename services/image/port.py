"""What the image service asks of whoever draws: one slide in, one picture out."""

from dataclasses import dataclass
from typing import Protocol

from services.image.resolution import Frame


@dataclass(frozen=True, slots=True)
class SlideSpec:
    """What is to be drawn. `number` is None for a slide that stands alone; `film` is the same for all slides of one film."""

    heading: str
    points: tuple[str, ...]
    number: int | None
    of: int | None
    style: str
    frame: Frame
    film: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """A PNG, and the characters that could not be shown and were left out (`U+1F431 CAT FACE`)."""

    png: bytes
    missing_glyphs: tuple[str, ...] = ()


class Illustrator(Protocol):
    """Draws a slide. The same spec always gives the same picture."""

    def draw(self, spec: SlideSpec) -> Drawing:
        """Raises BadInput for a text or style it cannot draw, Transient or RateLimited when another attempt may work."""
        ...
