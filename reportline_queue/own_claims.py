"""The commands about one's own claims: take, list, show, keep and release them."""

import re
from typing import Annotated

import typer

from reportline_queue import guard, items, tables
from reportline_queue.claim_argument import (
    ClaimArgument,
    ClaimsArgument,
    EveryClaim,
    Named,
    claim_named,
    claims_named,
    for_each,
)
from reportline_queue.errors import NotDone
from reportline_queue.intake.answers import (
    MAXIMUM_CLAIMS,
    AddressKind,
    ClaimProlonged,
    ClaimsGiven,
    ClaimShown,
)
from reportline_queue.intake.api import ask, request
from reportline_queue.printing import put, put_screen, put_sentence

PlainAddresses = Annotated[
    bool, typer.Option("--plain-addresses", help="Show addresses as they are, to be opened and copied.")
]
FromPart = Annotated[
    int | None, typer.Option("--from", min=1, help="The part to begin with, as the screen told.")
]
Language = Annotated[str | None, typer.Option(help="Only what was reported in it, such as es.")]
Kind = Annotated[AddressKind | None, typer.Option(help="Only addresses of this kind.")]


def take(count: int, language: str | None, kind: AddressKind | None) -> ClaimsGiven:
    """Claim items; raises NotDone."""
    if language is not None and not re.fullmatch("[a-z]{2,3}", language):
        raise NotDone("A language is two or three small letters, such as es.")
    wanted = {"count": count, "language": language, "kind": kind, "hosts": True}
    return ask(ClaimsGiven, "POST", "/v1/queue/claims", wanted)


def none_waits(given: ClaimsGiven, language: str | None, kind: AddressKind | None) -> str:
    """Say that there was nothing to claim, and when what the analyst released comes back to them."""
    wanted = " of this language or kind" if language or kind else ""
    if given.again_from is None:
        return f"Nothing{wanted} waits for you."
    again = tables.clock(tables.next_minute(given.again_from))
    return (
        f"Nothing else{wanted} waits for you. "
        f"What you released goes to others first; you can get it again from {again}."
    )


def take_next(
    count: Annotated[int, typer.Argument(min=1, max=MAXIMUM_CLAIMS, help="How many items to take on.")] = 1,
    *,
    language: Language = None,
    kind: Kind = None,
) -> None:
    """Claim the most overdue items."""
    given = take(count, language, kind)
    if given.claims:
        put(tables.claims(given.claims))
    else:
        put_sentence(none_waits(given, language, kind))
    put_sentence(guard.told(given.exposure))


def mine() -> None:
    """List the claims that you hold, with the numbers by which other commands name them."""
    held = ask(ClaimsGiven, "GET", "/v1/queue/claims")
    # Hosts are exposure too. While the guard is closed, what is held can still be decided or released.
    if held.claims and not held.exposure.closed:
        held = ask(ClaimsGiven, "GET", "/v1/queue/claims", query={"hosts": "true"})
    put(tables.claims(held.claims) if held.claims else "You hold no claim.")
    put_sentence(guard.told(held.exposure))


def show(
    claim: ClaimArgument = None, *, start: FromPart = None, plain_addresses: PlainAddresses = False
) -> None:
    """Show a claimed item: its address, and what its reports say, as much as the screen takes."""
    named = claim_named(claim)
    shown = ask(ClaimShown, "GET", named.path)
    drawn = items.claimed(shown, plain_addresses=plain_addresses)
    put_item(drawn, shown.next_details, start, f"show {shown.number}")
    put_sentence(guard.told(shown.exposure))


def put_item(drawn: items.Drawn, cursor: str | None, start: int | None, command: str) -> None:
    """Print an item as far as the screen takes it, and the command that shows more.

    `start` is the number of a later screen's first part, `cursor` where further reports begin.
    """
    if start is None:
        rest = put_screen(drawn.head, drawn.parts)
    else:
        rest = put_screen([drawn.address], drawn.parts, start - 1)
    if rest < len(drawn.parts):
        put(f"Part {rest + 1} of {len(drawn.parts)} follows: reportline queue {command} --from {rest + 1}")
    elif cursor:
        put(items.more_reports(command.rpartition(" ")[2], cursor))


def keep(claims: ClaimsArgument = None, *, every: EveryClaim = False) -> None:
    """Keep claimed items for longer, eight hours in all."""
    for_each(claims_named(claims, every=every), _keep)


def release(claims: ClaimsArgument = None, *, every: EveryClaim = False) -> None:
    """Put claimed items back into the queue."""
    for_each(claims_named(claims, every=every), _release)


def _keep(claim: Named) -> str:
    prolonged = ask(ClaimProlonged, "PUT", f"{claim.path}/lease")
    return f"Yours until {tables.clock(prolonged.lease_expires)}: {claim.name}."


def _release(claim: Named) -> str:
    request("DELETE", claim.path)
    return f"Back in the queue: {claim.name}."
