"""Finds the claim that a command names: by its id, by how the id begins, or as the only claim held."""

from typing import Annotated

import typer

from reportline_queue.errors import NotDone
from reportline_queue.intake.answers import CLAIM_LENGTH, ClaimsGiven
from reportline_queue.intake.api import ask, id_in_path

ClaimArgument = Annotated[
    str | None,
    typer.Argument(help="The claim, or how its name begins; the only one you hold need not be named."),
]


def claim_path(named: str | None) -> str:
    """Give the URL path of the named claim, or of the only one if `named` is None; raises NotDone."""
    whole = named if named and len(named) >= CLAIM_LENGTH else _only(named or "")
    return f"/v1/queue/claims/{id_in_path(whole, CLAIM_LENGTH)}"


def _only(beginning: str) -> str:
    held = [claim.claim_id for claim in ask(ClaimsGiven, "GET", "/v1/queue/claims").claims]
    meant = [claim_id for claim_id in held if claim_id.startswith(beginning)]
    if len(meant) == 1:
        return meant[0]
    if not held:
        raise NotDone("You hold no claim. `reportline queue next` takes one.")
    if not meant:
        raise NotDone("No claim that you hold begins so. `reportline queue mine` lists them.")
    raise NotDone(
        f"You hold {len(meant)} claims: name one, its first characters are enough. "
        "`reportline queue mine` lists them."
    )
