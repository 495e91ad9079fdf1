"""Builds the answers that show items, claims and the audit log to analysts."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.address import read
from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.assessing import current_outcome, decided, history_of
from intake_api.analysts.claims import reports_of
from intake_api.analysts.decision import DecisionShown
from intake_api.analysts.shapes import (
    AuditEntries,
    AuditEntryShown,
    AuditHead,
    Claim,
    ClaimShown,
    ItemFound,
    ItemShown,
    ReportShown,
)
from intake_api.faults import Reason, Refused
from intake_api.hand_in.reports import content_of
from intake_api.items.making import address_hash
from intake_api.store.audit import AuditLog
from intake_api.store.models import Assessment, AuditEntry, Item, Source, State, StoredReport
from intake_api.vault import Place, Vault

MAXIMUM_ENTRIES: Final = 500


@dataclass(frozen=True, slots=True)
class Addresses:
    """An item's address in plain text."""

    given: str = field(repr=False)
    canonical: str = field(repr=False)
    needs_joining: bool


def addresses_of(vault: Vault, item: Item) -> Addresses:
    """Decrypt an item's address; the caller must write the reason into the audit log. Raises VaultClosed."""
    given = vault.open(Place("items", item.item_id, "given"), item.given)
    known = read(given)
    return Addresses(
        given=given,
        canonical=vault.open(Place("items", item.item_id, "canonical"), item.canonical),
        needs_joining=known is not None and known.needs_joining,
    )


async def summaries_of(session: AsyncSession, items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return the fields that every answer about an item has: all but its address and its state."""
    ways = (
        select(Source.item_id, Source.portal, Source.language)
        .where(Source.item_id.in_(item.item_id for item in items))
        .distinct()
    )
    portals: dict[str, set[str]] = {item.item_id: set() for item in items}
    languages: dict[str, set[str]] = {item.item_id: set() for item in items}
    for item_id, portal, language in await session.execute(ways):
        portals[item_id].add(portal)
        languages[item_id].add(language)
    return [
        {
            "item_id": item.item_id,
            "kind": item.kind,
            "reports": item.reports,
            "portals": sorted(portals[item.item_id]),
            "languages": sorted(languages[item.item_id]),
            "first_hour": item.first_hour,
            "last_hour": item.last_hour,
        }
        for item in items
    ]


async def claims_shown(request: AnalystRequest, items: Sequence[Item]) -> list[Claim]:
    """Show claimed items without their addresses."""
    summaries = await summaries_of(request.session, items)
    return [
        Claim.model_validate(summary | {"claim_id": item.claim_id, "lease_expires": item.lease_expires})
        for item, summary in zip(items, summaries, strict=True)
    ]


async def claim_shown(request: AnalystRequest, item: Item) -> ClaimShown:
    """Show a claimed item with its address, and write into the audit log that the address was read."""
    [claim] = await claims_shown(request, [item])
    addresses = addresses_of(request.vault, item)
    shown = ClaimShown(
        **claim.model_dump(),
        address_given=addresses.given,
        address_canonical=addresses.canonical,
        needs_joining=addresses.needs_joining,
        details=[
            _report(request.vault, item, row) for row in await reports_of(request.session, item.item_id)
        ],
        history=[_decision(request.vault, row) for row in await history_of(request.session, item.item_id)],
    )
    # Last, since other transactions wait for the audit log's lock until this one ends.
    await request.note("address_read", item.item_id)
    return shown


async def items_found(session: AsyncSession, items: Sequence[Item]) -> list[ItemFound]:
    """Show the items that a search found, without their addresses."""
    summaries = await summaries_of(session, items)
    return [
        ItemFound(
            **summary,
            state=State(item.state).value,
            outcome=await current_outcome(session, item.item_id),
        )
        for item, summary in zip(items, summaries, strict=True)
    ]


async def item_shown(request: AnalystRequest, item_id: str) -> ItemShown:
    """Show any item with its address, and audit that the address was read; raises Refused (not-found)."""
    item = await request.session.get(Item, item_id)
    if item is None:
        raise Refused(Reason.NOT_FOUND)
    [found] = await items_found(request.session, [item])
    addresses = addresses_of(request.vault, item)
    shown = ItemShown(
        **found.model_dump(),
        address_given=addresses.given,
        address_canonical=addresses.canonical,
        history=[_decision(request.vault, row) for row in await history_of(request.session, item_id)],
    )
    await request.note("address_read", item_id)
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


async def head_shown(session: AsyncSession, audit: AuditLog) -> AuditHead:
    """Show the head of the audit log, signed."""
    head = await audit.newest(session)
    return AuditHead(
        number=head.number,
        chain=head.chain.hex(),
        signature=audit.sign_head(head).hex(),
        public_key=audit.public_key.hex(),
    )


def _report(vault: Vault, item: Item, report: StoredReport) -> ReportShown:
    content = content_of(vault, report)
    # There are none once the report was withdrawn, or changed after the item was claimed.
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
