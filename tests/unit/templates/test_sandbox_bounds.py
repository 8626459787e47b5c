"""What a template must not do, and how it is told. What only time or memory can stop is in tests/unit/engine/test_expansion.py."""

import time

import pytest

from processing_service.templates.limits import Limits
from tests.unit.templates.writing import codes, expanded, one_task, problems


def nested(depth: int) -> str:
    return "(" * depth + "1" + ")" * depth


REFUSED = {
    "a huge range": ("{{ range(10**9)|list }}", "template-forbidden"),
    "a huge range without a power": ("{{ range(1000000000)|list }}", "template-limit"),
    "a range past what len() knows": ("{{ range(99999999999999999999)|list }}", "template-limit"),
    "a loop of a million": ("{% for i in range(1000000) %}{% endfor %}", "template-limit"),
    "two nested ranges": ("{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}", "template-limit"),
    "much output": ("{% for i in range(100000) %}" + "x" * 1_000 + "{% endfor %}", "template-limit"),
    "power": ("{{ 10**(10**8) }}", "template-forbidden"),
    "small power": ("{{ 2**2 }}", "template-forbidden"),
    "multiplied text": ("{{ 'a'*1000000000 }}", "template-limit"),
    "multiplied list": ("{{ ([0]*1000000000)|length }}", "template-limit"),
    "doubling by *": (
        "{% set n = namespace(s='a') %}{% for i in range(64) %}{% set n.s = n.s*2 %}{% endfor %}",
        "template-limit",
    ),
    "doubling by +": (
        "{% set n = namespace(s='a') %}{% for i in range(64) %}{% set n.s = n.s + n.s %}{% endfor %}",
        "template-limit",
    ),
    "doubling by ~": (
        "{% set n = namespace(s='a') %}{% for i in range(64) %}{% set n.s = n.s ~ n.s %}{% endfor %}",
        "template-limit",
    ),
    "growing numbers": (
        "{% set n = namespace(s=9) %}{% for i in range(64) %}{% set n.s = n.s * n.s %}{% endfor %}",
        "template-limit",
    ),
    "wide %": ("{{ '%1000000000d' % 1 }}", "template-limit"),
    "wide % by an argument": ("{{ '%*d' % (1000000000, 1) }}", "template-limit"),
    "wide % filter": ("{{ '%1000000000d'|format(1) }}", "template-limit"),
    "wide format": ("{{ '{:>1000000000}'.format(1) }}", "template-limit"),
    "wide format by an argument": ("{{ '{:>{}}'.format(1, 1000000000) }}", "template-limit"),
    "center method": ("{{ 'a'.center(1000000000) }}", "template-limit"),
    "ljust method": ("{{ 'a'.ljust(1000000000) }}", "template-limit"),
    "center filter": ("{{ 'a'|center(1000000000) }}", "template-limit"),
    "indent filter": ("{{ 'a'|indent(1000000000, true) }}", "template-limit"),
    "replace": ("{{ ('a'*100000)|replace('a', 'a'*100000) }}", "template-limit"),
    "replace method": ("{{ ('a'*100000).replace('a', 'a'*100000) }}", "template-limit"),
    "lipsum": ("{{ lipsum(1000) }}", "template-forbidden"),
    "cycler": ("{{ cycler.__init__ }}", "template-forbidden"),
    "batch": ("{{ [1]|batch(1000000000)|list }}", "template-forbidden"),
    "slice": ("{{ [1]|slice(1000000000)|list }}", "template-forbidden"),
    "random": ("{{ [1]|random }}", "template-forbidden"),
    "pprint": ("{{ p|pprint }}", "template-forbidden"),
    "endless macro": ("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", "template-depth"),
    "endless loop": ("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", "template-depth"),
    "2,000 parentheses": ("{{ " + nested(2_000) + " }}", "template-depth"),
    "5,000 not": ("{{ " + "not " * 5_000 + "p }}", "template-depth"),
    "20,000 sums": ("{{ " + "1+" * 20_000 + "1 }}", "template-depth"),
    "200 ifs": ("{% if true %}" * 200 + "{% endif %}" * 200, "template-depth"),
    "25 fors": ("{% for i in [1] %}" * 25 + "{% endfor %}" * 25, "template-depth"),
    "class": ("{{ ''.__class__.__mro__ }}", "template-forbidden"),
    "attr": ("{{ ''|attr('__class__') }}", "template-forbidden"),
    "format to a class": ("{{ '{0.__class__}'.format('') }}", "template-forbidden"),
    "format_map to a class": ("{{ '{a.__class__}'.format_map({'a': ''}) }}", "template-forbidden"),
    "stored format": ("{% set f = '{0.__class__}'.format %}{{ f('') }}", "template-forbidden"),
    "globals of a function": ("{{ now.__globals__ }}", "template-forbidden"),
    "self of a function": ("{{ SHORT_UUID.__self__ }}", "template-forbidden"),
    "context": ("{{ self._TemplateReference__context }}", "template-forbidden"),
    "tokens of a set block": ("{% set s %}{{ p }}{% endset %}{{ s.source }}", "template-forbidden"),
    "map to a class": ("{{ ['']|map(attribute='__class__')|list }}", "template-forbidden"),
    "group by class": ("{{ ['']|groupby('__class__') }}", "template-forbidden"),
    "changing a list": ("{{ [1].append(2) }}", "template-forbidden"),
    "include": ("{% include 'x' %}", "template-forbidden"),
    "import": ("{% import 'x' as y %}", "template-forbidden"),
    "from import": ("{% from 'x' import y %}", "template-forbidden"),
    "extends": ("{% extends 'x' %}", "template-forbidden"),
    "block": ("{% block x %}{% endblock %}", "template-forbidden"),
    "debug": ("{% debug %}", "template-forbidden"),
    "undefined": ("{{ nobody }}", "template-undefined"),
    "undefined attribute": ("{{ p.nobody }}", "template-undefined"),
    "undefined in a name": ("{{ SHORT_UUID(p.nobody) }}", "template-undefined"),
    "environment": ("{{ environ }}", "template-undefined"),
    "division by zero": ("{{ 1/0 }}", "template-error"),
    "text and number": ("{{ 'a'+1 }}", "template-error"),
    "unknown filter": ("{{ p|uper }}", "template-error"),
    "unknown test": ("{{ p is uper }}", "template-error"),
    "half an expression": ("{{ 1 + }}", "template-syntax"),
    "half a tag": ("{% for", "template-syntax"),
    "no end": ("{% for i in [1] %}", "template-syntax"),
    "unknown tag": ("{% frobnicate %}", "template-syntax"),
    "a function": ("{{ range }}", "template-value"),
    "an unfinished sequence": ("{{ [1]|map('string') }}", "template-value"),
    "a range": ("{{ range(3) }}", "template-value"),
    "an unnamed id": ("{{ SHORT_UUID('') }}", "template-value"),
    "half a surrogate": ("{{ '\\ud800' }}", "template-value"),
    "NUL": ("{{ '\\0' }}", "template-value"),
    "a map without text keys": ("{{ {1: 2} }}", "template-value"),
    "a large integer": ("{{ 9223372036854775807 + 1 }}", "template-value"),
    "infinity": ("{{ p|replace('text', '1e999')|float }}", "template-value"),
    "run-time expression": ("${{ p }}", "runtime-expression"),
    "run-time expression of something unknown": ('"${{ p }}"', "runtime-expression"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_a_template_must_not_do_has_a_code_and_a_line(case: str) -> None:
    """Every refusal says which line of the template it is about, and comes fast."""
    code, expected = REFUSED[case]
    started = time.process_time()
    found = problems(one_task(f"prompt: {code}"), Limits(rendered=5_000_000))
    assert time.process_time() - started < 2
    assert [problem.code for problem in found] == [expected]
    assert found[0].line == 10 or expected == "template-depth", found
    assert len(found[0].message) < 400


def test_mistakes_of_a_template_are_reported_together() -> None:
    """Names, filters, tags and run-time expressions, each with its line and the nearest name."""
    found = problems(
        one_task("a: {{ promt }}\nb: {{ prompt|uper }}\nc: {% include 'x' %}\nd: ${{ prompt }}", variables="{prompt: x}")
    )
    assert [(problem.line, problem.code, problem.help) for problem in found] == [
        (10, "template-undefined", "did you mean `prompt`?"),
        (11, "template-error", "did you mean `upper`?"),
        (12, "template-forbidden", "templates compute text and nothing else"),
        (13, "runtime-expression", "use `{{ }}`: it is known when the scenario starts"),
    ]


def test_a_variable_that_may_be_missing_can_be_asked_about() -> None:
    """`x is defined` and `x|default(…)` are no mistakes."""
    source = one_task("a: {{ x|default('y') }}\nb: {{ 1 if z is defined else 2 }}")
    assert expanded(source).records[0].fields == {"a": "y", "b": 2}


def test_what_jinja_cannot_see_is_no_expression() -> None:
    """Comments and raw text may mention anything."""
    source = one_task("a: '{% raw %}${{ x }}{% endraw %}' {# ${{ y }} {{ z }} #}")
    assert expanded(source).records[0].fields == {"a": "${{ x }}"}


def test_the_usual_tools_of_a_template_work() -> None:
    """Filters, tests, loops with their counters, macros and namespaces."""
    source = one_task(
        "a: {{ [3, 1]|sort }}\nb: {{ 'a b'.split(' ')|last }}\nc: {{ {'k': 1}.items()|list }}\n"
        "d: {% for x in [1, 2] %}{{ loop.index }}{{ ',' if not loop.last }}{% endfor %}\n"
        "e: {{ '{:>5}|%s'.format(p) % 1 }}\nf: {{ 7 // 2 + 7 % 4 }}\ng: {{ p|length > 3 and p is string }}\nh: {{ {'a': 1}|tojson }}"
    )
    assert expanded(source).records[0].fields == {
        "a": [1, 3],
        "b": "b",
        "c": [["k", 1]],
        "d": "1,2",
        "e": " text|1",
        "f": 6,
        "g": True,
        "h": '{"a": 1}',
    }


def test_code_is_not_evaluated_twice() -> None:
    """A value that looks like code stays what it is, also after passing through text."""
    source = one_task("a: {{ s }}\nb: {{ s ~ '' }}", "{% set s %}{{ p }}{% endset %}", "{p: '{{ 7*7 }}'}")
    assert expanded(source).records[0].fields == {"a": "{{ 7*7 }}", "b": "{{ 7*7 }}"}


def test_codes_are_stable() -> None:
    """The message may change, the code may not."""
    assert codes(one_task("a: {{ nobody }}")) == ["template-undefined"]
