"""Every sentence that a reporter can read, in English, by name; other languages translate these."""

from conversations.words import buttons, details, exits, invitation, opening, presentation, remarks, sending

_SENTENCES = (
    *opening.OPENING,
    *sending.SENDING,
    *details.DETAILS,
    *exits.EXITS,
    *remarks.REMARKS,
    *buttons.BUTTONS,
    *presentation.PRESENTATION,
    *invitation.INVITATION,
)
WORDS: dict[str, str] = {sentence.name: sentence.text for sentence in _SENTENCES}
# The text for exactly one, of the sentences with a number.
SAID_OF_ONE: dict[str, str] = {sentence.name: sentence.one for sentence in _SENTENCES if sentence.one}
