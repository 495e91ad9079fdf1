"""The words on the buttons: at most 24 characters, so that every channel can show them.

A label of more than 20 characters has a shorter one on a second line, for channels that show no more
(WhatsApp's and Messenger's reply buttons: 20).
"""

from conversations.words.naming import words

BUTTONS = (
    # Translators: A button on every card. It must be understood at once. At most 24 characters.
    words("button.danger", "Danger: help now"),
    # Translators: A button on every card: 🌐, your own word, a slash, the English one. At most 24 characters.
    words("button.language", "🌐 Language"),
    # Translators: A button on every card: forget this talk and delete its messages. At most 24 characters.
    words("button.forget", "Clear this chat"),
    # Translators: A button. At most 24 characters.
    words("button.no_link", "No link / I need help\nNo link / need help"),
    # Translators: Leads to people who listen. At most 24 characters.
    words("button.talk", "Someone to talk to"),
    # Translators: Somebody is being hurt by someone. At most 24 characters.
    words("button.hurt", "Someone hurts me"),
    # Translators: Somebody feels so bad that they may want to die. At most 24 characters.
    words("button.despair", "I feel very bad"),
    # Translators: A parent, teacher or helper of a child. At most 24 characters.
    words("button.parent", "My child, or one I help\nA child I help"),
    # Translators: There is a web link that shows it; the next card asks for it. At most 24 characters.
    words("button.has_link", "There is a web link"),
    # Translators: Leads to what Take It Down, a free service, is. Leave its name. At most 24 characters.
    words("button.take_it_down", "About Take It Down"),
    # Translators: Nothing of what was offered fits: go on as before. At most 24 characters.
    words("button.heard_wrong", "No, go on"),
    # Translators: None of the answers above fits; go on as before. At most 24 characters.
    words("button.none_fits", "None of these, go on"),
    # Translators: It is not I who wants to die, but somebody else. At most 24 characters.
    words("button.someone_else", "It is someone else"),
    # Translators: Somebody saw it by accident, and is shaken or fears trouble. At most 24 characters.
    words("button.saw", "I saw something bad"),
    # Translators: Below a list of countries: my country is not in it. At most 24 characters.
    words("button.not_here", "Mine is not here"),
    # Translators: A link waits: back to the card on which it can be sent. At most 24 characters.
    words("button.to_link", "Show my link"),
    # Translators: The words saw it online, not near them. At most 24 characters.
    words("button.saw_online", "I saw it online"),
    # Translators: Leads to a list of countries. At most 24 characters.
    words("button.country", "Choose your country"),
    # Translators: Leave out what is added because of a tap. At most 24 characters.
    words("button.leave_out", "Leave that out"),
    # Translators: Send the link and the words. At most 24 characters.
    words("button.send_both", "Send both"),
    # Translators: Send the link without the words. At most 24 characters.
    words("button.link_only", "Link only"),
    # Translators: Send this link in place of the one that was sent before. At most 24 characters.
    words("button.instead", "Send in its place"),
    # Translators: All the links that are listed. At most 24 characters.
    words("button.all_links", "All of them"),
    # Translators: Take one of several links out of the report. At most 24 characters.
    words("button.take_out", "Take it out"),
    # Translators: Leads to a note, to which more can be added. At most 24 characters.
    words("button.add_note", "Add a note"),
    # Translators: Throw the note away and write another one. At most 24 characters.
    words("button.note_anew", "Write it anew"),
    # Translators: What is shown is a link. At most 24 characters.
    words("button.is_link", "Yes, a web link"),
    # Translators: The front page was not a link at all. At most 24 characters.
    words("button.no_real_link", "That is no link"),
    # Translators: A name or number of somebody else: a friend, the child. At most 24 characters.
    words("button.other_person", "Another’s, leave it out\nAnother’s, leave out"),
    # Translators: A button. At most 24 characters.
    words("button.looks_real", "Photo or video"),
    # Translators: A button. At most 24 characters.
    words("button.drawn", "Drawn or animated"),
    # Translators: A button. At most 24 characters.
    words("button.unsure", "Not sure"),
    # Translators: Pictures of the person who writes. At most 24 characters.
    words("button.own_images", "Pictures: me or a friend\nPictures of me"),
    # Translators: A button. At most 24 characters.
    words("button.threats", "Someone threatens me"),
    # Translators: A button. At most 24 characters.
    words("button.chat_only", "Only in a chat or phone\nOnly in a chat"),
    # Translators: A button. At most 24 characters.
    words("button.known_child", "I know this child"),
    # Translators: A button. At most 24 characters.
    words("button.other_harm", "Something else harmful\nOther harm"),
    # Translators: Worries about one's own thoughts or behaviour. At most 24 characters.
    words("button.own_behaviour", "My thoughts worry me"),
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
    words("button.open", "Nothing"),
    # Translators: A button. At most 24 characters.
    words("button.join", "Join"),
    # Translators: A button. At most 24 characters.
    words("button.log_in", "Log in"),
    # Translators: A button. At most 24 characters.
    words("button.pay", "Pay"),
    # Translators: A button. At most 24 characters.
    words("button.password", "A password"),
    # Translators: A button. At most 24 characters.
    words("button.mine", "Mine, leave it out"),
    # Translators: It belongs to the account that posts the material. At most 24 characters.
    words("button.theirs", "The account’s, keep it\nThe account’s, keep"),
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
