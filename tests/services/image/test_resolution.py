"""The frames a slide can have."""

from typing import Any

import pytest

from processing_service.contract.errors import BadInput
from services.image.resolution import Frame, parse_resolution


@pytest.mark.parametrize(
    ("text", "frame", "orientation"),
    [
        ("1920x1080", Frame(1920, 1080), "landscape"),
        (" 1280 x 720 ", Frame(1280, 720), "landscape"),
        ("1080X1920", Frame(1080, 1920), "portrait"),
        ("1080×1080", Frame(1080, 1080), "square"),
        ("1920х1080", Frame(1920, 1080), "landscape"),  # the Cyrillic letter
        ("320x180", Frame(320, 180), "landscape"),
        ("3840x2160", Frame(3840, 2160), "landscape"),
        ("2160x3840", Frame(2160, 3840), "portrait"),
        ("1440x1080", Frame(1440, 1080), "landscape"),
    ],
)
def test_a_resolution_is_understood(text: str, frame: Frame, orientation: str) -> None:
    """However people write the sign between the numbers."""
    parsed = parse_resolution(text)
    assert (parsed, parsed.orientation) == (frame, orientation)


@pytest.mark.parametrize(
    "value",
    [
        "",
        "1920",
        "1921x1080",
        "1920x1081",
        "318x180",
        "320x178",
        "3842x2160",
        "1920x180",
        "0x0",
        "-2x4",
        "1e3x720",
        "١٩٢٠x١٠٨٠",
        None,
        720,
        [1],
    ],
)
def test_a_bad_resolution_is_answered_with_the_range(value: Any) -> None:
    """The message says what would be accepted."""
    with pytest.raises(BadInput, match="320 to 3840"):
        parse_resolution(value)
