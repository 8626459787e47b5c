"""The frames of a film, one after another, as bytes for an encoder."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from threading import Lock

import numpy as np

from services.video.motion import OVERSAMPLED, Plane, sample, taps, zoom
from services.video.pictures import Picture
from services.video.timeline import Shot, Timeline

_WEIGHT_BITS = 7


class Album:
    """The pictures of the slides, converted when first needed; the `keep` most recently used ones are kept.

    A lane needs two at a time, during a transition: with fewer than two for each, lanes would convert the same ones over and
    over. A 1080p picture takes 9 MB.
    """

    def __init__(self, convert: Callable[[int], Picture], keep: int) -> None:
        self._convert = convert
        self._keep = keep
        self._pictures: OrderedDict[int, Picture] = OrderedDict()
        self._lock = Lock()

    def picture(self, slide: int) -> Picture:
        with self._lock:
            if slide not in self._pictures:
                self._pictures[slide] = self._convert(slide)
                if len(self._pictures) > self._keep:
                    self._pictures.popitem(last=False)
            self._pictures.move_to_end(slide)
            return self._pictures[slide]


@dataclass(frozen=True, slots=True)
class Studio:
    """Everything a frame is made from."""

    timeline: Timeline
    frame: tuple[int, int]
    moving: bool
    album: Album

    @staticmethod
    def oversampling(*, moving: bool) -> int:
        """How much finer than the film its pictures are: a still one is shown sample for sample."""
        return OVERSAMPLED if moving else 1

    def frames(self, first: int, end: int) -> Iterator[tuple[Plane, Plane, Plane]]:
        """The planes of each frame from `first` up to `end`. The next step overwrites them: write them out first."""
        canvas, spare = self._blank(), self._blank()
        shown: tuple[Shot, ...] = ()
        for number in range(first, end):
            shots = self.timeline.shots(number)
            still = not self.moving and [(shot.slide, shot.weight) for shot in shots] == [(s.slide, s.weight) for s in shown]
            if not still:
                self._draw(shots[0], canvas)
                if len(shots) > 1:
                    self._draw(shots[1], spare)
                    for under, over in zip(canvas, spare, strict=True):
                        mix(under, over, shots[1].weight)
            shown = shots
            yield canvas

    def _draw(self, shot: Shot, target: tuple[Plane, Plane, Plane]) -> None:
        picture = self.album.picture(shot.slide)
        if not self.moving:
            for source, plane in zip(picture.planes, target, strict=True):
                plane[:] = source
            return
        first, end = self.timeline.scene(shot.slide)
        enlarged = zoom(shot.slide, shot.part, (end - first) / self.timeline.fps)
        for source, plane in zip(picture.planes, target, strict=True):
            rows, columns = (
                taps(length, enlarged, fine // length) for length, fine in zip(plane.shape, source.shape, strict=True)
            )
            sample(source, rows, columns, plane)

    def _blank(self) -> tuple[Plane, Plane, Plane]:
        width, height = self.frame
        half = (height // 2, width // 2)
        return np.empty((height, width), np.uint8), np.empty(half, np.uint8), np.empty(half, np.uint8)


def mix(under: Plane, over: Plane, weight: float) -> None:
    """Cross-fade in place: `under` becomes under * (1 - weight) + over * weight."""
    share = np.int16(round(weight * (1 << _WEIGHT_BITS)))
    difference = np.subtract(over, under, dtype=np.int16)
    difference *= share
    difference += 1 << (_WEIGHT_BITS - 1)
    difference >>= _WEIGHT_BITS
    difference += under
    under[:] = difference
