"""The commands of leads and auditors: see and free claims, lift the guard, export, read the audit log."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from reportline_queue.errors import NotDone, Refused
from reportline_queue.export import Form, Pages, write_whole
from reportline_queue.intake.answers import (
    CLAIM_LENGTH,
    KEY_LENGTH,
    MAXIMUM_LIFT_MINUTES,
    AuditEntries,
    AuditHead,
    HeldClaims,
    LiftGiven,
)
from reportline_queue.intake.api import ask, id_in_path, request
from reportline_queue.printing import put
from reportline_queue.tables import audited, clock, held


def claims() -> None:
    """Show who holds what, also what has run out; audited."""
    everybodys = ask(HeldClaims, "GET", "/v1/claims").claims
    put(*held(everybodys, datetime.now(UTC)) if everybodys else ("Nobody holds anything.",))


def free(
    claim: Annotated[str, typer.Argument(help="The whole claim, as `queue claims` shows it.")],
) -> None:
    """Put what anybody holds back into the queue; their decision about it is no longer taken; audited."""
    path = f"/v1/claims/{id_in_path(claim, CLAIM_LENGTH)}"
    try:
        request("DELETE", path)
    except Refused as refusal:
        if refusal.name != "claim-lost":
            raise
        raise NotDone("Nobody holds this claim. `reportline queue claims` shows who holds what.") from None
    put("It is back in the queue.")


def lift(
    key: Annotated[str, typer.Argument(help="The id of the analyst's key: their refusal names it.")],
    minutes: Annotated[int, typer.Option(min=1, max=MAXIMUM_LIFT_MINUTES, help="For how long, from now.")],
) -> None:
    """Let an analyst go on for a while, though their day is full or a break is due; audited."""
    path = f"/v1/analysts/{id_in_path(key, KEY_LENGTH)}/lift"
    given = ask(LiftGiven, "POST", path, {"minutes": minutes})
    put(f"They may go on until {clock(given.until)}.")


def export(
    file: Annotated[Path, typer.Argument(help="A file that is not there yet.", resolve_path=True)],
    form: Annotated[Form, typer.Option("--format", help="A table for spreadsheets, or JSON, one a line.")],
    after: Annotated[str, typer.Option(help="Where the last export ended, as it told.")] = "",
) -> None:
    """Write assessments into a file, with their addresses.

    Each address is noted in the audit log each time: so go on where the last export ended.
    """
    pages = Pages(form, after)
    write_whole(file, pages)
    put(
        f"Written to {file}, which nobody else can read. It names addresses: keep it no longer than you must."
    )
    if pages.after:
        put(f"What follows: reportline queue export FILE --format {form.value} --after {pages.after}")


def audit(
    after: Annotated[int, typer.Option(min=0, help="The number of the entry after which to begin.")] = 0,
    *,
    head: Annotated[bool, typer.Option("--head", help="Show only its head, to be noted down.")] = False,
) -> None:
    """Show the audit log, from its beginning or after an entry."""
    if head:
        _put_head(ask(AuditHead, "GET", "/v1/audit/head"))
        return
    entries = ask(AuditEntries, "GET", "/v1/audit", query={"after": after}).entries
    if not entries:
        put("Nothing follows.")
        return
    put(audited(entries), f"What follows: reportline queue audit --after {entries[-1].sequence}")


def _put_head(head: AuditHead) -> None:
    """Show a head on lines of their own, so that each part can be copied whole."""
    put(
        f"{head.number}:{head.chain}",
        f"signature {head.signature}",
        f"public key {head.public_key}",
        "Keep the first line. `reportline doctor --audit-head` on the intake tells whether the log holds it.",
    )
