"""Templates by name, from files and folders that change while the engine works."""

import re
from pathlib import Path

import pytest

from processing_service.contract.errors import InvalidRequest, TemplateError
from processing_service.templates.catalog import Catalog, default_paths
from processing_service.templates.document import BrokenTemplate, Template
from tests.unit.templates.writing import HEAD, TASK, expanded

GOOD = f"{HEAD}tasks:\n{TASK}"


def named(name: str) -> str:
    return GOOD.replace("ScenarioTest", name)


def test_both_names_lead_to_the_template(tmp_path: Path) -> None:
    """`CreateVideo` and `ScenarioCreateVideo`, whichever the file says."""
    (tmp_path / "a.yml").write_text(named("ScenarioCreateVideo"))
    (tmp_path / "b.yaml").write_text(named("Narrate"))
    catalog = Catalog([tmp_path])
    assert catalog.names() == ["ScenarioCreateVideo", "Narrate"]
    assert catalog.get("CreateVideo") is catalog.get("ScenarioCreateVideo")
    assert catalog.get("ScenarioNarrate").name == "Narrate"


def test_an_unknown_name_is_met_with_the_nearest(tmp_path: Path) -> None:
    """And with the list when nothing is near."""
    (tmp_path / "a.yml").write_text(named("ScenarioCreateVideo"))
    catalog = Catalog([tmp_path])
    with pytest.raises(InvalidRequest) as refused:
        catalog.get("CreateVidoe")
    assert refused.value.code == "unknown-scenario"
    assert refused.value.problems[0].help == "did you mean `CreateVideo`?"
    with pytest.raises(InvalidRequest, match="the templates are CreateVideo, ScenarioCreateVideo"):
        catalog.get("zzz")


def test_a_broken_file_is_listed_and_hides_no_other(tmp_path: Path) -> None:
    """Its problems are there, and asking for it by name tells them."""
    (tmp_path / "a.yml").write_text(named("Bad") + "    a: {{ nobody }}\n")
    (tmp_path / "b.yml").write_bytes(b"\xff\xfe")
    (tmp_path / "c.yml").write_text(named("Good"))
    (tmp_path / "notes.txt").write_text("not a template")
    catalog = Catalog([tmp_path])
    assert [(type(each), each.name) for each in catalog.all()] == [
        (BrokenTemplate, "Bad"),
        (BrokenTemplate, "b"),
        (Template, "Good"),
    ]
    assert catalog.names() == ["Good"]
    with pytest.raises(TemplateError) as refused:
        catalog.get("Bad")
    (problem,) = refused.value.problems
    assert (problem.code, problem.file, problem.line) == ("template-undefined", str(tmp_path / "a.yml"), 8)


def test_two_files_with_one_name(tmp_path: Path) -> None:
    """The first counts, the second is listed with the reason, also under the other spelling."""
    (tmp_path / "a.yml").write_text(named("ScenarioFilm"))
    (tmp_path / "b.yml").write_text(named("Film"))
    first, second = Catalog([tmp_path]).all()
    assert isinstance(first, Template)
    assert isinstance(second, BrokenTemplate)
    assert [problem.code for problem in second.problems] == ["duplicate-template"]


@pytest.mark.parametrize(
    "digits", ["{{ " + "9" * 5_001 + " }}", "{{ 0x" + "f" * 5_001 + " }}", "{% if " + "9" * 5_001 + " %}{% endif %}"]
)
def test_a_number_without_end_breaks_its_own_file_only(tmp_path: Path, digits: str) -> None:
    """Python refuses to read it; the file is listed with its line, the others stay available."""
    (tmp_path / "a.yml").write_text(named("ScenarioFilm"))
    (tmp_path / "b.yml").write_text(named("ScenarioBomb") + f"# {digits}\n")
    good, bad = Catalog([tmp_path]).all()
    assert isinstance(good, Template)
    assert isinstance(bad, BrokenTemplate)
    assert [(problem.code, problem.line) for problem in bad.problems] == [
        ("template-syntax", named("ScenarioBomb").count("\n") + 1)
    ]


def test_files_are_read_again_when_they_change(tmp_path: Path) -> None:
    """Changed, added, removed: the next request sees it; an unchanged file is the same object."""
    path = tmp_path / "a.yml"
    path.write_text(named("First"))
    catalog = Catalog([path, tmp_path / "absent.yml", tmp_path / "folder"])
    before = catalog.get("First")
    assert catalog.get("First") is before
    path.write_text(named("Second"))
    assert catalog.names() == ["Second"]
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "b.yml").write_text(named("Third"))
    assert catalog.names() == ["Second", "Third"]
    path.unlink()
    assert catalog.names() == ["Third"]


def test_a_project_without_templates_gets_those_of_the_package(tmp_path: Path) -> None:
    """Its own `scenaries.yml` or `scenarios/` come first."""
    assert "ScenarioCreateVideo" in Catalog(default_paths(tmp_path)).names()
    (tmp_path / "scenaries.yml").write_text(GOOD)
    assert Catalog(default_paths(tmp_path)).names() == ["ScenarioTest"]


def test_the_example_of_the_documentation_is_a_template() -> None:
    """docs/templates.md shows what works, without a warning."""
    text = (Path(__file__).parents[3] / "docs" / "templates.md").read_text(encoding="utf-8")
    example = re.findall(r"^```yaml\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)[0]
    expansion = expanded(example)
    assert [record.label for record in expansion.records] == ["CreateText", "CreateVoice"]
    assert expansion.warnings == ()
