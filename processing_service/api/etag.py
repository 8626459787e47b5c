"""Conditional requests (RFC 9110, 13): does the caller already hold what we would send?"""

from starlette.requests import Request


def weak(value: str) -> str:
    """A tag for answers that mean the same although their bytes may differ."""
    return f'W/"{value}"'


def strong(value: str) -> str:
    """A tag for answers that are the same byte for byte."""
    return f'"{value}"'


def unchanged(request: Request, tag: str) -> bool:
    """Whether If-None-Match names this tag, compared weakly as the RFC says for GET. Garbage matches nothing."""
    given = request.headers.get("if-none-match", "")
    if given.strip() == "*":
        return True
    bare = tag.removeprefix("W/")
    return any(candidate.strip().removeprefix("W/") == bare for candidate in given.split(","))
