"""The words above a card, such as "We see no web link in that."; a second wording avoids repetition."""

from conversations.words.naming import counted, words

REMARKS = (
    # Translators: No web link was found in the message. What to do next.
    words(
        "no_link.1",
        "Is somebody being hurt? Tap “Danger: help now”. Need a person? Tap “Someone to talk to”. "
        "We see no web link in that. It often starts with https:// or www.",
    ),
    # Translators: The same, said in another way; buttons below offer help.
    words("no_link.2", "You do not need a link to get help. What do you need?"),
    # Translators: The same, a third way.
    words("no_link.3", "We are a program and cannot read that. A button below may help you."),
    # Translators: A link is in hand, and a message came that holds none. "Send" is the button.
    words(
        "in_hand.1",
        "Need help? Tap “Someone to talk to”. Your link is not sent yet. Tap Send when you are ready.",
    ),
    # Translators: The same, said in another way.
    words("in_hand.2", "We are a program and cannot read that. Your link goes out when you tap Send."),
    # Translators: A question is open about the link, and a message came that answers it not.
    words("in_question.1", "We are a program and cannot read that. Please tap what fits."),
    # Translators: The same, said in another way.
    words("in_question.2", "Your link is here, but not sent yet. Please use one of the buttons."),
    # Translators: Text came where a button was expected. Kind: it may be "thank you" or a cry for help.
    words("choose.1", "We are a program and cannot answer that. Please use one of the buttons."),
    # Translators: The same, said in another way.
    words("choose.2", "We cannot chat, but the buttons below can help you on."),
    # Translators: A picture or video came. It was neither opened nor kept.
    words(
        "media.images.1",
        "Is somebody being hurt? Tap “Danger: help now”. We did not open what you sent. "
        "No pictures or videos here, please. You can write, or use a button.",
    ),
    # Translators: The same, said in another way.
    words("media.images.2", "What you sent stays unopened, like before. Please, no pictures or videos."),
    # Translators: Something else came: a voice message, file, contact, location.
    words(
        "media.other.1",
        "Is somebody being hurt? Tap “Danger: help now”. We did not open what you sent. "
        "You can write, or use a button.",
    ),
    # Translators: The same, said in another way.
    words("media.other.2", "What you sent stays unopened, like before. Only text works here."),
    # Translators: A picture came with a link in its caption: the link is kept, the picture is not.
    words(
        "media.link_kept.1", "We have the link here. It is not sent yet. We did not open what came with it."
    ),
    # Translators: The same, said in another way.
    words("media.link_kept.2", "Your link is here. The rest stays unopened. Text alone is enough."),
    # Translators: The link points into the reporter's own phone or computer.
    words("local_file.1", "That is a file on your device. Nobody else can open it. Is there a web link?"),
    # Translators: The same, said in another way.
    words("local_file.2", "That link works only on your device. Send the link of the page, if there is one."),
    # Translators: An e-mail address is no web link.
    words("email.1", "That is an e-mail address. We did not keep it. Is there a web link too?"),
    # Translators: The same, said in another way.
    words("email.2", "We cannot use an e-mail address. We need a web link."),
    # Translators: The link is longer than what can be kept. Its beginning may be enough to find the page.
    words("long_link.1", "That link is too long for us. Please send only its first part."),
    # Translators: The same, said in another way.
    words("long_link.2", "It is too long, and sending it again does not help. Send its first part."),
    # Translators: The link only works inside a home or office network.
    words("private_network.1", "That link works only inside your own network. Is there another web link?"),
    # Translators: The same, said in another way.
    words("private_network.2", "Nobody outside can open that link. Please send the public one."),
    # Translators: It looks like a link, but cannot be one.
    words("unreadable.1", "We cannot read that link. Please send it again, as the app gives it."),
    # Translators: The same, said in another way.
    words("unreadable.2", "That link does not work for us. Send it once more, or what you remember."),
    # Translators: The link waits here already, and is not sent yet. Never a word that could mean "sent".
    words("link.known.1", "We have that link already. It goes out when you tap Send."),
    # Translators: The same, said in another way.
    words("link.known.2", "That link waits here already. Tap Send when you are ready."),
    # Translators: The link was in a report that was sent before.
    words("link.sent.1", "You sent us that link before. Once is enough. You can go on."),
    # Translators: The same, said in another way.
    words("link.sent.2", "That one is with us already. You do not have to send it again."),
    # Translators: Of several links, some were in a report that was sent before; the others are taken.
    words("link.some_sent", "Some of these are with us already. We took only the new ones."),
    # Translators: What the reporter remembers of a page was kept in addition to what was there.
    words("partial.added", "We added that. It is not sent yet."),
    # Translators: The text is longer than what can be kept.
    words("partial.full", "No more words fit in now. Send this first. You can add more later."),
    # Translators: Too many links for one report. {maximum} is a number. The message stays in the chat.
    counted(
        "link.full.1",
        "We took {maximum} link, and no more fit in. After this one, send the same message again.",
        "We took {maximum} links, and no more fit in. After this one, send the same message again.",
    ),
    # Translators: The same, said in another way.
    counted(
        "link.full.2",
        "No more fit in now. Send this {maximum} first, then the others.",
        "No more fit in now. Send these {maximum} first, then the others.",
    ),
    # Translators: A link with "needs joining": never ask anybody to join.
    words("link.joining", "That place asks people to join. Please do not join for us."),
    # Translators: A link came after a report was sent: it begins another one.
    words("new_report", "We have what you sent before. This is a new one."),
    # Translators: A button of a talk that is erased or too old was tapped.
    words(
        "stale.talk.1",
        "We forgot that old talk. If you sent a report, it stays sent. You can start again here.",
    ),
    # Translators: The same, said in another way.
    words("stale.talk.2", "That button is too old. If you sent a report, it stays sent. Please go on here."),
    # Translators: The links were read from the reporter's own old card, which the talk had forgotten.
    words(
        "stale.links",
        "We forgot that talk, but your card still has the link. Please check it, then tap Send.",
    ),
    # Translators: Some of a message was not taken, so it stays. How to delete it by hand, on Telegram.
    words("stays.telegram", "Your message stays above. To delete it, hold it and tap Delete."),
    # Translators: The same, where there is no messaging app.
    words("stays.terminal", "Your words stay in this window. Close it when you are done."),
    # Translators: Somebody changed a message that they had sent to us; apps allow that.
    words("edit.unread", "We did not take that change. Please write it again, as a new message."),
    # Translators: /cancel: the link that was not sent is forgotten.
    words("cancelled", "Stopped. Nothing was sent. We forgot the link. You can start again."),
    # Translators: /cancel when there was nothing to forget.
    words("stopped", "Stopped. You can start again at any time."),
    # Translators: /cancel after sending.
    words("cancel.sent", "It is sent already. Was it wrong? Tap “It was a mistake”."),
    # Translators: A text was too long for an answer. {maximum} is a number of characters.
    counted(
        "too_long.1",
        "That is too long for us. Please use at most {maximum} letter.",
        "That is too long for us. Please use at most {maximum} letters.",
    ),
    # Translators: The same, said in another way.
    counted(
        "too_long.2",
        "Please make it shorter: {maximum} letter at most.",
        "Please make it shorter: {maximum} letters at most.",
    ),
    # Translators: An answer held nothing that can be read.
    words("empty.1", "We see nothing in that. Please write it as text, or skip."),
    # Translators: The same, said in another way.
    words("empty.2", "Your message looks empty here. You can also skip."),
    # Translators: The receipt could not be read.
    words("receipt.unread.1", "We see no receipt in that. A receipt has 17 letters and numbers."),
    # Translators: The same, said in another way.
    words("receipt.unread.2", "We cannot read that receipt. Please check each letter."),
    # Translators: What a receipt says.
    words("status.received", "Yes, we have it. We have received the report."),
    # Translators: What a receipt says, some weeks after the report, where the hotline wants that.
    words("status.assessed", "Yes, we have it. An analyst has looked at the report."),
    # Translators: No report has this receipt.
    words("status.unknown", "We do not know this receipt. What you sent may still be on its way."),
    # Translators: The hotline's computer cannot be reached now.
    words("status.away", "We cannot check that just now. Please try again later."),
    # Translators: Messages come faster than a person can write them. What came was not looked at.
    words("too_fast.1", "That was too fast for us. Please wait a minute, then send it again."),
    # Translators: The same, said in another way.
    words("too_fast.2", "Please slow down a little. We did not look at that one."),
    # Translators: The portal still takes no links. Nothing of the message was kept.
    words("paused.again.1", "We still take no links here, sorry. We did not keep what you wrote."),
    # Translators: The same, said in another way.
    words("paused.again.2", "Nothing can be sent here yet. We kept nothing. Please come back later."),
    # Translators: The disk is full or broken; nothing was lost, nothing sent.
    words("not_sent", "Sorry, that did not work. Nothing was sent. Please tap Send again later."),
    # Translators: An answer could not be added to the sent report.
    words("not_added", "Sorry, we could not add that. Your report itself is safe. You can go on."),
    # Translators: The withdrawal could not be stored.
    words("not_withdrawn", "Sorry, that did not work. Please try again later."),
    # Translators: A practice talk.
    words("practice", "This is practice. Nothing will be sent."),
    # Translators: A practice talk was cleared; whoever starts again does it for real.
    words("practice.over", "The practice is over. The next talk is real."),
    # Translators: Somebody asked for material. The same calm answer for everybody.
    words("only_links.1", "We give out nothing here. Does someone threaten you? There is help below."),
    # Translators: The same, said in another way.
    words("only_links.2", "There is nothing to get here. We take web links, and pass them to analysts."),
)
