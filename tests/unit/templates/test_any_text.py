"""No text, however broken, makes the templates part fail in another way than with problems that have lines."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from processing_service.templates.limits import Limits
from tests.scenarios.test_shipped_templates import ROOT
from tests.unit.templates.test_core_yaml import REFUSED as YAML_MISTAKES
from tests.unit.templates.test_sandbox_bounds import REFUSED as CODE_MISTAKES
from tests.unit.templates.writing import problems

SOURCE = (ROOT / "scenarios" / "narrate-text.yml").read_text(encoding="utf-8")
SHORT = 200  # characters; and none of the large numbers, which cost time and have tests of their own
PIECES = [
    *(text for text, _ in YAML_MISTAKES.values() if len(text) < SHORT),
    *(code for code, _ in CODE_MISTAKES.values() if len(code) < SHORT and "00000" not in code),
    *(
        "\t",
        "\n",
        "  ",
        "-",
        ":",
        "{{",
        "}}",
        "{%",
        "%}",
        "{#",
        "#}",
        "'",
        '"',
        "|",
        "\0",
        "\ue000",
        "\ud800",
        "é",
        "? ",
        "- ",
        "[",
        "]",
    ),
    *("tasks:", "inputs:\n", "variables:\n  X: 1\n", "${{ x }}", "range(3)", "SHORT_UUID(1)", "now()"),
]
EDIT = st.tuples(st.integers(0, len(SOURCE)), st.integers(0, 30), st.sampled_from(["", *PIECES]))


@given(edits=st.lists(EDIT, min_size=1, max_size=4))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_an_edited_template_is_a_template_or_has_problems_with_lines(edits: list[tuple[int, int, str]]) -> None:
    """Pieces cut out, pieces of mistakes put in."""
    text = SOURCE
    for at, cut, piece in edits:
        text = text[:at] + piece + text[at + cut :]
    for problem in problems(text, Limits(rendered=1_000_000), {"PROMPT": "x"}):
        assert problem.code
        assert problem.message
        assert problem.pointer or 1 <= problem.line <= text.count("\n") + 2
