"""Every sentence that a reporter can read, in English, by name; other languages translate these."""

from conversations.words import buttons, details, exits, invitation, opening, presentation, remarks, sending

WORDS: dict[str, str] = dict(
    opening.OPENING
    + sending.SENDING
    + details.DETAILS
    + exits.EXITS
    + remarks.REMARKS
    + buttons.BUTTONS
    + presentation.PRESENTATION
    + invitation.INVITATION,
)
