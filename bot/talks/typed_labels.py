"""A button's label that is typed counts as a tap on it, except where something is handed in or taken back."""

import unicodedata

from bot.exchange import Card
from conversations.events import Chose, Event, Said

LONGEST_LABEL = 40
_ONLY_TAPPED = frozenset({"send", "send_both", "link_only", "instead", "yes_withdraw"})


def tapped(event: Event, card: Card) -> Event:
    """Give the tap that a typed label of this card means, or the event as it is."""
    if not isinstance(event, Said):
        return event
    typed = _letters(event.text)
    for row in card.rows:
        for button in row:
            talk, turn, choice = button.data.split(".", 2)
            if _letters(button.label) == typed and choice not in _ONLY_TAPPED:
                return Chose(choice, talk, int(turn))
    return event


def may_be_label(event: Event) -> bool:
    """Tell whether an event is a message as short as a label, which is worth comparing."""
    return isinstance(event, Said) and not event.edited and 0 < len(event.text) <= LONGEST_LABEL


def _letters(text: str) -> str:
    """Give the letters and digits of a text, whatever its case, marks and emoji."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    kept = (c for c in plain if c.isalnum() or unicodedata.category(c).startswith("M"))
    return "".join(kept)
