"""From pydantic's findings to our problems: a pointer, a stable word, a sentence, and what to do. Never the value."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, Final, TypeVar

from pydantic import BaseModel, ValidationError

from processing_service.api.json_body import JsonBody, step
from processing_service.api.problems import refused
from processing_service.contract.errors import Problem

Model = TypeVar("Model", bound=BaseModel)

_CODES: Final[Mapping[str, str]] = {
    "missing": "required",
    "extra_forbidden": "unknown-field",
    "enum": "not-a-choice",
    "literal_error": "not-a-choice",
    "string_too_short": "required",
    "string_too_long": "too-long",
    "too_long": "too-many-items",
    "too_short": "too-few-items",
    "string_pattern_mismatch": "invalid-name",
    "greater_than": "out-of-range",
    "greater_than_equal": "out-of-range",
    "less_than": "out-of-range",
    "less_than_equal": "out-of-range",
    "int_parsing_size": "out-of-range",
    "finite_number": "number-out-of-range",
    "string_unicode": "invalid-unicode",
}
"""What is not here is a wrong type."""

_FIELD_CODES: Final[Mapping[str, str]] = {"status": "not-a-status", "task_id": "invalid-id"}
"""Fields whose mistake has a word of its own."""


def validate(model: type[Model], body: JsonBody) -> Model:
    """The body as `model`, or a 422 that lists every mistake."""
    try:
        return model.model_validate_json(body.raw)
    except ValidationError as error:
        raise refused(problems_of(error, body.value, model)) from None


def problems_of(error: ValidationError, value: Any, model: type[BaseModel] | None = None) -> tuple[Problem, ...]:
    """One problem for each place in `value` that pydantic refused."""
    found: dict[str, Problem] = {}
    for item in error.errors(include_url=False, include_input=False):
        pointer = _pointer(item["loc"], value, missing=item["type"] == "missing")
        problem = _problem(pointer, item["type"], item["msg"], item.get("ctx", {}), model)
        # A union reports once per member; the first one says it, the deepest one says it best.
        found.setdefault(pointer, problem)
    return tuple(problem for pointer, problem in found.items() if not any(other.startswith(f"{pointer}/") for other in found))


def suggestion(word: str, known: Iterable[str]) -> str:
    """`did you mean …?`, when something known is near."""
    near = difflib.get_close_matches(word[:64], list(known), n=1, cutoff=0.6)
    return f"did you mean `{near[0]}`?" if near else ""


def _problem(pointer: str, kind: str, message: str, context: Mapping[str, Any], model: type[BaseModel] | None) -> Problem:
    code = _CODES.get(kind, "type")
    if code in {"not-a-choice", "invalid-name"}:
        code = _FIELD_CODES.get(pointer.rpartition("/")[2], code)
    help_text = ""
    match code:
        case "unknown-field":
            message = "there is no such field here"
            known = () if model is None or pointer.count("/") != 1 else tuple(model.model_fields)
            name = pointer.rpartition("/")[2]
            help_text = suggestion(name, known) or (f"the fields are {', '.join(known)}" if known else "")
        case "not-a-status" | "not-a-choice":
            message = f"this is one of {context['expected']}"
        case "required":
            message = "this field is required and may not be empty"
        case "invalid-name":
            message = "a name begins with a letter; then up to 63 letters, digits, dots, dashes and underscores"
        case "invalid-id":
            message = "an id is 1 to 64 letters, digits, dots, dashes and underscores"
        case _:
            # Pydantic's own sentences ("Input should be …") name the rule and never the value.
            message = message[:1].lower() + message[1:]
    return Problem(code=code, message=message, pointer=pointer, help=help_text)


def _pointer(location: tuple[int | str, ...], value: Any, *, missing: bool) -> str:
    """The place as a JSON pointer. Steps that pydantic adds for members of a union are not in the body and are left out."""
    steps: list[str] = []
    for position, part in enumerate(location):
        children = dict(enumerate(value)) if isinstance(value, list) else value
        if isinstance(children, dict) and part in children:
            value = children[part]
        elif not (missing and position == len(location) - 1):
            continue
        steps.append(step(part))
    return "".join(steps)
