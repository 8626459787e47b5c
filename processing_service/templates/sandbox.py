"""Jinja that can compute text and nothing else.

Autoescaping is off, and not needed: what `{{ }}` puts out becomes a token (values.py), unless the template itself produced it
(a macro, a set block), which is told by a mark on the string instance. The construction, and the 31 constructs it was tried on,
are in docs/decisions/0003.

The sandbox keeps templates away from Python; sizes are bounded here where an expression says them. Time and memory as a whole
are bounded by the child process that expansion happens in (engine/expansion.py).
"""

import json
import re
import secrets
from collections.abc import Callable, Iterable
from functools import cache, update_wrapper
from string import Formatter
from types import BuiltinMethodType, MethodType
from typing import Any, TypeVar

from jinja2 import StrictUndefined, nodes, pass_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import SecurityError
from jinja2.filters import FILTERS as THEIRS
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedFormatter
from jinja2.utils import Namespace

from processing_service.templates.limits import Limits
from processing_service.templates.lines import LineMarks
from processing_service.templates.mistake import Mistake
from processing_service.templates.values import HeldValues, Produced, Text, Token, as_json, as_text

FILTERS = frozenset(
    {
        *("abs", "capitalize", "center", "count", "d", "default", "dictsort", "filesizeformat", "first", "float", "format"),
        *("groupby", "indent", "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min", "reject"),
        *("rejectattr", "replace", "reverse", "round", "select", "selectattr", "sort", "string", "striptags", "sum", "title"),
        *("tojson", "trim", "truncate", "unique", "upper", "urlencode", "wordcount", "wordwrap"),
    }
)
Function = TypeVar("Function", bound=Callable[..., object])

BITS = 4_096  # of an integer inside an expression
MOST = Limits().value  # characters or items that one expression may make

_WIDE = re.compile(r"[0-9]{5,}")
_WIDE_PERCENT = re.compile(r"%[^a-zA-Z%]*(?:\*|[0-9]{5,})")


class ExpansionContext(Context):
    """A rendering's variables, and the values it has put out so far."""

    held: HeldValues


class _Generator(CodeGenerator):
    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 - Jinja finds it by its name
        # `~` is compiled to a function of Jinja's own that no sandbox hook sees, and doubles as well as `+`.
        self.write("environment.join_values((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")

    def visit_CallBlock(self, node: nodes.CallBlock, frame: Frame) -> None:  # noqa: N802 - Jinja finds it by its name
        # Jinja writes the result of `{% call f() %}` without finalizing it, whatever f is: a hole in the wall of tokens.
        call_frame, macro_ref = self.macro_body(node, frame)
        self.writeline("caller = ")
        self.macro_def(macro_ref, call_frame)
        self.start_write(frame, node)
        self.write("environment.finalize(context, ")
        self.visit_Call(node.call, frame, forward_caller=True)
        self.write(")")
        self.end_write(frame)


class _Formatter(SandboxedFormatter):
    def format_field(self, value: Any, format_spec: str) -> Any:
        if _WIDE.search(format_spec):
            raise _too_large()
        return super().format_field(value, format_spec)


class Sandbox(ImmutableSandboxedEnvironment):
    """The only environment templates are compiled in. One per process is enough: it has no state but its random number."""

    intercepted_binops = frozenset({"+", "-", "*", "/", "//", "%", "**"})
    code_generator_class = _Generator
    context_class = ExpansionContext

    def __init__(self) -> None:
        nonce = secrets.token_hex(4)
        self._mark = f"\ue002{nonce}:%d\ue003"
        self.mark_pattern = re.compile(f"\ue002{nonce}:([0-9]+)\ue003")
        super().__init__(
            undefined=StrictUndefined,
            finalize=_place,
            autoescape=False,
            keep_trailing_newline=True,
            extensions=[LineMarks],
            cache_size=0,
        )
        self.concat = self._produce  # type: ignore[method-assign]  # the hook is an attribute: Jinja calls it without a self
        self.globals = {"namespace": Namespace}
        self.filters = {name: THEIRS[name] for name in FILTERS}
        self.filters |= {"tojson": _tojson, "format": self._format, "center": _center, "indent": _indent, "replace": _replace}
        del self.tests["escaped"]

    def line_mark(self, line: int) -> str:
        return self._mark % line

    def _produce(self, pieces: Iterable[str]) -> Produced:
        """What a macro or a set block made, for the document and for expressions."""
        pieces = list(pieces)
        source = "".join([for_document(piece) for piece in pieces])
        if len(source) > Limits().rendered:
            raise _too_large()
        clean = "".join([_clean(piece) for piece in pieces])
        produced = Produced(self.mark_pattern.sub("", clean) if "\ue002" in clean else clean)
        produced.source = source
        return produced

    def join_values(self, values: Iterable[Any]) -> str:
        texts = [str(value) for value in values]
        if sum(map(len, texts)) > MOST:
            raise _too_large()
        return "".join(texts)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        if operator == "**":
            raise SecurityError("`**` is not available in templates")
        for value in (left, right):
            if isinstance(value, int) and value.bit_length() > BITS:
                raise _too_large()
        if operator == "*":
            for sequence, times in ((left, right), (right, left)):
                if isinstance(sequence, str | list | tuple) and isinstance(times, int) and len(sequence) * times > MOST:
                    raise _too_large()
        elif operator == "+":
            if isinstance(left, str | list | tuple) and isinstance(right, str | list | tuple) and len(left) + len(right) > MOST:
                raise _too_large()
        elif operator == "%" and isinstance(left, str) and _WIDE_PERCENT.search(left):
            raise _too_large()
        return super().call_binop(context, operator, left, right)

    def call(__self, __context: Context, __obj: Any, *args: Any, **kwargs: Any) -> Any:  # noqa: N805 - Jinja's own signature
        if getattr(__obj, "for_templates", False):
            # Our own: no need to ask whether it is safe, and called most. Inside loops Jinja adds keywords for its own use.
            kwargs.pop("_loop_vars", None)
            kwargs.pop("_block_vars", None)
            return __obj(*args, **kwargs)
        owner = getattr(__obj, "__self__", None)
        if isinstance(owner, str):
            name = getattr(__obj, "__name__", "")
            if name in {"center", "ljust", "rjust", "zfill", "expandtabs"} and any(type(n) is int and n > MOST for n in args):
                raise _too_large()
            if name == "replace" and len(args) > 1:
                _bound_replace(owner, args[0], args[1])
        return super().call(__context, __obj, *args, **kwargs)

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        # `source` holds tokens and marks: nothing for expressions to see.
        hidden = attr == "source" and isinstance(obj, Produced)
        return not hidden and super().is_safe_attribute(obj, attr, value)

    def wrap_str_format(self, value: Any) -> Callable[..., str] | None:
        if not isinstance(value, MethodType | BuiltinMethodType) or value.__name__ not in {"format", "format_map"}:
            return None
        text = value.__self__
        if not isinstance(text, str):
            return None
        formatter: Formatter = _Formatter(self)

        def format_text(*args: Any, **kwargs: Any) -> str:
            mapping = args[0] if value.__name__ == "format_map" else kwargs
            return formatter.vformat(text, () if value.__name__ == "format_map" else args, mapping)

        return update_wrapper(format_text, value)

    def _format(self, text: Any, *args: Any, **kwargs: Any) -> Any:
        template = str(text)
        if _WIDE_PERCENT.search(template):
            raise _too_large()
        return template % (kwargs or args)


@pass_context
def _place(context: ExpansionContext, value: object) -> str:
    """What `{{ value }}` puts into the text."""
    source = getattr(value, "source", None) if type(value) is Produced else None
    if source is not None:
        text = Text(source)
        text.clean = str(value)
        return text
    return context.held.hold(value)


def for_document(piece: str) -> str:
    """A piece of rendered text as it goes into the document. A recursive loop's output comes without having been finalized."""
    return piece.source if type(piece) is Produced else piece


def _clean(piece: str) -> str:
    if type(piece) is Token:
        return as_text(piece.value)
    return piece.clean if type(piece) is Text else piece


def _tojson(value: Any) -> str:
    # Jinja's own escapes for HTML and gives Markup; \ud83d\ude00 would arrive as two halves in YAML.
    return json.dumps(as_json(value, Limits()), ensure_ascii=False)


def _center(value: str, width: int = 80) -> str:
    if width > MOST:
        raise _too_large()
    return str(value).center(width)


def _indent(value: str, width: int | str = 4, first: bool = False, blank: bool = False) -> str:
    if isinstance(width, int) and width * (str(value).count("\n") + 1) > MOST:
        raise _too_large()
    return str(THEIRS["indent"](str(value), width, first, blank))


def _replace(value: Any, old: str, new: str, count: int = -1) -> str:
    text = str(value)
    _bound_replace(text, str(old), str(new))
    return text.replace(str(old), str(new), count)


def _bound_replace(text: str, old: str, new: str) -> None:
    if len(text) + text.count(old) * len(new) > MOST:
        raise _too_large()


def _too_large() -> Mistake:
    return Mistake("template-limit", f"the expression makes something larger than {MOST:,} characters or items")


def template_function(function: Function) -> Function:
    """Marks a function that templates may call."""
    function.for_templates = True  # type: ignore[attr-defined]  # the mark `Sandbox.call` looks for
    return function


@cache
def sandbox() -> Sandbox:
    """The environment of this process."""
    return Sandbox()
