"""The words of the first cards: who we are, what it is about, and the web link."""

from conversations.words.naming import words

OPENING = (
    # Translators: First line of the first card. Neutral: somebody else may see it on a shared phone.
    words("first.hello", "Hello. You can send a web link here."),
    # Translators: Who we are. "Hotline" is the organisation that receives reports of web links.
    words("first.what", "We are a hotline. Analysts check reports of child sexual abuse images."),
    # Translators: "It" is the web link; never "address" alone, which could mean where one lives.
    words("first.how", "Send it as text, never a picture or video."),
    # Translators: "We" is the hotline. Telegram knows the account; we do not.
    words("first.privacy.telegram", "We do not know who you are. Telegram does."),
    # Translators: The same line where there is no messaging app in between.
    words("first.privacy.terminal", "We do not know who you are."),
    # Translators: Plain and calm. "Send" is the name of the button.
    words("first.program", "A computer program answers here. A person reads only what you send with Send."),
    # Translators: Asks what somebody needs. They may be hurt, threatened, shaken, or just have no link.
    words("kind.ask", "That is fine. What is it about?"),
    # Translators: The reporter said what it is; now the web link is asked for.
    words("link.ask", "Please send the web link here. You do not have to go back there."),
    # Translators: Messaging apps show a small picture of the page above a link that is being written.
    words("link.preview", "Does a picture show above your text? Tap the x beside it first."),
    # Translators: Help for copying a link. Nobody should look at the material again for our sake.
    words(
        "copy.ask",
        "You do not have to see it again. You can just send what you remember. "
        "To copy the link: where was it?",
    ),
    # Translators: How to copy a link in a web browser; use the words that phones use in your language.
    words("copy.browser", "1. Tap the bar at the top.\n2. Choose Copy.\n3. Paste it here."),
    # Translators: How to copy a link in an app; use the words that apps use in your language.
    words("copy.app", "1. Tap Share.\n2. Choose Copy link.\n3. Paste it here."),
    # Translators: How to copy a link in Telegram; use the words of Telegram in your language.
    words("copy.telegram", "1. Tap the post.\n2. Choose Copy link.\n3. Paste it here."),
    # Translators: Something in the message may be a link, or two words without a space; it is shown below.
    words("doubt.ask", "Is this a web link?"),
    # Translators: The link is a home page. Both answers are fine: some whole sites are the exact place.
    words("site.ask", "That is the front page of a site. Is it the whole site, or one page on it?"),
    # Translators: The link is a page of search results.
    words(
        "search_page.ask",
        "That is a page of search results. A link to the page itself is better. "
        "Send it if you have it. Or use this one.",
    ),
    # Translators: The reporter wants to change the link that waits; nothing was sent yet.
    words("change.ask", "Please send the right web link. It takes the place of the one you wrote."),
    # Translators: The reporter sent several links, and wants to change one. {numbered} are the links.
    words("change.which", "Which link do you want to change? Tap its number.\n{numbered}"),
    # Translators: {link} is one of several links, written so that it cannot be tapped.
    words("change.one", "Please send the right web link. It takes the place of this one:\n{link}"),
    # Translators: The link is a home page, and one page on it is meant.
    words("page.ask", "Do you have the link of that page? Then send it. If not, the front page will do."),
    # Translators: Somebody wrote "stop" or the like while a link waits to be sent.
    words("stopping.ask", "Do you want to stop? The link is not sent yet."),
    # Translators: Choose a language; the buttons name each language in itself.
    words("language.ask", "Please choose your language."),
    # Translators: First on the help card: help for people before help with this program.
    words(
        "help.danger",
        "Is somebody in danger? Tap “Danger: help now”. To talk to a person, tap “Someone to talk to”.",
    ),
    # Translators: For somebody who saw something by accident and is shaken. Never "looking is legal".
    words(
        "help.seen",
        "Did you see something bad? You did right to stop. Do not go back there. Do not pass it on.",
    ),
    # Translators: What somebody can do here. Commands stay as they are.
    words(
        "help.card",
        "At every step you can use these commands:\n"
        "/report to send a web link\n/status to ask about a receipt\n"
        "/privacy to see what we keep\n/language to change language\n"
        "/cancel to stop\n/forget to clear this chat",
    ),
    # Translators: The privacy card on Telegram.
    words(
        "privacy.telegram",
        "We do not keep your name, number or account. We keep the link and your answers. "
        "Your open talk is forgotten after 30 minutes.\n"
        "Telegram knows that you wrote to us. Clear this chat to leave less there.",
    ),
    # Translators: The privacy card where there is no messaging app.
    words(
        "privacy.terminal",
        "We keep nothing that tells who you are. We keep the link and your answers. "
        "Your open talk is forgotten after 30 minutes.\n"
        "This window may show old lines. Close it when you are done.",
    ),
    # Translators: Asks for the receipt, a code such as AB12-CD34-EF56-GH78-9.
    words("status.ask", "Please send your receipt. It looks like this: {receipt_shape}"),
    # Translators: The hotline's bot takes no reports at the moment.
    words("paused.card", "Sorry, we take no links here at the moment. Please try again later."),
    # Translators: Follows when the portal has a web page. {web_page} is its web address.
    words("paused.web_page", "You can report on this web page: {web_page}"),
    # Translators: After clearing the chat on Telegram.
    words(
        "cleared.telegram",
        "This talk is cleared. We forgot it. If you sent a report, it stays sent. "
        "Telegram may still keep copies. Delete the chat in Telegram too.",
    ),
    # Translators: After clearing, where there is no messaging app.
    words(
        "cleared.terminal",
        "This talk is cleared. We forgot it. If you sent a report, it stays sent. Close this window too.",
    ),
    # Translators: A card so old that Telegram no longer deletes it (48 hours). It says how to do it by hand.
    words(
        "cleared.old.telegram",
        "We forgot that talk long ago. Telegram does not let us delete messages after two days. "
        "Hold a message, then tap Delete.",
    ),
    words("cleared.old.terminal", "We forgot that talk long ago. Close this window to clear it."),
)
