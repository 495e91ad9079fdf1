"""The words in which the channels differ that are still to come: web chat, WhatsApp and Messenger."""

from conversations.words.naming import words

COMING = (
    # Translators: The line on the first card in the web chat, a page in a browser.
    words("first.privacy.web", "We do not know who you are. Your browser may keep a list of pages."),
    words("first.privacy.whatsapp", "We do not know who you are. WhatsApp does."),
    words("first.privacy.messenger", "We do not know who you are. Facebook does."),
    # Translators: The privacy card in the web chat. "Tor" is the name of a browser.
    words(
        "privacy.web",
        "We keep nothing that tells who you are. We keep the link and your answers. "
        "Your open talk is forgotten after 30 minutes.\n"
        "A private tab leaves less on this phone. Tor hides most. "
        "Data-saver browsers send pages through a company.",
    ),
    # Translators: The privacy card on WhatsApp. An IP address is the number of a phone's connection.
    words(
        "privacy.whatsapp",
        "We keep the link and your answers, never your name or number. "
        "Your open talk is forgotten after 30 minutes.\n"
        "WhatsApp knows that you wrote to us. Backups and linked devices may keep copies. "
        "A picture above a link tells the site of your phone.",
    ),
    words(
        "privacy.messenger",
        "We do not keep your name, number or account. We keep the link and your answers. "
        "Your open talk is forgotten after 30 minutes.\n"
        "Facebook knows that you wrote to us. Delete the chat to leave less there.",
    ),
    # Translators: After clearing, in the web chat.
    words(
        "cleared.web",
        "This talk is cleared. We forgot it. If you sent a report, it stays sent. "
        "Your browser may still list this page.",
    ),
    # Translators: After clearing, on WhatsApp, where we cannot delete. Use WhatsApp's own words.
    words(
        "cleared.whatsapp",
        "We forgot this talk. If you sent a report, it stays sent. "
        "We cannot delete messages here. Open the menu of this chat, then tap Delete chat.",
    ),
    words(
        "cleared.messenger",
        "We forgot this talk. If you sent a report, it stays sent. "
        "We cannot delete messages here. Hold this chat in the list, then tap Delete.",
    ),
    words("cleared.old.web", "We forgot that talk long ago. Close this page to clear it."),
    words(
        "cleared.old.whatsapp",
        "We forgot that talk long ago. Open the menu of this chat, then tap Delete chat.",
    ),
    words(
        "cleared.old.messenger", "We forgot that talk long ago. Hold this chat in the list, then tap Delete."
    ),
    # Translators: Some of a message was not taken, so it stays. How to delete it by hand.
    words("stays.web", "Your words are not kept on this page. Leave the page to clear them."),
    words("stays.whatsapp", "Your message stays above. Hold it, tap Delete, then Delete for me."),
    words("stays.messenger", "Your message stays above. Hold it, then tap Remove."),
    # Translators: The web chat was silent for 30 minutes.
    words("expired.web", "This talk is over. We forgot it. What you sent stays sent."),
    # Translators: On the last card of the web chat. A phone's keyboard may offer what was copied last.
    words("end.keyboard", "Your keyboard may offer the link again. Copy another word."),
    # Translators: A button that leads away from the web chat at once, to a page about the weather.
    words("leave.button", "Leave quickly"),
    # Translators: Beside that button.
    words(
        "leave.web",
        "Leave quickly hides this page and forgets what is not sent. "
        "Your browser may still list it. A private tab lists less.",
    ),
    # Translators: A message came so late that the talk is forgotten.
    words("too_late", "That message came late. We did not look at it. Please send it again."),
)
