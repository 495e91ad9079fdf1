"""The steps until a report is sent: the first card, the link, the review, the rules."""

from conversations.flow.conditions import (
    adds_circumstances,
    is_unsent,
    may_need_a_person,
    may_replace,
    one_of_several,
    only_a_link,
    rules_unread,
    takes_reports,
    words_beside,
)
from conversations.flow.paragraphs import (
    RULES_OF_ADVICE,
    beside,
    by_channel,
    captured,
    change,
    circumstances,
    doubted,
    instead,
    legal_note_unless_hurt,
    link_in_hand,
    practice_line,
    rules_unless_read,
    to_be_sent,
    web_page,
)
from conversations.flow.rows import KNOWN_CHILD, OWN_IMAGES, TAKE_PARTIAL, THREATS, column
from conversations.flow.steps import ASKED, BACK, Act, Choice, Step, Takes

_SEEN = tuple(
    Choice(seen, "link", keeps=("depiction", seen), when=takes_reports)
    for seen in ("looks_real", "drawn", "unsure")
)
OPENING = (
    Step(
        "first",
        ("first.hello", "first.what", "first.how", by_channel("first.privacy"), "first.program"),
        ((Choice("no_link", "kind"),), (Choice("talk", "talk"),), TAKE_PARTIAL),
        Takes.LINK,
        speaks=True,
    ),
    Step(
        "kind",
        ("kind.ask",),
        (
            (Choice("hurt", "hurt"), Choice("despair", "despair")),
            *column(THREATS, OWN_IMAGES, Choice("parent", "parent"), KNOWN_CHILD),
            (Choice("talk", "talk"),),
            (_SEEN[0], _SEEN[1]),
            (_SEEN[2], Choice("chat_only", "chat_only")),
            *column(Choice("other_harm", "other_harm"), Choice("own_behaviour", "own_behaviour")),
            TAKE_PARTIAL,
            (Choice("back", "first"),),
        ),
        Takes.LINK,
    ),
    Step(
        "who",
        ("who.ask",),
        (*column(KNOWN_CHILD, Choice("saw_online", "link")), (Choice("none_fits", BACK),)),
        Takes.LINK,
        aside=True,
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
    Step(
        "copy_browser",
        ("copy.browser", "link.preview"),
        ((Choice("back", "copy"),), TAKE_PARTIAL),
        Takes.LINK,
    ),
    Step("copy_app", ("copy.app", "link.preview"), ((Choice("back", "copy"),), TAKE_PARTIAL), Takes.LINK),
    Step(
        "copy_telegram",
        ("copy.telegram", "link.preview"),
        ((Choice("back", "copy"),), TAKE_PARTIAL),
        Takes.LINK,
    ),
    Step(
        "paused",
        ("paused.card", link_in_hand, web_page),
        (
            (Choice("to_link", "review", when=is_unsent),),
            (Choice("no_link", "kind"),),
            (Choice("talk", "talk"),),
            (Choice("privacy", "privacy"),),
        ),
        Takes.LINK,
    ),
)

REVIEW = (
    Step(
        "site",
        ("site.ask", captured),
        column(
            Choice("whole_site", "review", keeps=("whole_site", "yes")),
            Choice("one_page", "page", keeps=("whole_site", "no")),
            Choice("unsure", "review", keeps=("whole_site", "unsure")),
            Choice("no_real_link", "review", does=Act.NO_LINK),
        ),
        Takes.LINK,
    ),
    Step(
        "doubt",
        ("doubt.ask", doubted),
        column(
            Choice("is_link", BACK, does=Act.IS_LINK),
            Choice("no_real_link", BACK, does=Act.NOT_LINK),
        ),
        Takes.LINK,
        aside=True,
    ),
    Step("page", ("page.ask",), ((Choice("no_page", "review"),),), Takes.LINK),
    Step(
        "search_page",
        ("search_page.ask", captured),
        column(Choice("use_this", "review"), Choice("change", "change_which", does=Act.CHANGE)),
        Takes.LINK,
    ),
    Step(
        "review",
        (
            *("review.not_sent", practice_line, to_be_sent, beside, circumstances, instead),
            *(rules_unless_read, legal_note_unless_hurt),
        ),
        (
            (Choice("send", "sending", does=Act.SEND, when=only_a_link),),
            (Choice("send_both", "sending", does=Act.SEND_BOTH, when=words_beside),),
            (Choice("link_only", "sending", does=Act.SEND, when=words_beside),),
            (Choice("instead", "sending", does=Act.SEND_INSTEAD, when=may_replace),),
            (Choice("talk", "talk", when=may_need_a_person),),
            (Choice("leave_out", "review", does=Act.LEAVE_OUT, when=adds_circumstances),),
            (
                Choice("change", "change_which", does=Act.CHANGE),
                Choice("rules", "rule_1", when=rules_unread),
            ),
        ),
        Takes.LINK,
    ),
    Step(
        "whose",
        ("whose.ask",),
        column(
            Choice("mine", ASKED, does=Act.MINE),
            Choice("theirs", ASKED, does=Act.THEIRS),
            Choice("other_person", ASKED, does=Act.MINE),
        ),
        Takes.LINK,
    ),
    Step(
        "change_which",
        ("change.which",),
        ((Choice("all_links", "change", does=Act.CHANGE_ALL),), (Choice("back", "review"),)),
        Takes.LINK,
        numbers_links=True,
    ),
    Step(
        "change",
        (change,),
        (
            (Choice("take_out", "review", does=Act.TAKE_OUT, when=one_of_several),),
            (Choice("back", "review"),),
        ),
        Takes.LINK,
    ),
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
            (Choice("send", "sending", does=Act.SEND, when=only_a_link),),
            (_page("back", RULES_OF_ADVICE - 1), Choice("done", BACK)),
        ),
        aside=True,
    ),
)
