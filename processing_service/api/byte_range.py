"""The Range header (RFC 9110, 14.1.2 and 14.2): one range of bytes, or none that we serve."""

import re
from typing import Final

_ONE: Final = re.compile(r"bytes=[ \t]*([0-9]*)-([0-9]*)[ \t]*", re.IGNORECASE | re.ASCII)
_DIGITS: Final = 18  # of a position: larger than any file, and no work to convert


class Unsatisfiable(Exception):
    """The range is well formed and holds no byte of the file."""


def one_range(header: str, size: int) -> tuple[int, int] | None:
    """First and last byte asked for, both inclusive; None when the header is to be ignored and the whole file sent.

    Ignored are other units, what is malformed (`5-2` too), and several ranges: taking ten thousand apart is how such a header
    became a denial of service (CVE-2025-62727). Raises Unsatisfiable.
    """
    found = _ONE.fullmatch(header)
    if not found or not any(found.groups()):
        return None
    first, last = (_position(digits) for digits in found.groups())
    if first is None:
        # The last so many bytes; all of them when the file is shorter.
        wanted = min(last or 0, size)
        if last == 0:
            raise Unsatisfiable
        return (size - wanted, size - 1) if wanted else None
    if last is not None and last < first:
        return None
    if first >= size:
        raise Unsatisfiable
    return first, size - 1 if last is None else min(last, size - 1)


def _position(digits: str) -> int | None:
    if not digits:
        return None
    significant = digits.lstrip("0")
    return int(significant or "0") if len(significant) <= _DIGITS else 10**_DIGITS
