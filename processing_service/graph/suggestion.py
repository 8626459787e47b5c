"""The next thing to try, when a name is nobody's."""

from collections.abc import Iterable
from difflib import get_close_matches


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """`did you mean `x`?` for the nearest known name, ignoring case; empty when nothing is near.

    Names past 64 characters are nobody's typing mistake, and difflib is quadratic.
    """
    if len(name) > 64:
        return ""
    by_folded = {candidate.casefold(): candidate for candidate in known}
    near = get_close_matches(name.casefold(), by_folded, n=1, cutoff=0.6)
    return f"did you mean `{by_folded[near[0]]}`?" if near else ""
