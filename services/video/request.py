"""What a claimed CreateVideoFromSlides asks for, checked once: slides, voice, what is said, and the shape of the film."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from processing_service.contract.errors import BadInput
from processing_service.contract.task import ClaimedTask, Upstream
from services.sdk.language import detect_language
from services.sdk.narration import Narration, Slide, SpokenSentence, Timings
from services.sdk.operation import Context
from services.video import pictures, speech, timeline
from services.video.ffmpeg import MAX_BLOCKS, blocks
from services.video.wav import Wav, read_wav

MAX_SLIDES = 300
_SMALLEST = 64  # pixels
_LARGEST = (1920, 1080)  # a film shaped after its slides is no larger than this, either way up


class Params(BaseModel):
    """`params` of the task. `resolution` is "1920x1080"; without it the film is as large as its first slide."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    resolution: str | None = Field(None, pattern=r"^[1-9]\d{1,4}x[1-9]\d{1,4}$")
    fps: Literal[24, 25, 30, 50, 60] = 30
    transition: Literal["fade", "cut"] = "fade"
    motion: Literal["zoom", "none"] = "zoom"


@dataclass(frozen=True, slots=True)
class SlideInput:
    """One slide of the film, in the order it is shown. `first` is the number of the first sentence it stands for, if it says."""

    name: str
    path: Path
    heading: str
    first: int | None


@dataclass(frozen=True, slots=True)
class FilmRequest:
    """A film that can be made: every file is here, every number is in range."""

    slides: tuple[SlideInput, ...]
    voice: Path
    wav: Wav
    formant: bool
    """The voice is eSpeak's, whose sound needs taming."""
    sentences: tuple[SpokenSentence, ...]
    language: str
    frame: tuple[int, int]
    fps: int
    fading: bool
    moving: bool

    def moments(self) -> list[float]:
        """When each slide starts, in seconds of the voice."""
        firsts = [slide.first for slide in self.slides if slide.first is not None]
        if self.sentences and len(firsts) == len(self.slides):
            return timeline.moments_of_ranges(firsts, self.sentences)
        return timeline.moments_of_parts(len(self.slides), self.sentences, self.wav.seconds)


def read_request(task: ClaimedTask, context: Context) -> FilmRequest:
    """Read and check everything the task refers to. Raises BadInput, naming what is wrong and what to do."""
    params = _params(task.params)
    upstreams = task.upstreams("slide_ids") or [given for given in task.inputs.values() if given.name == "CreateSlide"]
    if not 1 <= len(upstreams) <= MAX_SLIDES:
        raise BadInput(
            f"a film needs 1 to {MAX_SLIDES} slides, and {len(upstreams)} were given; list the CreateSlide tasks in `slide_ids`",
            code="slides-count",
        )
    slides = tuple(_slide(number, given, context) for number, given in enumerate(upstreams, start=1))
    voice = task.upstream("voice_track_id") or task.named("CreateVoice")
    if voice is None or voice.result_ref is None:
        raise BadInput(
            "a film needs a voice track; name a CreateVoice task in `voice_track_id`, whose result_ref is a WAV",
            code="voice-missing",
        )
    path = context.open(voice.result_ref)
    wav = read_wav(path)
    if not 0 < wav.seconds <= timeline.MAX_SECONDS:
        raise BadInput(
            f"the voice track lasts {wav.seconds:.0f} s; it must hold sound, and at most {timeline.MAX_SECONDS // 3_600} hours",
            code="voice-length",
        )
    facts: dict[str, Any] = voice.result if isinstance(voice.result, dict) else {}
    narration = _narration(facts, task, context)
    sentences = _sentences(facts, narration, wav.seconds, context)
    language = facts.get("language") or (narration.language if narration else "")
    return FilmRequest(
        slides=slides,
        voice=path,
        wav=wav,
        formant="espeak" in str(facts.get("provider", "")).lower(),
        sentences=sentences,
        language=language or detect_language(" ".join(sentence.text for sentence in sentences), default=""),
        frame=_frame(params, slides),
        fps=params.fps,
        fading=params.transition == "fade",
        moving=params.motion == "zoom",
    )


def _params(given: dict[str, Any]) -> Params:
    try:
        return Params.model_validate({name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        wrong = "; ".join(f"params.{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors())
        raise BadInput(f"the film cannot be made as asked: {wrong}", code="params") from error


def _slide(number: int, given: Upstream, context: Context) -> SlideInput:
    if given.result_ref is None:
        raise BadInput(f"slide {number} has no picture: its task left no result_ref", code="slide-missing")
    heading, first = "", None
    if isinstance(given.result, dict):
        try:
            slide = Slide.model_validate(given.result.get("slide"))
        except ValidationError:
            pass  # made by a stranger: a picture without a place in the narration
        else:
            heading, first = slide.heading, slide.first
    return SlideInput(f"slide {number}", context.open(given.result_ref), heading, first)


def _narration(facts: dict[str, Any], task: ClaimedTask, context: Context) -> Narration | None:
    """The text that was spoken: as the voice says, else as a CreateText among the inputs says, else unknown."""
    text = task.upstream("text_task_id") or task.named("CreateText")
    for ref in (facts.get("narration_ref"), text.result_ref if text else None):
        if isinstance(ref, str) and ref.endswith(".json"):
            try:
                return Narration.model_validate(context.read_json(ref))
            except ValidationError:
                continue  # some other JSON: the film goes on without its text
    return None


def _sentences(
    facts: dict[str, Any], narration: Narration | None, seconds: float, context: Context
) -> tuple[SpokenSentence, ...]:
    ref = facts.get("timings_ref")
    if isinstance(ref, str):
        try:
            timings = Timings.model_validate(context.read_json(ref))
        except ValidationError as error:
            raise BadInput(
                "the voice track's timings_ref is not a Timings document; leave it out or give one", code="timings-invalid"
            ) from error
        return speech.complete(timings, seconds)
    return speech.proportional(narration.sentences, seconds) if narration else ()


def _frame(params: Params, slides: tuple[SlideInput, ...]) -> tuple[int, int]:
    """The film's size: as asked, else that of the first slide, reduced to 1080p; always even, as yuv420p needs."""
    sizes = [pictures.size(slide.path, slide.name) for slide in slides]
    if params.resolution:
        width, height = map(int, re.findall(r"\d+", params.resolution))
        if width % 2 or height % 2:
            raise BadInput(f"params.resolution {width}x{height} must be even in both directions", code="params")
    else:
        width, height = sizes[0]
        longest, shortest = _LARGEST if width >= height else _LARGEST[::-1]
        scale = min(1.0, longest / width, shortest / height)
        width, height = (max(_SMALLEST, round(side * scale / 2) * 2) for side in (width, height))
    if min(width, height) < _SMALLEST or blocks(width, height) > MAX_BLOCKS:
        raise BadInput(
            f"a film of {width}x{height} is outside what players take (H.264 level 4.2); "
            f"use 1920x1080, 1080x1920 or less, and at least {_SMALLEST} pixels a side",
            code="params",
        )
    return width, height
