"""The words of a channel outside a talk, such as the bot's name: neutral, since they stay on the phone."""

from conversations.words.naming import words

PRESENTATION = (
    # Translators: The bot's name in a list of chats. Neutral: others may see it. At most 64 characters.
    words("presentation.name", "Web links"),
    # Translators: What an app shows before the first message. Neutral. At most 512 characters.
    words(
        "presentation.description",
        "Send a web link here, as text. You need not say who you are. Tap Start to begin.",
    ),
    # Translators: A line on the bot's page. Neutral. At most 120 characters.
    words("presentation.short", "Send a web link here, as text."),
    # Translators: A menu entry for /start. Neutral, like all of these.
    words("command.start", "Begin"),
    words("command.report", "Send a web link"),
    words("command.language", "Change language"),
    words("command.privacy", "What we keep"),
    words("command.status", "Ask about a receipt"),
    words("command.help", "What you can do here"),
    words("command.cancel", "Stop"),
    words("command.forget", "Clear this chat"),
    # Translators: Said once in a group, before the bot leaves it.
    words("presentation.group", "This works only in a private chat. Goodbye."),
    # Translators: Said once, within a talk, while our computers fail. Neutral. The answer follows later.
    words(
        "trouble.away",
        "There was a fault on our side. Nothing is lost. We answer here as soon as we can. "
        "Until then, nothing new is reported. Is anyone in danger now? Call the police.",
    ),
)
