"""Argument lists."""

from itertools import pairwise
from pathlib import Path

import pytest

from services.video.ffmpeg import assemble, blocks, concat_list, encode_segment, measure, process_sound

COMMANDS = {
    "segment": encode_segment("ffmpeg", Path("s.mp4"), width=1280, height=720, fps=30),
    "sound": process_sound("ffmpeg", Path("in.wav"), "anull", Path("out.wav")),
    "film": assemble("ffmpeg", Path("l.txt"), Path("t.wav"), Path("c.mp4"), Path("f.mp4"), language="rus", frames=90, fps=30),
    "measure": measure("ffmpeg", Path("f.mp4"), "ebur128"),
}


def pairs(command):
    return set(pairwise(command))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_input_is_local_and_of_a_stated_kind(name):
    """No input may reach out of the machine or be guessed at; nothing waits for a keyboard but the pipe of frames."""
    command = COMMANDS[name]
    inputs = [index for index, argument in enumerate(command) if argument == "-i"]
    start = 0
    for index in inputs:
        options = command[start:index]
        assert ("-protocol_whitelist", "file,pipe") in pairs(options)
        assert "-f" in options
        assert command[index + 1] == "pipe:0" or command[index + 1].startswith("file:")
        start = index + 2
    assert ("-nostdin" in command) == (name != "segment")
    assert "-safe" not in command


def test_a_segment_is_what_every_player_takes():
    """H.264 High, yuv420p, constant rate, closed groups of 60, BT.709, one thread, no sound."""
    assert pairs(COMMANDS["segment"]) >= {
        ("-c:v", "libx264"), ("-profile:v", "high"), ("-pix_fmt", "yuv420p"), ("-g", "60"), ("-sc_threshold", "0"),
        ("-flags:v", "+bitexact+cgop"), ("-colorspace", "bt709"), ("-color_primaries", "bt709"), ("-color_trc", "bt709"),
        ("-color_range", "tv"), ("-framerate", "30"), ("-video_size", "1280x720"), ("-threads", "1"),
    }  # fmt: skip


def test_the_film_copies_its_picture_and_encodes_its_sound_once():
    """Six AAC segments would drift by 155 ms; one encode drifts by nothing."""
    command = COMMANDS["film"]
    assert pairs(command) >= {
        ("-c:v", "copy"), ("-c:a", "aac"), ("-ar", "48000"), ("-ac", "2"), ("-c:s", "copy"),
        ("-metadata:s:s:0", "language=rus"), ("-movflags", "+faststart"), ("-t", "3.000000"),
    }  # fmt: skip
    assert command.count("-c:a") == 1


def test_a_film_without_captions_has_no_track_for_them():
    """When nothing is known of what is said."""
    command = assemble("ffmpeg", Path("l"), Path("t"), None, Path("f"), language="und", frames=30, fps=30)
    assert "-c:s" not in command
    assert command.count("-i") == 2


def test_segments_are_listed_in_order():
    """Bare names, one a line."""
    assert concat_list(["a.mp4", "b.mp4"]) == "file 'a.mp4'\nfile 'b.mp4'\n"


@pytest.mark.parametrize(("size", "count"), [((1920, 1080), 8_160), ((1080, 1920), 8_160), ((64, 64), 16), ((426, 240), 405)])
def test_blocks_are_counted_as_the_standard_does(size, count):
    """16 by 16, rounded up."""
    assert blocks(*size) == count
