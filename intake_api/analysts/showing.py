"""Items as an analyst reads them: the only place where an address is opened."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.address import read
from intake_api.analysts.assessing import decided, history_of, outcome_of
from intake_api.analysts.claims import Desk, reports_of, sources_of
from intake_api.analysts.decision import DecisionShown
from intake_api.hand_in.reports import content_of
from intake_api.http.errors import Problem
from intake_api.items.making import address_hash
from intake_api.server.contract import (
    AuditEntries,
    AuditEntryShown,
    Claim,
    ClaimShown,
    ItemFound,
    ItemShown,
    ReportShown,
)
from intake_api.store.models import Assessment, AuditEntry, Item, State, StoredReport
from intake_api.vault import Place, Vault

MAXIMUM_ENTRIES: Final = 500


async def claims_shown(desk: Desk, items: Sequence[Item]) -> list[Claim]:
    """Show claimed items without their addresses."""
    sources = await sources_of(desk.session, [item.item_id for item in items])
    return [_claim(item, [source for source in sources if source[0] == item.item_id]) for item in items]


async def claim_shown(desk: Desk, item: Item) -> ClaimShown:
    """Show a claimed item whole, and write into the audit log that its address was read."""
    [claim] = await claims_shown(desk, [item])
    given = desk.vault.open(Place("items", item.item_id, "given"), item.given)
    known = read(given)
    shown = ClaimShown(
        **claim.model_dump(),
        address_given=given,
        address_canonical=desk.vault.open(Place("items", item.item_id, "canonical"), item.canonical),
        needs_joining=known is not None and known.needs_joining,
        details=[_report(desk.vault, item, row) for row in await reports_of(desk.session, item.item_id)],
        history=[_decision(desk.vault, row) for row in await history_of(desk.session, item.item_id)],
    )
    # Last, since whoever else acts waits from here on: the audit log is one chain.
    await desk.note("address_read", item.item_id)
    return shown


async def items_found(session: AsyncSession, items: Sequence[Item]) -> list[ItemFound]:
    """Show items without their addresses, with the outcome that holds."""
    sources = await sources_of(session, [item.item_id for item in items])
    return [
        ItemFound(
            **_summed(item, [source for source in sources if source[0] == item.item_id]),
            state=State(item.state).value,
            outcome=await outcome_of(session, item.item_id),
        )
        for item in items
    ]


async def item_shown(desk: Desk, item_id: str) -> ItemShown:
    """Show any item whole, and write into the audit log that its address was read; raises Problem."""
    item = await desk.session.get(Item, item_id)
    if item is None:
        raise Problem("not-found")
    [summary] = await items_found(desk.session, [item])
    shown = ItemShown(
        **summary.model_dump(),
        address_given=desk.vault.open(Place("items", item_id, "given"), item.given),
        address_canonical=desk.vault.open(Place("items", item_id, "canonical"), item.canonical),
        history=[_decision(desk.vault, row) for row in await history_of(desk.session, item_id)],
    )
    await desk.note("address_read", item_id)
    return shown


async def audit_shown(session: AsyncSession, after: int) -> AuditEntries:
    """Show the next entries of the audit log."""
    entries = select(AuditEntry).where(AuditEntry.sequence > after).order_by(AuditEntry.sequence)
    return AuditEntries(
        entries=[
            AuditEntryShown(
                sequence=entry.sequence,
                at=entry.at,
                who=entry.who,
                what=entry.what,
                subject=entry.subject,
                chain=entry.chain.hex(),
            )
            for entry in await session.scalars(entries.limit(MAXIMUM_ENTRIES))
        ]
    )


def _claim(item: Item, sources: Sequence[tuple[str, str, str]]) -> Claim:
    return Claim.model_validate(
        _summed(item, sources) | {"claim_id": item.claim_id, "lease_expires": item.lease_expires}
    )


def _summed(item: Item, sources: Sequence[tuple[str, str, str]]) -> dict[str, Any]:
    return {
        "item_id": item.item_id,
        "kind": item.kind,
        "reports": item.reports,
        "portals": sorted({portal for _, portal, _ in sources}),
        "languages": sorted({language for _, _, language in sources}),
        "first_hour": item.first_hour,
        "last_hour": item.last_hour,
    }


def _report(vault: Vault, item: Item, report: StoredReport) -> ReportShown:
    content = content_of(vault, report)
    # None are left once the report was withdrawn, or changed after the item was claimed.
    named = [one for one in content.addresses if address_hash(vault, one) == item.address_hash]
    return ReportShown(
        portal=report.portal,
        channel=report.channel,
        language=report.language,
        hour=report.hour,
        advice_version=report.advice_version,
        withdrawn=report.withdrawn,
        whole_site=named[0].whole_site if named else None,
        complete=all(one.complete for one in named),
        **content.model_dump(exclude={"addresses"}),
    )


def _decision(vault: Vault, row: Assessment) -> DecisionShown:
    return DecisionShown.model_validate(
        decided(vault, row)
        | {
            "assessment_id": row.assessment_id,
            "vocabulary": row.vocabulary,
            "assessed_at": row.assessed_at,
            "assessed_by": row.assessed_by,
            "corrects": row.corrects,
        }
    )
