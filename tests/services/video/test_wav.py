"""Headers of voice tracks."""

import struct

import numpy as np
import pytest

from processing_service.contract.errors import BadInput
from services.video.wav import Wav, read_wav
from tests.services.video.material import float_wav, wav

SOUND = np.zeros(4_800)
GOOD = wav(SOUND)


def riff(*chunks, size=0):
    return b"RIFF" + struct.pack("<I", size) + b"WAVE" + b"".join(chunks)


def chunk(name, body, length=None):
    return name + struct.pack("<I", len(body) if length is None else length) + body


PCM = struct.pack("<HHIIHH", 1, 1, 48_000, 96_000, 2, 16)
EXTENSIBLE = struct.pack("<HHIIHH", 0xFFFE, 2, 44_100, 264_600, 6, 24) + struct.pack("<HHIH", 22, 24, 3, 1) + b"\0" * 14


@pytest.mark.parametrize(
    ("data", "facts"),
    [
        (GOOD, Wav(48_000, 1, 16, 4_800)),
        (wav(SOUND, 44_100, 2), Wav(44_100, 2, 16, 4_800)),
        (float_wav(SOUND, 24_000), Wav(24_000, 1, 32, 4_800)),
        (riff(chunk(b"fmt ", PCM), chunk(b"LIST", b"odd"), b"\0", chunk(b"data", bytes(200))), Wav(48_000, 1, 16, 100)),
        (riff(chunk(b"fmt ", EXTENSIBLE), chunk(b"data", bytes(600))), Wav(44_100, 2, 24, 100)),
        (riff(chunk(b"fmt ", PCM), chunk(b"data", bytes(200), length=0xFFFFFFFF)), Wav(48_000, 1, 16, 100)),
        (riff(chunk(b"fmt ", PCM), chunk(b"data", bytes(200), length=10**9)), Wav(48_000, 1, 16, 100)),
    ],
    ids=["ours", "stereo", "float", "odd chunk", "extensible", "streamed", "lying"],
)
def test_length_and_sampling_are_read(tmp_path, data, facts):
    """The length is never more than the file holds, whatever its header claims."""
    path = tmp_path / "voice.wav"
    path.write_bytes(data)
    assert read_wav(path) == facts


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "media-type"),
        (b"ID3\x04" + bytes(100), "media-type"),
        (riff(), "media-invalid"),
        (riff(chunk(b"data", bytes(10))), "media-invalid"),
        (riff(chunk(b"fmt ", b"abc"), chunk(b"data", bytes(10))), "media-invalid"),
        (riff(chunk(b"fmt ", struct.pack("<HHIIHH", 85, 1, 48_000, 1, 1, 0)), chunk(b"data", bytes(10))), "media-type"),
        (riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 0, 48_000, 1, 1, 16)), chunk(b"data", bytes(10))), "media-type"),
        (riff(chunk(b"fmt ", struct.pack("<HHIIHH", 1, 1, 0, 1, 1, 16)), chunk(b"data", bytes(10))), "media-type"),
    ],
    ids=["empty", "mp3", "no chunks", "no format", "short format", "mp3 inside", "no channels", "no rate"],
)
def test_what_is_no_voice_track_is_refused(tmp_path, data, code):
    """With a sentence that says what to give instead."""
    path = tmp_path / "voice.wav"
    path.write_bytes(data)
    with pytest.raises(BadInput, match="voice track") as raised:
        read_wav(path)
    assert raised.value.code == code
