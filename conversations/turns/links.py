"""How links come into a draft: at any moment, each once, up to the portal's maximum, and none is lost."""

from dataclasses import dataclass, replace

from conversations import address
from conversations.address import Address, Found
from conversations.portals.model import Portal
from conversations.state import Draft, State
from conversations.talk import Phrase
from conversations.turns.identity import without_userinfo

PARTIAL_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Captured:
    """A draft with its new links: which were taken, whether some were left out, what to ask next."""

    draft: Draft
    taken: tuple[Address, ...]
    left_out: bool
    next_step: str


def capture(state: State, found: Found, portal: Portal) -> Captured:
    """Take the found links into the draft, up to the portal's maximum, and remove those that they replace."""
    staying = _staying(state)
    known = {address.canonical(given) for given in staying}
    new = [link for link in found.addresses if _canonical(link) not in known]
    taken = new[: max(0, portal.maximum_addresses - len(staying))]
    addresses = (*staying, *(without_userinfo(link.given) for link in taken))
    sites = tuple((given, whole) for given, whole in state.draft.sites if given in addresses)
    draft = replace(
        state.draft, addresses=addresses, sites=sites, partial="" if taken else state.draft.partial
    )
    left_out = len(new) > len(taken) or found.left_out
    return Captured(draft, tuple(taken), left_out, _next_step(state, taken))


def unasked_sites(draft: Draft) -> list[str]:
    """Give the home pages for which the reporter has not said whether the whole site is meant."""
    answered = dict(draft.sites)
    return [given for given in draft.addresses if given not in answered and _is_home_page(given)]


def answer_sites(draft: Draft, *, whole: bool | None) -> Draft:
    """Keep, for every home page that was asked about, whether the whole site is meant."""
    return replace(draft, sites=(*draft.sites, *((given, whole) for given in unasked_sites(draft))))


def needs_joining(taken: tuple[Address, ...]) -> tuple[Phrase, ...]:
    """Ask the reporter not to join, where a captured address is one of a group that people join."""
    return (Phrase("link.joining"),) if any(link.needs_joining for link in taken) else ()


def name_again(draft: Draft, givens: str) -> Draft:
    """Put back the user names that links were taken without; `givens` has them, one a line."""
    named = {without_userinfo(given): given for given in givens.split("\n")}
    return replace(draft, addresses=tuple(named.get(given, given) for given in draft.addresses))


def _canonical(link: Address) -> str:
    return address.canonical(without_userinfo(link.given))


def _staying(state: State) -> tuple[str, ...]:
    """Give the links that stay: all except those that the reporter is replacing now."""
    match state.step:
        case "change":
            return ()
        case "page":
            return tuple(given for given in state.draft.addresses if not _is_home_page(given))
        case _:
            return state.draft.addresses


def _next_step(state: State, taken: list[Address]) -> str:
    if any(link.home_page for link in taken) and state.step != "page":
        return "site"
    if any(link.search_results for link in taken):
        return "search_page"
    return "review"


def _is_home_page(given: str) -> bool:
    known = address.read(given)
    return known is not None and known.home_page
