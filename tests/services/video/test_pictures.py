"""Slides as pictures: what is accepted, what is refused, how colours come out."""

import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image

from processing_service.contract.errors import BadInput
from services.video.pictures import fit, load, planes, save_still, size
from tests.services.video.material import png, slide_image


def stored(tmp_path, data):
    path = tmp_path / "slide.png"
    path.write_bytes(data)
    return path


def encoded(image, form, **options):
    held = io.BytesIO()
    image.save(held, form, **options)
    return held.getvalue()


def png_header(width, height):
    """A PNG of a few hundred bytes that claims any size."""

    def chunk(name, body):
        return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 100)) + chunk(b"IEND", b"")


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_three_kinds_of_picture_are_read(tmp_path, form):
    """PNG, JPEG and WebP, by what they are and not by their name."""
    path = stored(tmp_path, encoded(slide_image(1), form))
    assert size(path, "slide 1") == (426, 240)
    assert load(path, "slide 1").mode == "RGB"


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"<svg/>", "media-type"),
        (b"", "media-type"),
        (encoded(slide_image(1), "GIF"), "media-type"),
        (encoded(slide_image(1), "TIFF"), "media-type"),
        (b"%PDF-1.7", "media-type"),
        (png_header(9_000, 9_000), "media-too-large"),
        (png_header(12_000, 12_000), "media-too-large"),
        (png_header(60_000, 60_000), "media-too-large"),
        (png(slide_image(1))[:300], "media-invalid"),
        (png_header(640, 480), "media-invalid"),
    ],
    ids=["svg", "empty", "gif", "tiff", "pdf", "81 MP", "144 MP", "3600 MP", "cut off", "no pixels"],
)
def test_what_is_no_picture_is_refused_by_name(tmp_path, data, code):
    """Formats outside the list, bombs by their header alone, damaged files: each with its code and the slide's number."""
    with pytest.raises(BadInput, match="slide 2") as raised:
        load(stored(tmp_path, data), "slide 2")
    assert raised.value.code == code


def test_transparency_is_laid_over_white(tmp_path):
    """A transparent PNG does not turn black."""
    path = stored(tmp_path, png(Image.new("RGBA", (8, 8), (255, 0, 0, 0))))
    assert load(path, "slide 1").getpixel((4, 4)) == (255, 255, 255)


def test_a_photo_taken_sideways_stands_upright(tmp_path):
    """The orientation a camera wrote is applied, to the size too."""
    exif = Image.Exif()
    exif[0x0112] = 6
    path = stored(tmp_path, encoded(slide_image(1), "JPEG", exif=exif))
    assert size(path, "slide 1") == load(path, "slide 1").size == (240, 426)


@pytest.mark.parametrize(
    ("name", "rgb", "yuv"),
    [
        ("black", (0, 0, 0), (16, 128, 128)),
        ("white", (255, 255, 255), (235, 128, 128)),
        ("red", (255, 0, 0), (63, 102, 240)),
        ("green", (0, 255, 0), (173, 42, 26)),
        ("blue", (0, 0, 255), (32, 240, 118)),
        ("the green of the notes", (49, 200, 60), (152, 82, 67)),
    ],
)
def test_colours_are_bt709_in_limited_range(name, rgb, yuv):
    """The values of ITU-R BT.709 with 8 bits, to one level."""
    picture = planes(Image.new("RGB", (16, 16), rgb), (16, 16), 1)
    assert [int(plane[4, 4]) for plane in picture.planes] == pytest.approx(list(yuv), abs=1), name


def test_planes_have_the_sizes_an_encoder_takes():
    """Luma at the frame's size or finer, chroma at half the frame."""
    assert [plane.shape for plane in planes(slide_image(1), (426, 240), 1).planes] == [(240, 426), (120, 213), (120, 213)]
    assert [plane.shape for plane in planes(slide_image(1), (426, 240), 2).planes] == [(480, 852), (120, 213), (120, 213)]


@pytest.mark.parametrize(("given", "box"), [((400, 400), (93, 0, 333, 240)), ((800, 200), (0, 67, 426, 173))])
def test_a_picture_of_another_shape_is_shown_whole(given, box):
    """Contained in the frame, centred, over a darker blur of itself: nothing is cut off and nothing is black."""
    fitted = fit(Image.new("RGB", given, (200, 100, 50)), (426, 240))
    assert fitted.size == (426, 240)
    pixels = np.asarray(fitted).astype(int)
    assert np.abs(pixels[box[1] + 2 : box[3] - 2, box[0] + 2 : box[2] - 2] - (200, 100, 50)).max() <= 2
    corner = pixels[0, 0]
    assert 0 < corner.sum() < 350


@pytest.mark.parametrize("given", [(426, 240), (852, 480), (425, 240)])
def test_a_picture_of_the_same_shape_is_left_alone(given):
    """Scaling happens once, where planes are made; 1 % of stretching is not worth bars."""
    image = slide_image(0, given)
    assert fit(image, (426, 240)) is image


def test_the_poster_has_the_size_of_the_film(tmp_path):
    """A JPEG, whatever the slide's own size."""
    save_still(slide_image(0, (852, 480)), (426, 240), tmp_path / "poster.jpg")
    with Image.open(tmp_path / "poster.jpg") as poster:
        assert (poster.format, poster.size) == ("JPEG", (426, 240))
