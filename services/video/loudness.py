"""Speech made as loud as people expect: the filters that shape and level it, and what a measurement says. Pure.

EBU R 128: integrated loudness in LUFS, true peak in dBTP. Two steps, because a peaky voice leaves no room for gain: first
compress and limit, then measure, then gain and limit at four times the rate (which sees the peaks between samples).
"""

import math
import re
from dataclasses import dataclass

from services.video.timeline import SAMPLE_RATE

TARGET = -16.0  #    LUFS: what speech and podcasts are published at
TOLERANCE = 0.5
PEAK = -1.5  #       dBTP that the finished film must not pass
_OVERSHOOT = 0.7  #  dB that the AAC encoder may add to a peak
SILENCE = -60.0  #   LUFS: below this there is nothing to raise

# eSpeak's formants are harsh around 3.5 kHz and hold nothing above 9.5 kHz but noise; other voices keep their treble.
_FORMANT = "equalizer=f=3500:t=q:w=1.2:g=-4,lowpass=f=9500,"
_SUMMARY = re.compile(
    r"Integrated loudness:\s+I:\s+(?P<loudness>\S+) LUFS.*?True peak:\s+Peak:\s+(?P<peak>\S+) dBFS", re.DOTALL
)

MEASURE = "ebur128=peak=true:framelog=quiet"
"""A filter that passes sound through and prints a summary at its end; ffmpeg must log at level `info`."""


@dataclass(frozen=True, slots=True)
class Loudness:
    """Integrated loudness in LUFS and true peak in dBTP; minus infinity both in silence."""

    integrated: float
    peak: float

    @property
    def silent(self) -> bool:
        return self.integrated < SILENCE


def shape(*, formant: bool, lead_in_samples: int, samples: int) -> str:
    """Filters from a voice track to a stereo timeline of exactly `samples`, its peaks tamed; then `MEASURE`."""
    return (
        f"aresample={SAMPLE_RATE},aformat=channel_layouts=stereo,highpass=f=80,{_FORMANT if formant else ''}"
        "acompressor=threshold=-28dB:ratio=5:attack=2:release=60:makeup=10dB:knee=6,"
        "alimiter=limit=0.4:attack=1:release=40:level=0,"
        f"adelay=delays={lead_in_samples}S:all=1,apad=whole_len={samples},atrim=end_sample={samples},{MEASURE}"
    )


def level(gain: float, *, ceiling: float = PEAK - _OVERSHOOT) -> str:
    """Filters that add `gain` dB and keep the true peak below `ceiling` dBTP; then `MEASURE`.

    Last in the chain and in stereo: mono to stereo lowers each channel by 3 dB, so limiting before it would waste them.
    """
    return (
        f"volume={gain:.2f}dB,aresample={4 * SAMPLE_RATE},alimiter=limit={ceiling:.2f}dB:attack=2:release=60:level=0,"
        f"aresample={SAMPLE_RATE},{MEASURE}"
    )


def parse(stderr: str) -> Loudness:
    """The last summary that ffmpeg printed. Raises ValueError when there is none."""
    found = list(_SUMMARY.finditer(stderr))
    if not found:
        raise ValueError("ffmpeg printed no loudness summary")
    integrated, peak = float(found[-1]["loudness"]), float(found[-1]["peak"])
    # ebur128 reports -70, the absolute gate, when nothing passed it; "nan" when there was not one whole block (400 ms).
    return Loudness(-math.inf if not integrated > -70 else integrated, -math.inf if math.isnan(peak) else peak)
