"""The talk as one table, read from top to bottom like a script; engine, picture and tests all read it."""

from conversations.conditions import is_sent, is_unsent, may_take_partial, rules_unread
from conversations.paragraphs import (
    RULES_OF_ADVICE,
    by_channel,
    captured,
    contacts,
    contacts_if_any,
    how_it_went,
    legal_note,
    practice_line,
    practice_over,
    rules_unless_read,
    take_it_down,
    web_page,
)
from conversations.portal import Purpose
from conversations.steps import BACK, Act, Choice, Step, Takes


def _column(*choices: Choice) -> tuple[tuple[Choice, ...], ...]:
    return tuple((choice,) for choice in choices)


def _keeping(field: str, to: str, *values: str) -> tuple[tuple[Choice, ...], ...]:
    return _column(*(Choice(value, to, keeps=(field, value)) for value in values))


def _skip(to: str) -> tuple[Choice, ...]:
    return (Choice("skip", to), Choice("finish", "end"))


EVERYWHERE = (
    (Choice("danger", "danger"),),
    (Choice("language", "language"), Choice("forget", "cleared", does=Act.FORGET)),
)
BACK_ROW = (Choice("back", BACK),)
OF_A_SENT_REPORT = (
    Choice("receipt", "receipt", when=is_sent),
    Choice("withdraw", "withdraw", when=is_sent),
)
TAKE_PARTIAL = (Choice("take_partial", "review", does=Act.TAKE_PARTIAL, when=may_take_partial),)

OPENING = (
    Step(
        "first",
        ("first.hello", "first.what", "first.how", by_channel("first.privacy"), "first.not_sent"),
        ((Choice("no_link", "kind"),), TAKE_PARTIAL),
        Takes.LINK,
        speaks=True,
    ),
    Step(
        "kind",
        ("kind.ask",),
        (
            *_keeping("depiction", "link", "looks_real", "drawn", "unsure"),
            *_column(Choice("own_images", "own_images"), Choice("threats", "threats")),
            *_column(Choice("chat_only", "chat_only"), Choice("known_child", "known_child")),
            *_column(Choice("other_harm", "other_harm"), Choice("own_behaviour", "own_behaviour")),
            (Choice("back", "first"),),
        ),
        Takes.LINK,
    ),
    Step(
        "link",
        ("link.ask",),
        ((Choice("copy", "copy"),), (Choice("back", "kind"),), TAKE_PARTIAL),
        Takes.LINK,
    ),
    Step(
        "copy",
        ("copy.ask",),
        (
            (Choice("copy_browser", "copy_browser"), Choice("copy_app", "copy_app")),
            (Choice("copy_telegram", "copy_telegram"), Choice("back", "link")),
            TAKE_PARTIAL,
        ),
        Takes.LINK,
    ),
    Step("copy_browser", ("copy.browser",), ((Choice("back", "copy"),), TAKE_PARTIAL), Takes.LINK),
    Step("copy_app", ("copy.app",), ((Choice("back", "copy"),), TAKE_PARTIAL), Takes.LINK),
    Step("copy_telegram", ("copy.telegram",), ((Choice("back", "copy"),), TAKE_PARTIAL), Takes.LINK),
    Step("paused", ("paused.card", web_page), ((Choice("privacy", "privacy"),),), Takes.LINK),
)

REVIEW = (
    Step(
        "site",
        ("site.ask", captured),
        _column(
            Choice("whole_site", "review", keeps=("whole_site", "yes")),
            Choice("one_page", "page", keeps=("whole_site", "no")),
            Choice("unsure", "review", keeps=("whole_site", "unsure")),
        ),
        Takes.LINK,
    ),
    Step("page", ("page.ask",), ((Choice("no_page", "review"),),), Takes.LINK),
    Step(
        "search_page",
        ("search_page.ask", captured),
        _column(Choice("use_this", "review"), Choice("change", "change")),
        Takes.LINK,
    ),
    Step(
        "review",
        ("review.not_sent", practice_line, captured, rules_unless_read, legal_note),
        (
            (Choice("send", "sending", does=Act.SEND, when=is_unsent),),
            (Choice("change", "change"), Choice("rules", "rule_1", when=rules_unread)),
        ),
        Takes.LINK,
    ),
    Step("change", ("change.ask",), ((Choice("back", "review"),),), Takes.LINK),
    Step("sending", ("sending.card",), takes=Takes.NOTHING),
    Step(
        "stopping",
        ("stopping.ask",),
        ((Choice("yes_stop", "first", does=Act.CANCEL), Choice("go_on", BACK)),),
        Takes.LINK,
        aside=True,
    ),
)


def _page(name: str, number: int, act: Act | None = None) -> Choice:
    return Choice(name, f"rule_{number}", does=act, turns_page=True)


RULES = (
    Step(
        "rule_1",
        ("rules.progress", "rules.1"),
        ((Choice("back", BACK), _page("next", 2)),),
        aside=True,
    ),
    *(
        Step(
            f"rule_{number}",
            ("rules.progress", f"rules.{number}"),
            ((_page("back", number - 1), _page("next", number + 1)),),
            aside=True,
        )
        for number in range(2, RULES_OF_ADVICE - 1)
    ),
    Step(
        f"rule_{RULES_OF_ADVICE - 1}",
        ("rules.progress", f"rules.{RULES_OF_ADVICE - 1}"),
        ((_page("back", RULES_OF_ADVICE - 2), _page("next", RULES_OF_ADVICE, Act.RULES_READ)),),
        aside=True,
    ),
    Step(
        f"rule_{RULES_OF_ADVICE}",
        ("rules.progress", f"rules.{RULES_OF_ADVICE}", captured),
        (
            (Choice("send", "sending", does=Act.SEND, when=is_unsent),),
            (_page("back", RULES_OF_ADVICE - 1), Choice("done", BACK)),
        ),
        aside=True,
    ),
)

SENT = (
    Step(
        "sent",
        (how_it_went, "sent.calm", "sent.details", "sent.expiry"),
        (
            (Choice("details", "reached"),),
            OF_A_SENT_REPORT,
            (Choice("another", "link", does=Act.NEW_REPORT), Choice("finish", "end")),
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
            *_keeping("reached", "access", "channel", "search", "advert", "sent"),
            (Choice("page", "referer", keeps=("reached", "page")),),
            _skip("access"),
        ),
    ),
    Step("referer", ("referer.ask",), (_skip("access"),), Takes.PAGE, keeps="referer", then="access"),
    Step(
        "access",
        ("access.ask",),
        (
            *_keeping("access", "position", "open", "join", "log_in", "pay"),
            (Choice("password", "page_password", keeps=("access", "password")),),
            _skip("position"),
        ),
    ),
    Step(
        "page_password",
        ("page_password.ask",),
        (_skip("position"),),
        Takes.ANSWER,
        keeps="page_password",
        then="position",
    ),
    Step("position", ("position.ask",), (_skip("seen"),), Takes.ANSWER, keeps="position", then="seen"),
    Step(
        "seen",
        ("seen.ask",),
        (*_keeping("seen", "live", "today", "this_week", "earlier"), _skip("live")),
    ),
    Step(
        "live",
        ("live.ask",),
        (
            *_column(
                Choice("live_yes", "note", keeps=("live", "yes")),
                Choice("live_no", "note", keeps=("live", "no")),
                Choice("live_unsure", "note", keeps=("live", "unsure")),
            ),
            _skip("note"),
        ),
    ),
    Step("note", ("note.ask",), ((Choice("skip", "end"),),), Takes.ANSWER, keeps="note", then="end"),
    Step(
        "end",
        ("end.thanks", practice_line, contacts_if_any(Purpose.SUPPORT), "end.clear"),
        (
            (Choice("another", "link", does=Act.NEW_REPORT),),
            OF_A_SENT_REPORT,
        ),
    ),
    Step("cleared", (by_channel("cleared"), practice_over), ((Choice("start_again", "first"),),), Takes.LINK),
)

ASIDES = (
    Step("danger", ("danger.card", contacts(Purpose.DANGER), "danger.link"), (BACK_ROW,), aside=True),
    Step(
        "own_images",
        (
            "own_images.card",
            contacts(Purpose.OWN_IMAGES),
            take_it_down,
            "own_images.link",
        ),
        (BACK_ROW,),
        aside=True,
    ),
    Step(
        "threats",
        ("threats.card", contacts(Purpose.THREATS), take_it_down, "exits.link"),
        (BACK_ROW,),
        aside=True,
    ),
    Step(
        "chat_only",
        ("chat_only.card", "chat_only.why", contacts(Purpose.CHAT_ONLY)),
        (BACK_ROW,),
        aside=True,
    ),
    Step(
        "known_child",
        ("known_child.card", contacts(Purpose.KNOWN_CHILD), "exits.link"),
        (BACK_ROW,),
        aside=True,
    ),
    Step("other_harm", ("other_harm.card", contacts(Purpose.OTHER_HARM)), (BACK_ROW,), aside=True),
    Step(
        "own_behaviour",
        ("own_behaviour.card", contacts(Purpose.OWN_BEHAVIOUR), "own_behaviour.privacy"),
        (BACK_ROW,),
        aside=True,
    ),
    Step("language", ("language.ask",), (BACK_ROW,), aside=True, speaks=True),
    Step(
        "help",
        ("help.danger", "help.card"),
        (
            (Choice("rules", "rule_1"),),
            (Choice("privacy", "privacy"), Choice("status", "status")),
            BACK_ROW,
        ),
        aside=True,
    ),
    Step("privacy", (by_channel("privacy"),), (BACK_ROW,), aside=True),
    Step("status", ("status.ask",), (BACK_ROW,), Takes.RECEIPT, aside=True),
)

FLOW: dict[str, Step] = {step.name: step for step in (*OPENING, *REVIEW, *RULES, *SENT, *DETAILS, *ASIDES)}
LINK_LEADS_TO = ("site", "search_page", "rule_1", "review")
HANDED_IN = {"sending": "sent", "withdrawing": "withdrawn"}
NOT_HANDED_IN = {"sending": ("review", "not_sent"), "withdrawing": ("sent", "not_withdrawn")}
BEFORE_SENDING = frozenset(step.name for step in (*OPENING, *REVIEW))
