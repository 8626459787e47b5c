"""Is the finished file the film that was planned? Facts in, a verdict out. Pure.

Checked before success is reported: that the film is right is then a fact, not a hope.
"""

from dataclasses import dataclass
from math import isfinite

from processing_service.contract.errors import TaskError
from processing_service.contract.task import JSONValue
from services.video.ffmpeg import GOP
from services.video.loudness import PEAK, TARGET, TOLERANCE, Loudness
from services.video.mp4 import AudioEntry, Movie, Track, VideoEntry
from services.video.timeline import SAMPLE_RATE, Timeline

HIGH_PROFILE, LEVEL, AAC_LC = 100, 42, 2
BT709 = (1, 1, 1, False)


@dataclass(frozen=True, slots=True)
class Plan:
    """What the file should be. `cues` is 0 when nothing is known of what is said; then there is no caption track."""

    timeline: Timeline
    frame: tuple[int, int]
    language: str
    cues: int


@dataclass(frozen=True, slots=True)
class Check:
    """One fact about the file beside what it should be."""

    name: str
    passed: bool
    found: JSONValue
    wanted: str


def checks(movie: Movie, heard: Loudness, plan: Plan, *, levelled: bool) -> list[Check]:
    """Everything that can be wrong with the file, each with what was found.

    `levelled` says that the loudness could reach its target; a silent or nearly silent voice cannot.
    """
    pictures, sounds = movie.tracks_of("vide"), movie.tracks_of("soun")
    captions = movie.tracks_of("sbtl", "text")
    streams = [track.codec for track in movie.tracks]
    wanted = ["avc1", "mp4a", *(["tx3g"] if plan.cues else [])]
    found = [Check("streams", streams == wanted, list(streams), ", ".join(wanted))]
    found.append(_check_order(movie))
    if pictures and pictures[0].video:
        found += _picture(pictures[0], pictures[0].video, plan)
    if sounds and sounds[0].audio:
        found += _sound(sounds[0], sounds[0].audio, plan)
    if plan.cues and captions:
        track = captions[0]
        good = track.language == plan.language and track.samples >= plan.cues
        found.append(Check("captions", good, [track.language, track.samples], f"{plan.cues} cues in {plan.language}"))
    found.append(
        Check("true_peak", heard.peak <= PEAK, round(heard.peak, 2) if isfinite(heard.peak) else None, f"at most {PEAK} dBTP")
    )
    if levelled:
        near = abs(heard.integrated - TARGET) <= TOLERANCE
        found.append(
            Check("loudness", near, heard.integrated if isfinite(heard.integrated) else None, f"{TARGET} LUFS ± {TOLERANCE}")
        )
    return found


def verdict(found: list[Check]) -> dict[str, JSONValue]:
    """The facts by name when all checks passed. Raises TaskError naming those that did not."""
    failed = [check for check in found if not check.passed]
    if failed:
        what = "; ".join(f"{check.name}: found {check.found}, wanted {check.wanted}" for check in failed)
        raise TaskError(f"the finished film failed its own check of {what}", code="film-check")
    return {check.name: check.found for check in found}


def _check_order(movie: Movie) -> Check:
    order = [name for name in movie.order if name in {"moov", "mdat"}]
    return Check("faststart", order == ["moov", "mdat"], list(movie.order), "moov before mdat")


def _picture(track: Track, video: VideoEntry, plan: Plan) -> list[Check]:
    fps, frames = plan.timeline.fps, plan.timeline.frames
    size = (video.width, video.height)
    coding = (video.profile, video.chroma, video.depth)
    gaps = [after - before for before, after in zip(track.keyframes, (*track.keyframes[1:], frames + 1), strict=True)]
    constant = all(delta * fps == track.timescale for _, delta in track.deltas)
    return [
        Check("resolution", size == plan.frame, list(size), f"{plan.frame[0]}x{plan.frame[1]}"),
        Check("profile", coding == (HIGH_PROFILE, 1, 8), list(coding), "High (100), 4:2:0 (1), 8 bits"),
        Check("level", 0 < video.level <= LEVEL, video.level, f"at most {LEVEL}"),
        Check("colour", video.colour == BT709, list(video.colour or ()), "BT.709 (1, 1, 1), limited range"),
        Check("frames", track.samples == frames, track.samples, str(frames)),
        Check("constant_rate", constant, [list(pair) for pair in track.deltas[:4]], f"every frame 1/{fps} s"),
        Check("keyframes", track.keyframes[:1] == (1,) and max(gaps) <= GOP, len(gaps), f"one at least every {GOP} frames"),
        _lasts("duration", track, plan.timeline),
    ]


def _sound(track: Track, audio: AudioEntry, plan: Plan) -> list[Check]:
    coding = (audio.object_type, audio.rate, audio.channels)
    return [
        Check("sound", coding == (AAC_LC, SAMPLE_RATE, 2), list(coding), "AAC-LC (2), 48000 Hz, stereo"),
        _lasts("sound_duration", track, plan.timeline),
    ]


def _lasts(name: str, track: Track, timeline: Timeline) -> Check:
    good = abs(track.seconds - timeline.seconds) <= 1 / timeline.fps
    return Check(name, good, round(track.seconds, 3), f"{timeline.seconds:.3f} s, within a frame")
