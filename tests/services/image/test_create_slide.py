"""CreateSlide, as a template meets it."""

import json
from pathlib import Path

import pytest

from processing_service.artifacts.local import LocalStorage
from processing_service.contract.errors import BadInput
from services.image.operations import OPERATIONS, create_slide
from services.image.styles import STYLES
from services.sdk.operation import Outcome
from services.sdk.testing import given, perform
from tests.services.image.drawing import create, opened

SLIDE = {
    "v": 1,
    "kind": "slide",
    "number": 2,
    "of": 3,
    "language": "ru",
    "heading": "Почему коты мурлычут",
    "points": ["Звук рождается в гортани", "Это успокаивает"],
    "first": 2,
    "end": 4,
}


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize(("resolution", "size"), [("640x360", (640, 360)), ("360x640", (360, 640)), ("480x480", (480, 480))])
def test_a_slide_becomes_a_png_of_the_size_asked_for(
    tmp_path: Path, style: str, resolution: str, size: tuple[int, int]
) -> None:
    """A PNG with an sRGB chunk, and a result that says what it shows."""
    outcome = create(tmp_path, SLIDE, style=style, resolution=resolution)
    image = opened(tmp_path, outcome)
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", size)
    assert "srgb" in image.info
    assert outcome.result == {
        "slide": SLIDE,
        "style": style,
        "width": size[0],
        "height": size[1],
        "provider": "offline",
        "alt": "Почему коты мурлычут: Звук рождается в гортани; Это успокаивает",
        "missing_glyphs": [],
    }


def test_the_defaults_are_full_hd_and_modern_flat(tmp_path: Path) -> None:
    """The seed's template may leave out both parameters."""
    outcome = create(tmp_path, SLIDE)
    assert isinstance(outcome.result, dict)
    assert (outcome.result["style"], outcome.result["width"], outcome.result["height"]) == ("modern-flat", 1920, 1080)


def test_the_same_slide_is_the_same_artifact(tmp_path: Path) -> None:
    """Byte for byte, so that the content address is the same and nothing downstream is done again."""
    first, second = (create(tmp_path, SLIDE, resolution="640x360") for _ in range(2))
    assert first.result_ref == second.result_ref


def test_a_slide_may_come_as_an_artifact(tmp_path: Path) -> None:
    """A result too large for Redis is only a reference; the picture is the same."""
    storage = LocalStorage(tmp_path / "artifacts")
    path = tmp_path / "slide.json"
    path.write_text(json.dumps(SLIDE), encoding="utf-8")
    by_ref = _by_ref(tmp_path, storage, str(storage.put(path, "json")))
    assert by_ref.result_ref == create(tmp_path, SLIDE, resolution="640x360").result_ref


def test_a_foreign_worker_may_leave_a_bare_heading(tmp_path: Path) -> None:
    """A ten-line worker in shell reports a string; the slide then has no number and claims no sentences."""
    outcome = create(tmp_path, "A heading from a shell script", resolution="640x360")
    assert isinstance(outcome.result, dict)
    assert outcome.result["slide"] == {
        "v": 1,
        "kind": "slide",
        "language": "en",
        "heading": "A heading from a shell script",
        "points": [],
    }


def test_a_foreign_worker_may_leave_a_text_file(tmp_path: Path) -> None:
    """The first line that says something is the heading."""
    storage = LocalStorage(tmp_path / "artifacts")
    path = tmp_path / "heading.txt"
    path.write_text("\n# Море зимой\nи ещё строка\n", encoding="utf-8")
    outcome = _by_ref(tmp_path, storage, str(storage.put(path, "txt")))
    assert isinstance(outcome.result, dict)
    assert outcome.result["alt"] == "Море зимой"


def test_without_an_upstream_the_prompt_is_the_heading(tmp_path: Path) -> None:
    """CreateSlide works alone, as the only task of a scenario."""
    outcome = perform(
        create_slide,
        LocalStorage(tmp_path / "artifacts"),
        tmp_path,
        name="CreateSlide",
        fields={"prompt": "Hello"},
        params={"resolution": "640x360"},
    )
    assert isinstance(outcome.result, dict)
    assert outcome.result["alt"] == "Hello"


@pytest.mark.parametrize("slide", [None, "", "  \n ", {"heading": " "}, {"other": 1}, 7, ["x"]])
def test_nothing_to_show_is_bad_input(tmp_path: Path, slide: object) -> None:
    """An empty slide would be an empty picture in a finished film."""
    with pytest.raises(BadInput, match="nothing to put on the slide"):
        create(tmp_path, slide)


def test_a_reference_that_cannot_be_read_is_bad_input(tmp_path: Path) -> None:
    """The message says how to hand the heading over instead."""
    with pytest.raises(BadInput, match="report it as `result`"):
        _by_ref(tmp_path, LocalStorage(tmp_path / "artifacts"), "https://example.com/heading")


def test_an_unknown_style_names_the_known_ones(tmp_path: Path) -> None:
    """Whoever mistypes a style sees what there is."""
    with pytest.raises(BadInput, match="modern-flat, editorial, midnight"):
        create(tmp_path, SLIDE, style="modern-flatt")


def test_emoji_are_left_out_and_reported(tmp_path: Path) -> None:
    """A cat in a heading does not stop a film, and the report says what is not on the slide."""
    outcome = create(tmp_path, SLIDE | {"heading": "Коты 🐱 мурлычут 👨‍👩‍👧"}, resolution="640x360")
    assert isinstance(outcome.result, dict)
    assert outcome.result["missing_glyphs"] == ["U+1F431 CAT FACE", "U+1F468 MAN", "U+1F469 WOMAN", "U+1F467 GIRL"]


def test_a_slide_of_emoji_alone_is_a_picture_without_text(tmp_path: Path) -> None:
    """Nothing can be set, so the subject of the emoji is shown."""
    outcome = create(tmp_path, SLIDE | {"heading": "🐱🐱", "points": []}, resolution="640x360")
    assert opened(tmp_path, outcome).size == (640, 360)


@pytest.mark.parametrize(
    ("heading", "script"),
    [
        ("مرحبا بالعالم", "Arabic"),
        ("שלום", "Hebrew"),
        ("猫の話", "Chinese or Japanese"),
        ("नमस्ते", "Devanagari"),
        ("สวัสดี", "Thai"),
    ],
)
def test_a_script_we_cannot_show_is_bad_input(tmp_path: Path, heading: str, script: str) -> None:
    """Never a row of boxes: the error names the script, the letters and the font."""
    with pytest.raises(BadInput, match=script) as caught:
        create(tmp_path, SLIDE | {"heading": heading})
    assert "Inter" in caught.value.message
    assert f"U+{ord(heading[0]):04X}" in caught.value.message


def test_slides_of_one_film_share_their_palette(tmp_path: Path) -> None:
    """When the template gives CreateSlide the film's prompt, all its slides stand on the same ground."""
    grounds = set()
    for number in range(1, 7):
        outcome = create(tmp_path, f"Heading number {number}", prompt="a film about tea", resolution="320x180")
        grounds.add(opened(tmp_path, outcome).getpixel((2, 178)))
    assert len(grounds) == 1


def test_the_service_offers_create_slide() -> None:
    """The name that templates use."""
    assert list(OPERATIONS) == ["CreateSlide"]


def _by_ref(folder: Path, storage: LocalStorage, ref: str) -> Outcome:
    workspace = folder / "work"
    workspace.mkdir(exist_ok=True)
    inputs = {"p": given(id="p", name="CreateSlidePrompt", result_ref=ref)}
    fields = {"slide_prompt_id": "p"}
    params = {"resolution": "640x360"}
    return perform(create_slide, storage, workspace, name="CreateSlide", fields=fields, inputs=inputs, params=params)
