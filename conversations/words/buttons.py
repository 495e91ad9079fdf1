"""The words on the buttons: at most 24 characters, so that every channel can show them."""

from conversations.words.naming import words

BUTTONS = (
    # Translators: A button on every card. It must be understood at once. At most 24 characters.
    words("button.danger", "A child is in danger now"),
    # Translators: A button on every card; write your own word, a slash, and the English word.
    words("button.language", "Language"),
    # Translators: A button on every card: forget this talk and delete its messages.
    words("button.forget", "Clear this chat"),
    words("button.no_link", "I have no link"),
    words("button.looks_real", "Photo or video"),
    words("button.drawn", "Drawn or animated"),
    words("button.unsure", "Not sure"),
    # Translators: Pictures of the person who writes.
    words("button.own_images", "Pictures of me"),
    words("button.threats", "Someone threatens me"),
    words("button.chat_only", "Only in a chat or phone"),
    words("button.known_child", "I know this child"),
    words("button.other_harm", "Something else harmful"),
    # Translators: Worries about one's own thoughts or behaviour.
    words("button.own_behaviour", "I worry about myself"),
    words("button.copy", "How to copy a link"),
    words("button.copy_browser", "In a browser"),
    words("button.copy_app", "In an app"),
    words("button.copy_telegram", "In Telegram"),
    # Translators: Take the incomplete link as it is.
    words("button.take_partial", "Use what I wrote"),
    words("button.whole_site", "The whole site"),
    words("button.one_page", "One page on it"),
    words("button.use_this", "Use this one"),
    words("button.send", "Send"),
    words("button.change", "Change the link"),
    words("button.rules", "Rules one by one"),
    words("button.next", "Next"),
    words("button.back", "Back"),
    words("button.skip", "Skip"),
    words("button.privacy", "What we keep"),
    words("button.status", "Ask about a receipt"),
    words("button.details", "Answer questions"),
    words("button.receipt", "Show my receipt"),
    words("button.hide", "Hide it"),
    # Translators: Take back a report that was sent by mistake.
    words("button.withdraw", "It was a mistake"),
    words("button.yes_withdraw", "Yes, take it back"),
    words("button.no_keep", "No, keep it"),
    words("button.finish", "Finish"),
    words("button.another", "Report another link"),
    words("button.start_again", "Start again"),
    # Translators: How the page was reached: through a channel or group in an app.
    words("button.channel", "A channel or group"),
    words("button.search", "A search"),
    words("button.advert", "An advert"),
    words("button.sent", "Someone sent it"),
    words("button.page", "Another page"),
    # Translators: What the page asks of visitors: nothing.
    words("button.open", "Nothing, it is open"),
    words("button.join", "To join"),
    words("button.log_in", "To log in"),
    words("button.pay", "To pay"),
    words("button.password", "A password"),
    words("button.today", "Today"),
    words("button.this_week", "This week"),
    words("button.earlier", "Earlier"),
    words("button.live_yes", "Yes, live"),
    words("button.live_no", "No"),
    words("button.live_unsure", "Not sure"),
)
