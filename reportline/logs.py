"""Writes the log: listed events and fields, no content, no time finer than an hour.

The reason: a log outlives every retention rule of ours. A library's message may hold a token or a chat
number, and an exception's text a reported address. So no text is written but `log_events`' and names of code.
"""

import logging
import re
import secrets
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime
from logging import INFO, WARNING
from pathlib import Path
from types import TracebackType

import structlog

from reportline.log_events import EVENTS, FIELD_SHAPES

_ROOT = Path(__file__).resolve().parent.parent
_OURS = frozenset({"bot", "conversations", "intake_api", "locales", "reportline"})

_FAILURE_FIELDS = frozenset({"error", "place", "incident"})


def log_event(name: str, **fields: str | int | bool) -> None:
    """Write one line for a listed event; never raises, since no report may be lost to its log.

    An unlisted name becomes the event "unlisted"; a field that is unlisted or out of shape is left out, and
    `fields_dropped` says how many were.
    """
    event = name if name in EVENTS else "unlisted"
    listed = EVENTS[event]
    allowed = _FAILURE_FIELDS.union(listed.fields)
    kept = {key: value for key, value in fields.items() if key in allowed and _in_shape(key, value)}
    if len(kept) < len(fields):
        kept["fields_dropped"] = len(fields) - len(kept)
    # While the interpreter goes down, anything may be missing already.
    with suppress(Exception):
        structlog.get_logger().log(listed.level, event, **kept)


def log_failure(name: str, error: BaseException) -> str:
    """Write the kind and the place of an error, never its words; returns the incident's random number."""
    incident = secrets.token_hex(4)
    log_event(name, incident=incident, **_cause(error))
    return incident


def configure_logs(level: str = "INFO") -> None:
    """Send every line of this process, ours and the libraries', through this file; once, at start.

    `level` is one of DEBUG, INFO, WARNING, ERROR and counts for our own events only; raises KeyError for
    another. Libraries are heard from WARNING on, whatever the level.
    """
    _configure_structlog(logging.getLevelNamesMapping()[level.upper()])
    _strip_libraries()
    sys.excepthook = _uncaught
    sys.unraisablehook = lambda caught: _uncaught(caught.exc_type, caught.exc_value, None)
    threading.excepthook = lambda caught: _uncaught(caught.exc_type, caught.exc_value, None)


def _in_shape(field: str, value: str | int | bool) -> bool:  # noqa: FBT001 - a value of a field
    return re.fullmatch(FIELD_SHAPES[field], str(value)) is not None


def _cause(error: BaseException) -> dict[str, str]:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return {"error": type(error).__name__, "place": _place(error.__traceback__)}


def _place(trace: TracebackType | None) -> str:
    place = "outside"
    while trace is not None:
        code = trace.tb_frame.f_code
        path = Path(code.co_filename)
        if path.is_relative_to(_ROOT) and path.relative_to(_ROOT).parts[0] in _OURS:
            place = f"{path.relative_to(_ROOT).as_posix()}:{code.co_name}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _uncaught(kind: type[BaseException], error: BaseException | None, _: TracebackType | None) -> None:
    if not issubclass(kind, KeyboardInterrupt):
        log_failure("unexpected_error", Exception() if error is None else error)


def _stamp_hour(_: object, __: str, line: structlog.typing.EventDict) -> structlog.typing.EventDict:
    line["hour"] = datetime.now(UTC).strftime("%Y-%m-%dT%H:00Z")
    return line


def _configure_structlog(level: int) -> None:
    structlog.configure(
        processors=[structlog.processors.add_log_level, _stamp_hour, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


class _Stripped(logging.LogRecord):
    """A library's record without its words, so that no handler has any to write."""

    def __init__(self, name: str, level: int, *rest: object) -> None:
        super().__init__(name, level, "", 0, "library", (), None)
        _path, _line, _message, _values, caught, *_more = rest
        error = caught[1] if isinstance(caught, tuple) else None
        self.stripped_cause = {} if error is None else _cause(error)


class _OnlyHandler(logging.Handler):
    def emit(self, record: logging.LogRecord) -> None:
        cause = record.stripped_cause if isinstance(record, _Stripped) else {}
        log_event("library", logger=record.name, severity=record.levelname, **cause)


def _strip_libraries() -> None:
    # The factory makes every record of the process: a handler that a library adds later sees no more either.
    logging.setLogRecordFactory(_Stripped)
    logging.raiseExceptions = False
    logging.captureWarnings(capture=True)
    for name in list(logging.root.manager.loggerDict):
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
    logging.root.handlers = [_OnlyHandler(WARNING)]
    logging.root.setLevel(WARNING)


_configure_structlog(INFO)
