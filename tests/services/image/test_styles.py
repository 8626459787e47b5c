"""Colours: every palette is readable before anything is drawn."""

import pytest

from processing_service.contract.errors import BadInput
from services.image.colour import TEXT_CONTRAST, contrast, readable, rgb
from services.image.compositions.catalogue import night
from services.image.faces import face
from services.image.motifs import ABSTRACT, MOTIFS, motif_of
from services.image.styles import STYLES, Palette, find_style

PALETTES = [pytest.param(palette, id=f"{style.name}-{palette.name}") for style in STYLES.values() for palette in style.palettes]


@pytest.mark.parametrize(
    ("first", "second", "expected"), [("000000", "FFFFFF", 21.0), ("777777", "FFFFFF", 4.48), ("FF0000", "FFFFFF", 4.0)]
)
def test_contrast_is_that_of_wcag(first: str, second: str, expected: float) -> None:
    """The values that every checker on the web gives."""
    assert contrast(rgb(first), rgb(second)) == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("palette", PALETTES)
def test_all_text_is_readable_on_its_ground(palette: Palette) -> None:
    """Heading, points and label: 4.5:1 at least, the heading much more."""
    assert contrast(palette.ink, palette.ground) >= 10
    assert contrast(palette.muted, palette.ground) >= 7
    assert contrast(palette.accent, palette.ground) >= TEXT_CONTRAST


@pytest.mark.parametrize("palette", PALETTES)
def test_shapes_stand_out_from_the_panel(palette: Palette) -> None:
    """Some colour of each palette is clearly visible on its panel, by day and by night."""
    for shown in (palette, night(palette)):
        assert max(contrast(shape, shown.panel) for shape in shown.shapes) >= 2


def test_readable_changes_a_colour_no_more_than_it_must() -> None:
    """A colour that is readable already stays what it is."""
    ground = rgb("FFFFFF")
    assert readable(rgb("123456"), ground) == rgb("123456")
    assert TEXT_CONTRAST <= contrast(readable(rgb("FFCC66"), ground), ground) < 4.8


@pytest.mark.parametrize("name", ["", "MODERN-FLAT", None, 3, ["modern-flat"]])
def test_an_unknown_style_is_refused(name: object) -> None:
    """Whatever stands in its place."""
    with pytest.raises(BadInput, match="to one of modern-flat"):
        find_style(name)


@pytest.mark.parametrize(
    ("text", "motif"),
    [
        ("Почему коты мурлычут", "cat"),
        ("Котята и кошки", "cat"),
        ("Который час", None),
        ("Котлеты по-киевски", None),
        ("The history of coffee", "mug-hot"),
        ("История Древнего Рима", "landmark"),
        ("How rockets land", "rocket"),
        ("Звёздное небо", "star"),
        ("🐱 only", "cat"),
        ("Attention is all you need", None),
        ("Море зимой", "water"),
    ],
)
def test_a_motif_is_found_only_when_a_word_names_it(text: str, motif: str | None) -> None:
    """A wrong picture is worse than none."""
    assert motif_of((text,)) == motif


def test_every_motif_has_a_glyph() -> None:
    """And nothing is called abstract that is no motif."""
    assert [name for name in MOTIFS if not face("SlideMotifs.ttf").glyph_character(name)] == []
    assert set(MOTIFS) >= ABSTRACT


def test_kerning_comes_from_the_font() -> None:
    """`AV` is set tighter than its letters are wide, in both families, and tracking adds to every gap."""
    for file in ("InterDisplay-Bold.otf", "Vollkorn-SemiBold.ttf"):
        font = face(file)
        assert font.width("AV") < font.width("A") + font.width("V") - 0.02
        assert font.width("AVA", 0.1) == pytest.approx(font.width("AVA") + 0.2)
        assert font.width("") == 0
