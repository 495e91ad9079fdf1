"""Finds the claims that a command names: by number, by id, by how the id begins, or the only one held."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated

import typer

from reportline_queue.errors import NotDone
from reportline_queue.intake.answers import CLAIM_LENGTH, ITEM_LENGTH, Claim, ClaimsGiven
from reportline_queue.intake.api import ask, id_in_path
from reportline_queue.printing import put

ClaimArgument = Annotated[
    str | None,
    typer.Argument(help="The claim's number; the only one you hold need not be named."),
]
ClaimsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="[CLAIM]...", help="Claims, by number; the only one you hold need not be named."),
]
EveryClaim = Annotated[bool, typer.Option("--all", help="All claims that you hold.")]


@dataclass(frozen=True, slots=True)
class Named:
    """A claim that was named; what is known of it, if the analyst holds it now."""

    claim_id: str
    held: Claim | None

    @property
    def path(self) -> str:
        """Give the claim's URL path."""
        return f"/v1/queue/claims/{self.claim_id}"

    @property
    def name(self) -> str:
        """Name the claim to the analyst."""
        return f"claim {self.claim_id if self.held is None else self.held.number}"


def claim_named(typed: str | None) -> Named:
    """Give the named claim, or the only one if `typed` is None; raises NotDone."""
    [named] = claims_named(None if typed is None else [typed])
    return named


def claims_named(typed: Sequence[str] | None, *, every: bool = False) -> Sequence[Named]:
    """Give the named claims, each once, or the only one if none is named; else raises NotDone."""
    if every and typed:
        raise NotDone("Name claims, or give --all, not both.")
    held = ask(ClaimsGiven, "GET", "/v1/queue/claims").claims
    if every and held:
        return [Named(claim.claim_id, claim) for claim in held]
    meant = [_meant(each, held) for each in typed or [""]]
    return list({named.claim_id: named for named in meant}.values())


def item_named(typed: str) -> str:
    """Give the id of an item, which may be named by the claim on it; raises NotDone."""
    if len(typed) < CLAIM_LENGTH and (held := claim_named(typed).held) is not None:
        return held.item_id
    return id_in_path(typed, ITEM_LENGTH)


def for_each(named: Sequence[Named], act: Callable[[Named], str]) -> None:
    """Act on each claim, also after one that failed, and print what was done; raises NotDone for those."""
    faults = []
    for claim in named:
        try:
            put(act(claim))
        except NotDone as fault:
            faults.append(f"{claim.name}: {fault}" if len(named) > 1 else str(fault))
    if faults:
        raise NotDone("\n".join(faults))


def _meant(typed: str, held: Sequence[Claim]) -> Named:
    """Find a claim; a number names one by its number only, so that it never names another by its id."""
    sought = typed.strip().lower()
    if len(sought) >= CLAIM_LENGTH:
        claim_id = id_in_path(sought, CLAIM_LENGTH)
        return Named(claim_id, next((claim for claim in held if claim.claim_id == claim_id), None))
    if re.fullmatch("[0-9]{1,3}", sought):
        found = [claim for claim in held if claim.number == int(sought)]
    else:
        found = [claim for claim in held if claim.claim_id.startswith(sought)]
    if len(found) == 1:
        return Named(found[0].claim_id, found[0])
    raise NotDone(_not_found(sought, held))


def _not_found(sought: str, held: Sequence[Claim]) -> str:
    if not held:
        return "You hold no claim. `reportline queue next` takes one."
    if not sought:
        return f"You hold {len(held)} claims: name one by its number. `reportline queue mine` lists them."
    return "You hold no claim of this number or name. `reportline queue mine` lists them."
