"""Logs on stderr: plain lines for a person at a terminal, JSON lines otherwise."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Final

QUIET: Final = ("mcp", "httpx2", "httpcore2", "asyncio", "sse_starlette", "aiosqlite", "redis")
"""Libraries that write session ids, URLs, stored values or whole messages below WARNING."""

_encode: Final = json.JSONEncoder(ensure_ascii=False, default=str).encode

ExceptionInfo = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


def configure(level: str) -> None:
    """Log records of `level` (debug, info, warning, error) and above. Replaces an earlier configuration."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextLines() if sys.stderr.isatty() else JsonLines())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in QUIET:
        logging.getLogger(name).setLevel(max(logging.WARNING, root.level))


def add_trace_ids(current: Callable[[], str | None]) -> None:
    """Add the trace id to lines from now on, where `current` returns one."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler.formatter, TextLines | JsonLines):
            handler.formatter.trace_id = current


class TextLines(logging.Formatter):
    """`12:00:00 INFO telnyx_remote_mcp.access: …`, with ` trace=…` at the end of the message where there is one."""

    trace_id: Callable[[], str | None] | None = None

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s", "%H:%M:%S")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - named by the standard library
        told = record.args.get("trace_id") if isinstance(record.args, Mapping) else None
        trace_id = told or (self.trace_id() if self.trace_id is not None else None)
        return super().formatMessage(record) + (f" trace={trace_id}" if trace_id is not None else "")

    def formatException(self, ei: ExceptionInfo) -> str:  # noqa: N802 - named by the standard library
        return _where(ei)


class JsonLines(logging.Formatter):
    """One JSON object for each record: time, level, logger, message, and the arguments of the message by name."""

    trace_id: Callable[[], str | None] | None = None

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        if isinstance(record.args, Mapping):
            for name, value in record.args.items():
                line.setdefault(str(name), value)
        if self.trace_id is not None and (trace_id := self.trace_id()) is not None:
            line.setdefault("trace_id", trace_id)
        if record.exc_info:
            line["exception"] = _where(record.exc_info)
        return _encode(line)


def _where(info: ExceptionInfo) -> str:
    """The types of the exceptions and their tracebacks, without their texts: those may quote people's data."""
    parts = []
    error = info[1]
    while error is not None:
        frames = "".join(traceback.format_tb(error.__traceback__))
        parts.append(f"{frames}{type(error).__name__}")
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return "\nraised from\n".join(parts)
