"""Lists the events of the log and the fields that each may have; nothing else is ever written."""

from collections.abc import Mapping
from dataclasses import dataclass
from logging import DEBUG, ERROR, INFO, WARNING
from typing import Final

# A field's name is its meaning everywhere. Closed sets where they can be; numbers too short for a chat's;
# nothing that an @name or an address fits into, but in what only this file fills, from the names of code.
FIELD_SHAPES: Final = {
    "house": "bot|intake",
    "portal": "(?!.*[0-9]{6})[a-z][a-z0-9_-]{0,31}",
    "number": "[0-9]{1,5}",
    "channel": "telegram|whatsapp|web|terminal",
    "seconds": "[0-9]{1,5}",
    "status": "[1-5][0-9][0-9]",
    "reason": (
        "unknown_key|broken_seal|unreadable|wrong_key|wrong_role|missing_key"
        "|other_key|other_bot|key_refused|no_channel|unknown_shape|damaged|other"
    ),
    "logger": r"[A-Za-z_]+[0-9]{0,2}(\.[A-Za-z_]+[0-9]{0,2}){0,7}",
    "severity": "WARNING|ERROR|CRITICAL",
    "error": "[A-Za-z_]{1,60}",
    "place": r"outside|[a-z0-9_/]{1,80}\.py:[A-Za-z_<>]{1,60}:[0-9]{1,5}",
    "incident": "[0-9a-f]{8}",
    "key_id": "k[0-9]{1,6}(-[0-9a-f]{12})?",
}


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
    "chats_left_undone": ListedEvent(
        WARNING,
        "a bot stopped before it had deleted or shown everything in so many chats",
        "start it again; with Valkey, the rest is done with the reporter's next tap or word",
        ("number",),
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
    "report_waits_long": ListedEvent(
        ERROR,
        "a report has waited on this disk for more than two hours; told once, until none has",
        "run `reportline outbox status` and doctor; see that the intake runs",
    ),
    "entry_set_aside": ListedEvent(
        ERROR,
        "a file of the outbox is damaged, and was set aside",
        "see whose the files are, and the disk; then `reportline outbox flush --set-aside`",
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
        "ask BotFather for a new one, and write it into the bot's token file: it is read again within a "
        "minute; a token in the environment needs a restart. Of a fleet, `reportline fleet sync` tells for "
        "which bot",
    ),
    "telegram_token_renewed": ListedEvent(
        INFO, "Telegram refused the token of the polled bot; a new one is there, and is used", "nothing"
    ),
    "telegram_token_unusable": ListedEvent(
        ERROR,
        "Telegram refuses the token of the polled bot, and what its token file holds is not taken: it is "
        "`unreadable`, or of an `other_bot`, to which the open talks do not belong",
        "write this bot's newest token into it; doctor says what is unreadable. To serve the other bot, "
        "start again",
        ("reason",),
    ),
    "telegram_no_updates": ListedEvent(
        ERROR,
        "for a quarter of an hour no try to get updates succeeded, so no reporter is answered; told again "
        "each hour",
        "see the lines before it for the cause, and the network",
    ),
    "telegram_other_poller": ListedEvent(
        ERROR, "somebody else polls this bot", "stop the other; or renew the token"
    ),
    "telegram_webhook_deleted": ListedEvent(
        ERROR,
        "a webhook was set for the polled bot, so no update came; it was deleted",
        "nothing if a fleet served this bot before; else find out who set it, and if it comes again, renew "
        "the token",
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
