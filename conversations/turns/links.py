"""How links come into a draft: at any moment, each once, up to the portal's maximum, and none is lost."""

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from hashlib import blake2b

from msgspec.structs import replace

from conversations import address
from conversations.address import Address
from conversations.address.finding import Found, find
from conversations.hearing.identity import names_in_link, without_names, without_userinfo
from conversations.portals.model import Portal
from conversations.state import Draft, State
from conversations.talk import Phrase

PARTIAL_LENGTH = 500
_FINGERPRINT_BYTES = 8
_MOST_REMEMBERED = 1000


@dataclass(frozen=True, slots=True)
class Captured:
    """A draft with its new links: which were taken, whether some were left out, what to ask next."""

    draft: Draft
    taken: tuple[Address, ...]
    left_out: bool
    next_step: str


def find_new(state: State, text: str, *, handles: bool, again: bool = True) -> Found:
    """Find the links in a message that are neither in the draft nor sent before in this talk."""
    return find(text, handles=handles, is_known=known_in(state, again=again))


def known_in(state: State, *, again: bool = True) -> Callable[[str], bool]:
    """Give what tells of a canonical form whether it is in the draft, or was sent before in this talk.

    With `again` a link is new again when it was sent without what was tapped since.
    """
    since = state.tapped if state.draft.revision else state.draft.circumstances
    told = since if again else ()
    waiting = frozenset[str]() if told and state.draft.revision else _waiting(state)

    def is_known(canonical: str) -> bool:
        # Of a reporter's own name in a link nothing was kept, so it does not count.
        own = state.own_names and set(names_in_link(canonical)) <= set(state.own_names)
        bare = without_names(canonical) if own else canonical
        compared = _compared(bare) if "@" in bare or own else bare
        return compared in waiting or _fingerprints(state, compared, told) <= set(state.handed_in)

    return is_known


def was_sent(state: State, link: Address) -> bool:
    """Tell whether a link was sent before in this talk."""
    return _fingerprints(state, _compared(link.given), ()) <= set(state.handed_in)


def some_wait(state: State, canonicals: Iterable[str]) -> bool:
    """Tell whether one of these canonical forms waits to be sent; others were sent before."""
    return not _waiting(state).isdisjoint(map(_compared, canonicals))


def _waiting(state: State) -> frozenset[str]:
    return frozenset(_compared(given) for given in staying(state))


def capture(state: State, found: Found, portal: Portal) -> Captured:
    """Take the found links into the draft, up to the portal's maximum, in place of those they replace."""
    stays = staying(state)
    # The same page with and without a user name before its host is one.
    each = tuple({_compared(link.given): link for link in reversed(found.addresses)}.values())[::-1]
    taken = each[: max(0, portal.maximum_addresses - len(stays))]
    place = len(stays) if state.replacing is None else state.replacing
    givens = tuple(without_names(link.given) for link in taken)
    addresses = (*stays[:place], *givens, *stays[place:])
    sites = tuple((given, whole) for given, whole in state.draft.sites if given in addresses)
    draft = replace(state.draft, addresses=addresses, sites=sites)
    if taken and draft.partial:
        beside = f"{draft.beside}\n{draft.partial}".strip()
        draft = replace(draft, partial="", beside=beside)
    left_out = len(each) > len(taken) or found.left_out
    return Captured(draft, taken, left_out, _next_step(state, taken))


def with_handed_in(state: State) -> State:
    """Remember the links of the draft as sent, by fingerprints that tell nothing outside this talk."""
    sent = sorted(_of_draft(state))
    return replace(state, handed_in=tuple(dict.fromkeys((*state.handed_in, *sent)))[-_MOST_REMEMBERED:])


def without_handed_in(state: State) -> State:
    """Forget the links of a report that was taken back: sent again, they are new."""
    back = _of_draft(state)
    return replace(state, handed_in=tuple(each for each in state.handed_in if each not in back))


def _of_draft(state: State) -> set[str]:
    draft = state.draft
    each = (_fingerprints(state, _compared(given), draft.circumstances) for given in draft.addresses)
    return set[str]().union(*each)


def _fingerprints(state: State, canonical: str, circumstances: tuple[str, ...]) -> set[str]:
    """Give those of a link, and of the link with each circumstance that goes with it."""
    told = (f"{canonical} {circumstance}" for circumstance in circumstances)
    return {fingerprint(state.talk, each) for each in (canonical, *told)}


def fingerprint(talk: str, canonical: str) -> str:
    """Give 8 bytes, in hexadecimal, that tell whether a link is one that was sent in this talk."""
    return blake2b(canonical.encode(), digest_size=_FINGERPRINT_BYTES, salt=talk.encode()[:16]).hexdigest()


def _compared(given: str) -> str:
    """Give the form in which two links are the same, with or without a user name before the host."""
    return address.canonical(without_userinfo(given))


def staying(state: State) -> tuple[str, ...]:
    """Give the links that stay: all except those that the reporter is replacing now."""
    addresses = state.draft.addresses
    if state.draft.withdrawn:
        return ()
    asked_there = state.after[-1:] == ("change",) and state.step == "doubt"
    if state.step != "change" and not asked_there:
        return addresses
    if state.replacing is None:
        return ()
    return tuple(given for place, given in enumerate(addresses) if place != state.replacing)


def unasked_sites(draft: Draft) -> list[str]:
    """Give the home pages for which the reporter has not said whether the whole site is meant."""
    answered = dict(draft.sites)
    return [given for given in draft.addresses if given not in answered and is_home_page(given)]


def answer_sites(draft: Draft, *, whole: bool | None) -> Draft:
    """Keep, for every home page that was asked about, whether the whole site is meant."""
    return replace(draft, sites=(*draft.sites, *((given, whole) for given in unasked_sites(draft))))


def without_front_pages_of(draft: Draft, taken: tuple[Address, ...]) -> Draft:
    """Give the draft without the home pages of sites of which a page was sent now."""
    sites = {address.host(link.given) for link in taken}
    givens = {without_names(link.given) for link in taken}
    stays = tuple(
        given
        for given in draft.addresses
        if given in givens or not (is_home_page(given) and address.host(given) in sites)
    )
    return replace(draft, addresses=stays)


def needs_joining(taken: tuple[Address, ...]) -> tuple[Phrase, ...]:
    """Ask the reporter not to join, where a captured address is one of a group that people join."""
    return (Phrase("link.joining"),) if any(link.needs_joining for link in taken) else ()


def name_again(draft: Draft, givens: str) -> Draft:
    """Put back the names that links were taken without; `givens` has them, one a line, in their order."""
    named: defaultdict[str, list[str]] = defaultdict(list)
    for given in givens.split("\n"):
        named[without_names(given)].append(given)
    again = (named[given].pop(0) if named[given] else given for given in draft.addresses)
    return replace(draft, addresses=tuple(again))


def is_home_page(given: str) -> bool:
    """Tell whether a link leads to the front page of a site."""
    known = address.read(given)
    return known is not None and known.home_page


def _next_step(state: State, taken: tuple[Address, ...]) -> str:
    if any(link.home_page for link in taken) and state.step != "page":
        return "site"
    if any(link.search_results for link in taken):
        return "search_page"
    return "review"
