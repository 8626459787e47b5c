"""How ffmpeg is called: argument lists, each from a pure function. No user text ever reaches one, only numbers and our own names.

Segments are joined without re-encoding, so every one is encoded with the very same parameters.
"""

from collections.abc import Sequence
from pathlib import Path

from services.video.timeline import SAMPLE_RATE

GOP = 60  # frames: 2 s at 30 fps; streaming cuts in 6 s pieces fall on keyframes

# Macroblocks of 16x16 that a frame may have in H.264 level 4.2, what phones and televisions decode. Its other limit, 522,240 a
# second, is these at 60 frames a second, the fastest we make.
MAX_BLOCKS = 8_704

_QUIET = ("-hide_banner", "-nostats", "-loglevel", "error", "-y")
_TALKATIVE = ("-hide_banner", "-nostats", "-nostdin", "-loglevel", "info", "-y")
_LOCAL = ("-protocol_whitelist", "file,pipe")


def encode_segment(ffmpeg: str, output: Path, *, width: int, height: int, fps: int) -> list[str]:
    """Raw yuv420p frames on standard input to a silent H.264 segment.

    One thread: the lanes are the parallelism, and one thread gives the same bytes everywhere. `subme=1` instead of veryfast's 2:
    on slides a third less time for 9 % fewer bytes at the same SSIM (0.9932 against 0.9933, measured). The frames are BT.709 in limited
    range; `setparams` says so, since raw video cannot.
    """
    return [
        ffmpeg, *_QUIET,
        *_LOCAL, "-f", "rawvideo", "-pixel_format", "yuv420p", "-video_size", f"{width}x{height}", "-framerate", str(fps),
        "-i", "pipe:0",
        "-vf", "setparams=range=tv:colorspace=bt709:color_primaries=bt709:color_trc=bt709:field_mode=prog",
        "-c:v", "libx264", "-preset", "veryfast", "-crf", "20", "-profile:v", "high", "-pix_fmt", "yuv420p",
        "-g", str(GOP), "-keyint_min", str(GOP), "-sc_threshold", "0", "-bf", "2", "-threads", "1",
        "-x264-params", "subme=1",
        "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        "-video_track_timescale", str(fps * 512), "-fflags", "+bitexact", "-flags:v", "+bitexact+cgop",
        "-f", "mp4", str(output),
    ]  # fmt: skip


def process_sound(ffmpeg: str, source: Path, filters: str, output: Path) -> list[str]:
    """A WAV through `filters` into a 16-bit stereo WAV; the filters end in a measurement, printed on standard error."""
    return [
        ffmpeg, *_TALKATIVE, *_LOCAL, "-format_whitelist", "wav", "-f", "wav", "-i", f"file:{source}",
        "-map", "0:a:0", "-af", filters, "-c:a", "pcm_s16le", "-ar", str(SAMPLE_RATE), "-ac", "2",
        "-fflags", "+bitexact", "-f", "wav", str(output),
    ]  # fmt: skip


def assemble(
    ffmpeg: str, segments: Path, sound: Path, captions: Path | None, output: Path, *, language: str, frames: int, fps: int
) -> list[str]:
    """Segments, copied; the timeline, encoded once as AAC; captions copied as a soft track from an MP4 of their own.

    `language` is ISO 639-2. `segments` is a concat list of bare names in its own folder, which is what lets the demuxer's own safety check stay on.
    """
    soft = [*_LOCAL, "-format_whitelist", "mov", "-f", "mov", "-i", f"file:{captions}"]
    track = ["-map", "2:s:0", "-c:s", "copy", "-metadata:s:s:0", f"language={language}", "-disposition:s:0", "0"]
    return [
        ffmpeg, *_QUIET, "-nostdin",
        *_LOCAL, "-format_whitelist", "concat,mov", "-f", "concat", "-i", f"file:{segments}",
        *_LOCAL, "-format_whitelist", "wav", "-f", "wav", "-i", f"file:{sound}",
        *(soft if captions else []),
        "-map", "0:v:0", "-c:v", "copy", "-metadata:s:v:0", f"language={language}",
        "-map", "1:a:0", "-c:a", "aac", "-profile:a", "aac_low", "-aac_coder", "fast", "-b:a", "160k",
        "-ar", str(SAMPLE_RATE), "-ac", "2", "-metadata:s:a:0", f"language={language}",
        *(track if captions else []),
        "-t", f"{frames / fps:.6f}", "-movflags", "+faststart", "-fflags", "+bitexact", "-f", "mp4", str(output),
    ]  # fmt: skip


def measure(ffmpeg: str, film: Path, filters: str) -> list[str]:
    """Decode the finished film, all of its sound and every keyframe, to nowhere: it plays, and this is how loud it is."""
    return [
        ffmpeg, *_TALKATIVE, "-xerror", *_LOCAL, "-format_whitelist", "mov", "-f", "mov", "-skip_frame:v", "nokey",
        "-threads", "1", "-i", f"file:{film}",
        "-map", "0:a:0", "-af", filters, "-map", "0:v:0", "-f", "null", "-",
    ]  # fmt: skip


def concat_list(names: Sequence[str]) -> str:
    """The file that names the segments in order."""
    return "".join(f"file '{name}'\n" for name in names)


def blocks(width: int, height: int) -> int:
    """Macroblocks of a frame."""
    return -(-width // 16) * -(-height // 16)
