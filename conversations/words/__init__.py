"""Every sentence that a reporter can read, in English, by name; other languages translate these.

- `opening`: the first cards, up to the web link
- `sending`: from the link to the thanks: review, rules of advice, receipt, end
- `details`: the optional questions after sending
- `exits`: for people who need something other than a report
- `remarks`: what is said above a card
- `buttons`: the words on the buttons
- `channels`: the sentences in which the channels differ that are still to come
- `presentation`, `invitation`: what stands around a talk, on the platform and on a portal's page
- `naming`: how a sentence gets its name
"""

from conversations.words import (
    buttons,
    channels,
    details,
    exits,
    invitation,
    opening,
    presentation,
    remarks,
    sending,
)

_SENTENCES = (
    *opening.OPENING,
    *sending.SENDING,
    *details.DETAILS,
    *exits.EXITS,
    *exits.CIRCUMSTANCES,
    *remarks.REMARKS,
    *buttons.BUTTONS,
    *presentation.PRESENTATION,
    *invitation.INVITATION,
    *channels.COMING,
)
WORDS: dict[str, str] = {sentence.name: sentence.text for sentence in _SENTENCES}
# The text for exactly one, of the sentences with a number.
SAID_OF_ONE: dict[str, str] = {sentence.name: sentence.one for sentence in _SENTENCES if sentence.one}
