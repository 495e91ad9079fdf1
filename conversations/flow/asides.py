"""The steps beside a report: exits for other needs, and what can be asked at any time."""

from conversations.flow.paragraphs import by_channel, contacts, take_it_down
from conversations.flow.rows import BACK_ROW
from conversations.flow.steps import Choice, Step, Takes
from conversations.portals.model import Purpose

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
