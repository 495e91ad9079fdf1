"""Writes the log: listed events and fields, no content, no time finer than an hour.

The reason: a log outlives every retention rule of ours. A library's message may hold a token or a chat
number, and an exception's text a reported address. So no text from outside this file is ever written.
"""

import logging
import re
import secrets
import sys
import threading
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from logging import DEBUG, ERROR, INFO, WARNING
from pathlib import Path
from types import TracebackType
from typing import Final

import structlog

_ROOT = Path(__file__).resolve().parent.parent
_OURS = frozenset({"bot", "conversations", "intake_api", "locales", "reportline"})

# A field's name is its meaning everywhere. Closed sets where they can be; numbers too short for a chat's;
# nothing that an @name or an address fits into, but in what only this file fills, from the names of code.
FIELD_SHAPES: Final = {
    "house": "bot|intake",
    "portal": "[a-z]{2,32}",
    "number": "[0-9]{1,5}",
    "channel": "telegram|whatsapp|web|terminal",
    "seconds": "[0-9]{1,5}",
    "status": "[1-5][0-9][0-9]",
    "reason": (
        "unknown_key|broken_seal|unreadable|wrong_key|wrong_role|missing_key"
        "|other_key|key_refused|no_channel|unknown_shape|damaged|other"
    ),
    "logger": r"[A-Za-z_]+[0-9]{0,2}(\.[A-Za-z_]+[0-9]{0,2}){0,7}",
    "severity": "WARNING|ERROR|CRITICAL",
    "error": "[A-Za-z_]{1,60}",
    "place": r"outside|[a-z0-9_/]{1,80}\.py:[A-Za-z_<>]{1,60}:[0-9]{1,5}",
    "incident": "[0-9a-f]{8}",
    "key_id": "k[0-9]{1,6}(-[0-9a-f]{12})?",
}
_FAILURE_FIELDS = frozenset({"error", "place", "incident"})


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """One line of the table: its level, what it means, what an operator does about it, and its fields."""

    level: int
    meaning: str
    advice: str
    fields: tuple[str, ...] = ()


# To add an event, add its line. Lines that a single report causes are DEBUG: a log collector stamps
# each line with the exact time, which would tell the time of the report.
EVENTS: Final[Mapping[str, ListedEvent]] = {
    "started": ListedEvent(INFO, "the bot or the intake has started", "nothing", ("house", "channel")),
    "stopped": ListedEvent(
        INFO, "the bot or the intake has stopped as told", "nothing", ("house", "channel")
    ),
    "report_sealed": ListedEvent(DEBUG, "a report is sealed on this disk", "nothing"),
    "report_delivered": ListedEvent(DEBUG, "the intake has committed a report", "nothing"),
    "report_refused_by_intake": ListedEvent(
        ERROR,
        "the intake refuses a sealed report, and it was set aside",
        "run doctor; put back a seal key that the intake lacks, or upgrade the older side; "
        "then `reportline outbox flush --set-aside`",
        ("status", "key_id"),
    ),
    "intake_away": ListedEvent(
        WARNING, "the intake does not answer; reports wait on disk", "see that it runs", ("status",)
    ),
    "intake_refuses_key": ListedEvent(
        ERROR, "the intake refuses the channel's key; reports wait", "mend channel.token", ("status",)
    ),
    "intake_too_old": ListedEvent(
        ERROR,
        "the intake does not know the shape of a report of this newer bot; the report waits",
        "upgrade the intake; waiting reports follow by themselves",
    ),
    "intake_mismatch": ListedEvent(
        ERROR,
        "the intake is not this bot's, refuses its key or is older; no links are taken",
        "run doctor: it says what to do",
        ("reason",),
    ),
    "intake_matches": ListedEvent(INFO, "the intake is this bot's again; links are taken", "nothing"),
    "intake_back": ListedEvent(INFO, "the intake took whatever this process had for it", "nothing"),
    "store_away": ListedEvent(
        WARNING, "Valkey, or a part of it, does not answer; updates wait", "see that it runs"
    ),
    "store_refuses": ListedEvent(
        ERROR, "Valkey refuses what it is asked for; updates wait", "run doctor; see its memory and rights"
    ),
    "store_back": ListedEvent(INFO, "Valkey answers again; updates go on", "nothing"),
    "outbox_full": ListedEvent(
        ERROR,
        "a report could not be kept: disk or outbox are full, or cannot be written to",
        "run doctor; see that the intake takes reports",
    ),
    "outbox_filling": ListedEvent(
        WARNING,
        "so many percent of REPORTLINE_OUTBOX_MAXIMUM wait, in tens; told once an hour",
        "see that the intake takes reports",
        ("number",),
    ),
    "entry_set_aside": ListedEvent(
        ERROR,
        "an entry of the outbox was moved to set_aside",
        "mend the cause; then `reportline outbox flush --set-aside`",
        ("reason",),
    ),
    "update_skipped": ListedEvent(
        WARNING, "an update of the channel could not be read", "nothing", ("channel",)
    ),
    "bots_changed": ListedEvent(
        INFO, "bots.toml or a bot's token was read anew; so many bots are served now", "nothing", ("number",)
    ),
    "bots_unreadable": ListedEvent(
        ERROR,
        "bots.toml or a bot's token cannot be used; the fleet goes on as before",
        "run `reportline fleet sync`: it names the lines",
    ),
    "telegram_unreachable": ListedEvent(
        WARNING, "Telegram does not answer", "see the network", ("status", "seconds")
    ),
    "telegram_token_refused": ListedEvent(
        ERROR,
        "Telegram refuses a bot's token",
        "ask BotFather for a new one; `reportline fleet sync` tells for which",
    ),
    "telegram_other_poller": ListedEvent(
        ERROR, "somebody else polls this bot", "stop the other; or renew the token"
    ),
    "telegram_webhook_deleted": ListedEvent(
        ERROR,
        "somebody had set a webhook for the polled bot, so no update came; it was deleted",
        "find out who set it; if it comes again, renew the token",
    ),
    "telegram_odd_answer": ListedEvent(
        WARNING,
        "what answers does not speak as Telegram's Bot API does",
        "see REPORTLINE_TELEGRAM_API_URL, and what stands between it and this bot",
    ),
    "telegram_slowed_down": ListedEvent(
        WARNING, "Telegram asks to wait", "nothing, unless it goes on", ("seconds",)
    ),
    "telegram_refused": ListedEvent(
        WARNING, "Telegram refuses one call", "nothing, unless it goes on", ("status",)
    ),
    "many_reports": ListedEvent(
        WARNING,
        "more reports came in this hour than usual; none is held back",
        "see whether it is news or a flood",
        ("portal", "channel", "number"),
    ),
    "reporter_gone": ListedEvent(DEBUG, "a reporter has blocked the bot", "nothing", ("channel",)),
    "left_group": ListedEvent(INFO, "the bot was put into a group and left it", "nothing", ("channel",)),
    "malformed_seal": ListedEvent(
        WARNING,
        "in an hour that has ended, a channel handed in what the intake cannot open",
        "compare the public keys",
        ("reason",),
    ),
    "unknown_shape": ListedEvent(
        WARNING,
        "in an hour that has ended, a channel newer than the intake handed in a report; it keeps it",
        "upgrade the intake",
    ),
    "clock_ahead": ListedEvent(
        WARNING,
        "in an hour that has ended, a report named an hour before 2020 or more than one ahead of this clock; "
        "the hour of its arrival is stored",
        "compare the clocks of the bots and of the intake",
    ),
    "database_away": ListedEvent(
        ERROR, "the intake's database did not answer a request; nothing was stored", "see that it runs"
    ),
    "database_full": ListedEvent(
        ERROR, "the disk of the intake's database is full; nothing was stored", "make room on it"
    ),
    "database_read_only": ListedEvent(
        ERROR, "the intake's database, or its disk, is read-only; nothing was stored", "make it writable"
    ),
    "database_refuses": ListedEvent(
        ERROR,
        "PostgreSQL refuses the intake's password, rights or one connection more; nothing was stored",
        "see PostgreSQL's log",
    ),
    "merge_failed": ListedEvent(
        ERROR, "a report has waited unmerged since an earlier hour", "see its place; keep the database"
    ),
    "keys_unreadable": ListedEvent(
        ERROR,
        "the keys' folder changed and cannot be read; the keys from before stay in use",
        "run doctor; mend the folder before a restart",
    ),
    "known_keys_unreadable": ListedEvent(
        ERROR,
        "what the database says of keys cannot be read; this process goes on with those that it uses",
        "run doctor: it says what to do",
    ),
    "left_behind": ListedEvent(
        ERROR,
        "new keys came into use while this intake process did not answer; it stores nothing any more",
        "start it again; it says which key it lacks",
    ),
    "access_refused": ListedEvent(
        WARNING,
        "so many came without the right key; told once a minute at most for each reason",
        "see who calls",
        ("reason", "number"),
    ),
    "audit_log_cut": ListedEvent(
        ERROR,
        "the audit log lacks an entry that this machine has seen; told once an hour",
        "run doctor: it says what to do",
    ),
    "audit_head_unusable": ListedEvent(
        ERROR,
        "the file of the audit log's head is damaged, or not signed with this intake's key; told once an "
        "hour",
        "run doctor: it says what to do",
        ("reason",),
    ),
    "audit_task_failed": ListedEvent(
        ERROR,
        "the audit log's head or counts could not be written; it is tried again each minute",
        "see that the database answers and the data folder can be written",
    ),
    "unexpected_error": ListedEvent(ERROR, "a fault of ours", "report the place and the kind of error"),
    "library": ListedEvent(
        WARNING,
        "a library complains; its words are withheld",
        "nothing, unless it goes on",
        ("logger", "severity"),
    ),
    "unlisted": ListedEvent(WARNING, "an event that this table lacks", "report it as a fault of ours"),
}


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
