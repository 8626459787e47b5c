"""The process in which templates are expanded: killable, bounded in memory and in CPU time, warm.

It reads requests from stdin and writes answers to stdout, each a pickle behind its length, and ends when stdin does: with its
parent, however that ended. Started by engine/expansion.py.
"""

import io
import os
import pickle
import resource
import signal
import struct
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from processing_service.contract.errors import InvalidRequest, Problem, TemplateError
from processing_service.contract.task import JSONValue
from processing_service.graph.build import Graph, build
from processing_service.templates.catalog import Catalog
from processing_service.templates.expand import Expansion, read_records, without_collecting
from processing_service.templates.inputs import resolve
from processing_service.templates.limits import Limits
from processing_service.templates.rendering import render

LENGTH = struct.Struct(">Q")


@dataclass(frozen=True, slots=True)
class Bounds:
    """`cpu` is in seconds, for the template's own code; what follows it is linear and gets `cpu_per_megabyte` of text more.

    CPU time and not wall time: on a busy machine a good template must not be taken for a bomb.
    """

    cpu: float = 2.5
    cpu_per_megabyte: float = 1.0
    memory: int = 1_536 * 1024 * 1024  # bytes of address space; 20,000 tasks take about 400 MB of it


@dataclass(frozen=True, slots=True)
class Setup:
    """What a child is told first."""

    paths: tuple[Path, ...]
    limits: Limits
    bounds: Bounds


@dataclass(frozen=True, slots=True)
class Request:
    name: str
    scenario_id: str
    now: datetime
    overrides: Mapping[str, JSONValue]
    known_services: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Refused:
    """Why there is no expansion. Exceptions do not travel well; their parts do."""

    invalid_request: bool
    detail: str
    code: str
    problems: tuple[Problem, ...]

    def raised(self) -> InvalidRequest | TemplateError:
        kind = InvalidRequest if self.invalid_request else TemplateError
        return kind(self.detail, code=self.code, problems=self.problems)


@dataclass(frozen=True, slots=True)
class Expanded:
    """An expansion and its graph: all that a submission writes."""

    expansion: Expansion
    graph: Graph


def too_much(file: str = "", line: int = 0) -> Refused:
    """The answer to a bomb."""
    problem = Problem(
        "template-limit",
        "the template takes too much time or memory",
        "make it smaller, or its loops shorter",
        file=file,
        line=line,
    )
    return Refused(False, "The template takes too much time or memory.", "template-limit", (problem,))


def read_message(stream: IO[bytes]) -> object:
    """The next message. Raises EOFError when the other side is gone."""
    head = _exactly(stream, LENGTH.size)
    return pickle.loads(_exactly(stream, LENGTH.unpack(head)[0]))  # noqa: S301 - both ends of the pipe are ours


def write_message(stream: IO[bytes], message: object) -> None:
    body = pickle.dumps(message, protocol=5)
    stream.write(LENGTH.pack(len(body)) + body)
    stream.flush()


def _exactly(stream: IO[bytes], size: int) -> bytes:
    buffer = io.BytesIO()
    while buffer.tell() < size:
        chunk = stream.read(min(size - buffer.tell(), 1 << 20))
        if not chunk:
            raise EOFError
        buffer.write(chunk)
    return buffer.getvalue()


def answer(catalog: Catalog, limits: Limits, bounds: Bounds, request: Request) -> Expanded | Refused:
    """Expand one template under the clock."""
    try:
        # A file may have changed since: reading it is part of what can take long.
        _allow(bounds.cpu)
        template = catalog.get(request.name)
        variables = resolve(template.inputs, request.overrides, limits)
        with without_collecting():
            rendering = render(template, request.scenario_id, request.now, variables, limits)
            _allow(bounds.cpu + bounds.cpu_per_megabyte * len(rendering.text) / 1e6)
            expansion = read_records(rendering, limits, known_services=request.known_services)
            return Expanded(expansion, build(expansion.records))
    except (InvalidRequest, TemplateError) as error:
        return Refused(isinstance(error, InvalidRequest), error.detail, error.code, error.problems)
    except MemoryError:
        return too_much()
    finally:
        _allow(0)


def _allow(seconds: float) -> None:
    """End this process after so much CPU time from now; 0 takes the limit away.

    The signal keeps its default action: a Python handler would wait for the very C call that never returns.
    """
    signal.setitimer(signal.ITIMER_PROF, seconds)


def main() -> None:
    # Ctrl-C goes to the whole foreground group; this process ends when its parent closes the pipe.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # whatever prints goes to stderr, not between two messages
    with suppress(EOFError, BrokenPipeError):
        setup = read_message(requests)
        assert isinstance(setup, Setup)
        with suppress(ValueError, OSError):  # macOS has no such limit
            resource.setrlimit(resource.RLIMIT_AS, (setup.bounds.memory, setup.bounds.memory))
        catalog = Catalog(setup.paths, setup.limits)
        write_message(answers, "ready")
        while True:
            request = read_message(requests)
            assert isinstance(request, Request)
            write_message(answers, answer(catalog, setup.limits, setup.bounds, request))
