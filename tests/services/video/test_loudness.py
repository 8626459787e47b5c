"""Filters for sound, and what ffmpeg says of it."""

import math

import pytest

from services.video.loudness import Loudness, level, parse, shape

SUMMARY = """[Parsed_ebur128_5 @ 0x1] Summary:

  Integrated loudness:
    I:         {loudness} LUFS
    Threshold: -26.4 LUFS

  Loudness range:
    LRA:         2.1 LU

  True peak:
    Peak:       {peak} dBFS
"""


@pytest.mark.parametrize(
    ("loudness", "peak", "found"),
    [
        ("-16.0", "-1.5", Loudness(-16.0, -1.5)),
        ("-70.0", "-inf", Loudness(-math.inf, -math.inf)),
        ("-70.0", "-80.2", Loudness(-math.inf, -80.2)),
        ("nan", "nan", Loudness(-math.inf, -math.inf)),
    ],
)
def test_the_summary_is_read(loudness, peak, found):
    """Silence, which R 128 cannot measure, comes out as minus infinity."""
    heard = parse("[aist#0:0] some line\n" + SUMMARY.format(loudness=loudness, peak=peak))
    assert heard == found
    assert heard.silent == (found.integrated < -60)


def test_the_last_summary_counts():
    """A chain may measure more than once."""
    assert parse(SUMMARY.format(loudness="-30.0", peak="-9") + SUMMARY.format(loudness="-16.2", peak="-2")).integrated == -16.2


def test_no_summary_is_an_error():
    """Never a guess."""
    with pytest.raises(ValueError, match="no loudness summary"):
        parse("Conversion failed!")


def test_only_a_formant_voice_loses_its_treble():
    """eSpeak's noise above 9.5 kHz goes; a natural voice keeps what is there."""
    assert "lowpass" in shape(formant=True, lead_in_samples=14_400, samples=96_000)
    assert "lowpass" not in shape(formant=False, lead_in_samples=14_400, samples=96_000)


def test_the_timeline_has_an_exact_length_in_samples():
    """Silence before, silence after, not one sample more."""
    filters = shape(formant=True, lead_in_samples=14_400, samples=96_000)
    assert "adelay=delays=14400S:all=1,apad=whole_len=96000,atrim=end_sample=96000" in filters


def test_the_limiter_stands_last_and_does_not_raise_the_level():
    """Gain, then a limiter at four times the rate, with `level=0`: alimiter makes up gain by itself otherwise."""
    filters = level(3.456, ceiling=-2.2)
    assert filters.startswith("volume=3.46dB,aresample=192000,alimiter=limit=-2.20dB:")
    assert "level=0,aresample=48000,ebur128" in filters
