"""A value never becomes YAML syntax or template code, whatever it is and however a template puts it out."""

from dataclasses import fields, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from processing_service.contract.task import JSONValue
from processing_service.graph.records import TaskRecord
from processing_service.templates.document import Template
from processing_service.templates.expand import expand
from tests.acceptance.seed import block
from tests.unit.templates.hostile import HOSTILE
from tests.unit.templates.writing import NOW, SCENARIO, codes, expanded, one_task, template

PAYLOAD = "x\nevil: 1"

PUT_OUT: dict[str, tuple[str, str, JSONValue]] = {
    # construct: (before the tasks, the field, what has to arrive)
    "plain": ("", "prompt: {{ p }}", PAYLOAD),
    "double quotes": ("", 'prompt: "{{ p }}"', PAYLOAD),
    "single quotes": ("", "prompt: '{{ p }}'", PAYLOAD),
    "inside text": ("", 'prompt: "<{{ p }}>"', f"<{PAYLOAD}>"),
    "twice": ("", "prompt: {{ p }}{{ p }}", PAYLOAD * 2),
    "block scalar": ("", "prompt: |-\n  {{ p }}", PAYLOAD),
    "folded scalar": ("", "prompt: >-\n  a\n  {{ p }}", f"a {PAYLOAD}"),
    "flow list": ("", "prompt: [{{ p }}, b]", [PAYLOAD, "b"]),
    "flow map": ("", "prompt: {k: {{ p }} }", {"k": PAYLOAD}),
    "key": ("", "prompt:\n  {{ p }}: v", {PAYLOAD: "v"}),
    "tojson": ("", "prompt: {{ p|tojson }}", '"x\\nevil: 1"'),
    "upper": ("", "prompt: {{ p|upper }}", PAYLOAD.upper()),
    "method": ("", "prompt: {{ p.title() }}", PAYLOAD.title()),
    "string": ("", "prompt: {{ p|string }}", PAYLOAD),
    "default": ("", "prompt: {{ p|default('d') }}", PAYLOAD),
    "trim": ("", "prompt: {{ p|trim }}", PAYLOAD),
    "indent": ("", "prompt: {{ p|indent(2) }}", "x\n  evil: 1"),
    "format filter": ("", "prompt: {{ '%s'|format(p) }}", PAYLOAD),
    "join filter": ("", "prompt: {{ [p, 'b']|join(',') }}", f"{PAYLOAD},b"),
    "list": ("", "prompt: {{ [p] }}", [PAYLOAD]),
    "map": ("", "prompt: {{ {'k': p} }}", {"k": PAYLOAD}),
    "condition": ("", "prompt: {{ p if true else '' }}", PAYLOAD),
    "constant": ("", 'prompt: {{ "a: b\\nc: d" }}', "a: b\nc: d"),
    "loop": ("", "prompt: {% for x in [p] %}{{ x }}{% endfor %}", PAYLOAD),
    "text ~ value": ("{% set s %}s{% endset %}", "prompt: {{ s ~ p }}", f"s{PAYLOAD}"),
    "text + value": ("{% set s %}s{% endset %}", "prompt: {{ s + p }}", f"s{PAYLOAD}"),
    "text % value": ("{% set s %}s%s{% endset %}", "prompt: {{ s % p }}", f"s{PAYLOAD}"),
    "text.format": ("{% set s %}s{}{% endset %}", "prompt: {{ s.format(p) }}", f"s{PAYLOAD}"),
    "text.join": ("{% set s %}-{% endset %}", "prompt: {{ s.join([p, p]) }}", f"{PAYLOAD}-{PAYLOAD}"),
    "text.join of one": ("{% set s %}-{% endset %}", "prompt: {{ s.join([p]) }}", PAYLOAD),
    "text.replace": ("{% set s %}a{% endset %}", "prompt: {{ s.replace('a', p) }}", PAYLOAD),
    "text|replace": ("{% set s %}a{% endset %}", "prompt: {{ s|replace('a', p) }}", PAYLOAD),
    "text|upper": ("{% set s %}{{ p }}{% endset %}", "prompt: {{ s|upper }}", PAYLOAD.upper()),
    "text as text": ("{% set s %}<{{ p }}>{% endset %}", "prompt: {{ s }}", f"<{PAYLOAD}>"),
    "text in a list": ("{% set s %}<{{ p }}>{% endset %}", "prompt: {{ [s] }}", [f"<{PAYLOAD}>"]),
    "macro": ("{% macro m(x) %}<{{ x }}>{% endmacro %}", "prompt: {{ m(p) }}", f"<{PAYLOAD}>"),
    "macro ~ value": ("{% macro m() %}a{% endmacro %}", "prompt: {{ m() ~ p }}", f"a{PAYLOAD}"),
    "macro that makes YAML": ("{% macro m(x) %}[{{ x }}, b]{% endmacro %}", "prompt: {{ m(p) }}", [PAYLOAD, "b"]),
    "call": ("{% macro m() %}<{{ caller() }}>{% endmacro %}", "prompt: {% call m() %}{{ p }}{% endcall %}", f"<{PAYLOAD}>"),
    "namespace": ("{% set n = namespace(v=p) %}", "prompt: {{ n.v }}", PAYLOAD),
    "two levels": ("{% set a %}{{ p }}{% endset %}{% set b %}{{ a }}{% endset %}", "prompt: {{ b ~ '' }}", PAYLOAD),
    "slice of text": ("{% set s %}{{ p }}{% endset %}", "prompt: {{ s[2:] }}", PAYLOAD[2:]),
    "recursive loop": (
        "",
        "prompt: {% for x in [[p]] recursive %}{{ loop(x) if x is not string else x }}{% endfor %}",
        PAYLOAD,
    ),
}
REFUSED = {
    "safe": "prompt: {{ p|safe }}",
    "e": "prompt: {{ p|e }}",
    "escape": "prompt: {{ p|escape }}",
    "forceescape": "prompt: {{ p|forceescape }}",
    "urlize": "prompt: {{ p|urlize }}",
    "xmlattr": "prompt: {{ {'a': p}|xmlattr }}",
    "autoescape": "prompt: {% autoescape true %}{{ p }}{% endautoescape %}",
    "filter": "prompt: {% filter upper %}{{ p }}{% endfilter %}",
}


@pytest.mark.parametrize("construct", PUT_OUT)
def test_a_value_arrives_as_a_value_through_every_construct(construct: str) -> None:
    """Filters, operators, macros and set blocks carry a value; none lets it become YAML."""
    before, field, expected = PUT_OUT[construct]
    (record,) = expanded(one_task(field, before), p=PAYLOAD).records
    assert record.fields == {"prompt": expected}


@pytest.mark.parametrize("construct", REFUSED)
def test_constructs_that_declare_text_safe_are_refused(construct: str) -> None:
    """Nothing in a template can say that a value is markup."""
    assert codes(one_task(REFUSED[construct])) == ["template-forbidden"]


@pytest.mark.parametrize("value", [0, 7, -1, 2**63 - 1, 1.5, True, False, None, "", "7", "no", [1, "a"], {"a": [None]}, [], {}])
@pytest.mark.parametrize("quote", ["", '"', "'"])
def test_a_single_expression_keeps_its_type(value: JSONValue, quote: str) -> None:
    """`"{{ N }}"` is a number when N is one, quoted or not; text that looks like a number stays text."""
    source = one_task(f"prompt: {quote}{{{{ p }}}}{quote}", variables="\n  p: null")
    (record,) = expanded(source, p=value).records
    assert record.fields["prompt"] == value
    assert type(record.fields["prompt"]) is type(value)


def test_values_inside_longer_text_are_written_as_json() -> None:
    """Numbers in digits, booleans and lists as JSON, text as it is."""
    source = one_task('prompt: "{{ 3 }} {{ 1.5 }} {{ true }} {{ none }} {{ [1, "а"] }} {{ p }}"')
    assert expanded(source).records[0].fields["prompt"] == '3 1.5 true null [1, "а"] text'


def test_text_a_template_made_looks_to_expressions_as_it_reads() -> None:
    """A set block with a value in it can be compared, measured and cut like any text; no token shows."""
    before = "{% set s %}\nhello {{ p }}{% endset %}"
    source = one_task(
        "a: {{ s|trim == 'hello text' }}\nb: {{ s|trim|length }}\nc: {{ s|trim|truncate(8, true, '', 0) }}", before
    )
    assert expanded(source).records[0].fields == {"a": True, "b": 10, "c": "hello te"}


def prompt_only(records: tuple[TaskRecord, ...], with_prompt: JSONValue, name: str) -> list[dict[str, object]]:
    """Records as comparable maps, the prompt taken out of the fields that carry it."""
    found = []
    for record in records:
        plain = {field.name: getattr(record, field.name) for field in fields(record)}
        carried = {key: "PROMPT" if record.name in name and key == "prompt" else value for key, value in record.fields.items()}
        found.append({**plain, "fields": carried})
        if record.name in name and "prompt" in record.fields:
            assert record.fields["prompt"] == with_prompt
    return found


def seed() -> Template:
    """The example of the seed document as it stands there."""
    return template(block("yaml", "\ntasks:"))


@pytest.fixture(scope="module")
def seed_template() -> Template:
    """The example of the seed document as it stands there, compiled once."""
    return seed()


@pytest.mark.parametrize("prompt", HOSTILE)
def test_the_seeds_graph_does_not_depend_on_the_prompt(seed_template: Template, prompt: str) -> None:
    """For the same id and instant, every field of every record is the same, but the one that carries the prompt."""
    text = HOSTILE[prompt]
    plain = expand(seed_template, SCENARIO, NOW, {"PROMPT": "plain"}).records
    records = expand(seed_template, SCENARIO, NOW, {"PROMPT": text}).records
    assert prompt_only(records, text, "CreateText") == prompt_only(plain, "plain", "CreateText")
    assert "49" not in [value for record in records for value in record.fields.values()]


@given(prompt=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), min_size=1))
@settings(max_examples=150, deadline=None)
def test_any_text_arrives_byte_for_byte(seed_template: Template, prompt: str) -> None:
    """Random Unicode, lone surrogates and NUL apart, which are refused."""
    records = expand(seed_template, SCENARIO, NOW, {"PROMPT": prompt}).records
    plain = expand(seed_template, SCENARIO, NOW, {"PROMPT": "plain"}).records
    assert records[0].fields["prompt"].encode() == prompt.encode()  # type: ignore[union-attr]
    assert records[1:] == plain[1:]
    assert replace(records[0], fields={}) == replace(plain[0], fields={})


def test_the_seeds_example_expands_as_written(seed_template: Template) -> None:
    """`range(1, N_SLIDES)` with N_SLIDES 3 makes two slides; declared `queue`s that differ are warnings."""
    expansion = expand(seed_template, SCENARIO, NOW, {})
    assert [record.label for record in expansion.records] == [
        *(
            "CreateText",
            "CreateVoice",
            "CreateSlidePrompt.1",
            "CreateSlide.1",
            "CreateSlidePrompt.2",
            "CreateSlide.2",
            "CreateVideo",
        )
    ]
    assert expansion.variables == {"N_SLIDES": 3, "PROMPT": "Напиши короткий текст про кота", "VIDEO_RESOLUTION": "1920x1080"}
    assert {(warning.code, warning.severity) for warning in expansion.warnings} == {("queue-differs", "warning")}
    assert [record.line for record in expansion.records] == [12, 30, 44, 58, 44, 58, 75]
