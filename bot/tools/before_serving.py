"""The sheet of what an operator calls, opens, names and asks before a portal serves reporters."""

from collections.abc import Iterator
from datetime import datetime

from conversations.portals.model import Contact, Portal, Purpose, at
from conversations.portals.showing import may_be_shown, shown, was_tried
from locales.review import state as review_state

# Somebody who needs these is asked to call: where nobody is named, the card names the people near.
_NEEDED = (Purpose.DANGER, Purpose.DESPAIR, Purpose.HURT, Purpose.KNOWN_CHILD)
# The steps of `conversations.flow.asides.EXITS`, whose module `reportline doctor` need not load.
EXIT_STEPS = (
    *("danger", "hurt", "despair", "worried", "talk", "threats", "own_images", "take_it_down"),
    *("parent", "known_child", "chat_only", "other_harm", "saw", "own_behaviour"),
)


def sheet(portal: Portal, moment: datetime) -> str:
    """Write a portal's sheet; what is open has an empty box."""
    lines = (
        *_gaps(portal, moment),
        *(_trial(contact, portal, moment) for contact in _each_once(portal.contacts)),
        *_pages(portal),
        _on_duty(portal),
        _duty_to_report(portal),
        *_exits(portal),
    )
    return "\n".join((f"{portal.portal_id} ({portal.name}), before it serves reporters:", *lines))


def open_points(portal: Portal, moment: datetime) -> tuple[str, ...]:
    """Say shortly what is still open on a portal's sheet."""
    untried = [each for each in _each_once(portal.contacts) if not was_tried(each, moment)]
    without = ", ".join(purpose.value for purpose in _lacking(portal, moment))
    points = (
        (f"no contact is shown for {without}", portal.region and without),
        (f"contacts to call or open: {len(untried)}", untried),
        ("nobody is named on duty for a child at risk", not portal.on_duty),
        ("the analysts' own duty to report is not written down", not portal.duty_to_report),
        ("no native practitioner has read the exits", True),
    )
    return tuple(said for said, is_open in points if is_open)


def _each_once(contacts: tuple[Contact, ...]) -> tuple[Contact, ...]:
    """Give each service once: it has a contact for each purpose."""
    return tuple({(each.name, each.reach.text): each for each in reversed(contacts)}.values())[::-1]


def _lacking(portal: Portal, moment: datetime) -> tuple[Purpose, ...]:
    return tuple(purpose for purpose in _NEEDED if not shown(at(portal, moment), purpose))


def _gaps(portal: Portal, moment: datetime) -> Iterator[str]:
    if not portal.region:
        return
    for purpose in _lacking(portal, moment):
        yield f"[ ] No contact is shown for {purpose.value}. One call may end this gap."


def _trial(contact: Contact, portal: Portal, moment: datetime) -> str:
    box = "[x]" if was_tried(contact, moment) else "[ ]"
    waits = ", ".join(
        each.purpose.value
        for each in portal.contacts
        if each.reach == contact.reach and not may_be_shown(each, moment)
    )
    tried = f"tried on {contact.tried}" if contact.tried else "never tried"
    pages = ", ".join(reading.source for reading in contact.readings)
    after = f"; until then not shown for {waits}" if waits else ""
    asks = "; ask whether it takes people who want to die" if _listens(contact, portal) else ""
    return f"{box} Call or open {contact.name}: {contact.reach.text} ({tried}{after}{asks}). Read at {pages}"


def _listens(contact: Contact, portal: Portal) -> bool:
    return any(each.reach == contact.reach and each.purpose is Purpose.DESPAIR for each in portal.contacts)


def _pages(portal: Portal) -> Iterator[str]:
    if portal.web_page:
        yield f"[ ] Open the portal's own page: {portal.web_page.text}"
    for language, note in portal.legal_notes:
        yield f"[ ] Read the legal note in {language} again at {note.source}"


def _on_duty(portal: Portal) -> str:
    if portal.on_duty:
        return f"[x] On duty for a child at risk: {portal.on_duty}"
    return '[ ] Nobody is on duty for a child at risk. Write on_duty = "..." into the portal\'s file.'


def _duty_to_report(portal: Portal) -> str:
    if portal.duty_to_report:
        return f"[ ] The analysts' own duty to report: {portal.duty_to_report}"
    return (
        '[ ] The analysts\' own duty to report: not read. Ask a lawyer, and write duty_to_report = "..." '
        "into the portal's file."
    )


def _exits(portal: Portal) -> Iterator[str]:
    names = ", ".join(EXIT_STEPS)
    for language in portal.languages:
        yield (
            f"[ ] No native practitioner has read these exits in {language} ({review_state(language)}), "
            f"and no child has tried them: {names}"
        )
