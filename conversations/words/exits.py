"""The words of the exits: for a reporter who needs something else than a report, or more than one."""

from conversations.words.naming import words

EXITS = (
    # Translators: A child is in danger now.
    words(
        "danger.card",
        "We are no emergency service. Get help near you now. Call the police or your emergency number. "
        "Or go to a police station, a health worker or a teacher. Or tell an adult you trust.",
    ),
    # Translators: Follows the advice on danger.
    words("danger.link", "Later, if it is safe, send the web link here."),
    # Translators: No number could be checked for this country, so none is shown.
    words("contacts.none", "We have no checked number for your country."),
    # Translators: {contacts} are names with a phone number or web page, one a line.
    words("contacts.list", "These can help:\n{contacts}"),
    # Translators: Pictures of the reporter are online. They may be 13. Take all fear of blame away.
    words(
        "own_images.card",
        "You are not in trouble. It is not your fault. Do not pay. Send nothing more. "
        "Keep the messages you got. Tell someone you trust.",
    ),
    # Translators: Take It Down is a free service's name; leave it as it is.
    words(
        "own_images.service",
        "Take It Down is a service for people under 18. The picture stays on your phone when you use it. "
        "It cannot reach encrypted chats.",
    ),
    # Translators: A page shows the picture: its link can be reported too.
    words("own_images.link", "Is it on a web page? Send that link too."),
    # Translators: Somebody threatens the reporter or demands pictures.
    words(
        "threats.card",
        "You are not in trouble. The one who threatens you does wrong. Do not pay. "
        "Send nothing more. Keep the messages you got. Tell someone you trust, or the police.",
    ),
    # Translators: The material is only in a chat or on a device.
    words(
        "chat_only.card",
        "Is there a link to a post, channel or group? Then send it here. "
        "If not, report it in the app before you leave. Do not forward it. Ask the police or a helper.",
    ),
    # Translators: Why we can do no more without a link.
    words("chat_only.why", "Without a web link we cannot reach it."),
    # Translators: The reporter knows the child.
    words(
        "known_child.card",
        "Thank you for telling us. Please go to the police or child protection. "
        "They can help the child. We pass on nothing about you.",
    ),
    # Translators: Other harmful content is not for this hotline.
    words(
        "other_harm.card",
        "Thank you. Other agencies deal with this. Report it in the app. Go to the police about a crime.",
    ),
    # Translators: Somebody worries about their own thoughts or behaviour. No judgement at all.
    words(
        "own_behaviour.card",
        "It is good that you ask. There is help, without judgement. You can talk to people who know this.",
    ),
    # Translators: We promise nothing in the name of others.
    words("own_behaviour.privacy", "Ask them how they keep what you say private."),
    # Translators: Follows exits in which a link may still be sent.
    words("exits.link", "Is there a web link? Send it here too."),
)
