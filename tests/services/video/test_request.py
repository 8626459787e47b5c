"""What a task asks for, and every way in which it can be wrong."""

import numpy as np
import pytest

from processing_service.contract.errors import BadInput
from services.sdk.context import StorageContext
from services.sdk.testing import claimed, given
from services.video.request import MAX_SLIDES, read_request
from tests.services.video.material import Shelf, png, slide_image, speech_like, spoken, wav

SPANS = [(0.0, 1.0), (1.2, 2.0)]
SENTENCES = spoken(["One two.", "Three four."], SPANS)
VOICE = wav(speech_like(SPANS, 2.0))


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path)


def asked(shelf, slides, voice, *, params=None, extra=(), fields=None):
    """Read a request for these upstreams, as a worker would."""
    inputs = {upstream.id: upstream for upstream in (*slides, *([voice] if voice else []), *extra)}
    named = {"slide_ids": [slide.id for slide in slides], "voice_track_id": "voice"} if fields is None else fields
    task = claimed(name="CreateVideoFromSlides", params=params, fields=named, inputs=inputs)
    return read_request(task, StorageContext(shelf.workspace, shelf.storage, lambda percent, message: None))


def test_slides_start_with_the_sentences_they_stand_for(shelf):
    """Ranges from `result.slide`, times from the voice's Timings, the film's size from the first slide."""
    request = asked(shelf, [shelf.slide(1, 2, (0, 1)), shelf.slide(2, 2, (1, 2))], shelf.voice(VOICE, SENTENCES))
    assert request.moments() == [0.0, 1.2]
    assert (request.frame, request.fps, request.language, request.formant) == ((426, 240), 30, "en", True)
    assert [slide.heading for slide in request.slides] == ["Part 1", "Part 2"]


def test_inputs_are_found_without_fields_that_name_them(shelf):
    """A template may say only who depends on whom."""
    request = asked(shelf, [shelf.slide(1, 1, (0, 2))], shelf.voice(VOICE, SENTENCES), fields={})
    assert len(request.slides) == 1


def test_slides_without_ranges_share_the_narration(shelf):
    """Pictures from a stranger's service carry no `result.slide`."""
    slides = [shelf.slide(1, 2), shelf.slide(2, 2, (1, 2))]
    assert asked(shelf, slides, shelf.voice(VOICE, SENTENCES)).moments() == [0.0, 1.2]


def test_a_voice_without_timings_is_divided_by_the_text(shelf):
    """A foreign voice track over our own text: sentences by length, captions included."""
    narration = b'{"kind":"narration","language":"ru","title":"t","sentences":["abc","abcdefg"]}'
    text = given(id="text", name="CreateText", result_ref=shelf.put(narration, "json"))
    request = asked(shelf, [shelf.slide(1, 1)], shelf.voice(VOICE, language="", provider="mine"), extra=[text])
    assert [sentence.start for sentence in request.sentences] == [0.0, pytest.approx(0.667, abs=0.001)]
    assert (request.language, request.formant) == ("ru", False)


def test_a_voice_alone_still_makes_a_film(shelf):
    """Nothing is known of what is said: slides by the clock, no captions."""
    request = asked(shelf, [shelf.slide(1, 2), shelf.slide(2, 2)], shelf.voice(VOICE, language=""))
    assert (request.moments(), request.sentences, request.language) == ([0.0, 1.0], (), "")


@pytest.mark.parametrize(
    ("params", "size", "frame"),
    [
        ({}, (1920, 1080), (1920, 1080)),
        ({}, (3840, 2160), (1920, 1080)),
        ({}, (1080, 1920), (1080, 1920)),
        ({}, (2000, 2000), (1080, 1080)),
        ({}, (427, 241), (428, 240)),
        ({}, (20, 10), (64, 64)),
        ({"resolution": "640x360"}, (1920, 1080), (640, 360)),
        ({"resolution": None, "style": "modern-flat"}, (426, 240), (426, 240)),
    ],
)
def test_the_frame_is_as_asked_or_as_the_first_slide(shelf, params, size, frame):
    """Even, and never more than 1080p unless somebody asks."""
    slide = shelf.slide(1, 1, data=png(slide_image(0, size)))
    assert asked(shelf, [slide], shelf.voice(VOICE), params=params).frame == frame


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"fps": 29}, r"params\.fps"),
        ({"fps": "fast"}, r"params\.fps"),
        ({"transition": "star-wipe"}, r"params\.transition: Input should be 'fade' or 'cut'"),
        ({"motion": 7}, r"params\.motion"),
        ({"resolution": "full"}, r"params\.resolution"),
        ({"resolution": "641x360"}, "must be even"),
        ({"resolution": "3840x2160"}, "H.264 level 4.2"),
        ({"resolution": "1920x1080", "fps": 60, "motion": "none"}, None),
        ({"resolution": "2064x1080"}, "H.264 level 4.2"),
        ({"resolution": "32x32"}, "at least 64"),
    ],
)
def test_what_no_player_takes_is_refused(shelf, params, message):
    """Each wrong parameter by its name; level 4.2 is the limit."""
    if message is None:
        assert asked(shelf, [shelf.slide(1, 1)], shelf.voice(VOICE), params=params).fps == 60
        return
    with pytest.raises(BadInput, match=message) as raised:
        asked(shelf, [shelf.slide(1, 1)], shelf.voice(VOICE), params=params)
    assert raised.value.code == "params"


def broken(shelf, case):
    """(slides, voice) of a request that cannot work."""
    good, voice = shelf.slide(1, 1), shelf.voice(VOICE)
    match case:
        case "slides-count":
            return [], voice
        case "slide-missing":
            return [given(id="s", name="CreateSlide")], voice
        case "media-type":
            return [shelf.slide(1, 1, data=b"no picture")], voice
        case "foreign-ref":
            return [given(id="s", name="CreateSlide", result_ref="https://example.com/a.png")], voice
        case "voice-missing":
            return [good], None
        case "voice-length":
            return [good], shelf.voice(wav(np.zeros(0)))
        case "timings-invalid":
            return [good], shelf.voice(VOICE, timings_ref=shelf.put(b'{"kind":"else"}', "json"))
        case "not-json":
            return [good], shelf.voice(VOICE, timings_ref=shelf.put(b"{", "json"))
        case "timings-mismatch":
            return [good], shelf.voice(VOICE, spoken(["a", "b"], [(0.0, 1.0), (30.0, 31.0)]))
    raise AssertionError(case)


@pytest.mark.parametrize(
    "case",
    [
        "slides-count",
        "slide-missing",
        "media-type",
        "foreign-ref",
        "voice-missing",
        "voice-length",
        "timings-invalid",
        "not-json",
        "timings-mismatch",
    ],
)
def test_what_can_never_work_is_refused_with_its_code(shelf, case):
    """Bad input, never tried again, with a sentence."""
    slides, voice = broken(shelf, case)
    with pytest.raises(BadInput) as raised:
        asked(shelf, slides, voice)
    assert raised.value.code == case
    assert len(raised.value.message) > 20


def test_too_many_slides_are_refused(shelf):
    """The result that names them all must stay small."""
    slide = shelf.slide(1, 1)
    slides = [slide.model_copy(update={"id": f"s{number}"}) for number in range(MAX_SLIDES + 1)]
    with pytest.raises(BadInput, match="301 were given"):
        asked(shelf, slides, shelf.voice(VOICE))


def test_slides_of_another_narration_are_refused(shelf):
    """Both say that they start at the first sentence."""
    request = asked(shelf, [shelf.slide(1, 2, (0, 2)), shelf.slide(2, 2, (0, 2))], shelf.voice(VOICE, SENTENCES))
    with pytest.raises(BadInput, match="do not follow the narration"):
        request.moments()
