"""Every template that comes with the project loads, checks without a warning, and makes the graph it is known for."""

from pathlib import Path

import pytest

from processing_service.contract.errors import InvalidRequest
from processing_service.contract.task import JSONValue
from processing_service.engine.served import SHIPPED_SERVICES
from processing_service.graph.build import build
from processing_service.templates.catalog import Catalog
from processing_service.templates.document import Template
from processing_service.templates.expand import Expansion, expand
from tests.unit.templates.hostile import HOSTILE
from tests.unit.templates.writing import NOW, SCENARIO

ROOT = Path(__file__).parents[2]
GOLDEN = Path(__file__).parent / "golden"
CATALOG = Catalog([ROOT / "scenaries.yml", ROOT / "scenarios"])
NAMES = ["ScenarioCreateVideo", "NarrateText"]


def drawing(expansion: Expansion) -> str:
    """A graph for people: who does what, in which stage, for whom; then what is handed on."""
    graph = build(expansion.records)
    labels = {task.id: task.label for task in graph.tasks}

    def readable(value: JSONValue) -> JSONValue:
        if isinstance(value, list):
            return [readable(item) for item in value]
        return f"<{labels[value]}>" if isinstance(value, str) and value in labels else value

    lines = []
    for task in graph.tasks:
        consumers = ", ".join(labels[consumer] for consumer in task.consumers) or "nobody"
        lines.append(
            f"{task.label}: {task.name} by {task.service}, {task.stage}, waits for {graph.needs[task.id]}, then {consumers}"
        )
        lines += [f"  {field}: {readable(value)!r}" for field, value in task.fields.items()]
        lines += [f"  params.{field}: {value!r}" for field, value in task.params.items()]
    return "\n".join(lines) + "\n"


def expansion(name: str, **variables: JSONValue) -> Expansion:
    return expand(CATALOG.get(name), SCENARIO, NOW, {"PROMPT": "How tides work", **variables})


def test_every_file_is_a_template() -> None:
    """None is broken, none is missing here."""
    assert [(each.name, each.problems if not isinstance(each, Template) else ()) for each in CATALOG.all()] == [
        (name, ()) for name in NAMES
    ]


@pytest.mark.parametrize("name", NAMES)
def test_the_graph_is_the_one_it_is_known_for(name: str) -> None:
    """Compared with tests/scenarios/golden, which is for reading; no warnings."""
    made = expansion(name)
    assert made.warnings == ()
    assert drawing(made) == (GOLDEN / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize("name", NAMES)
def test_every_variable_says_what_it_is_for(name: str) -> None:
    """Forms and help texts are made of it."""
    for given in CATALOG.get(name).inputs.values():
        assert given.label, given.name
        assert given.description, given.name


@pytest.mark.parametrize("slides", [1, 2, 50])
def test_a_film_has_as_many_slides_as_were_asked_for(slides: int) -> None:
    """N slides for N_SLIDES: N."""
    made = expansion("CreateVideo", N_SLIDES=slides)
    assert sum(record.name == "CreateSlide" for record in made.records) == slides
    assert [record.fields["slide_number"] for record in made.records if record.name == "CreateSlidePrompt"] == [
        *range(1, slides + 1)
    ]
    assert made.records[-1].fields["slide_ids"] == [record.id for record in made.records if record.name == "CreateSlide"]
    assert build(made.records).needs[made.records[-1].id] == slides + 1


@pytest.mark.parametrize(
    ("variable", "value", "code"),
    [
        ("N_SLIDES", 0, "out-of-range"),
        ("N_SLIDES", 51, "out-of-range"),
        ("VIDEO_RESOLUTION", "0x0", "out-of-range"),
        ("VIDEO_RESOLUTION", "99999x99999", "out-of-range"),
        ("STYLE", "baroque", "out-of-range"),
        ("SPEED", 9, "out-of-range"),
        ("TEXT", "x" * 200_001, "too-long"),
        ("PROMPT", "x" * 20_001, "too-long"),
    ],
)
def test_a_film_refuses_what_it_cannot_be(variable: str, value: JSONValue, code: str) -> None:
    """Before anything is queued."""
    with pytest.raises(InvalidRequest) as refused:
        expansion("CreateVideo", **{variable: value})
    assert [problem.code for problem in refused.value.problems] == [code]


@pytest.mark.parametrize("prompt", HOSTILE)
@pytest.mark.parametrize("name", NAMES)
def test_the_graph_does_not_depend_on_what_people_type(name: str, prompt: str) -> None:
    """Prompt and text arrive byte for byte; every other field of every record is the same."""
    text = HOSTILE[prompt]
    plain, hostile = expansion(name, PROMPT="plain", TEXT="plain"), expansion(name, PROMPT=text, TEXT=text)
    for before, after in zip(plain.records, hostile.records, strict=True):
        assert {**after.fields, "prompt": 0, "text": 0} == {**before.fields, "prompt": 0, "text": 0}
        for field in {"prompt", "text"} & set(after.fields):
            assert after.fields[field] == text
        assert (after.id, after.service, after.name, after.consumers, after.params) == (
            *(before.id, before.service, before.name, before.consumers, before.params),
        )


def test_a_long_text_is_accepted() -> None:
    """50,000 characters of Cyrillic, as a book's chapter has."""
    text = "Приливы приходят дважды в день. " * 1_600
    assert expansion("CreateVideo", TEXT=text).records[0].fields["text"] == text


@pytest.mark.parametrize("name", NAMES)
def test_the_files_are_yaml_to_any_editor(name: str) -> None:
    """Loops stand in comments, expressions in quotes."""
    import yaml

    with Path(CATALOG.get(name).file).open(encoding="utf-8") as file:
        assert yaml.safe_load(file)["name"] == name


def test_shipped_templates_ask_for_services_that_come_with_the_project() -> None:
    """So nobody is warned of a service that has only not started yet."""
    expansions = [
        expand(CATALOG.get(name), SCENARIO, NOW, variables, known_services=SHIPPED_SERVICES)
        for name, variables in (("ScenarioCreateVideo", {"PROMPT": "tides"}), ("NarrateText", {"PROMPT": "tides"}))
    ]
    assert [problem for expansion in expansions for problem in expansion.warnings] == []
    assert {record.service for expansion in expansions for record in expansion.records} <= SHIPPED_SERVICES
