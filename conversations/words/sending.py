"""The words from the captured link to the thanks: review, rules of advice, receipt, end."""

from conversations.words.naming import counted, words

SENDING = (
    # Translators: First line above the captured link.
    words(
        "review.not_sent", "Not sent yet. We forget this in 30 minutes. This card stays until you clear it."
    ),
    # Translators: {links} are web links, one a line, written so that they cannot be tapped.
    words("review.links", "Written so that nobody opens it by accident:\n{links}"),
    # Translators: A partial link or a note on where it is, since no exact link could be had.
    words("review.partial", "This is what we have:\n{partial}"),
    # Translators: {partial} is what the reporter remembers of a page, where there is no exact link.
    words("review.partial_read", "{partial}\nIt brings no help now."),
    # Translators: Somebody wrote more than the link. Below are their words and two buttons.
    words(
        "review.beside",
        "You wrote more than the link. Send it too? Analysts read it later. It brings no help now.",
    ),
    # Translators: {said} is what the reporter wrote.
    words("review.said", "Your words:\n{said}"),
    # Translators: Follows a text that was cut. {maximum} is how many letters of it will not be sent.
    counted(
        "review.unsaid",
        "{maximum} more letter does not fit, and is not sent.",
        "{maximum} more letters do not fit, and are not sent.",
    ),
    # Translators: Somebody mentions a child in danger beside the link. One calm question.
    words("review.near", "Is a child near you in danger now? Tap “Danger: help now”."),
    # Translators: A link came after a report was sent; it may be the right one in place of the wrong one.
    words(
        "review.instead",
        "You sent another one before. Was that one wrong? Then tap “Send in its place”.",
    ),
    # Translators: The six rules of advice, as short as they can be.
    words(
        "rules.short",
        "Before you send:\n"
        "1. Do report pictures and videos of child sexual abuse. A child is anyone under 18.\n"
        "2. Give the exact web link.\n"
        "3. Report other harm where you saw it, or to the police.\n"
        "4. Worried about a child? Go to the police.\n"
        "5. Report each link only once.\n"
        "6. Drawn or computer-made images count too.",
    ),
    # Translators: {legal_note} is a sentence about the law of the portal's country.
    words("review.legal_note", "The law where you are: {legal_note}"),
    # Translators: How far somebody is in the rules. The first 40 letters must not tell the rule.
    words("rules.progress", "Rule {number} of {total}. You can go back any time."),
    # Translators: Rule 1 on a card of its own.
    words(
        "rules.1",
        "Do report pictures and videos of child sexual abuse. Then they can be removed. "
        "A child is anyone under 18.",
    ),
    # Translators: Rule 2 on a card of its own.
    words("rules.2", "Give the exact web link. It must lead to the page itself."),
    # Translators: Rule 3 on a card of its own.
    words(
        "rules.3",
        "Do not report other harm here. Other agencies deal with it. "
        "Report it in the app or site where you saw it. Go to the police about a crime.",
    ),
    # Translators: Rule 4 on a card of its own.
    words("rules.4", "Go to the police if you worry about a child. They can act where the child is."),
    # Translators: Rule 5 on a card of its own.
    words("rules.5", "Report each link only once. A person reads every report. Repeats take their time."),
    # Translators: Rule 6 on a card of its own. The IWF is the Internet Watch Foundation.
    words(
        "rules.6",
        "Do report drawn and computer-made images of child sexual abuse too. "
        "The IWF can act when they are hosted in the UK.",
    ),
    # Translators: Shown for the moment in which the report is handed in.
    words("sending.card", "One moment, please."),
    # Translators: The report is in the hotline's hands. Promise nothing about what happens to it.
    words("sent.received", "Thank you. We have received it."),
    # Translators: The hotline cannot be reached now; the report is kept safely and follows by itself.
    words("sent.kept", "Thank you. It is kept safely here. We pass it on as soon as we can."),
    # Translators: A practice talk never sends anything.
    words("sent.practice", "Thank you. This was practice. Nothing was sent."),
    # Translators: Calm words for somebody who may be shaken.
    words("sent.calm", "You were right to tell us."),
    # Translators: Optional questions follow.
    words("sent.details", "You can answer a few questions, or skip them."),
    # Translators: Said before the talk expires.
    words(
        "sent.expiry",
        "Your report stays with us. We can clear this chat only in the next 30 minutes.",
    ),
    # Translators: {receipt} is a code. "received" is all that a receipt ever tells.
    words(
        "receipt.card",
        "Your receipt:\n{receipt}\nThis code shows that you wrote to us. "
        "Write it down elsewhere, or let it go. "
        "Your report counts without it.",
    ),
    # Translators: Asks whether the report was a mistake.
    words("withdraw.ask", "Was it a mistake? We can ask for it to be taken back."),
    # Translators: Shown for the moment in which the report is taken back.
    words("withdrawing.card", "One moment, please."),
    # Translators: The withdrawal is on its way; an analyst may have begun already.
    words("withdrawn.card", "We asked to take it back. If an analyst has begun, it stays."),
    # Translators: The last card. Help for somebody who may be shaken; promise nothing.
    words(
        "end.thanks",
        "Thank you. It can hurt to see such things. Talk to someone you trust.",
    ),
    # Translators: On a shared phone the chat should be cleared.
    words("end.clear", "Do others use this device? Then clear this chat."),
)
