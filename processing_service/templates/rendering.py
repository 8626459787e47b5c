"""One rendering of a template's body: text for the YAML parser, the values held out of it, the names its ids were made of."""

from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from jinja2 import TemplateSyntaxError, Undefined, UndefinedError
from jinja2.exceptions import SecurityError

from processing_service.contract.errors import Problem, TemplateError
from processing_service.contract.task import JSONValue
from processing_service.graph.suggestion import did_you_mean
from processing_service.templates.document import Template
from processing_service.templates.ids import task_id
from processing_service.templates.limits import Limits
from processing_service.templates.lines import LineMap, unmark
from processing_service.templates.mistake import Mistake
from processing_service.templates.sandbox import ExpansionContext, for_document, sandbox, template_function
from processing_service.templates.syntax import FUNCTIONS, syntax_problem
from processing_service.templates.values import HeldValues

LONGEST_RANGE = 100_000
LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Rendering:
    """`names` is the label of each id that was made, the scenario's own included."""

    template: Template
    scenario_id: str
    now: str
    variables: Mapping[str, JSONValue]
    text: str
    lines: LineMap
    held: HeldValues
    names: Mapping[str, str]


def iso(moment: datetime) -> str:
    """The seed's format: ISO 8601 in UTC with milliseconds and `Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def render(
    template: Template, scenario_id: str, now: datetime, variables: Mapping[str, JSONValue], limits: Limits
) -> Rendering:
    """Render the body once. Raises TemplateError with the code, the line, and what to do.

    A function of its arguments: the same id and instant give the same text, whatever the clock says.
    """
    held = HeldValues(limits)
    functions = _Functions(template.scenario_name, scenario_id, iso(now), limits)
    environment = sandbox()
    try:
        compiled = template.compiled
    except Exception as error:  # noqa: BLE001 - Jinja and Python's compiler raise eight kinds
        raise _failed(_compile_problem(error, template)) from None
    try:
        context = compiled.new_context({**variables, **functions.as_variables()})
        assert isinstance(context, ExpansionContext)
        context.held = held
        pieces: list[str] = []
        size = 0
        rendering = compiled.root_render_func(context)
        assert isinstance(rendering, Generator)
        for piece in rendering:
            text = for_document(piece)
            pieces.append(text)
            size += len(text)
            if size > limits.rendered:
                message = f"the template makes more than {limits.rendered:,} characters of text"
                # Thrown where the template stands, so that it is told with its line.
                rendering.throw(Mistake("template-limit", message))
    except Exception as error:  # noqa: BLE001 - a template can raise anything
        raise _failed(_render_problem(error, template, variables)) from None
    text, lines = unmark(environment.mark_pattern, "".join(pieces))
    return Rendering(template, scenario_id, functions.now(), variables, text, lines, held, functions.names)


class _Functions:
    """What a template may call."""

    def __init__(self, scenario_name: str | None, scenario_id: str, now: str, limits: Limits) -> None:
        self._scenario_id = scenario_id
        self._now = now
        self._limits = limits
        self._ids = {scenario_name: scenario_id} if scenario_name else {}
        self._left = limits.iterations
        self.names = {scenario_id: scenario_name or ""}

    def as_variables(self) -> dict[str, Callable[..., object]]:
        return {"SHORT_UUID": self.short_uuid, "now": self.now, "range": self.range}

    @template_function
    def short_uuid(self, name: object) -> str:
        known = self._ids.get(name) if type(name) is str else None
        if known:
            return known
        if isinstance(name, Undefined):
            name._fail_with_undefined_error()  # noqa: SLF001 - Jinja's own way to raise what made it undefined
        if isinstance(name, bool) or not isinstance(name, str | int):
            raise Mistake("template-value", "SHORT_UUID takes a name in quotes", "for example SHORT_UUID('CreateText')")
        text = str(name)
        if not text or len(text) > LONGEST_NAME:
            raise Mistake("template-value", f"SHORT_UUID takes a name of 1 to {LONGEST_NAME} characters")
        if text in self._ids:
            return self._ids[text]
        made = task_id(self._scenario_id, text)
        if made in self.names:
            message = f"the names `{text}` and `{self.names[made]}` give the same id"
            raise Mistake("template-value", message, "rename one of the two")
        self._ids[text] = made
        self.names[made] = text
        return made

    @template_function
    def now(self) -> str:
        return self._now

    @template_function
    def range(self, *bounds: int) -> range:
        numbers = range(*bounds)
        # len() of a huge range is itself an OverflowError.
        if (numbers and abs(numbers[-1] - numbers[0]) // abs(numbers.step) >= LONGEST_RANGE) or len(numbers) > self._left:
            raise Mistake(
                "template-limit", f"range() gives at most {LONGEST_RANGE:,} numbers, and {self._limits.iterations:,} in all"
            )
        self._left -= len(numbers)
        return numbers


def _failed(problem: Problem) -> TemplateError:
    code = "template-limit" if problem.code == "template-limit" else "template-invalid"
    return TemplateError(code=code, problems=(problem,))


def _compile_problem(error: Exception, template: Template) -> Problem:
    if isinstance(error, TemplateSyntaxError):
        return syntax_problem(error, template.file)
    if isinstance(error, RecursionError | SyntaxError | MemoryError):
        # Jinja writes Python, and Python's own compiler has limits: 20 nested loops, 100 levels of indentation.
        return Problem(
            "template-depth", "expressions or tags are nested too deep", "divide them by macros", file=template.file, line=1
        )
    return Problem("template-error", "the template cannot be compiled", file=template.file, line=1)


def _render_problem(error: Exception, template: Template, variables: Mapping[str, JSONValue]) -> Problem:
    line = _line_of(error)
    match error:
        case Mistake():
            code, message, advice = error.code, error.message, error.help
        case SecurityError():
            code, message, advice = "template-forbidden", _words(error), "templates compute text and nothing else"
        case UndefinedError():
            name = _words(error).split("'")[1] if "'" in _words(error) else ""
            code, message = "template-undefined", _words(error)
            advice = did_you_mean(name, {*variables, *FUNCTIONS}) or "declare it under `variables:`"
        case RecursionError():
            code, message, advice = "template-depth", "a macro or a loop calls itself too often", "end the recursion"
        case MemoryError() | OverflowError():
            code, message, advice = "template-limit", "the template makes something too large", "make it smaller"
        case _:
            code, message, advice = "template-error", f"{type(error).__name__}: {_words(error)}", ""
    return Problem(code, message, advice, file=template.file, line=line)


def _words(error: Exception) -> str:
    # Python's messages may carry the value they are about; the first line, and not much of it, is enough.
    return str(error).split("\n", 1)[0][:200] or type(error).__name__


def _line_of(error: BaseException) -> int:
    """The template line of the innermost frame that a template was compiled to."""
    line, frame = 1, error.__traceback__
    while frame is not None:
        compiled = frame.tb_frame.f_globals.get("__jinja_template__")
        if compiled is not None:
            line = compiled.get_corresponding_lineno(frame.tb_lineno)
        frame = frame.tb_next
    return line
