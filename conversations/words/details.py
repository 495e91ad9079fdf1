"""The words of the optional questions after sending: one a card, each can be skipped."""

from conversations.words.naming import words

DETAILS = (
    # Translators: How the reporter came to the page. Not why.
    words("reached.ask", "How did you get to the page?"),
    # Translators: Another page led there; its link helps.
    words("referer.ask", "Please send the web link of the page that led there."),
    # Translators: What a visitor needs before the page shows anything.
    words("access.ask", "What do you need to get in?"),
    # Translators: Only a password that the page itself shows to everybody. Never the reporter's own.
    words("page_password.ask", "Which password does the page itself give? Never send your own."),
    # Translators: Where in a long page or video.
    words("position.ask", "Which post number, or which minute? Write it here."),
    # Translators: When it was seen, roughly.
    words("seen.ask", "When did you see it?"),
    # Translators: Whether it was a live stream.
    words("live.ask", "Was it a live stream?"),
    # Translators: {found} are names or numbers from what the reporter wrote. Theirs are left out.
    words(
        "whose.ask",
        "We see what may be a name or number:\n{found}\n"
        "Whose is it? Yours, another person’s, or the account’s that posts it?",
    ),
    # Translators: A free note. It must not say what the material shows.
    words(
        "note.ask",
        "One last note? Write where on the page, not what it shows. Analysts and police may read it. "
        "It brings no help to you.",
    ),
    # Translators: {said} is the note as it is until now; the next message is added to it.
    words("note.so_far", "Your note so far:\n{said}\nWhat you write now is added."),
)
