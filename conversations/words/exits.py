"""The words of the exits: for a reporter who needs something else than a report, or more than one.

Their first forty letters say nothing: a locked phone shows them to whoever holds it.
"""

from conversations.words.naming import words

EXITS = (
    # Translators: Above an exit that was opened by words that somebody wrote, not by a tap.
    words("heard", "We are a program and may have read you wrong. This may help."),
    # Translators: Somebody is in danger now: a child, perhaps the one who writes. Firm and calm.
    words("danger.card", "Please read this first, it is short. Get near other people now."),
    # Translators: Stands above telephone numbers. Somebody who is hurt may be overheard.
    words("danger.call", "Call when the person who hurts you cannot hear."),
    # Translators: Follows the numbers, or stands alone where there is none. Ways to people.
    words("danger.near", "Go to a clinic, the police, a school or a neighbour."),
    # Translators: The last line of the card on danger.
    words("danger.program", "A program answers here. It cannot send anyone."),
    # Translators: Somebody is being hurt by someone. They may be 10 years old. Never ask who, when or why.
    words(
        "hurt.card",
        "Thank you for telling us. Please read on. It is not your fault. Nobody may do this to you. "
        "Tell one grown-up who makes you feel safe. If they do not listen, tell another.",
    ),
    words("hurt.program", "A program answers here. A person can help you more."),
    # Translators: Somebody wants to die. First line, above telephone numbers. Warm, short, no question.
    words("despair.card", "Thank you for writing this. Please talk to a person now."),
    # Translators: Hope, and a way to a person. Never "it will pass", never "do not do it".
    words(
        "despair.hope",
        "Many people have felt this way and found help. Do not stay alone. "
        "Go to someone you trust, or to a clinic.",
    ),
    words("despair.program", "A program answers here. It cannot stay with you."),
    # Translators: Somebody worries about another person, who wants to die. Warm and firm.
    words(
        "worried.card",
        "Thank you for writing. Please read on. Stay with them, or keep in touch. Listen, and do not judge.",
    ),
    # Translators: Stands above telephone numbers: one may call for somebody else.
    words("worried.call", "You can call about them, or call together."),
    # Translators: Follows the numbers, or stands alone where there is none.
    words("worried.near", "Go with them to a clinic, or to someone they trust."),
    # Translators: Somebody saw something bad by accident, and is afraid of trouble. Never "looking is legal".
    words(
        "saw.card",
        "Thank you for writing. Please read on. You did right to stop and tell. Do not go back there. "
        "Do not pass it on. We do not know who you are.",
    ),
    # Translators: "Someone to talk to": people who listen. Stands above telephone numbers.
    words("talk.card", "Thank you for coming here. You can talk to a person. They listen."),
    # Translators: The same where we have no number; people near follow.
    words("talk.none", "Thank you for coming here. Someone near you can listen."),
    # Translators: Follows the numbers, or stands alone where there is none.
    words(
        "talk.near",
        "Near you, try someone who makes you feel safe. A grown-up, a teacher, a nurse, a neighbour. "
        "Not the one you are afraid of.",
    ),
    # Translators: Follows the people near you, where no number could be checked for what the card is about.
    words("contacts.none", "We have no number we trust for this."),
    # Translators: Where this card has no number, and the one behind the button "Someone to talk to" has.
    words("contacts.elsewhere", "To see numbers that may help, tap “Someone to talk to”."),
    # Translators: Above telephone numbers. {country} is the name of a country, in your language.
    words("contacts.list", "These can help ({country}):"),
    # Translators: The same where the services are for the whole world.
    words("contacts.world", "These can help anywhere:"),
    # Translators: A service's name and its number or web page; usually left as it is.
    words("contact.line", "{name}: {reach}"),
    # Translators: Follows a telephone number: the call costs nothing.
    words("contact.free", "Free to call."),
    # Translators: Follows a telephone number: always answered.
    words("contact.always", "Day and night."),
    # Translators: Follows a number. {hours} are such as 09:00-17:00.
    words("contact.open", "Open {hours}. Open now."),
    words("contact.closed", "Open {hours}. Closed now."),
    # Translators: Follows a number that serves a part of the country. {area} is its name, left as it is.
    words("contact.area", "Only in {area}."),
    # Translators: Follows a number that nobody of ours has called. {year} is the year in which we read it.
    words("contact.untried", "We read this in {year}. We have not tried it."),
    # Translators: Under telephone numbers. On a shared phone a call can be seen later.
    words("contacts.trace", "A call stays in the phone’s list."),
    # Translators: The country is not known; a list of countries follows as buttons.
    words("country.ask", "Please choose your country. We do not keep it."),
    # Translators: Pictures of the reporter or a friend are online. They may be 13. Take away fear.
    words(
        "own_images.card",
        "Thank you for writing. Please read on. It is not your fault. You are not in trouble with us. "
        "Never send the picture here.",
    ),
    # Translators: For somebody whose friend is in the pictures.
    words(
        "own_images.friend",
        "Is a friend in the picture? Do not look at the picture, do not send it on. Stand by your friend.",
    ),
    # Translators: Take It Down is a free service's name; leave it as it is.
    words(
        "own_images.service",
        "Take It Down is free. It is for pictures taken while you were under 18. "
        "Your picture stays on your phone. Use the phone that has it, and do not fetch it again. "
        "It cannot reach encrypted chats.",
    ),
    # Translators: Somebody threatens the reporter, or demands pictures or money. They may be 13.
    words(
        "threats.card",
        "Thank you for writing. Please read on. It is not your fault. Do not pay them. "
        "Send them nothing more. Stop answering.",
    ),
    words(
        "threats.more",
        "Write down their account name. Keep that chat, then block the person. "
        "Did you pay or send more? It is still not your fault. Tell someone you trust.",
    ),
    # Translators: A parent, teacher or helper of a child who is hurt or threatened.
    words(
        "parent.card",
        "Thank you for writing. Please read on. Tell your child: it is not your fault. Stay close. "
        "Do not take the phone away.",
    ),
    words(
        "parent.more",
        "Do not answer the one who threatens. Do not pay. Do not pass the picture on, not even to us.",
    ),
    # Translators: The material is only in a chat or on a device.
    words(
        "chat_only.card",
        "Is there a link to a post, channel or group? Then send it here. You can also send its name. "
        "If there is none, report it in the app. Do not forward it.",
    ),
    # Translators: The reporter knows the child.
    words(
        "known_child.card",
        "Thank you for telling us. Please tell the police or child protection too. "
        "Only they can act where the child is. This report does not reach them by itself.",
    ),
    # Translators: Follows where a child is known. Says truly who may read what.
    words(
        "known_child.privacy",
        "We do not know who you are. What you write in a note, analysts and police may read.",
    ),
    # Translators: Other harmful content is not for this hotline.
    words(
        "other_harm.card",
        "Thank you. Other agencies deal with this. Report it in the app or site where you saw it. "
        "Go to the police about a crime.",
    ),
    # Translators: Somebody worries about their own thoughts or behaviour. No judgement at all.
    words(
        "own_behaviour.card",
        "It is good that you ask. You can get help. You do not have to say your name.",
    ),
    # Translators: For the partner, mother or friend of somebody whose thoughts or acts they worry about.
    words("own_behaviour.near", "Is it about someone near you? You can ask these services too."),
    # Translators: Follows above buttons; the first of them leads to help for somebody who wants to die.
    words("own_behaviour.despair", "Do you think of dying? Tap “I feel very bad” first."),
    # Translators: We promise nothing in the name of others.
    words("own_behaviour.privacy", "Ask them how they keep what you say private."),
    # Translators: On an exit, while a link waits to be sent.
    words("exits.in_hand", "Your link waits below. It is not sent yet."),
    # Translators: On exits. "This chat" is the one with us; use the word of the button "Clear this chat".
    words("exits.clear", "Can someone else see this phone? Then clear this chat. Keep the other chats."),
    # Translators: Somebody wrote that a child is in danger, and we cannot tell whether they know the child.
    words("who.ask", "Please tap what fits. Then we can show what helps."),
)
# What the reporter tapped on the way and what goes with the report; each can be left out.
CIRCUMSTANCES = (
    # Translators: On the card before sending: what we add to the report because of a tap.
    words("circumstance.knows_child", "We add: you know the child."),
    words("circumstance.own_pictures", "We add: the pictures are of you or a friend."),
    words("circumstance.threatened", "We add: someone makes threats."),
    words("circumstance.danger_now", "We add: there may be danger now."),
)
