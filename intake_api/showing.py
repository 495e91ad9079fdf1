"""Items as an analyst reads them: the only place where an address is opened."""

from collections.abc import Sequence

from conversations.address import read
from intake_api.contract import Claim, ClaimShown, DecisionShown, ReportShown
from intake_api.merging import address_hash
from intake_api.models import Assessment, Item, StoredReport
from intake_api.queue import Desk, history_of, reports_of, sources_of
from intake_api.reports import content_of
from intake_api.vault import Place, Vault


async def claims_shown(desk: Desk, items: Sequence[Item]) -> list[Claim]:
    """Show claimed items without their addresses."""
    sources = await sources_of(desk.session, [item.item_id for item in items])
    return [_claim(item, [source for source in sources if source[0] == item.item_id]) for item in items]


async def claim_shown(desk: Desk, item: Item) -> ClaimShown:
    """Show a claimed item whole, and write into the audit log that its address was read."""
    await desk.note("address_read", item.item_id)
    [claim] = await claims_shown(desk, [item])
    given = desk.vault.open(Place("items", item.item_id, "given"), item.given)
    known = read(given)
    return ClaimShown(
        **claim.model_dump(),
        address_given=given,
        address_canonical=desk.vault.open(Place("items", item.item_id, "canonical"), item.canonical),
        needs_joining=known is not None and known.needs_joining,
        details=[_report(desk.vault, item, row) for row in await reports_of(desk.session, item.item_id)],
        history=[_decision(desk.vault, row) for row in await history_of(desk.session, item.item_id)],
    )


def _claim(item: Item, sources: Sequence[tuple[str, str, str]]) -> Claim:
    return Claim.model_validate(
        {
            "claim_id": item.claim_id,
            "lease_expires": item.lease_expires,
            "item_id": item.item_id,
            "kind": item.kind,
            "reports": item.reports,
            "portals": sorted({portal for _, portal, _ in sources}),
            "languages": sorted({language for _, _, language in sources}),
            "first_hour": item.first_hour,
            "last_hour": item.last_hour,
        }
    )


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
    note = row.note and vault.open(Place("assessments", row.assessment_id, "note"), row.note)
    return DecisionShown.model_validate(
        {
            "outcome": row.outcome,
            "severity": row.severity,
            "youngest_child": row.youngest_child,
            "action": row.action,
            "note": note,
            "assessed_at": row.assessed_at,
            "assessed_by": row.assessed_by,
        }
    )
