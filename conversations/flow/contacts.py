"""The paragraphs that name who helps, and the countries to choose from where the portal has none."""

from collections.abc import Iterator

from conversations.flow.paragraphs import named
from conversations.flow.steps import Paragraph
from conversations.portals.model import ALWAYS, Contact, Portal, Purpose
from conversations.portals.showing import has_number, is_open, says_untried, shown
from conversations.state import State
from conversations.talk import Phrase

_TAKE_IT_DOWN = "Take It Down"
# Somebody near may be the danger, and may look at the phone.
_TRACES_HURT = frozenset({Purpose.DANGER, Purpose.HURT, Purpose.DESPAIR})


def contacts(purpose: Purpose) -> Paragraph:
    """List the contacts for a purpose, the country above its own, and say nothing where there is none."""

    def paragraph(state: State, portal: Portal) -> tuple[Phrase, ...]:
        found = shown(portal, purpose, state.country)
        untried = tuple(dict.fromkeys(map(_untried, found)))
        # One sentence that holds for all of several stands once, below them.
        below = untried if len(found) > 1 and len(untried) == 1 else ()
        traced = purpose in _TRACES_HURT and any(has_number(contact) for contact in found)
        trace = (Phrase("contacts.trace"),) if traced else ()
        lists = _lists(found, portal, each_untried=not below)
        return (*lists, *(phrase for phrase in below if phrase), *trace)

    return paragraph


def if_any(purpose: Purpose, words: str) -> Paragraph:
    """Say a sentence above the contacts of a purpose, where there are any."""

    def paragraph(state: State, portal: Portal) -> tuple[Phrase, ...]:
        return (named(words, state, portal),) if shown(portal, purpose, state.country) else ()

    return paragraph


def no_contact(purpose: Purpose, *, after: str = "") -> Paragraph:
    """Where there is no contact, say so, and say `after` before it: who is near.

    Where the country is not known, ask for it instead.
    """

    def paragraph(state: State, portal: Portal) -> tuple[Phrase, ...]:
        if shown(portal, purpose, state.country):
            return ()
        asks = not state.country and may_choose_country(state, portal)
        elsewhere = shown(portal, Purpose.SUPPORT, state.country)
        none = "country.ask" if asks else "contacts.elsewhere" if elsewhere else "contacts.none"
        return tuple(named(words, state, portal) for words in (after, none) if words)

    return paragraph


def by_contacts(purpose: Purpose, some: str, none: str) -> Paragraph:
    """Say `some` where there are contacts for a purpose, or may be once the country is known; else `none`."""

    def paragraph(state: State, portal: Portal) -> tuple[Phrase, ...]:
        asks = not state.country and may_choose_country(state, portal)
        words = some if asks or shown(portal, purpose, state.country) else none
        return (named(words, state, portal),)

    return paragraph


def take_it_down(state: State, portal: Portal) -> bool:
    """Tell whether Take It Down is among the contacts for one's own pictures."""
    found = shown(portal, Purpose.OWN_IMAGES, state.country)
    return any(contact.name == _TAKE_IT_DOWN for contact in found)


def only_for_the_hurt(state: State, portal: Portal) -> bool:
    """Tell whether there is a contact for whoever was hurt, and none for danger."""
    hurt, danger = (shown(portal, purpose, state.country) for purpose in (Purpose.HURT, Purpose.DANGER))
    return bool(hurt) and not danger


def countries(portal: Portal) -> tuple[str, ...]:
    """Give the countries that have contacts, in the order of their codes: the same at every exit."""
    return tuple(region for region, _ in portal.countries)


def may_choose_country(_state: State, portal: Portal) -> bool:
    """Tell whether the portal has no country, and others have contacts."""
    return portal.region is None and bool(countries(portal))


def _lists(found: tuple[Contact, ...], portal: Portal, *, each_untried: bool) -> Iterator[Phrase]:
    for region in dict.fromkeys(contact.region for contact in found):
        lines = tuple(
            (*_line(contact, portal), *_said_of_each(contact, said=each_untried))
            for contact in found
            if contact.region == region
        )
        if region:
            yield Phrase("contacts.list", (("country", region),), lines)
        else:
            yield Phrase("contacts.world", (), lines)


def _line(contact: Contact, portal: Portal) -> Iterator[Phrase]:
    """Say how a contact is reached, and for whom and when."""
    yield Phrase("contact.line", (("name", contact.name), ("reach", contact.reach.text)))
    if contact.free:
        yield Phrase("contact.free")
    if contact.hours == ALWAYS:
        yield Phrase("contact.always")
    elif contact.hours and portal.moment:
        said = "contact.open" if is_open(contact, portal.moment) else "contact.closed"
        yield Phrase(said, (("hours", contact.hours),))
    if contact.area:
        yield Phrase("contact.area", (("area", contact.area),))


def _untried(contact: Contact) -> Phrase | None:
    if not says_untried(contact):
        return None
    return Phrase("contact.untried", (("year", str(contact.reach.verified.year)),))


def _said_of_each(contact: Contact, *, said: bool) -> tuple[Phrase, ...]:
    untried = _untried(contact)
    return (untried,) if untried and said else ()
