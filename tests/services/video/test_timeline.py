"""The plan of a film in whole frames."""

from itertools import pairwise

import pytest

from processing_service.contract.errors import BadInput
from services.video.timeline import moments_of_parts, moments_of_ranges, schedule
from tests.services.video.material import spoken


@pytest.mark.parametrize(
    ("moments", "voice", "fps", "frames", "starts"),
    [
        ([0.0], 2.0, 30, 9 + 60 + 24, (0,)),
        ([0.0], 2.0000000001, 30, 9 + 60 + 24, (0,)),
        ([0.0], 2.001, 30, 9 + 61 + 24, (0,)),
        ([0.4, 3.0], 6.0, 30, 9 + 180 + 24, (0, 99)),
        ([0.0, 1.016, 1.018], 6.0, 30, 213, (0, 39, 40)),
        ([0.0, 1.0], 2.0, 25, 8 + 50 + 20, (0, 33)),
        ([0.0, 1.0], 2.0, 24, 7 + 48 + 19, (0, 31)),
        ([0.0, 0.0, 0.0], 1.0, 30, 63, (0, 9, 10)),
        ([0.0, 9.0, 9.0], 1.0, 30, 63, (0, 61, 62)),
    ],
)
def test_a_slide_starts_on_the_frame_nearest_to_its_sentence(moments, voice, fps, frames, starts):
    """Whole frames, the first slide from the very start, every slide at least one frame, none after the end."""
    timeline = schedule(moments, voice, fps=fps)
    assert (timeline.frames, timeline.starts) == (frames, starts)
    assert timeline.samples * fps == timeline.frames * 48_000


def test_more_slides_than_frames_are_refused():
    """The message says what to change."""
    with pytest.raises(BadInput, match="use fewer slides") as raised:
        schedule([0.0] * 100, 0.1, fps=30)
    assert raised.value.code == "too-many-slides"


def test_the_larger_share_changes_exactly_at_the_boundary():
    """Before the boundary the old slide dominates, from it on the new one; weights always add up to one."""
    timeline = schedule([0.0, 3.0, 5.0], 8.0, fps=30)
    for slide, start in enumerate(timeline.starts[1:], start=1):
        dominant = [max(timeline.shots(frame), key=lambda shot: shot.weight).slide for frame in (start - 1, start)]
        assert dominant == [slide - 1, slide]
    for frame in range(timeline.frames):
        assert sum(shot.weight for shot in timeline.shots(frame)) == pytest.approx(1.0)


def test_every_mixed_frame_lies_within_the_tolerance_of_a_change():
    """However a change is detected (first trace, middle, last trace), it is within 150 ms of the sentence."""
    timeline = schedule([0.0, 3.0], 8.0, fps=30)
    mixed = [frame for frame in range(timeline.frames) if len(timeline.shots(frame)) == 2]
    start = timeline.starts[1]
    assert mixed == list(range(start - 4, start + 4))
    assert all(abs(frame / 30 - (0.3 + 3.0)) <= 0.150 for frame in mixed)


@pytest.mark.parametrize(("gap", "margin"), [(1 / 30, 0), (2 / 30, 1), (5 / 30, 2), (8 / 30, 4), (1.0, 4)])
def test_transitions_shrink_with_a_short_scene(gap, margin):
    """A scene shorter than a transition takes a shorter one, down to a cut; two transitions never overlap."""
    timeline = schedule([0.0, 2.0, 2.0 + gap], 8.0, fps=30)
    assert (timeline.margin(1), timeline.margin(2)) == (margin, margin)
    assert all(len(timeline.shots(frame)) <= 2 for frame in range(timeline.frames))
    seen = {shot.slide for frame in range(timeline.frames) for shot in timeline.shots(frame)}
    assert seen == {0, 1, 2}


def test_motion_is_steady_and_runs_through_the_transitions():
    """`part` grows by the same step in every frame that shows a slide, and stays within 0 and 1."""
    timeline = schedule([0.0, 3.0, 5.0], 8.0, fps=30)
    for slide in range(3):
        parts = [shot.part for frame in range(timeline.frames) for shot in timeline.shots(frame) if shot.slide == slide]
        steps = {round(after - before, 9) for before, after in pairwise(parts)}
        assert len(steps) == 1
        assert 0 <= parts[0] < parts[-1] < 1


def test_cutting_shows_one_slide_a_frame():
    """Without a transition no frame is mixed."""
    timeline = schedule([0.0, 3.0], 6.0, fps=30, half_transition=0.0)
    assert all(len(timeline.shots(frame)) == 1 for frame in range(timeline.frames))


SENTENCES = spoken(["One two three.", "Four.", "Five six."], [(0.0, 2.0), (2.2, 3.0), (3.3, 5.0)])


def test_ranges_point_at_the_start_of_their_sentence():
    """A slide starts when its first sentence does."""
    assert moments_of_ranges([0, 2], SENTENCES) == [0.0, 3.3]


@pytest.mark.parametrize(
    ("firsts", "words"), [([0, 0], "do not follow"), ([1, 0], "do not follow"), ([0, 3], "only 3 are spoken")]
)
def test_slides_of_another_narration_are_refused(firsts, words):
    """Numbers that do not rise, or a sentence that nobody speaks."""
    with pytest.raises(BadInput, match=words) as raised:
        moments_of_ranges(firsts, SENTENCES)
    assert raised.value.code == "slides-mismatch"


@pytest.mark.parametrize(
    ("count", "sentences", "moments"),
    [
        (1, SENTENCES, [0.0]),
        (2, SENTENCES, [0.0, 2.2]),
        (3, SENTENCES, [0.0, 2.2, 3.3]),
        (4, (), [0.0, 1.5, 3.0, 4.5]),
        (7, SENTENCES, [pytest.approx(index * 6 / 7) for index in range(7)]),
    ],
)
def test_slides_without_ranges_share_the_narration_evenly(count, sentences, moments):
    """By sentences, else by words, else by the clock."""
    assert moments_of_parts(count, sentences, 6.0) == moments


def test_more_slides_than_sentences_change_between_words():
    """Five slides over three sentences of six words start with words, in order."""
    words = [word.start for sentence in SENTENCES for word in sentence.words]
    found = moments_of_parts(5, SENTENCES, 6.0)
    assert found == sorted(set(found))
    assert set(found) <= set(words)
