"""Builds the answers that show items, claims and the audit log to analysts."""

from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.address import host, read
from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.assessing import decided, history_of, outcomes_of
from intake_api.analysts.claims import every_claim
from intake_api.analysts.decision import DecisionShown
from intake_api.analysts.item_reports import named_together, reports_page, shows_all_words
from intake_api.analysts.shapes import (
    AssessmentGiven,
    AuditEntries,
    AuditEntryShown,
    AuditHead,
    Claim,
    ClaimShown,
    ExposureShown,
    HeldClaim,
    ItemFound,
    ItemShown,
    NamedTogether,
    ReportsShown,
    Summary,
)
from intake_api.analysts.spoilt_rows import SPOILT_DECISION
from intake_api.audit.log import AuditLog
from intake_api.faults import Reason, Refused
from intake_api.items.circumstances import of_bits
from intake_api.items.reopening import mark_shown, shown_words
from intake_api.items.words import COUNTERS
from intake_api.store.models import Assessment, AuditEntry, Item, Source, State
from intake_api.store.wrong_values import has_right_values
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


def host_of(vault: Vault, item: Item) -> str | None:
    """Decrypt the host of an item's address, or None if it has none; audited as an address is."""
    return host(vault.open(Place("items", item.item_id, "canonical"), item.canonical))


async def assessment_given(request: AnalystRequest, assessment_id: str) -> AssessmentGiven:
    """Answer a decision with the host that it is about; the decision itself is in the audit log."""
    made = await request.session.get_one(Assessment, assessment_id)
    item = await request.session.get_one(Item, made.item_id)
    return AssessmentGiven(assessment_id=assessment_id, host=host_of(request.vault, item))


async def summaries_of(session: AsyncSession, items: Sequence[Item]) -> list[dict[str, Any]]:
    """Return the fields that every answer about an item has: all but its address and its state."""
    ways = (
        select(Source.item_id, Source.portal, Source.language, Source.circumstances)
        .where(Source.item_id.in_(item.item_id for item in items), has_right_values(session, Source))
        .distinct()
    )
    portals: dict[str, set[str]] = {item.item_id: set() for item in items}
    languages: dict[str, set[str]] = {item.item_id: set() for item in items}
    tapped: dict[str, set[int]] = {item.item_id: set() for item in items}
    for item_id, portal, language, circumstances in await session.execute(ways):
        portals[item_id].add(portal)
        languages[item_id].add(language)
        tapped[item_id].add(circumstances)
    return [
        {
            "circumstances": of_bits(*tapped[item.item_id]),
            "item_id": item.item_id,
            "kind": item.kind,
            # Where somebody has written another number into the database, the doctor tells.
            "reports": max(item.reports, 0),
            "portals": sorted(portals[item.item_id]),
            "languages": sorted(languages[item.item_id]),
            "first_hour": item.first_hour,
            "last_hour": item.last_hour,
            "changed_on": item.changed_on,
            "changed_words": shown_words(item),
        }
        for item in items
    ]


async def claims_shown(request: AnalystRequest, items: Sequence[Item], *, hosts: bool = False) -> list[Claim]:
    """Show claimed items to their holder without their addresses; audit that `hosts` were read, if wanted."""
    summaries = await summaries_of(request.session, items)
    shown = [
        Claim.model_validate(
            summary
            | {"claim_id": item.claim_id, "lease_expires": item.lease_expires}
            | {"number": item.claim_number, "shown": item.claim_shown}
            | {"host": host_of(request.vault, item) if hosts else None}
        )
        for item, summary in zip(items, summaries, strict=True)
    ]
    if hosts:
        request.note("host_read", *(item.item_id for item in items))
    return shown


async def claim_shown(request: AnalystRequest, item: Item, exposure: ExposureShown) -> ClaimShown:
    """Show a claimed item with its address, and write into the audit log that the address was read."""
    item.claim_shown = True
    [claim] = await claims_shown(request, [item])
    addresses = addresses_of(request.vault, item)
    shown = ClaimShown(
        **claim.model_dump(exclude={"host"}),
        host=host(addresses.canonical),
        exposure=exposure,
        address_given=addresses.given,
        address_canonical=addresses.canonical,
        needs_joining=addresses.needs_joining,
        **await _words(request, item),
    )
    _note_read(request, shown)
    return shown


async def held_claims(request: AnalystRequest) -> list[HeldClaim]:
    """Show everybody's claims without their addresses, and audit that they were seen."""
    held = await every_claim(request.session)
    summaries = await summaries_of(request.session, [item for item, _ in held])
    shown = [
        HeldClaim.model_validate(
            summary
            | {"claim_id": item.claim_id, "lease_expires": item.lease_expires, "claimed_at": item.claimed_at}
            | {"held_by": key.key_id, "holder": key.name}
        )
        for (item, key), summary in zip(held, summaries, strict=True)
    ]
    request.note("claims_listed", request.analyst)
    return shown


async def items_found(request: AnalystRequest, items: Sequence[Item]) -> list[ItemFound]:
    """Show the items that a search found, without their addresses."""
    summaries = await summaries_of(request.session, items)
    outcomes = await outcomes_of(request.session, [item.item_id for item in items])
    return [
        ItemFound(
            **summary,
            state=_state(item, request.now),
            outcome=outcomes[item.item_id],
        )
        for item, summary in zip(items, summaries, strict=True)
    ]


async def item_shown(request: AnalystRequest, item_id: str) -> ItemShown:
    """Show any item with its address, and audit that the address was read; raises Refused (not-found)."""
    item = await _item(request.session, item_id, locked=True)
    [found] = await items_found(request, [item])
    addresses = addresses_of(request.vault, item)
    shown = ItemShown(
        **found.model_dump(),
        address_given=addresses.given,
        address_canonical=addresses.canonical,
        needs_joining=addresses.needs_joining,
        **await _words(request, item),
    )
    _note_read(request, shown)
    return shown


async def item_reports_shown(request: AnalystRequest, item_id: str, after: str) -> ReportsShown:
    """Show the next page of an item's reports, and audit that they were read; raises Refused (not-found)."""
    page = await reports_page(request.session, request.vault, await _item(request.session, item_id), after)
    request.note("reports_read", item_id)
    return page


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


def _state(item: Item, now: datetime) -> Literal["waiting", "claimed", "assessed"]:
    """Return the state of an item; one whose claim has run out waits, since anybody may claim it."""
    run_out = item.lease_expires is not None and item.lease_expires <= now
    return State.WAITING.value if run_out else State(item.state).value


async def _item(session: AsyncSession, item_id: str, *, locked: bool = False) -> Item:
    item = await session.get(Item, item_id, with_for_update=locked or None)
    if item is None:
        raise Refused(Reason.NOT_FOUND)
    return item


async def _words(request: AnalystRequest, item: Item) -> dict[str, Any]:
    """Return what was decided about an item, what its reports say, and what they name beside it."""
    page = await reports_page(request.session, request.vault, item)
    history = await history_of(request.session, item.item_id)
    if shows_all_words(page):
        mark_shown(item, request.analyst, history[-1].assessed_by if history else None)
    return {
        "history": list(_decisions(request.vault, history)),
        "summary": Summary(**{name: getattr(item, name) for name in COUNTERS}),
        "details": page.reports,
        "next_details": page.next,
        "together": [
            NamedTogether(item_id=other.item_id, address_given=addresses_of(request.vault, other).given)
            for other in await named_together(request.session, request.vault, item)
        ],
    }


def _note_read(request: AnalystRequest, shown: ClaimShown | ItemShown) -> None:
    read = [shown.item_id, *(other.item_id for other in shown.together)]
    request.note("address_read", *read)


def _decisions(vault: Vault, rows: Sequence[Assessment]) -> Iterator[DecisionShown]:
    for row in rows:
        # Somebody spoilt it: the doctor names it.
        with suppress(*SPOILT_DECISION):
            yield _decision(vault, row)


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
