"""The steps after a report is sent: the receipt, the optional questions, the end."""

from conversations.flow.conditions import has_note, is_sent, was_not_understood, wrote_after_sending
from conversations.flow.contacts import contacts
from conversations.flow.paragraphs import (
    by_channel,
    how_it_went,
    note_so_far,
    practice_line,
    practice_over,
    unless_practice,
    written_after_sending,
)
from conversations.flow.rows import OF_A_SENT_REPORT, column, keeping, skip
from conversations.flow.steps import BACK, Act, Choice, Step, Takes
from conversations.portals.model import Purpose

# Most of what is asked after sending is what becomes of it.
_WHAT_IS_KEPT = (Choice("privacy", "privacy", when=was_not_understood),)

SENT = (
    Step(
        "sent",
        (how_it_went, "sent.calm", "sent.details", unless_practice("sent.expiry")),
        (
            (Choice("details", "reached"), Choice("talk", "talk")),
            OF_A_SENT_REPORT,
            (Choice("another", "link", does=Act.NEW_REPORT), Choice("finish", "end")),
            _WHAT_IS_KEPT,
        ),
    ),
    Step("receipt", ("receipt.card",), ((Choice("hide", BACK),),), aside=True),
    Step(
        "withdraw",
        ("withdraw.ask",),
        ((Choice("yes_withdraw", "withdrawing", does=Act.WITHDRAW), Choice("no_keep", "sent")),),
    ),
    Step("withdrawing", ("withdrawing.card",), takes=Takes.NOTHING),
    Step(
        "withdrawn",
        ("withdrawn.card",),
        ((Choice("another", "link", does=Act.NEW_REPORT), Choice("finish", "end")),),
    ),
)

DETAILS = (
    Step(
        "reached",
        ("reached.ask",),
        (
            *keeping("reached", "access", "channel", "search", "advert", "sent"),
            (Choice("page", "referer", keeps=("reached", "page")),),
            skip("access"),
        ),
        Takes.PAGE,
        keeps="referer",
        then="access",
    ),
    Step("referer", ("referer.ask",), (skip("access"),), Takes.PAGE, keeps="referer", then="access"),
    Step(
        "access",
        ("access.ask",),
        (
            *keeping("access", "position", "open", "join", "log_in", "pay"),
            (Choice("password", "page_password", keeps=("access", "password")),),
            skip("position"),
        ),
    ),
    Step(
        "page_password",
        ("page_password.ask",),
        (skip("position"),),
        Takes.ANSWER,
        keeps="page_password",
        then="position",
    ),
    Step("position", ("position.ask",), (skip("seen"),), Takes.ANSWER, keeps="position", then="seen"),
    Step(
        "seen",
        ("seen.ask",),
        (*keeping("seen", "live", "today", "this_week", "earlier"), skip("live")),
    ),
    Step(
        "live",
        ("live.ask",),
        (
            *column(
                Choice("live_yes", "note", keeps=("live", "yes")),
                Choice("live_no", "note", keeps=("live", "no")),
                Choice("live_unsure", "note", keeps=("live", "unsure")),
            ),
            skip("note"),
        ),
    ),
    Step(
        "note",
        (note_so_far, written_after_sending),
        (
            (Choice("take_partial", "end", does=Act.TAKE_PARTIAL, when=wrote_after_sending),),
            (Choice("note_anew", "note", does=Act.NOTE_ANEW, when=has_note), Choice("skip", "end")),
        ),
        Takes.ANSWER,
        keeps="note",
        then="end",
    ),
    Step(
        "end",
        ("end.thanks", practice_line, contacts(Purpose.SUPPORT), "end.clear"),
        (
            (Choice("talk", "talk"), Choice("add_note", "note", when=is_sent)),
            (Choice("another", "link", does=Act.NEW_REPORT),),
            OF_A_SENT_REPORT,
            _WHAT_IS_KEPT,
        ),
    ),
    Step("cleared", (by_channel("cleared"), practice_over), ((Choice("start_again", "first"),),), Takes.LINK),
)
