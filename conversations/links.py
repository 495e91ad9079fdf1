"""How links come into a draft: taken at any moment, counted, never lost and never taken twice."""

from dataclasses import dataclass, replace

from conversations import address
from conversations.address import Address, Found
from conversations.portal import Portal
from conversations.state import Draft, State
from conversations.talk import Phrase

PARTIAL_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Captured:
    """A draft with the links taken in, and what is to be said about them."""

    draft: Draft
    remark: tuple[Phrase, ...]
    next_step: str


def capture(state: State, found: Found, portal: Portal) -> Captured:
    """Take the found links into the draft, up to the portal's maximum; the first questions come first."""
    known = () if state.step == "change" else state.draft.addresses
    seen = {address.canonical(given) for given in known}
    new = [link for link in found.addresses if address.canonical(link.given) not in seen]
    taken = new[: portal.maximum_addresses - len(known)]
    addresses = (*known, *(link.given for link in taken))
    draft = replace(state.draft, addresses=addresses, partial="")
    return Captured(draft, _remark(new, taken, len(addresses), portal), _next_step(state, taken))


def _remark(new: list[Address], taken: list[Address], count: int, portal: Portal) -> tuple[Phrase, ...]:
    if not new:
        return (Phrase("link.known"),)
    if len(new) > len(taken) or count >= portal.maximum_addresses:
        return (Phrase("link.full", (("maximum", str(portal.maximum_addresses)),)),)
    return (Phrase("link.joining"),) if any(link.needs_joining for link in taken) else ()


def _next_step(state: State, taken: list[Address]) -> str:
    asks_about_the_site = state.draft.whole_site is None and any(link.home_page for link in taken)
    if asks_about_the_site:
        return "site"
    if any(link.search_results for link in taken):
        return "search_page"
    return "rule_1" if state.rules_as_cards and not state.rules_read else "review"


def take_partial(state: State) -> Draft:
    """Take what the reporter remembers of a link, bounded; an analyst may still make something of it."""
    return replace(state.draft, addresses=(), partial=state.unread[:PARTIAL_LENGTH])
