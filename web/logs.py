"""Logs: one chain for our lines and the libraries', and the list of what may stand in them.

A key that is not in ALLOWED is dropped, an exception is told by its type and place, never by its text,
and a library's message by its template: row values, request bodies and secrets hide in all three.
"""

import logging
import sys
from collections.abc import MutableMapping, Sequence
from enum import Enum
from typing import Any, TextIO

import structlog
from structlog.stdlib import ProcessorFormatter
from structlog.typing import Processor

from settings import settings
from web.tracebacks import told

Line = MutableMapping[str, Any]

THE_LINE = {"event", "level", "logger", "timestamp", "process", "exception"}
THE_CALL = {"request_id", "method", "path", "status", "duration_ms", "operation", "kind", "cost", "principal"}
THE_ROWS = {"workspace_id", "ticket_id", "event_id", "mail_id", "outbox_id", "seq", "letter", "reaction"}
THE_WORK = {"attempts", "fence", "state", "code", "reason", "fault", "check", "count"}
THE_TIMES = {"seconds", "retry_seconds", "lag_ms"}
THE_PARTS = {"name", "host", "port", "pid", "signal", "migration", "actors", "threads", "was_up"}
ALLOWED = THE_LINE | THE_CALL | THE_ROWS | THE_WORK | THE_TIMES | THE_PARTS
TOKEN_PATHS = ("t", "rate", "join")  # what follows in the path is a secret
LONG = 32  # characters; no word of a path of ours is as long, but tokens are
CUT = 300  # characters of a value
OURS = ("app", "cli", "models", "resolvers", "realtime", "schema", "jobs", "web", "widget")


def set_up(stream: TextIO = sys.stderr) -> None:
    """Send all logs of this process, in the settings' format, to the stream."""
    first: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, *first, ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        ProcessorFormatter(
            foreign_pre_chain=[*first, only_template],
            processors=[tell_exception, only_allowed, mask_path, *_renderers(stream)],
        )
    )
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for name in OURS:
        logging.getLogger(name).setLevel(settings.log_level)


def only_template(logger: object, method: str, line: Line) -> Line:
    """Let a library say what its author wrote, without the values that were put in."""
    template, *_ = str(line["_record"].msg).splitlines() or [""]
    line["event"] = template[:CUT]
    return line


def tell_exception(logger: object, method: str, line: Line) -> Line:
    """Put in place of `exc_info` what may be told of it."""
    exc_info = line.pop("exc_info", None)
    fault = exc_info[1] if isinstance(exc_info, tuple) else exc_info
    fault = sys.exception() if fault is True else fault
    if isinstance(fault, BaseException):
        line["exception"] = told(fault)
    return line


def only_allowed(logger: object, method: str, line: Line) -> Line:
    """Drop every key that is not in ALLOWED, and every value that is not plain."""
    kept = {name: _plain(value) for name, value in line.items() if name in ALLOWED - {"exception"}}
    return kept | {name: line[name] for name in ("exception",) if name in line}


def mask_path(logger: object, method: str, line: Line) -> Line:
    """Hide the tokens in a path."""
    if "path" in line:
        line["path"] = masked(str(line["path"]))
    return line


def masked(path: str) -> str:
    """Return the path with `…` where a token stands."""
    segments = path.split("/")
    return "/".join(
        _masked(before, segment) for before, segment in zip(["", *segments], segments, strict=False)
    )


def _masked(before: str, segment: str) -> str:
    is_token = len(segment) >= LONG or (before in TOKEN_PATHS and segment)
    return "…" if is_token else segment


def _plain(value: object) -> object:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, str):
        return value[:CUT]
    if value is None or isinstance(value, bool | int | float):
        return value
    return type(value).__name__


def _renderers(stream: TextIO) -> Sequence[Processor]:
    if settings.log_format == "json":
        return [structlog.processors.JSONRenderer(ensure_ascii=False)]
    return [structlog.dev.ConsoleRenderer(colors=stream.isatty())]
