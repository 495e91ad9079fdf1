"""The cards of the peers: the words and the choices of ours, in English, written down."""

import re
from typing import Final

Rows = tuple[tuple[tuple[str, str], ...], ...]

_ALWAYS: Final[Rows] = (
    (("A child is in danger now", "danger"),),
    (("🌐 Language", "language"), ("Clear this chat", "forget")),
)
_LEAVE: Final[Rows] = ((("Skip", "skip"), ("Finish", "finish")),)

FIRST: Final = """Hello. You can send a web link here.

We are a hotline. Analysts check reports of child sexual abuse images.

Send it as text, never a picture or video.

We do not know who you are. Telegram does.

Nothing is sent until you tap Send."""
FIRST_ROWS: Final[Rows] = (
    (("English", "speak_en"), ("Français", "speak_fr"), ("Español", "speak_es")),
    (("العربية", "speak_ar"), ("Português", "speak_pt"), ("Kiswahili", "speak_sw")),
    (("I have no link", "no_link"),),
    *_ALWAYS,
)
NO_LINK: Final = "I see no link there. Copy it from your browser, and send it here."
REVIEW: Final = """Not sent yet. If you stop, we forget it in 30 minutes.

We changed it so that nobody opens it by accident:
{link}

Before you send:
1. Do report pictures and videos of child sexual abuse. A child is anyone under 18.
2. Give the exact web link.
3. Report other harm in the app or to the police.
4. Worried about a child? Go to the police.
5. Report each link only once.
6. Do report drawn or computer-made images too."""
REVIEW_ROWS: Final[Rows] = (
    (("Send", "send"),),
    (("Change the link", "change"), ("Rules one by one", "rules")),
    *_ALWAYS,
)
CHANGE: Final = "Send the right link."
SENT: Final = """Thank you. We have received it.

You were right to tell us.

A few questions can help us. You can skip each one.

In 30 minutes we forget this talk. After that, only you can clear the chat."""
SENT_ROWS: Final[Rows] = (
    (("Answer questions", "details"),),
    (("Show my receipt", "receipt"), ("It was a mistake", "withdraw")),
    (("Report another link", "another"), ("Finish", "finish")),
    *_ALWAYS,
)
REACHED: Final = "How did you get to the page?"
REACHED_ROWS: Final[Rows] = (
    (("A channel or group", "channel"),),
    (("A search", "search"),),
    (("An advert", "advert"),),
    (("Someone sent it", "sent"),),
    (("Another page", "page"),),
    *_LEAVE,
    *_ALWAYS,
)
ACCESS: Final = "What do you need to get in?"
ACCESS_ROWS: Final[Rows] = (
    (("Nothing, it is open", "open"),),
    (("To join", "join"),),
    (("To log in", "log_in"),),
    (("To pay", "pay"),),
    (("A password", "password"),),
    *_LEAVE,
    *_ALWAYS,
)
END: Final = """Thank you. It can hurt to see such things. Talk to someone you trust.

Do others use this device? Then clear this chat."""
END_ROWS: Final[Rows] = (
    (("Report another link", "another"),),
    (("Show my receipt", "receipt"), ("It was a mistake", "withdraw")),
    *_ALWAYS,
)

_LINK: Final = re.compile(r"https?://\S+")


def link_in(text: str) -> str | None:
    """Find a link in a message."""
    found = _LINK.search(text)
    return found and found[0]


def defanged(link: str) -> str:
    """Write a link so that nobody opens it by accident."""
    return link.replace("http", "hxxp", 1).replace(".", "[.]")
