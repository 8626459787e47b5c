"""The fields of a task: what the engine knows, what it keeps for itself, what it hands on."""

import pytest

from processing_service.templates.expand import expand
from tests.unit.templates.writing import HEAD, NOW, SCENARIO, TASK, codes, expanded, one_task, problems, template


def test_every_field_finds_its_place() -> None:
    """Known fields are typed, extra ones go to the service as they are."""
    (record,) = expanded(
        one_task(
            "scenario_id: \"{{ SHORT_UUID('Scenario') }}\"\nstatus: pending\nqueue: 0\nconsumers: []\nparams: {model: m, n: 1}\n"
            "created_at: '{{ now() }}'\nupdated_at: '{{ now() }}'\nresult_ref: ''\nstage: drafting\nmax_attempts: 5\ntimeout: 90\n"
            "prompt: '{{ p }}'\nslide_ids: [a, b]\nextra: {k: [1, null]}"
        )
    ).records
    assert (record.service, record.name, record.stage, record.label) == ("text-service", "CreateText", "drafting", "A")
    assert (record.params, record.max_attempts, record.timeout, record.declared_queue) == ({"model": "m", "n": 1}, 5, 90.0, 0)
    assert record.fields == {"prompt": "text", "slide_ids": ["a", "b"], "extra": {"k": [1, None]}}
    assert record.line == 7


@pytest.mark.parametrize(
    ("field", "code"),
    [
        *(
            (f"{name}: 1", "reserved-field")
            for name in ("attempt", "needs", "lease_token", "worker", "error", "settling", "result")
        ),
        ("'dep:x': 1", "reserved-field"),
        ("result_ref: s3://x", "reserved-field"),
        ("result_ref: [x]", "reserved-field"),
        ("status: success", "invalid-status"),
        ("scenario_id: other", "scenario-id"),
        ("foreach: [1]", "runtime-expression"),
        ("when: true", "runtime-expression"),
        ("on_failure: ignore", "unsupported-field"),
        ("timeout: 0", "out-of-range"),
        ("timeout: -1", "out-of-range"),
        ("timeout: 1000000000", "out-of-range"),
        ("timeout: true", "type"),
        ("timeout: soon", "type"),
        ("max_attempts: 0", "out-of-range"),
        ("max_attempts: 1001", "out-of-range"),
        ("max_attempts: 1.5", "type"),
        ("queue: many", "type"),
        ("params: text", "type"),
        ("stage: [a]", "type"),
        ("consumers: text", "type"),
        ("consumers: [5]", "invalid-id"),
        ("consumers: ['a b']", "invalid-id"),
        ("'a b': 1", "invalid-name"),
        ("'a\\nb': 1", "invalid-name"),
        (f"{'x' * 65}: 1", "invalid-name"),
        ("created_at: yesterday", "ignored-field"),
        ("consumer: []", "similar-field"),
        ("timout: 5", "similar-field"),
        ("atempt: 5", "similar-field"),
    ],
)
def test_fields_the_engine_does_not_take(field: str, code: str) -> None:
    """Each at its own line."""
    (problem,) = problems(one_task(f"a: 1\n{field}", variables="{}"))
    assert (problem.code, problem.line) == (code, 11)


@pytest.mark.parametrize(
    "written", ["__proto__", "CreateText", "'🐱'", "x" * 65, "5", "[a]", '"{{ p }}"', "\"{{ SHORT_UUID('Scenario') }}\""]
)
def test_an_id_is_made_by_short_uuid(written: str) -> None:
    """Any other id could be another scenario's task, and would overwrite it."""
    source = f"{HEAD}variables: {{p: x}}\ntasks:\n  - id: {written}\n    service: s\n    name: n\n    a: '{{{{ p }}}}'\n"
    assert codes(source) == ["invalid-id"]


def test_mistakes_of_all_tasks_are_reported_together_with_true_lines() -> None:
    """Also inside loops, where Jinja repeats lines."""
    source = (
        f"{HEAD}tasks:\n"
        "{%- for i in range(2) %}\n"
        "  - id: \"{{ SHORT_UUID('A' ~ i) }}\"\n"
        "    service: text-service\n"
        "    {% if i %}\n"
        "    attempt: 1\n"
        "    {% endif %}\n"
        "    consumers:\n"
        "      {% for j in range(2) %}\n"
        "      - \"{{ SHORT_UUID('B' ~ j) }}\"\n"
        "      {% endfor %}\n"
        "{%- endfor %}\n"
        "  - name: last\n"
    )
    found = [(problem.line, problem.code) for problem in problems(source)]
    assert found == [(6, "required"), (6, "required"), (9, "reserved-field"), (16, "required"), (16, "required")]
    whole = source.replace("    service", "    name: n\n    service").replace("  - name: last", TASK.rstrip())
    assert [(problem.line, problem.code) for problem in problems(whole)] == [
        (10, "reserved-field"),
        *[(14, "unknown-consumer")] * 4,
    ]


def test_lines_are_true_inside_macros() -> None:
    """A task that a macro wrote stands where the macro does."""
    source = (
        f"{HEAD}\n"
        "{% macro task(name) %}\n"
        '  - id: "{{ SHORT_UUID(name) }}"\n'
        "    service: text-service\n"
        "    name: n\n"
        "    needs: 5\n"
        "{% endmacro %}\n"
        "tasks:\n"
        "{{ task('A') }}\n"
        "{{ task('B') }}\n"
    )
    assert [(problem.line, problem.code) for problem in problems(source)] == [(9, "reserved-field")] * 2


def test_ids_and_times_are_functions_of_the_scenario() -> None:
    """The same (id, instant) gives the same records; one name gives one id; the scenario's name gives its own."""
    source = template(one_task("a: \"{{ SHORT_UUID('Scenario') }}\"\nb: \"{{ SHORT_UUID('A') }}\"\nc: '{{ now() }}'"))
    first = expand(source, SCENARIO, NOW, {}).records
    assert first == expand(source, SCENARIO, NOW, {}).records
    (record,) = first
    assert record.fields == {"a": SCENARIO, "b": record.id, "c": "2026-11-20T10:34:12.349Z"}
    other = expand(source, "iCTvUjYiyCSm", NOW, {}).records[0]
    assert other.id.split(".")[1] != record.id.split(".")[1]
