"""The words on the buttons: at most 24 characters, so that every channel can show them."""

from conversations.words.naming import words

BUTTONS = (
    # Translators: A button on every card. It must be understood at once. At most 24 characters.
    words("button.danger", "A child is in danger now"),
    # Translators: A button on every card: 🌐, your own word, a slash, the English one. At most 24 characters.
    words("button.language", "🌐 Language"),
    # Translators: A button on every card: forget this talk and delete its messages. At most 24 characters.
    words("button.forget", "Clear this chat"),
    # Translators: A button. At most 24 characters.
    words("button.no_link", "I have no link"),
    # Translators: A button. At most 24 characters.
    words("button.looks_real", "Photo or video"),
    # Translators: A button. At most 24 characters.
    words("button.drawn", "Drawn or animated"),
    # Translators: A button. At most 24 characters.
    words("button.unsure", "Not sure"),
    # Translators: Pictures of the person who writes. At most 24 characters.
    words("button.own_images", "Pictures of me"),
    # Translators: A button. At most 24 characters.
    words("button.threats", "Someone threatens me"),
    # Translators: A button. At most 24 characters.
    words("button.chat_only", "Only in a chat or phone"),
    # Translators: A button. At most 24 characters.
    words("button.known_child", "I know this child"),
    # Translators: A button. At most 24 characters.
    words("button.other_harm", "Something else harmful"),
    # Translators: Worries about one's own thoughts or behaviour. At most 24 characters.
    words("button.own_behaviour", "My own thoughts"),
    # Translators: A button. At most 24 characters.
    words("button.copy", "How to copy a link"),
    # Translators: A button. At most 24 characters.
    words("button.copy_browser", "In a browser"),
    # Translators: A button. At most 24 characters.
    words("button.copy_app", "In an app"),
    # Translators: A button. At most 24 characters.
    words("button.copy_telegram", "In Telegram"),
    # Translators: Take the incomplete link as it is. At most 24 characters.
    words("button.take_partial", "Use what I wrote"),
    # Translators: A button. At most 24 characters.
    words("button.whole_site", "The whole site"),
    # Translators: A button. At most 24 characters.
    words("button.one_page", "One page on it"),
    # Translators: A button. At most 24 characters.
    words("button.use_this", "Use this one"),
    # Translators: A button. At most 24 characters.
    words("button.send", "Send"),
    # Translators: A button. At most 24 characters.
    words("button.change", "Change the link"),
    # Translators: The link of the one page is not known. At most 24 characters.
    words("button.no_page", "I do not have it"),
    # Translators: Stop, and forget the link. At most 24 characters.
    words("button.yes_stop", "Yes, forget the link"),
    # Translators: Do not stop. At most 24 characters.
    words("button.go_on", "No, go on"),
    # Translators: A button. At most 24 characters.
    words("button.rules", "Rules one by one"),
    # Translators: A button. At most 24 characters.
    words("button.next", "Next"),
    # Translators: A button: the reporter has read enough. At most 24 characters.
    words("button.done", "Done"),
    # Translators: A button. At most 24 characters.
    words("button.back", "Back"),
    # Translators: A button. At most 24 characters.
    words("button.skip", "Skip"),
    # Translators: A button. At most 24 characters.
    words("button.privacy", "What we keep"),
    # Translators: A button. At most 24 characters.
    words("button.status", "Ask about a receipt"),
    # Translators: A button. At most 24 characters.
    words("button.details", "Answer questions"),
    # Translators: A button. At most 24 characters.
    words("button.receipt", "Show my receipt"),
    # Translators: A button. At most 24 characters.
    words("button.hide", "Hide it"),
    # Translators: Take back a report that was sent by mistake. At most 24 characters.
    words("button.withdraw", "It was a mistake"),
    # Translators: A button. At most 24 characters.
    words("button.yes_withdraw", "Yes, take it back"),
    # Translators: A button. At most 24 characters.
    words("button.no_keep", "No, keep it"),
    # Translators: A button. At most 24 characters.
    words("button.finish", "Finish"),
    # Translators: A button. At most 24 characters.
    words("button.another", "Report another link"),
    # Translators: A button. At most 24 characters.
    words("button.start_again", "Start again"),
    # Translators: How the page was reached: through a channel or group in an app. At most 24 characters.
    words("button.channel", "A channel or group"),
    # Translators: A button. At most 24 characters.
    words("button.search", "A search"),
    # Translators: A button. At most 24 characters.
    words("button.advert", "An advert"),
    # Translators: A button. At most 24 characters.
    words("button.sent", "Someone sent it"),
    # Translators: A button. At most 24 characters.
    words("button.page", "Another page"),
    # Translators: What the page asks of visitors: nothing. At most 24 characters.
    words("button.open", "Nothing, it is open"),
    # Translators: A button. At most 24 characters.
    words("button.join", "To join"),
    # Translators: A button. At most 24 characters.
    words("button.log_in", "To log in"),
    # Translators: A button. At most 24 characters.
    words("button.pay", "To pay"),
    # Translators: A button. At most 24 characters.
    words("button.password", "A password"),
    # Translators: A button. At most 24 characters.
    words("button.mine", "Mine, leave it out"),
    # Translators: It belongs to the account that posts the material. At most 24 characters.
    words("button.theirs", "The account’s, keep it"),
    # Translators: A button. At most 24 characters.
    words("button.today", "Today"),
    # Translators: A button. At most 24 characters.
    words("button.this_week", "This week"),
    # Translators: A button. At most 24 characters.
    words("button.earlier", "Earlier"),
    # Translators: A button. At most 24 characters.
    words("button.live_yes", "Yes, live"),
    # Translators: A button. At most 24 characters.
    words("button.live_no", "No"),
    # Translators: A button. At most 24 characters.
    words("button.live_unsure", "Not sure"),
)
