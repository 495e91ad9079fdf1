"""Binds each assessment to its entry in the audit log, and compares the two.

The entry has a keyed hash of the clear columns, and one of each sealed field's plain text: so a new vault key
changes nothing, and a field that is erased is told by an entry of its own.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from intake_api.audit.log import (
    OPERATOR,
    TOOK_ANOTHER_IN,
    WENT_INTO_ANOTHER,
    AuditLog,
    Content,
)
from intake_api.store.columns import later_than
from intake_api.store.models import Assessment, AuditEntry
from intake_api.store.read_json import read_json
from intake_api.vault import Place, Vault, VaultClosed

BOUND: Final = "assessment_bound"
ERASED: Final = "erased_"  # and the name of the field
SEALED: Final = ("note",)
# An item's id is bound by itself: a reindex may move an assessment to another item, and says so in the log.
CLEAR: Final = (
    "assessment_id",
    "sequence",
    "claim_id",
    "corrects",
    "assessed_by",
    "vocabulary",
    "outcome",
    "severity",
    "youngest_child",
    "action",
    "details",
)
_PAGE: Final = 500
_NAMED: Final = 20
Texts = Mapping[str, str]


@dataclass(slots=True)
class Unlike:
    """How many assessments are not as the log says, and the ids of the first ones."""

    number: int = 0
    named: list[str] = field(default_factory=list)

    def add(self, assessment_id: str) -> None:
        """Count an assessment."""
        self.number += 1
        if len(self.named) < _NAMED:
            self.named.append(assessment_id)


def binding(audit: AuditLog, row: Assessment, texts: Texts) -> Content:
    """Return what the entry of an assessment binds; `texts` are the plain texts of its sealed fields."""
    clear = [getattr(row, name) for name in CLEAR]
    row_hash = audit.sign_row(["assessments", row.assessed_at.isoformat(), *clear])
    hashes = {name: audit.sign_text((row.assessment_id, name), text).hex() for name, text in texts.items()}
    return {"item": row.item_id, "row": row_hash.hex(), **hashes}


async def unlike_their_entries(session: AsyncSession, audit: AuditLog, vault: Vault) -> Unlike:
    """Return the assessments that are not as their entries say, that have none, or that are gone."""
    into, unlike = await _merged(session), Unlike()
    async for page in (await session.stream(_GONE)).partitions():
        for (assessment_id,) in page:
            unlike.add(assessment_id)
    async for page in (await session.stream(_with_entries())).partitions():
        for found in page:
            row, content, *erased = found
            bound = _bound(content)
            if bound is None or not _fits(audit, vault, row, _Entry(bound, into, erased)):
                unlike.add(row.assessment_id)
    return unlike


def _bound(content: str | None) -> Content | None:
    """Return what an entry binds of an assessment, or None: the entry may be one that somebody inserted."""
    try:
        bound = read_json(content or "null")
    except ValueError:
        return None
    return bound if isinstance(bound, dict) and isinstance(bound.get("item"), str) else None


async def bind_earlier(session: AsyncSession, audit: AuditLog, vault: Vault, now: datetime) -> None:
    """Bind the assessments of an earlier version of which the log tells when, by whom and how; no other."""
    rows = await _unbound(session, None)
    went = await _went_into(session) if rows else {}
    while rows:
        for row in rows:
            texts, items = _texts(vault, row), [row.item_id, *went.get(row.item_id, ())]
            if texts is not None and await _is_told(session, row, items):
                bound, of_row = binding(audit, row, texts), row.assessment_id
                audit.add(session, now, OPERATOR, BOUND, row.item_id, assessment_id=of_row, content=bound)
        rows = await _unbound(session, rows[-1].assessment_id)


async def _unbound(session: AsyncSession, after: str | None) -> Sequence[Assessment]:
    entered = exists().where(AuditEntry.assessment_id == Assessment.assessment_id)
    rows = select(Assessment).where(~entered, later_than(Assessment.assessment_id, after))
    return (await session.scalars(rows.order_by(Assessment.assessment_id).limit(_PAGE))).all()


async def _went_into(session: AsyncSession) -> Mapping[str, list[str]]:
    """Return for each item those that went into it, also by way of others."""
    into = await _merged(session)
    went: dict[str, list[str]] = {}
    for gone in into:
        went.setdefault(_final(into, gone), []).append(gone)
    return went


async def _is_told(session: AsyncSession, row: Assessment, items: Sequence[str]) -> bool:
    """Tell whether one entry, which binds nothing else, is of that moment, person, outcome and item.

    That is all that the log once told, so of two rows that are alike in it, it tells of neither.
    """
    alike = select(func.count()).where(
        Assessment.item_id == row.item_id,
        Assessment.assessed_at == row.assessed_at,
        Assessment.assessed_by == row.assessed_by,
        Assessment.outcome == row.outcome,
        Assessment.corrects.is_(None) == (row.corrects is None),
    )
    what = f"{'assessed' if row.corrects is None else 'corrected'}_{row.outcome}"
    told = select(func.count()).where(
        AuditEntry.subject.in_(items),
        AuditEntry.assessment_id.is_(None),
        AuditEntry.at == row.assessed_at,
        AuditEntry.who == row.assessed_by,
        AuditEntry.what == what,
    )
    return [(await session.scalars(counted)).one() for counted in (told, alike)] == [1, 1]


async def _merged(session: AsyncSession) -> Mapping[str, str]:
    """Return the items that went into another with the one that took them in, as the log tells."""
    after = aliased(AuditEntry)
    # Earlier versions named the other item in the entry that follows.
    pairs = select(AuditEntry.subject, after.subject).join(after, after.sequence == AuditEntry.sequence + 1)
    told = pairs.where(AuditEntry.what == WENT_INTO_ANOTHER, after.what == TOOK_ANOTHER_IN)
    return {gone: kept for gone, kept in await session.execute(told)}  # noqa: C416 - for mypy


def _final(into: Mapping[str, str], item_id: str) -> str:
    # Somebody may have inserted entries that go in a circle.
    seen = set[str]()
    while item_id in into and item_id not in seen:
        seen.add(item_id)
        item_id = into[item_id]
    return item_id


def _texts(vault: Vault, row: Assessment) -> Texts | None:
    """Open the sealed fields that are not empty; None if one does not open."""
    sealed = {name: getattr(row, name) for name in SEALED}
    try:
        return {
            name: vault.open(Place("assessments", row.assessment_id, name), value)
            for name, value in sealed.items()
            if value is not None
        }
    except VaultClosed:
        return None


_GONE: Final[Select[*tuple[Any, ...]]] = (
    select(AuditEntry.assessment_id)
    .where(
        AuditEntry.assessment_id.is_not(None),
        ~exists().where(Assessment.assessment_id == AuditEntry.assessment_id),
    )
    .distinct()
    .execution_options(yield_per=_PAGE)
)


def _with_entries() -> Select[*tuple[Any, ...]]:
    """Select each assessment with what its entry binds, and whether the log tells of each field's erasure."""
    entry, other = aliased(AuditEntry), aliased(AuditEntry)
    is_erasure = entry.what.startswith(ERASED, autoescape=True)
    erased = [
        exists().where(other.assessment_id == Assessment.assessment_id, other.what == f"{ERASED}{name}")
        for name in SEALED
    ]
    rows: Select[*tuple[Any, ...]] = select(Assessment, entry.content, *erased)
    joined = rows.outerjoin(entry, (entry.assessment_id == Assessment.assessment_id) & ~is_erasure)
    return joined.order_by(Assessment.assessment_id).execution_options(yield_per=_PAGE)


@dataclass(frozen=True, slots=True)
class _Entry:
    """What an assessment's entry binds, which items went into which, and which fields were erased since."""

    bound: Content
    into: Mapping[str, str]
    erased: Sequence[bool]


def _fits(audit: AuditLog, vault: Vault, row: Assessment, entry: _Entry) -> bool:
    texts = _texts(vault, row)
    if texts is None:
        return False
    now = binding(audit, row, texts)
    gone = {name for name, erased in zip(SEALED, entry.erased, strict=True) if erased and name not in now}
    then = {name: value for name, value in entry.bound.items() if name not in gone}
    then["item"] = _final(entry.into, entry.bound["item"])
    return hmac.compare_digest(json.dumps(now, sort_keys=True), json.dumps(then, sort_keys=True))
