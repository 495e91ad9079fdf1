"""The steps beside a report: exits for other needs, and what can be asked at any time."""

from conversations.flow.conditions import was_heard, was_tapped
from conversations.flow.contacts import (
    by_contacts,
    contacts,
    if_any,
    may_choose_country,
    no_contact,
    only_for_the_hurt,
    take_it_down,
)
from conversations.flow.paragraphs import by_channel, legal_note, link_in_hand
from conversations.flow.rows import BACK_ROW, OWN_IMAGES, THREATS, TO_A_LINK
from conversations.flow.steps import BACK, Act, Choice, Paragraph, Step, Takes
from conversations.portals.model import Purpose

_TALK = Choice("talk", "talk")
_DESPAIR = Choice("despair", "despair")
_HURT = Choice("hurt", "hurt")
_WORRIED = Choice("someone_else", "worried")
_SAW = Choice("saw", "saw")
_THOUGHTS = Choice("own_behaviour", "own_behaviour")
_SERVICE = (Choice("take_it_down", "take_it_down", when=take_it_down),)
_COUNTRY = (Choice("country", "country", when=may_choose_country),)
_LEAVE = (Choice("heard_wrong", BACK, when=was_heard), Choice("back", BACK, when=was_tapped))


def _exit(name: str, *says: Paragraph, leads: tuple[tuple[Choice, ...], ...]) -> Step:
    """Give an exit: its own words, then what holds for all; it leads on to people, to a link, and back."""
    return Step(name, (*says, link_in_hand, "exits.clear"), (*leads, _COUNTRY, TO_A_LINK, _LEAVE), aside=True)


EXITS = (
    _exit(
        "danger",
        "danger.card",
        if_any(Purpose.DANGER, "danger.call"),
        contacts(Purpose.DANGER),
        "danger.near",
        no_contact(Purpose.DANGER),
        "danger.program",
        leads=((_TALK,), (Choice("hurt", "hurt", when=only_for_the_hurt),)),
    ),
    _exit(
        "hurt",
        "hurt.card",
        contacts(Purpose.HURT),
        no_contact(Purpose.HURT),
        "hurt.program",
        leads=((_TALK,), (OWN_IMAGES, THREATS)),
    ),
    _exit(
        "despair",
        "despair.card",
        contacts(Purpose.DESPAIR),
        "despair.hope",
        no_contact(Purpose.DESPAIR),
        "despair.program",
        leads=((_TALK,), (_WORRIED,), (THREATS, _HURT)),
    ),
    _exit(
        "worried",
        "worried.card",
        if_any(Purpose.DESPAIR, "worried.call"),
        contacts(Purpose.DESPAIR),
        "worried.near",
        no_contact(Purpose.DESPAIR),
        "danger.program",
        leads=((_TALK,), (_DESPAIR,)),
    ),
    _exit(
        "talk",
        by_contacts(Purpose.SUPPORT, "talk.card", "talk.none"),
        contacts(Purpose.SUPPORT),
        "talk.near",
        no_contact(Purpose.SUPPORT),
        leads=((_DESPAIR, _HURT), (_SAW,)),
    ),
    _exit(
        "threats",
        "threats.card",
        "threats.more",
        contacts(Purpose.THREATS),
        leads=((_TALK,), (_DESPAIR, OWN_IMAGES), _SERVICE),
    ),
    _exit(
        "own_images",
        "own_images.card",
        "own_images.friend",
        contacts(Purpose.OWN_IMAGES),
        leads=((_TALK,), (_DESPAIR, THREATS), _SERVICE),
    ),
    Step("take_it_down", (contacts(Purpose.OWN_IMAGES), "own_images.service"), (BACK_ROW,), aside=True),
    _exit(
        "parent",
        "parent.card",
        "parent.more",
        contacts(Purpose.KNOWN_CHILD),
        no_contact(Purpose.KNOWN_CHILD, after="danger.near"),
        legal_note,
        leads=((_TALK,), (THREATS, OWN_IMAGES)),
    ),
    _exit(
        "known_child",
        "known_child.card",
        contacts(Purpose.KNOWN_CHILD),
        no_contact(Purpose.KNOWN_CHILD, after="danger.near"),
        legal_note,
        "known_child.privacy",
        leads=((_TALK,),),
    ),
    _exit(
        "chat_only",
        "chat_only.card",
        contacts(Purpose.CHAT_ONLY),
        leads=((_TALK,), (OWN_IMAGES, THREATS)),
    ),
    _exit("other_harm", "other_harm.card", contacts(Purpose.OTHER_HARM), leads=((_TALK,),)),
    _exit("saw", "saw.card", contacts(Purpose.SUPPORT), leads=((_TALK,), (_THOUGHTS,))),
    _exit(
        "own_behaviour",
        "own_behaviour.card",
        "own_behaviour.near",
        "own_behaviour.despair",
        contacts(Purpose.OWN_BEHAVIOUR),
        "own_behaviour.privacy",
        leads=((_DESPAIR,), (_TALK,), (THREATS, OWN_IMAGES)),
    ),
)

ASIDES = (
    *EXITS,
    Step(
        "country",
        ("country.ask",),
        ((Choice("not_here", BACK, does=Act.CHOOSE_COUNTRY),),),
        aside=True,
        lists_countries=True,
    ),
    Step("language", ("language.ask",), (BACK_ROW,), aside=True, speaks=True),
    Step(
        "help",
        ("help.danger", "help.seen", "help.card"),
        (
            (_TALK,),
            (Choice("no_link", "kind"),),
            (Choice("rules", "rule_1"),),
            (Choice("privacy", "privacy"), Choice("status", "status")),
            BACK_ROW,
        ),
        aside=True,
    ),
    Step("privacy", (by_channel("privacy"),), (BACK_ROW,), aside=True),
    Step("status", ("status.ask",), (BACK_ROW,), Takes.RECEIPT, aside=True),
)
