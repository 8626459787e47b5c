"""The operations of video-service: what each task name does."""

from collections.abc import Mapping
from math import isfinite
from pathlib import Path

import imageio_ffmpeg

from processing_service.contract.errors import Permanent, TaskError
from processing_service.contract.task import ClaimedTask, JSONValue
from services.sdk.operation import Context, Operation, Outcome
from services.video import captions, loudness, pictures, render
from services.video.captions import Cue
from services.video.frames import Album, Studio
from services.video.languages import three_letters
from services.video.loudness import Loudness
from services.video.mp4 import read_movie
from services.video.probe import Plan, checks, verdict
from services.video.request import FilmRequest, read_request
from services.video.texttrack import text_track
from services.video.timeline import HALF_TRANSITION, Timeline, schedule

# dBTP. AAC overshoots by an amount that depends on the sound: where the first ceiling proves too high, the next is used.
CEILINGS = (loudness.PEAK - 0.7, loudness.PEAK - 2.0, loudness.PEAK - 4.0)

_SIDECAR = "captions.vtt"
_HEADING = 120  # characters of a heading kept in the result
_HEADINGS = 10_000  # of all of them together: a result is at most 64 KB


def create_video_from_slides(task: ClaimedTask, context: Context) -> Outcome:
    """Slides and a voice track to a film that has been checked: an MP4, its captions as WebVTT, and a poster."""
    context.progress(1, "reading slides and voice")
    request = read_request(task, context)
    moments = request.moments()
    timeline = schedule(
        moments, request.wav.seconds, fps=request.fps, half_transition=HALF_TRANSITION if request.fading else 0.0
    )
    bench = render.Bench(_ffmpeg(), context.workspace, task.timeout)
    studio = Studio(timeline, request.frame, request.moving, _album(request))
    poster = _poster(request, bench.folder / "poster.jpg")

    def on_frames(done: int) -> None:
        context.progress(3 + 87 * done / timeline.frames, f"frame {done} of {timeline.frames}")

    parts = render.make_parts(bench, studio, request, on_frames)
    context.progress(91, "sound, captions, assembly")
    found = captions.cues(
        request.sentences, moments[1:], lead_in=timeline.lead_in / timeline.fps, seconds=timeline.seconds, fps=timeline.fps
    )
    subtitles = _subtitles(found, timeline.seconds, bench.folder)
    plan = Plan(timeline, request.frame, three_letters(request.language), len(found))
    film, heard, facts = _finish(bench, parts, subtitles, plan)
    context.progress(98, "storing the film")
    return Outcome(
        context.save(film),
        {
            "duration": round(timeline.seconds, 3),
            "width": request.frame[0],
            "height": request.frame[1],
            "fps": timeline.fps,
            "language": request.language or None,
            "slides": _slides(request, timeline),
            "captions_ref": context.save(bench.folder / _SIDECAR) if found else None,
            "poster_ref": context.save(poster),
            "loudness_lufs": _finite(heard.integrated),
            "true_peak_dbtp": _finite(heard.peak),
            "bytes": film.stat().st_size,
            "checks": facts,
        },
    )


OPERATIONS: Mapping[str, Operation] = {"CreateVideoFromSlides": create_video_from_slides}


def _finish(
    bench: render.Bench, parts: render.Parts, subtitles: Path | None, plan: Plan
) -> tuple[Path, Loudness, dict[str, JSONValue]]:
    """Level the sound, put the film together, check it. Raises TaskError when the film is not what was planned."""
    for ceiling in CEILINGS:
        sound = render.level(bench, parts, ceiling)
        film = render.assemble(bench, parts, sound, subtitles, plan)
        heard = render.listen(bench, film)
        if heard.peak <= loudness.PEAK:
            break
    try:
        movie = read_movie(film)
    except ValueError as error:
        raise TaskError(f"the finished film cannot be read back: {error}", code="film-check") from error
    return film, heard, verdict(checks(movie, heard, plan, levelled=sound.levelled))


def _ffmpeg() -> str:
    try:
        return str(imageio_ffmpeg.get_ffmpeg_exe())
    except RuntimeError as error:
        raise Permanent("there is no ffmpeg on this worker; install imageio-ffmpeg or ffmpeg", code="tool-missing") from error


def _album(request: FilmRequest) -> Album:
    def convert(slide: int) -> pictures.Picture:
        given = request.slides[slide]
        fitted = pictures.fit(pictures.load(given.path, given.name), request.frame)
        return pictures.planes(fitted, request.frame, Studio.oversampling(moving=request.moving))

    return Album(convert, keep=2 * render.lanes())


def _poster(request: FilmRequest, path: Path) -> Path:
    """The first slide as a still, in the film's size: what people see before they press play."""
    first = request.slides[0]
    still = pictures.fit(pictures.load(first.path, first.name), request.frame)
    pictures.save_still(still, request.frame, path)
    return path


def _subtitles(found: list[Cue], seconds: float, folder: Path) -> Path | None:
    """Write the captions twice, for beside the film and for inside it; the latter's path, or None without cues."""
    if not found:
        return None
    (folder / _SIDECAR).write_text(captions.webvtt(found), encoding="utf-8")
    soft = folder / "captions.mp4"
    soft.write_bytes(text_track(found, seconds))
    return soft


def _slides(request: FilmRequest, timeline: Timeline) -> list[JSONValue]:
    room = min(_HEADING, _HEADINGS // len(request.slides))
    shown: list[JSONValue] = []
    for index, slide in enumerate(request.slides):
        first, end = timeline.scene(index)
        shown.append(
            {
                "number": index + 1,
                "heading": slide.heading[:room],
                "start": round(first / timeline.fps, 3),
                "end": round(end / timeline.fps, 3),
            }
        )
    return shown


def _finite(value: float) -> float | None:
    return round(value, 2) if isfinite(value) else None
