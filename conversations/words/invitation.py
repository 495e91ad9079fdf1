"""The words on a portal's web page that invite to the chat; the page itself says what it is about."""

from conversations.words.naming import words

INVITATION = (
    # Translators: On a portal's web page, above a link to the chat.
    words("links.invite", "You can also send us a web link by Telegram."),
    # Translators: The link below that sentence; it opens the app.
    words("links.open", "Open the chat in Telegram"),
    # Translators: Read aloud to whoever cannot see the square code that a phone's camera reads.
    words("links.code", "QR code: opens the same chat on a phone"),
)
