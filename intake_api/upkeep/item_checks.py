"""Compares the columns of items with the rows that they were computed from, for `reportline doctor`.

A few statements read all that other tables say of a page of items, however many reports these have. An owner
of the database can write any row, but would have to write all of them alike.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

from sqlalchemy import Row, and_, func, not_, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.address import AddressKind
from intake_api.items.making import UNREADABLE
from intake_api.items.totals import MAXIMUM_RAISES, RAISE_HOURS, SOURCE
from intake_api.items.words import COUNTERS
from intake_api.store.models import (
    EVERY_LANGUAGE,
    LONGEST_HOLD,
    AccessKey,
    Assessment,
    AuditEntry,
    Item,
    Mention,
    QueuePlace,
    Source,
    State,
    StoredReport,
)

# By how much the clocks of an intake's machines may differ.
SKEW: Final = timedelta(minutes=5)
_HOUR: Final = timedelta(hours=1)
_ENDS_A_CLAIM: Final = ("released", "claim_freed", "lease_ran_out")
_CLAIM_ID: Final = re.compile("[0-9a-f]{16}")
_PAGE_KEY_LENGTH: Final = 17
_KINDS: Final = frozenset({*AddressKind, UNREADABLE})


class _Way(NamedTuple):
    """What a source counts together, in the order of SOURCE."""

    portal: str
    channel: str
    language: str
    hour: datetime
    due_hour: datetime
    arrival_hour: datetime
    circumstances: int


_Ways = dict[_Way, int]
_Places = set[tuple[str, datetime, datetime, str]]


@dataclass(frozen=True, slots=True)
class _Beside:
    """What other tables say of the items of a page, by the items' ids.

    `mentions` are what the sources should be, `claims` those that no later entry of the log ends, by whom and
    when, `unmerged` the items of reports that wait to be merged, and `misplaced` those of which a report has
    no place of its own among the pages, so that it may be on none.
    """

    mentions: Mapping[str, _Ways]
    sources: Mapping[str, _Ways]
    places: Mapping[str, _Places]
    assessed_at: Mapping[str, datetime]
    claims: Mapping[str, tuple[str, datetime]]
    holders: frozenset[str]
    unmerged: frozenset[str]
    misplaced: frozenset[str]


async def faults_of_page(session: AsyncSession, items: Sequence[Item], now: datetime) -> list[str]:
    """Return what is wrong with these items, one sentence without its number for each fault of each item."""
    beside = await _beside(session, items)
    found: list[str] = []
    for item in items:
        found += _of_claim(item, beside, now)
        found += _of_sums(item, beside)
        found += ["Items whose reports have no places of their own"] * (item.item_id in beside.misplaced)
        found += _of_queue(item, beside)
        found += _of_decision(item, beside, now)
    return found


def _of_claim(item: Item, beside: _Beside, now: datetime) -> Iterator[str]:
    if item.released_at is not None and item.released_at > now + SKEW:
        yield "Items that were released at a time to come"
    held = (item.claim_id, item.claimed_by, item.lease_expires)
    if item.state != State.CLAIMED:
        if any(part is not None for part in (*held, item.claimed_at)):
            yield "Items with a claim that are not claimed"
        return
    # Claims of the first version tell no beginning; all of them have run out.
    has_begun = item.claimed_at is not None or (item.lease_expires or now) <= now
    if None in held or item.claimed_by not in beside.holders or not has_begun:
        yield "Claims without a holder, a beginning or an end"
    if item.claim_number is None or not _CLAIM_ID.fullmatch(item.claim_id or ""):
        yield "Claims without a name or a number"
    by_log = beside.claims.get(item.item_id)
    if by_log is None or by_log[0] != item.claimed_by:
        yield "Claims that are not in the audit log"
    latest = (now if by_log is None else min(by_log[1], now)) + LONGEST_HOLD
    if item.lease_expires is not None and item.lease_expires > latest + SKEW:
        yield "Claims that do not end within eight hours"


def _of_sums(item: Item, beside: _Beside) -> Iterator[str]:
    sources = beside.sources.get(item.item_id, {})
    mentions = beside.mentions.get(item.item_id, {})
    if sources != mentions:
        yield "Items whose reports are not counted as they are"
    if item.reports != sum(mentions.values()):
        yield "Items with another number of reports than they have"
    elif any(not 0 <= getattr(item, name) <= item.reports for name in COUNTERS):
        yield "Items of which more or fewer reports say something than there are"
    hours = [way.hour for way in mentions]
    if hours and (item.first_hour, item.last_hour) != (min(hours), max(hours)):
        yield "Items with other hours than their reports"


def _of_queue(item: Item, beside: _Beside) -> Iterator[str]:
    there = beside.places.get(item.item_id, set())
    mentions = beside.mentions.get(item.item_id, {})
    wanted = _places(item, mentions) if item.state == State.WAITING else set()
    if wanted and not there:
        yield "Waiting items that are in no queue"
    elif wanted != there:
        yield "Items in other places of the queue than theirs"
    if item.kind not in _KINDS:
        yield "Items of a kind that there is not"
    # Earlier versions summed up otherwise; a merge does it anew.
    is_summed = item.state == State.WAITING and item.item_id not in beside.unmerged
    if mentions and is_summed and (item.due_hour, item.began_hour) != _due_and_began(item, mentions):
        yield "Waiting items that are due at another hour than theirs"


def _of_decision(item: Item, beside: _Beside, now: datetime) -> Iterator[str]:
    assessed_at = beside.assessed_at.get(item.item_id)
    if item.state not in set(State):
        yield "Items in a state that there is not"
    if item.open_since > now + SKEW:
        yield "Items that came back in an hour to come"
    if item.state != State.ASSESSED:
        return
    if assessed_at is None:
        yield "Assessed items without an assessment"
    elif assessed_at < item.open_since - SKEW and _due_since(item, beside.mentions.get(item.item_id, {})):
        yield "Assessed items that came back, and that nobody has assessed since"


def _places(item: Item, mentions: _Ways) -> _Places:
    languages = {EVERY_LANGUAGE, *(way.language for way in mentions)} if mentions else set[str]()
    return {(language, item.due_hour, item.began_hour, item.kind) for language in languages}


def _due_and_began(item: Item, mentions: _Ways) -> tuple[datetime, datetime] | None:
    """Return when an item is due, and when it began to wait, by its mentions; None if nothing is due."""
    since = _due_since(item, mentions)
    if not since:
        return None
    raises = min(len({(way.portal, way.channel, way.hour) for way in since}) - 1, MAXIMUM_RAISES)
    due = min(way.due_hour for way in since) - timedelta(hours=RAISE_HOURS) * raises
    return due, max(min(way.arrival_hour for way in since), item.open_since)


def _due_since(item: Item, mentions: _Ways) -> Sequence[_Way]:
    return [way for way in mentions if way.due_hour >= item.open_since]


async def _beside(session: AsyncSession, items: Sequence[Item]) -> _Beside:
    ids = [item.item_id for item in items]
    return _Beside(
        mentions=await _mentions(session, ids),
        sources=await _sources(session, ids),
        places=await _places_of(session, ids),
        assessed_at=await _assessed_at(session, ids),
        claims=await _claims(session, [item.item_id for item in items if item.state == State.CLAIMED]),
        holders=await _holders(session, [item.claimed_by for item in items if item.claimed_by is not None]),
        unmerged=await _unmerged(session, ids),
        misplaced=await _misplaced(session, ids),
    )


async def _mentions(session: AsyncSession, ids: Sequence[str]) -> Mapping[str, _Ways]:
    """Count the mentions by their sources; what has left an item is counted until the item waits again."""
    ways = [getattr(Mention, name) for name in SOURCE]
    is_counted = or_(Mention.left.is_(False), Item.state != State.WAITING)
    counted = select(Mention.item_id, *ways, func.count()).join_from(Mention, Item)
    counted = counted.where(Mention.item_id.in_(ids), is_counted).group_by(Mention.item_id, *ways)
    return _by_item((await session.execute(counted)).all())


async def _sources(session: AsyncSession, ids: Sequence[str]) -> Mapping[str, _Ways]:
    ways = [getattr(Source, name) for name in SOURCE]
    counted = select(Source.item_id, *ways, Source.reports).where(Source.item_id.in_(ids))
    return _by_item((await session.execute(counted)).all())


def _by_item(rows: Sequence[Row[*tuple[Any, ...]]]) -> Mapping[str, _Ways]:
    found: dict[str, _Ways] = {}
    for item_id, *way, number in rows:
        found.setdefault(item_id, {})[_Way(*way)] = number
    return found


async def _places_of(session: AsyncSession, ids: Sequence[str]) -> Mapping[str, _Places]:
    columns = (QueuePlace.language, QueuePlace.due_hour, QueuePlace.began_hour, QueuePlace.kind)
    there = select(QueuePlace.item_id, *columns).where(QueuePlace.item_id.in_(ids))
    found: dict[str, _Places] = {}
    for item_id, language, due, began, kind in await session.execute(there):
        found.setdefault(item_id, set()).add((language, due, began, kind))
    return found


async def _assessed_at(session: AsyncSession, ids: Sequence[str]) -> Mapping[str, datetime]:
    newest = select(Assessment.item_id, func.max(Assessment.assessed_at))
    of_items = newest.where(Assessment.item_id.in_(ids)).group_by(Assessment.item_id)
    return {row.item_id: row[1] for row in await session.execute(of_items)}


async def _claims(session: AsyncSession, ids: Sequence[str]) -> Mapping[str, tuple[str, datetime]]:
    """Return by whom and when items were claimed, where the log has no later end of that claim."""
    of_claims = or_(
        AuditEntry.what == "claimed",
        AuditEntry.what.in_(_ENDS_A_CLAIM),
        AuditEntry.what.startswith("assessed_", autoescape=True),
    )
    last = select(func.max(AuditEntry.sequence)).where(and_(AuditEntry.subject.in_(ids), of_claims))
    entries = select(AuditEntry.subject, AuditEntry.what, AuditEntry.who, AuditEntry.at)
    newest = await session.execute(entries.where(AuditEntry.sequence.in_(last.group_by(AuditEntry.subject))))
    return {subject: (who, at) for subject, what, who, at in newest if what == "claimed"}


async def _holders(session: AsyncSession, key_ids: Sequence[str]) -> frozenset[str]:
    return frozenset(await session.scalars(select(AccessKey.key_id).where(AccessKey.key_id.in_(key_ids))))


async def _unmerged(session: AsyncSession, ids: Sequence[str]) -> frozenset[str]:
    waits = StoredReport.merged_revision < StoredReport.revision
    of_items = select(Mention.item_id).join_from(Mention, StoredReport).where(Mention.item_id.in_(ids), waits)
    return frozenset(await session.scalars(of_items.distinct()))


async def _misplaced(session: AsyncSession, ids: Sequence[str]) -> frozenset[str]:
    """Return the items with two reports in one place, or with one in a place that no page can begin with."""
    key, hexadecimal = Mention.page_key, "0123456789abcdef"
    has_form = and_(
        func.length(key) == _PAGE_KEY_LENGTH,
        func.ltrim(key, hexadecimal) == "",
        func.substr(key, 1, 1).in_(("0", "1")),
    )
    places = (
        select(Mention.item_id).where(Mention.item_id.in_(ids)).group_by(Mention.item_id, Mention.page_key)
    )
    odd = await session.scalars(places.having(or_(func.count() > 1, not_(has_form))).distinct())
    return frozenset(odd)
