"""Which frame shows what: the moments of a narration turned into a plan in whole frames. Pure.

    |<- lead-in ->|<------------- voice ------------->|<- tail ->|
    0             first word                          last word   frames

Everything downstream (pictures, sound, captions, checks) counts from this plan, so nothing can drift: sound is padded to
whole frames, and a slide changes on the frame nearest to the start of its first sentence.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from processing_service.contract.errors import BadInput
from services.sdk.narration import SpokenSentence, partition

SAMPLE_RATE = 48_000
FRAME_RATES = (24, 25, 30, 50, 60)  # each divides 48,000, so that a frame is a whole number of samples

LEAD_IN = 0.3  # seconds of picture before the first word: a film that starts in mid-breath feels cut off
TAIL = 0.8  #    seconds after the last one

# Seconds on each side of a change. A slide must change within 0.150 s of its sentence: a shorter half keeps every mixed frame
# inside that, not only the middle one. At 30 fps it is 4 frames (0.133 s).
HALF_TRANSITION = 0.14

MAX_SECONDS = 2 * 3_600  # of narration; a film is streamed, never held, but somebody has to wait for it


@dataclass(frozen=True, slots=True)
class Shot:
    """What one frame shows of one slide: `part` is how far its scene has come (0 to 1), `weight` its share of the mixture."""

    slide: int
    part: float
    weight: float


@dataclass(frozen=True, slots=True)
class Timeline:
    """A film in whole frames. Scene i is the frames from `starts[i]` up to the next start, the last one up to `frames`."""

    fps: int
    frames: int
    lead_in: int
    starts: tuple[int, ...]
    half: int
    """Frames a transition takes on each side of a change, where the scenes are long enough; 0 cuts."""

    @property
    def seconds(self) -> float:
        return self.frames / self.fps

    @property
    def samples(self) -> int:
        """Length of the sound: exactly that of the picture."""
        return self.frames * (SAMPLE_RATE // self.fps)

    @property
    def lead_in_samples(self) -> int:
        return self.lead_in * (SAMPLE_RATE // self.fps)

    def scene(self, slide: int) -> tuple[int, int]:
        """First frame of a scene, and the frame after its last."""
        return self.starts[slide], self.starts[slide + 1] if slide + 1 < len(self.starts) else self.frames

    def margin(self, change: int) -> int:
        """Frames that the transition into scene `change` takes on each side: never more than half of either scene."""
        if not 0 < change < len(self.starts):
            return 0
        before, after = self.scene(change - 1), self.scene(change)
        return min(self.half, (before[1] - before[0]) // 2, (after[1] - after[0]) // 2)

    def shots(self, frame: int) -> tuple[Shot, ...]:
        """What this frame shows: one slide, or two during a transition, whose weights add up to 1.

        The new slide has the larger share from exactly `starts[i]` on: its weight at frame B - h + k of 2h is
        smoothstep((k + 1/2) / 2h), which passes 1/2 between the frames B - 1 and B.
        """
        slide = bisect_right(self.starts, frame) - 1
        margin = self.margin(slide)
        if frame < self.starts[slide] + margin:
            return self._mixed(slide, margin, frame)
        following = self.margin(slide + 1)
        if following and frame >= self.starts[slide + 1] - following:
            return self._mixed(slide + 1, following, frame)
        return (Shot(slide, self._part(slide, frame), 1.0),)

    def _mixed(self, change: int, margin: int, frame: int) -> tuple[Shot, ...]:
        along = (frame - (self.starts[change] - margin) + 0.5) / (2 * margin)
        weight = along * along * (3 - 2 * along)
        return (
            Shot(change - 1, self._part(change - 1, frame), 1 - weight),
            Shot(change, self._part(change, frame), weight),
        )

    def _part(self, slide: int, frame: int) -> float:
        """0 at the first frame in which the slide is seen at all, 1 just after the last: motion goes on through transitions."""
        first, end = self.scene(slide)
        first, end = first - self.margin(slide), end + self.margin(slide + 1)
        return (frame - first) / (end - first)


def schedule(moments: Sequence[float], voice_seconds: float, *, fps: int, half_transition: float = HALF_TRANSITION) -> Timeline:
    """Plan a film whose scene i starts at `moments[i]` seconds into the voice track; the first one always starts the film.

    Moments are rounded to the nearest frame (at most 1/60 s away at 30 fps). Every scene gets at least one frame. Raises
    BadInput when there are more slides than frames.
    """
    lead_in = round(LEAD_IN * fps)
    # The epsilon keeps 2.0000000001 s, a rounding error of whoever counted samples, from costing a frame.
    frames = lead_in + math.ceil(voice_seconds * fps - 1e-6) + round(TAIL * fps)
    count = len(moments)
    if count > frames:
        raise BadInput(
            f"{count} slides do not fit into a film of {frames} frames; use fewer slides or a longer narration",
            code="too-many-slides",
        )
    starts = [0]
    for index, moment in enumerate(moments[1:], start=1):
        wanted = lead_in + round(moment * fps)
        starts.append(min(max(wanted, starts[-1] + 1), frames - (count - index)))
    return Timeline(fps, frames, lead_in, tuple(starts), math.floor(half_transition * fps))


def moments_of_ranges(firsts: Sequence[int], sentences: Sequence[SpokenSentence]) -> list[float]:
    """When each slide starts, in seconds of the voice, from the number of the first sentence it stands for.

    Raises BadInput when the slides were made for another narration: numbers that do not rise, or sentences that do not exist.
    """
    for earlier, later in pairwise(firsts):
        if later <= earlier:
            raise BadInput(
                f"the slides do not follow the narration: one that starts at sentence {earlier + 1} is followed by one that "
                f"starts at sentence {later + 1}; list slide_ids in the order of the narration, each slide once",
                code="slides-mismatch",
            )
    if firsts[-1] >= len(sentences):
        raise BadInput(
            f"a slide stands for sentence {firsts[-1] + 1}, but only {len(sentences)} are spoken; "
            "make slides and voice from the same text",
            code="slides-mismatch",
        )
    return [sentences[first].start for first in firsts]


def moments_of_parts(count: int, sentences: Sequence[SpokenSentence], voice_seconds: float) -> list[float]:
    """When each of `count` slides starts when none of them says what it stands for: even parts of the narration.

    Divided between sentences; between words when there are fewer sentences than slides; by the clock when there are fewer
    words too, or when nothing is known of what is said.
    """
    words = [word for sentence in sentences for word in sentence.words]
    for units in (sentences, words):
        if len(units) >= count:
            return [units[first].start for first, _ in partition([len(unit.text) for unit in units], count)]
    return [voice_seconds * index / count for index in range(count)]
