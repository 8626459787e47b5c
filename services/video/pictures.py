"""Slides as pictures: opened with care, fitted to the film's frame, converted to the planes an encoder takes.

A picture comes from another service or from a stranger: only PNG, JPEG and WebP are tried, and nothing is decoded before the
header has said that it is small enough.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter, ImageOps

from processing_service.contract.errors import BadInput
from services.video.motion import Plane

FORMATS: Final = ("PNG", "JPEG", "WEBP")
MAX_PIXELS = 40_000_000  # 160 MB as RGBA

# BT.709, limited range: luma 16 + 219 * (0.2126 R + 0.7152 G + 0.0722 B) / 255; chroma 128 + 224 * (B - Y) / (1.8556 * 255)
# and 128 + 224 * (R - Y) / (1.5748 * 255). Pillow's matrices are (R, G, B, offset).
_KR, _KG, _KB = 0.2126, 0.7152, 0.0722
_LUMA = (_KR * 219 / 255, _KG * 219 / 255, _KB * 219 / 255, 16.0)
_BLUE = (-_KR / 1.8556 * 224 / 255, -_KG / 1.8556 * 224 / 255, (1 - _KB) / 1.8556 * 224 / 255, 128.0)
_RED = ((1 - _KR) / 1.5748 * 224 / 255, -_KG / 1.5748 * 224 / 255, -_KB / 1.5748 * 224 / 255, 128.0)

_SAME_ASPECT = 0.01  # stretching by up to 1 % is invisible; bars that narrow are not


@dataclass(frozen=True, slots=True)
class Picture:
    """Planes of yuv420p, BT.709, limited range: both chromas at half the film's size, luma at that or finer (see `planes`)."""

    luma: Plane
    blue: Plane
    red: Plane

    @property
    def planes(self) -> tuple[Plane, Plane, Plane]:
        return self.luma, self.blue, self.red


def size(path: Path, what: str) -> tuple[int, int]:
    """Width and height as a viewer would show them, from the header alone. Raises BadInput (see `load`)."""
    with _opened(path, what) as image:
        turned = image.getexif().get(0x0112, 1) in {5, 6, 7, 8} if image.format == "JPEG" else False
        return (image.height, image.width) if turned else (image.width, image.height)


def load(path: Path, what: str) -> Image.Image:
    """The picture in `path` as RGB, upright, transparency over white. `what` names it in errors, for instance "slide 2".

    Raises BadInput with the code `media-type` (not a PNG, JPEG or WebP), `media-too-large` or `media-invalid`.
    """
    with _opened(path, what) as image:
        try:
            image.load()
            upright = ImageOps.exif_transpose(image)
        except (OSError, SyntaxError, ValueError) as error:
            raise BadInput(f"{what} is damaged and cannot be read: {error}", code="media-invalid") from error
        if upright.has_transparency_data:
            layered = upright.convert("RGBA")
            paper = Image.new("RGB", layered.size, "white")
            paper.paste(layered, mask=layered.getchannel("A"))
            return paper
        return upright.convert("RGB")


def fit(image: Image.Image, frame: tuple[int, int]) -> Image.Image:
    """The picture for a frame of this size: as it is when it has the frame's shape, else whole, over a blurred copy of itself."""
    width, height = frame
    if abs(image.width * height / (image.height * width) - 1) <= _SAME_ASPECT:
        return image
    small = (max(16, width // 8), max(16, height // 8))
    backdrop = ImageOps.fit(image, small, Image.Resampling.BOX).filter(ImageFilter.GaussianBlur(small[1] / 20))
    backdrop = ImageEnhance.Brightness(backdrop).enhance(0.55).resize(frame, Image.Resampling.BICUBIC)
    whole = ImageOps.contain(image, frame, Image.Resampling.LANCZOS)
    backdrop.paste(whole, ((width - whole.width) // 2, (height - whole.height) // 2))
    return backdrop


def planes(image: Image.Image, frame: tuple[int, int], oversampled: int) -> Picture:
    """Convert a fitted picture to planes, luma at `oversampled` times the frame's size. Once per slide, not per frame.

    Chroma stays as it is: the eye sees a quarter of its detail, and each sample is work in every frame.
    """
    width, height = frame
    fine = (width * oversampled, height * oversampled)
    if image.width > fine[0]:
        image = image.resize(fine, Image.Resampling.LANCZOS)
    luma = image.convert("L", _LUMA).resize(fine, Image.Resampling.LANCZOS)
    half = image.resize((width // 2, height // 2), Image.Resampling.BOX)
    return Picture(
        np.clip(np.asarray(luma), 16, 235),
        np.clip(np.asarray(half.convert("L", _BLUE)), 16, 240),
        np.clip(np.asarray(half.convert("L", _RED)), 16, 240),
    )


def save_still(image: Image.Image, frame: tuple[int, int], path: Path) -> None:
    """A fitted picture as a JPEG of the frame's size."""
    still = image if image.size == frame else image.resize(frame, Image.Resampling.LANCZOS)
    still.save(path, "JPEG", quality=90, optimize=True, progressive=True)


def _opened(path: Path, what: str) -> Image.Image:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            image = Image.open(path, formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise BadInput(_too_large(what), code="media-too-large") from None
    except (OSError, SyntaxError, ValueError) as error:
        raise BadInput(f"{what} is not a picture this service reads; give a PNG, JPEG or WebP", code="media-type") from error
    if image.width * image.height > MAX_PIXELS:
        image.close()
        raise BadInput(_too_large(what), code="media-too-large")
    return image


def _too_large(what: str) -> str:
    return f"{what} has more than {MAX_PIXELS // 1_000_000} megapixels; make it smaller, a film shows 2"
