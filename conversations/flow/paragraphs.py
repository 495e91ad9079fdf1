"""The paragraphs of a card that depend on the state or the portal."""

from string import Formatter

from conversations import address
from conversations.flow.steps import Paragraph
from conversations.portals.model import Portal, Purpose
from conversations.state import State
from conversations.talk import Phrase
from conversations.words import WORDS

RULES_OF_ADVICE = 6
RECEIPT_SHAPE = "AB12-CD34-EF56-GH78-9"


def phrases(paragraphs: tuple[Paragraph, ...], state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Give the phrases of a card, in order, with every placeholder filled."""
    return tuple(
        phrase
        for paragraph in paragraphs
        for phrase in (
            (named(paragraph, state, portal),) if isinstance(paragraph, str) else paragraph(state, portal)
        )
    )


def named(words: str, state: State, portal: Portal) -> Phrase:
    """Give the phrase of this name; its placeholders are filled from the state and the portal."""
    known = _values(state, portal)
    names = [name for _, name, _, _ in Formatter().parse(WORDS[words]) if name]
    return Phrase(words, tuple((name, known[name]) for name in names))


def _values(state: State, portal: Portal) -> dict[str, str]:
    return {
        "links": "\n".join(address.defang(given) for given in state.draft.addresses),
        "partial": address.defang(state.draft.partial),
        "receipt": state.draft.receipt,
        "receipt_shape": RECEIPT_SHAPE,
        "found": "\n".join(state.asked.names) if state.asked else "",
        "number": state.step.removeprefix("rule_"),
        "total": str(RULES_OF_ADVICE),
        "web_page": portal.web_page.text if portal.web_page else "",
        "maximum": str(portal.maximum_addresses),
    }


def by_channel(words: str) -> Paragraph:
    """Give the sentence of the reporter's channel: Telegram knows who writes, a terminal does not."""

    def paragraph(state: State, portal: Portal) -> tuple[Phrase, ...]:
        return (named(f"{words}.{state.channel}", state, portal),)

    return paragraph


def captured(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Show the captured links, or the partial one."""
    if state.draft.partial:
        return (named("review.partial", state, portal),)
    return (named("review.links", state, portal),) if state.draft.addresses else ()


def rules_unless_read(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Show the rules in short, unless they were read one at a time."""
    return () if state.rules_read else (named("rules.short", state, portal),)


def how_it_went(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Say where the report is now."""
    if state.practice:
        return (named("sent.practice", state, portal),)
    return (named("sent.received" if state.delivered else "sent.kept", state, portal),)


def practice_line(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Say that nothing is sent, in a practice talk."""
    return (named("practice", state, portal),) if state.practice else ()


def practice_over(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Say that the next talk is real."""
    return (named("practice.over", state, portal),) if state.practice else ()


def contacts(purpose: Purpose) -> Paragraph:
    """List the portal's verified contacts for a purpose, or say that there is none."""

    def paragraph(_state: State, portal: Portal) -> tuple[Phrase, ...]:
        lines = _contact_lines(portal, purpose)
        return (Phrase("contacts.list", (("contacts", lines),)) if lines else Phrase("contacts.none"),)

    return paragraph


def contacts_if_any(purpose: Purpose) -> Paragraph:
    """List the portal's verified contacts for a purpose, and say nothing where there is none."""

    def paragraph(_state: State, portal: Portal) -> tuple[Phrase, ...]:
        lines = _contact_lines(portal, purpose)
        return (Phrase("contacts.list", (("contacts", lines),)),) if lines else ()

    return paragraph


def take_it_down(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Explain Take It Down where it is among the portal's contacts for one's own pictures."""
    listed = "Take It Down:" in _contact_lines(portal, Purpose.OWN_IMAGES)
    return (named("own_images.service", state, portal),) if listed else ()


def _contact_lines(portal: Portal, purpose: Purpose) -> str:
    fitting = [contact for contact in portal.contacts if contact.purpose == purpose]
    return "\n".join(f"{contact.name}: {contact.reach.text}" for contact in fitting)


def legal_note(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Show the portal's sourced legal note in the reporter's language, where it has one."""
    note = dict(portal.legal_notes).get(state.language)
    return (Phrase("review.legal_note", (("legal_note", note.text),)),) if note else ()


def web_page(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Name the portal's web page, where one is sourced."""
    return (named("paused.web_page", state, portal),) if portal.web_page else ()
