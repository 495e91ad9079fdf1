"""The paragraphs of a card that depend on the state or the portal."""

from collections.abc import Callable, Mapping
from functools import cache
from string import Formatter

from conversations import address
from conversations.flow.conditions import may_replace
from conversations.flow.steps import Paragraph
from conversations.portals.model import Portal
from conversations.state import State
from conversations.talk import Phrase
from conversations.words import WORDS

RULES_OF_ADVICE = 6
# A legal duty that a child reads ends the talk.
_HURT = frozenset({"own_pictures", "threatened"})
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
    return Phrase(words, tuple([(name, _VALUES[name](state, portal)) for name in _placeholders(words)]))


@cache
def _placeholders(words: str) -> tuple[str, ...]:
    return tuple(name for _, name, _, _ in Formatter().parse(WORDS[words]) if name)


def _links(state: State, _portal: Portal) -> str:
    return "\n".join(address.defang(given) for given in state.draft.addresses)


def _numbered(state: State, _portal: Portal) -> str:
    return "\n".join(
        f"{number}. {address.defang(given)}" for number, given in enumerate(state.draft.addresses, start=1)
    )


def _note(state: State, _portal: Portal) -> str:
    return address.defang(dict(state.draft.answers).get("note", ""))


def _names_asked_about(state: State, _portal: Portal) -> str:
    names = state.asked.now if state.asked else ()
    return "\n".join(address.defang(name) for name in names)


def _replaced(state: State, _portal: Portal) -> str:
    if state.replacing is None or state.replacing >= len(state.draft.addresses):
        return ""
    return address.defang(state.draft.addresses[state.replacing])


_VALUES: Mapping[str, Callable[[State, Portal], str]] = {
    "links": _links,
    "numbered": _numbered,
    "link": _replaced,
    "said": _note,
    "partial": lambda state, _: address.defang(state.draft.partial),
    "receipt": lambda state, _: state.draft.receipt,
    "receipt_shape": lambda _state, _portal: RECEIPT_SHAPE,
    "found": _names_asked_about,
    "number": lambda state, _: state.step.removeprefix("rule_"),
    "total": lambda _state, _portal: str(RULES_OF_ADVICE),
    "web_page": lambda _, portal: portal.web_page.text if portal.web_page else "",
    "maximum": lambda _, portal: str(portal.maximum_addresses),
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


def to_be_sent(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Show what is captured; of words in place of a link, say that they bring no help now."""
    return (named("review.partial_read", state, portal),) if state.draft.partial else captured(state, portal)


def doubted(state: State, _portal: Portal) -> tuple[Phrase, ...]:
    """Show the reading that may be a link."""
    readings = state.doubt.readings[:1] if state.doubt else ()
    return tuple(Phrase("review.links", (("links", address.defang(given)),)) for given in readings)


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


def unless_practice(words: str) -> Paragraph:
    """Say a sentence that is true only of a real report."""

    def paragraph(state: State, portal: Portal) -> tuple[Phrase, ...]:
        return () if state.practice else (named(words, state, portal),)

    return paragraph


def practice_over(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Say that the next talk is real."""
    return (named("practice.over", state, portal),) if state.practice else ()


def link_in_hand(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Show on an exit, shortly, that a link waits to be sent."""
    return (named("exits.in_hand", state, portal), *captured(state, portal)) if state.draft.is_unsent else ()


def beside(state: State, _portal: Portal) -> tuple[Phrase, ...]:
    """Ask about the words beside a link, as far as they would be sent, defanged."""
    draft = state.draft
    if not draft.beside:
        return ()
    unsaid = (Phrase("review.unsaid", (("maximum", str(draft.unsaid)),)),) if draft.unsaid else ()
    said = Phrase("review.said", (("said", address.defang(draft.said)),))
    return (Phrase("review.beside"), said, *unsaid)


def circumstances(state: State, _portal: Portal) -> tuple[Phrase, ...]:
    """Say what goes with the report because of taps on the way."""
    return tuple(Phrase(f"circumstance.{circumstance}") for circumstance in state.draft.circumstances)


def instead(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Offer to send the link in place of the one that was sent before."""
    return (named("review.instead", state, portal),) if may_replace(state, portal) else ()


def note_so_far(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Show the note to which more is added, or ask for one."""
    asked = "note.so_far" if dict(state.draft.answers).get("note") else "note.ask"
    return (named(asked, state, portal),)


def written_after_sending(state: State, _portal: Portal) -> tuple[Phrase, ...]:
    """Show what was written after sending, which can be used as the note."""
    shown = Phrase("review.said", (("said", address.defang(state.unread)),))
    return (shown,) if state.unread and state.draft.is_sent else ()


def change(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Ask for the right link in place of one, or of all."""
    return (named("change.one" if _replaced(state, portal) else "change.ask", state, portal),)


def legal_note(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Show the portal's sourced legal note in the reporter's language, where it has one."""
    note = dict(portal.legal_notes).get(state.language)
    return (Phrase("review.legal_note", (("legal_note", note.text),)),) if note else ()


def legal_note_unless_hurt(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Show the legal note, but never to whoever tapped that they are in the pictures, or threatened."""
    return () if _HURT & set(state.draft.circumstances) else legal_note(state, portal)


def web_page(state: State, portal: Portal) -> tuple[Phrase, ...]:
    """Name the portal's web page, where one is sourced."""
    return (named("paused.web_page", state, portal),) if portal.web_page else ()
