"""The words above a card when something needs saying first; each has a sibling, so that none comes twice."""

from conversations.words.naming import words

REMARKS = (
    # Translators: No web link was found in the message. What to do next.
    words("no_link.1", "We see no web link in that. It often starts with https:// or www."),
    # Translators: The same, said in another way; buttons below offer help.
    words("no_link.2", "Still no web link, and that is fine. Send what you have, or use a button."),
    # Translators: The same, a third way.
    words("no_link.3", "We can only read web links here. You can also use a button below."),
    # Translators: Text came where a button was expected.
    words("choose.1", "No person answers here. Please use one of the buttons."),
    # Translators: The same, said in another way.
    words("choose.2", "Please tap a button, or send its number."),
    # Translators: A picture or video came. It was neither opened nor kept.
    words(
        "media.images.1", "We cannot take pictures or videos. We did not open it. Send the web link as text."
    ),
    # Translators: The same, said in another way.
    words("media.images.2", "Please, no pictures or videos. It stays unopened. Only a web link helps us."),
    # Translators: Something else came: a voice message, file, contact, location.
    words("media.other.1", "We can only read text. We did not open it. Send the web link as text."),
    # Translators: The same, said in another way.
    words("media.other.2", "Only text works here. It stays unopened. Please send a web link."),
    # Translators: A picture came with a link in its caption: the link is kept, the picture is not.
    words("media.link_kept", "We took the link. We did not open what came with it. Please send text only."),
    # Translators: The link points into the reporter's own phone or computer.
    words("local_file.1", "That is a file on your device. Nobody else can open it. Is there a web link?"),
    # Translators: The same, said in another way.
    words("local_file.2", "That link works only on your device. Send the link of the page, if there is one."),
    # Translators: An e-mail address is no web link.
    words("email.1", "That is an e-mail address. We need a web link. We did not keep it."),
    # Translators: The same, said in another way.
    words("email.2", "We cannot use an e-mail address. Is there a web link too?"),
    # Translators: The link only works inside a home or office network.
    words("private_network.1", "That link works only inside your own network. Is there another web link?"),
    # Translators: The same, said in another way.
    words("private_network.2", "Nobody outside can open that link. Please send the public one."),
    # Translators: It looks like a link, but something is missing.
    words("unreadable.1", "That looks like a web link, but a part is missing. Please send it again."),
    # Translators: The same, said in another way.
    words("unreadable.2", "We cannot read that link. Send it once more, or send what you remember."),
    # Translators: The link was there before; nothing changed.
    words("link.known", "You sent that link already. We have it."),
    # Translators: Too many links for one report. {maximum} is a number.
    words("link.full", "That is enough for one report: {maximum} links. Send the rest after this one."),
    # Translators: A link with "needs joining": never ask anybody to join.
    words("link.joining", "That place asks people to join. Please do not join for us."),
    # Translators: A button of a talk that is erased or too old was tapped.
    words(
        "stale.talk", "That button belongs to an old talk. We have forgotten it. You can start again here."
    ),
    # Translators: /cancel: the link that was not sent is forgotten.
    words("cancelled", "Stopped. Nothing was sent. We forgot the link."),
    # Translators: /cancel after sending.
    words("cancel.sent", "It is sent already. You can take it back below."),
    # Translators: A text was too long for an answer. {maximum} is a number of characters.
    words("too_long.1", "That is too long for us. Please use at most {maximum} letters."),
    # Translators: The same, said in another way.
    words("too_long.2", "Please make it shorter: {maximum} letters at most."),
    # Translators: The receipt could not be read.
    words("receipt.unread.1", "That is no receipt. It has 17 letters and numbers."),
    # Translators: The same, said in another way.
    words("receipt.unread.2", "We cannot read that receipt. Please check each letter."),
    # Translators: What a receipt says.
    words("status.received", "We have received this report."),
    # Translators: No report has this receipt.
    words("status.unknown", "We know no report with this receipt. It may still be on its way."),
    # Translators: The hotline's computer cannot be reached now.
    words("status.away", "We cannot ask just now. Please try again later."),
    # Translators: The disk is full or broken; nothing was lost, nothing sent.
    words("not_sent", "Sorry, that did not work. Nothing was sent. Please tap Send again later."),
    # Translators: An answer could not be added to the sent report.
    words("not_added", "Sorry, we could not add that. Your report itself is safe."),
    # Translators: The withdrawal could not be stored.
    words("not_withdrawn", "Sorry, that did not work. Please try again later."),
    # Translators: A practice talk.
    words("practice", "This is practice. Nothing will be sent."),
    # Translators: Somebody asked for material. The same calm answer for everybody.
    words("only_links", "We only take web links for analysts here. We can give you nothing else."),
)
