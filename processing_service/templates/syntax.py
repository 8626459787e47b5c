"""What can be told about a template's Jinja without rendering it: every mistake at once, each with its line."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jinja2 import TemplateSyntaxError, nodes
from jinja2.defaults import DEFAULT_NAMESPACE
from jinja2.filters import FILTERS as THEIR_FILTERS
from jinja2.meta import find_undeclared_variables
from jinja2.tests import TESTS as THEIR_TESTS

from processing_service.contract.errors import Problem
from processing_service.graph.suggestion import did_you_mean
from processing_service.templates.sandbox import Sandbox, sandbox

FUNCTIONS = frozenset({"SHORT_UUID", "now", "range", "namespace"})
REMOVED_FUNCTIONS = frozenset(DEFAULT_NAMESPACE) - FUNCTIONS
REFUSED: dict[type[nodes.Node], str] = {
    nodes.Include: "include",
    nodes.Import: "import",
    nodes.FromImport: "import",
    nodes.Extends: "extends",
    nodes.Block: "block",
    nodes.FilterBlock: "filter",
    nodes.ScopedEvalContextModifier: "autoescape",
}
RUNTIME = (
    "this version has no run-time expressions (`${{ }}`, `foreach`, `when`)",
    "use `{{ }}`: it is known when the scenario starts",
)

_ENDLESS = re.compile(r"(?:0[xX])?[0-9a-fA-F_]{1000}")
_UNKNOWN_TAG = re.compile(r"unknown tag '(\w+)'")
_REFUSED_TAGS = frozenset({"debug", "do", "break", "continue", "trans"})


@dataclass(frozen=True, slots=True)
class Inspection:
    """`names` are all the variables a template mentions."""

    problems: tuple[Problem, ...]
    names: frozenset[str]


def inspect(body: str, file: str, known: frozenset[str]) -> Inspection:
    """Parse a body and look at every node. `known` are the names of its variables."""
    environment = sandbox()
    problems = list(_runtime_expressions(environment, body, file))
    try:
        tree = environment.parse(body)
        mentioned = frozenset(name.name for name in tree.find_all(nodes.Name))
        problems += _refused(tree, file)
        problems += _unknown_parts(environment, tree, file)
        undeclared = find_undeclared_variables(tree) - known - FUNCTIONS
        problems += _unknown_names(tree, file, undeclared, known)
    except TemplateSyntaxError as error:
        return Inspection((*problems, syntax_problem(error, file)), frozenset())
    except (ValueError, OverflowError):
        # Jinja's lexer turns digits into numbers, and Python refuses to read thousands of them.
        return Inspection((*problems, _endless_number(body, file)), frozenset())
    except RecursionError:
        return Inspection(
            (*problems, Problem("template-depth", "expressions or tags are nested too deep", file=file, line=1)), frozenset()
        )
    return Inspection(tuple(problems), mentioned)


def syntax_problem(error: TemplateSyntaxError, file: str) -> Problem:
    """What Jinja's parser stumbled on, in our words: a tag we removed is forbidden, not unknown."""
    message = error.message or "not a template"
    tag = _UNKNOWN_TAG.search(message)
    if tag and tag[1] in _REFUSED_TAGS:
        return _forbidden(f"the tag `{tag[1]}` is not available in templates", file, error.lineno)
    advice = "look at this line, and at the tag before it" if "end of" in message else ""
    return Problem("template-syntax", message, advice, file=file, line=error.lineno)


def _runtime_expressions(environment: Sandbox, body: str, file: str) -> Iterator[Problem]:
    # Jinja reads the `{{ }}` inside `${{ }}`: taken as it is, `${{ p }}` would give a `$` and a value.
    before = ""
    try:
        for line, kind, text in environment.lex(body):
            if kind == "variable_begin" and before.endswith("$"):
                yield Problem("runtime-expression", *RUNTIME, file=file, line=line)
            before = text if kind == "data" else ""
    except (TemplateSyntaxError, ValueError, OverflowError):
        return  # reported by the parser


def _endless_number(body: str, file: str) -> Problem:
    digits = _ENDLESS.search(body)
    line = body.count("\n", 0, digits.start()) + 1 if digits else 1
    return Problem("template-syntax", "a number with thousands of digits", "write it as text, in quotes", file=file, line=line)


def _refused(tree: nodes.Template, file: str) -> Iterator[Problem]:
    for node in tree.find_all(tuple(REFUSED)):
        yield _forbidden(f"the tag `{REFUSED[type(node)]}` is not available in templates", file, node.lineno)


def _unknown_parts(environment: Sandbox, tree: nodes.Template, file: str) -> Iterator[Problem]:
    kinds = (
        ("filter", nodes.Filter, environment.filters, THEIR_FILTERS, "string"),
        ("test", nodes.Test, environment.tests, THEIR_TESTS, "defined"),
    )
    for word, kind, ours, theirs, stand_in in kinds:
        for node in tree.find_all(kind):
            name = node.name
            if name in ours:
                continue
            # Jinja's own search for names stops at the first unknown filter; this one has been dealt with here.
            node.name = stand_in
            if name in theirs:
                yield _forbidden(f"the {word} `{name}` is not available in templates", file, node.lineno)
            else:
                advice = did_you_mean(name, ours) or f"the {word}s are {', '.join(sorted(ours))}"
                yield Problem("template-error", f"there is no {word} `{name}`", advice, file=file, line=node.lineno)


def _unknown_names(tree: nodes.Template, file: str, undeclared: set[str], known: frozenset[str]) -> Iterator[Problem]:
    # A name the template itself asks about (`x is defined`, `x|default('y')`) may be absent.
    asked = {node.node.name for node in tree.find_all(nodes.Test) if isinstance(node.node, nodes.Name)}
    asked |= {
        node.node.name
        for node in tree.find_all(nodes.Filter)
        if node.name in {"default", "d"} and isinstance(node.node, nodes.Name)
    }
    reported: set[str] = set()
    for node in tree.find_all(nodes.Name):
        name = node.name
        if node.ctx != "load" or name not in undeclared or name in asked or name in reported:
            continue
        reported.add(name)
        if name in REMOVED_FUNCTIONS:
            yield _forbidden(f"`{name}` is not available in templates", file, node.lineno)
        elif name != "self":
            advice = did_you_mean(name, known | FUNCTIONS) or "declare it under `variables:`"
            yield Problem(
                "template-undefined", f"`{name}` is not a variable of this template", advice, file=file, line=node.lineno
            )


def _forbidden(message: str, file: str, line: int) -> Problem:
    return Problem("template-forbidden", message, "templates compute text and nothing else", file=file, line=line)
