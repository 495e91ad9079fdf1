"""The steps until a report is sent: the first card, the link, the review, the rules."""

from conversations.flow.conditions import is_unsent, rules_unread
from conversations.flow.paragraphs import (
    RULES_OF_ADVICE,
    by_channel,
    captured,
    legal_note,
    practice_line,
    rules_unless_read,
    web_page,
)
from conversations.flow.rows import TAKE_PARTIAL, column, keeping
from conversations.flow.steps import ASKED, BACK, Act, Choice, Step, Takes

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
            *keeping("depiction", "link", "looks_real", "drawn", "unsure"),
            *column(Choice("own_images", "own_images"), Choice("threats", "threats")),
            *column(Choice("chat_only", "chat_only"), Choice("known_child", "known_child")),
            *column(Choice("other_harm", "other_harm"), Choice("own_behaviour", "own_behaviour")),
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
        column(
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
        column(Choice("use_this", "review"), Choice("change", "change")),
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
    Step(
        "whose",
        ("whose.ask",),
        column(Choice("mine", ASKED, does=Act.MINE), Choice("theirs", ASKED, does=Act.THEIRS)),
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
