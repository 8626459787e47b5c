"""True line numbers although Jinja repeats lines.

Before a piece of template text that does not simply continue the line before it (after a tag, at the start of a macro), a
private-use mark with its source line is put; the marks come out of the rendered text again before it is parsed. Between two
marks, lines count on.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator
from itertools import chain

from jinja2.ext import Extension
from jinja2.lexer import Token, TokenStream


class LineMap:
    """From a position in the rendered text (from 0) to a line of the template (from 1)."""

    def __init__(self) -> None:
        self._starts = [(0, 0)]
        self._lines = [1]

    def add(self, line: int, column: int, source_line: int) -> None:
        self._starts.append((line, column))
        self._lines.append(source_line)

    def source_line(self, line: int, column: int) -> int:
        at = bisect_right(self._starts, (line, column)) - 1
        return self._lines[at] + line - self._starts[at][0]


class LineMarks(Extension):
    """Puts the marks in while a template is compiled. The environment gives the random number they carry."""

    def filter_stream(self, stream: TokenStream) -> Iterator[Token]:
        expected = 0  # the line on which text goes on if nothing came between; 0: it does not
        for token in stream:
            if token.type != "data":
                if token.type == "block_begin":
                    expected = 0
                yield token
                continue
            text = token.value
            blank = len(text) - len(text.lstrip())
            if token.lineno != expected and blank < len(text):
                line = token.lineno + text.count("\n", 0, blank)
                mark = self.environment.line_mark(line)  # type: ignore[attr-defined]  # always our Sandbox, which stands above this module
                yield Token(token.lineno, "data", f"{text[:blank]}{mark}{text[blank:]}")
                expected = token.lineno + text.count("\n")
            else:
                yield token
                # A blank piece without a mark leaves the next one in need of it, unless it went on from a known line.
                expected = token.lineno + text.count("\n") if token.lineno == expected else 0


def unmark(pattern: re.Pattern[str], text: str) -> tuple[str, LineMap]:
    """The text without its marks, and where its lines come from. `pattern` finds a mark; its group is the line."""
    lines = LineMap()
    pieces = pattern.split(text)
    line = column = 0
    for source_line, piece in zip(chain([""], pieces[1::2]), pieces[::2], strict=True):
        if source_line:
            lines.add(line, column, int(source_line))
        breaks = piece.count("\n")
        line += breaks
        column = len(piece) - piece.rfind("\n") - 1 if breaks else column + len(piece)
    return "".join(pieces[::2]), lines
