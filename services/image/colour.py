"""Colours, and the contrast between them as WCAG 2.2 measures it. Pure arithmetic on 8-bit sRGB."""

from typing import TypeAlias

RGB: TypeAlias = tuple[int, int, int]

TEXT_CONTRAST = 4.5
"""What WCAG asks between text and what is behind it (success criterion 1.4.3, level AA)."""


def rgb(code: str) -> RGB:
    """`F5F1E8` as numbers."""
    return int(code[0:2], 16), int(code[2:4], 16), int(code[4:6], 16)


def mix(first: RGB, second: RGB, share: float) -> RGB:
    """`first` with `share` (0 to 1) of `second` in it."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def luminance(colour: RGB) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2, definition of the term)."""
    linear = [value / 255 / 12.92 if value / 255 <= 0.04045 else ((value / 255 + 0.055) / 1.055) ** 2.4 for value in colour]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: RGB, second: RGB) -> float:
    """1 to 21, whichever of the two is lighter."""
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


def readable(colour: RGB, ground: RGB, least: float = TEXT_CONTRAST) -> RGB:
    """The colour nearest to `colour`, toward black or white, that contrasts with `ground` by `least`."""
    end: RGB = (0, 0, 0) if luminance(ground) > 0.18 else (255, 255, 255)
    for step in range(51):
        candidate = mix(colour, end, step / 50)
        if contrast(candidate, ground) >= least:
            return candidate
    return end
