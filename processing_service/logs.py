"""Logs: one line per event, JSON for programs, aligned and coloured for a person at a terminal.

Everything goes to stderr, so that stdout stays data. `logging` of the standard library (uvicorn's too) passes through the same
renderer. Bind ids once and every later line of the same task of work carries them:

    with structlog.contextvars.bound_contextvars(scenario_id=…, task_id=…, attempt=…):
        log.info("a frame is missing", frame=12)
"""

import logging
import sys
from typing import TYPE_CHECKING, Literal

import structlog

if TYPE_CHECKING:
    from collections.abc import Sequence

    from structlog.typing import EventDict, Processor, WrappedLogger

Format = Literal["json", "pretty", "auto"]

# Loggers that talk about every request or frame: heard from WARNING up, whatever the level is.
_CHATTY = ("httpx", "httpcore", "asyncio", "PIL", "fontTools")


def configure(format: Format = "auto", level: str = "INFO") -> None:
    """Send all logs of this process to stderr. `auto`: pretty when stderr is a terminal, else JSON lines. Calling again replaces."""
    pretty = format == "pretty" or (format == "auto" and sys.stderr.isatty())
    shared: Sequence[Processor] = (
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.ExtraAdder(),
        _drop_uvicorn_duplicate,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.StackInfoRenderer(),
    )
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        # Modules keep their loggers; caching one would pin it to the configuration before this call.
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *_renderers(pretty=pretty)],
        )
    )
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        foreign = logging.getLogger(name)
        foreign.handlers = []
        foreign.propagate = True
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)


def _renderers(*, pretty: bool) -> "list[Processor]":
    if pretty:
        # The plain traceback: the rich one prints local variables, and those hold keys and prompts.
        plain = structlog.dev.plain_traceback
        return [structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), pad_event_to=32, exception_formatter=plain)]
    return [
        structlog.processors.format_exc_info,
        # json escapes control characters, so a prompt with a newline or an ANSI sequence cannot forge a line.
        structlog.processors.JSONRenderer(ensure_ascii=False),
    ]


def _drop_uvicorn_duplicate(_logger: "WrappedLogger", _method: str, event: "EventDict") -> "EventDict":
    """Uvicorn repeats each message with terminal colours under `color_message`."""
    event.pop("color_message", None)
    return event
