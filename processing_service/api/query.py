"""Query parameters: each at most once, none unknown, numbers within their range."""

import re
from collections.abc import Collection
from urllib.parse import unquote_to_bytes

from starlette.requests import Request

from processing_service.api.problems import HttpProblem, refused
from processing_service.api.validation import suggestion
from processing_service.contract.errors import Problem

MAX_VALUE_CHARACTERS = 512
LONGEST_SHOWN = 64  # characters of a name that is nobody's

_NUMBER = re.compile(r"[0-9]{1,9}")


def query(request: Request, allowed: Collection[str] = ()) -> dict[str, str]:
    """The parameters by name. Raises a 422 that lists what is unknown, repeated, too long or not UTF-8."""
    found: dict[str, str] = {}
    problems: list[Problem] = []
    _check_encoding(request)
    for name, value in request.query_params.multi_items():
        if name not in allowed:
            known = ", ".join(allowed) or "none"
            help_text = suggestion(name, allowed) or f"the parameters here are: {known}"
            problems.append(Problem("unknown-parameter", "there is no such query parameter here", help_text, _pointer(name)))
        elif name in found:
            problems.append(Problem("parameter-twice", f"the query parameter `{name}` stands twice", pointer=_pointer(name)))
        elif len(value) > MAX_VALUE_CHARACTERS or "\x00" in value:
            sentence = f"the value of `{name}` is too long or holds a NUL"
            problems.append(Problem("parameter-value", sentence, pointer=_pointer(name)))
        else:
            found[name] = value
    if problems:
        raise refused(problems[:20])
    return found


def number(parameters: dict[str, str], name: str, default: int, *, low: int, high: int) -> int:
    """A whole number in [low, high], or a 422."""
    given = parameters.get(name)
    if given is None:
        return default
    if not _NUMBER.fullmatch(given) or not low <= int(given) <= high:
        sentence = f"`{name}` is a whole number from {low} to {high}"
        raise refused([Problem("out-of-range", sentence, pointer=_pointer(name))])
    return int(given)


def _pointer(name: str) -> str:
    """`?limit`: no JSON pointer begins with a question mark, so a program can tell the two apart."""
    return f"?{name[:LONGEST_SHOWN]}"


def _check_encoding(request: Request) -> None:
    try:
        unquote_to_bytes(request.url.query).decode("utf-8")
    except UnicodeDecodeError:
        raise HttpProblem(400, "bad-request", "the query string is not percent-encoded UTF-8") from None
