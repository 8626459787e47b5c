"""Effects: frames to segments in parallel lanes, a voice to a levelled timeline, both to a film. Decides nothing itself."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import Any

from services.sdk.process import open_tool, run_tool
from services.video import ffmpeg, loudness
from services.video.frames import Studio
from services.video.loudness import Loudness
from services.video.probe import Plan
from services.video.request import FilmRequest
from services.video.timeline import Timeline

SEGMENT = 2 * ffmpeg.GOP  # frames: short enough to keep all lanes busy to the end, long enough not to feel each start
_MOST_LANES = 4  #          an encoder takes about 150 MB at 1080p
_SECONDS_BETWEEN_REPORTS = 0.5


@dataclass(frozen=True, slots=True)
class Bench:
    """Where one film is made: the ffmpeg to call, a private folder, and seconds that one call may take."""

    ffmpeg: str
    folder: Path
    timeout: float


@dataclass(frozen=True, slots=True)
class Parts:
    """What can be made before the sound is levelled: the list of segments, the shaped voice, and how loud that is."""

    listing: Path
    shaped: Path
    measured: Loudness


@dataclass(frozen=True, slots=True)
class Sound:
    """A timeline of sound as long as the film, and how loud it is."""

    path: Path
    loudness: Loudness
    levelled: bool


def lanes() -> int:
    """Segments to encode at the same time: one for each core this process may use."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(_MOST_LANES, cores))


def make_parts(bench: Bench, studio: Studio, request: FilmRequest, on_frames: Callable[[int], None]) -> Parts:
    """Encode all frames, and shape the voice beside them.

    `on_frames` is called in this thread with the number of frames done, about twice a second.
    """
    ranges = segments(studio.timeline.frames)
    names = [f"segment-{number:05}.mp4" for number in range(len(ranges))]
    done = [0] * len(ranges)
    stop = Event()

    def encode(number: int) -> None:
        for count in _encode(bench, studio, ranges[number], names[number], stop):
            done[number] = count

    with ThreadPoolExecutor(lanes(), thread_name_prefix="lane") as pool:
        shaped = pool.submit(shape_voice, bench, request, studio.timeline)
        pending: set[Future[Any]] = {shaped, *(pool.submit(encode, number) for number in range(len(ranges)))}
        try:
            while pending:
                finished, pending = wait(pending, _SECONDS_BETWEEN_REPORTS, FIRST_EXCEPTION)
                for future in finished:
                    future.result()
                on_frames(sum(done))
        finally:
            stop.set()
            for future in pending:
                future.cancel()
    listing = bench.folder / "segments.txt"
    listing.write_text(ffmpeg.concat_list(names), encoding="utf-8")
    return Parts(listing, *shaped.result())


def segments(frames: int) -> list[tuple[int, int]]:
    """A film cut into runs of whole GOPs, (first, end), regardless of its slides: keyframes stay evenly spaced throughout."""
    return [(first, min(first + SEGMENT, frames)) for first in range(0, frames, SEGMENT)]


def shape_voice(bench: Bench, request: FilmRequest, timeline: Timeline) -> tuple[Path, Loudness]:
    """The voice at its place in the film, its peaks tamed, not yet levelled."""
    shaped = bench.folder / "shaped.wav"
    filters = loudness.shape(formant=request.formant, lead_in_samples=timeline.lead_in_samples, samples=timeline.samples)
    return shaped, _processed(bench, request.voice, filters, shaped)


def level(bench: Bench, parts: Parts, ceiling: float) -> Sound:
    """Bring a shaped voice to the target loudness under a ceiling of peaks.

    The limiter takes back some of the gain, by an amount that only a measurement tells; three corrections come within 0.1 LU
    of what can be reached at all.
    """
    shaped = parts.shaped
    if parts.measured.silent:
        return Sound(shaped, parts.measured, levelled=False)
    gain = loudness.TARGET - parts.measured.integrated
    levelled = bench.folder / "timeline.wav"
    heard = _processed(bench, shaped, loudness.level(gain, ceiling=ceiling), levelled)
    for _ in range(3):
        missing = loudness.TARGET - heard.integrated
        if abs(missing) <= loudness.TOLERANCE / 5:
            break
        gain += missing
        heard = _processed(bench, shaped, loudness.level(gain, ceiling=ceiling), levelled)
    return Sound(levelled, heard, levelled=abs(loudness.TARGET - heard.integrated) <= loudness.TOLERANCE)


def assemble(bench: Bench, parts: Parts, sound: Sound, captions: Path | None, plan: Plan) -> Path:
    """Join segments, sound and captions into a film, complete under its name or not there at all."""
    partial, film = bench.folder / "partial.mp4", bench.folder / "film.mp4"
    timeline = plan.timeline
    command = ffmpeg.assemble(
        bench.ffmpeg,
        parts.listing,
        sound.path,
        captions,
        partial,
        language=plan.language,
        frames=timeline.frames,
        fps=timeline.fps,
    )
    run_tool(command, timeout=bench.timeout, cwd=bench.folder)
    return partial.replace(film)


def listen(bench: Bench, film: Path) -> Loudness:
    """How loud the finished film is. Raises ToolError when it does not decode."""
    return loudness.parse(run_tool(ffmpeg.measure(bench.ffmpeg, film, loudness.MEASURE), timeout=bench.timeout).stderr)


def _processed(bench: Bench, source: Path, filters: str, output: Path) -> Loudness:
    command = ffmpeg.process_sound(bench.ffmpeg, source, filters, output)
    return loudness.parse(run_tool(command, timeout=bench.timeout).stderr)


def _encode(bench: Bench, studio: Studio, frames: tuple[int, int], name: str, stop: Event) -> Iterator[int]:
    """Encode one run of frames; yields how many are done. Ends early, with an unfinished file, when `stop` is set."""
    width, height = studio.frame
    command = ffmpeg.encode_segment(bench.ffmpeg, bench.folder / name, width=width, height=height, fps=studio.timeline.fps)
    with open_tool(command, cwd=bench.folder) as encoder:
        assert encoder.stdin is not None
        for count, planes in enumerate(studio.frames(*frames), start=1):
            if stop.is_set():
                return
            for plane in planes:
                encoder.stdin.write(plane.data)
            yield count
