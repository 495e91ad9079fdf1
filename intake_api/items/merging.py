"""Merges a report into the items of its addresses, in a transaction that can be repeated.

A merge depends only on the report's newest revision. If a crash cuts it off, nothing of it is kept, and it is
done again.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.items.circumstances import no_longer_tapped, tapped_anew
from intake_api.items.making import NamedAddress, addresses_in, make_missing
from intake_api.items.reopening import reopen, shown_words, take_back_words, take_words
from intake_api.items.totals import count, uncount, update_totals
from intake_api.items.words import (
    NOTHING,
    Said,
    SaidOfItem,
    count_words,
    counted_of,
    no_longer_said,
    remember,
    said_by,
)
from intake_api.store.models import Item, Mention, StoredReport
from intake_api.vault import Vault


class ItemGone(Exception):  # noqa: N818 - it names what happened, as the intake's other errors do
    """Another transaction deleted an item while this one waited for its lock: merge again, and remake it."""


async def merge(
    session: AsyncSession,
    vault: Vault,
    draft_id: str,
    now: datetime,
    reopen_after: timedelta | None = None,
) -> None:
    """Update the items of a report to its highest revision; a withdrawn report names no address.

    An item that is out of the queue keeps the reports with which it was claimed until it comes back. An item
    that was assessed `reopen_after` or longer before the report arrived comes back. If `reopen_after` is
    None, it does not, and the report is only counted. Words and circumstances that an assessed item did not
    have bring it back or mark it (see `reopening`). Raises ItemGone; the caller must then roll back.
    """
    mine = select(StoredReport).where(StoredReport.draft_id == draft_id)
    # If the report is locked, another process is merging it.
    report = (await session.scalars(mine.with_for_update(skip_locked=True))).one_or_none()
    if report is None or report.merged_revision >= report.revision:
        return
    named = addresses_in(vault, report)
    await make_missing(session, vault, named.values())
    touched = await _touched(session, draft_id, list(named))
    if not named.keys() <= {item.address_hash for item in touched}:
        raise ItemGone
    before = await _mentions_of(session, draft_id)
    said = said_by(vault, report)
    new_words = await _count_words(session, vault, report, said, touched, before, named.keys())
    tapped = max((one.circumstances for one in named.values()), default=0)
    new_taps = await tapped_anew(session, [item.item_id for item in touched], tapped)
    for item in touched:
        mention = before.get(item.item_id)
        if item.address_hash in named:
            new = new_words[item.item_id] | new_taps[item.item_id]
            await _take(
                session, item, mention, _News(report, said, named[item.address_hash], new, now), reopen_after
            )
        elif mention is not None:
            mention.left = True
        await session.flush()
        take_back_words(item, await no_longer_tapped(session, item.item_id, shown_words(item)))
        await update_totals(session, item)
    report.merged_revision = report.revision


async def _touched(session: AsyncSession, draft_id: str, hashes: list[bytes]) -> Sequence[Item]:
    mentioned = select(Mention.item_id).where(Mention.draft_id == draft_id)
    touched = select(Item).where(or_(Item.address_hash.in_(hashes), Item.item_id.in_(mentioned)))
    # Always in the same order, so that two merges of the same addresses cannot deadlock.
    return (await session.scalars(touched.order_by(Item.address_hash).with_for_update())).all()


async def _mentions_of(session: AsyncSession, draft_id: str) -> Mapping[str, Mention]:
    """Return the mentions by which a report is counted until now, by their items."""
    mentions = await session.scalars(select(Mention).where(Mention.draft_id == draft_id))
    return {mention.item_id: mention for mention in mentions}


async def _count_words(  # noqa: PLR0913, PLR0917 - what a report said and says, and of what
    session: AsyncSession,
    vault: Vault,
    report: StoredReport,
    said: Said,
    touched: Sequence[Item],
    before: Mapping[str, Mention],
    named: Collection[bytes],
) -> Mapping[str, frozenset[str]]:
    """Count what a report says now in place of what it said; returns the new words of each item, by kinds.

    Words of which it is not known whether they were said before are not new.
    """
    counted = counted_of(vault, report)
    changes = [
        SaidOfItem(
            item,
            before=(counted or NOTHING) if _is_counted(before.get(item.item_id)) else NOTHING,
            now=said if item.address_hash in named else NOTHING,
            leaves=item.address_hash not in named,
        )
        for item in touched
    ]
    new = await count_words(session, vault, changes)
    for change in changes:
        take_back_words(change.item, await no_longer_said(session, change))
    remember(vault, report, said)
    # Of a report that had left the item, nothing was counted: all that it says now is new.
    counted_for = {item_id for item_id, mention in before.items() if _is_counted(mention)}
    unknown = counted_for if counted is None else set[str]()
    return {item_id: frozenset() if item_id in unknown else kinds for item_id, kinds in new.items()}


def _is_counted(mention: Mention | None) -> bool:
    return mention is not None and not mention.left


@dataclass(frozen=True, slots=True)
class _News:
    """What a report says of one item, and when it is merged; `new_words` are kinds that it did not have."""

    report: StoredReport
    said: Said
    named: NamedAddress
    new_words: frozenset[str]
    now: datetime


async def _take(
    session: AsyncSession, item: Item, before: Mention | None, news: _News, reopen_after: timedelta | None
) -> None:
    report, arrived = news.report, news.report.arrival_hour
    if before is None:
        await reopen(session, item, [arrived], reopen_after)
        take_words(item, news.new_words, arrived)
    else:
        await uncount(session, before)
        take_words(item, news.new_words, max(arrived, _hour_of(news.now)))
    mention = Mention(
        item_id=item.item_id,
        draft_id=report.draft_id,
        portal=report.portal,
        channel=report.channel,
        language=report.language,
        hour=report.hour,
        due_hour=_due_hour(item, before, news),
        arrival_hour=report.arrival_hour,
        circumstances=news.named.circumstances,
        left=False,
        page_key=_page_key(before, news.said),
    )
    if before is None:
        session.add(mention)
    else:
        await session.merge(mention)
    await count(session, mention)


def _due_hour(item: Item, before: Mention | None, news: _News) -> datetime:
    """Return when a report is due; one that brought its item back by new words is not due before that."""
    brings_back = bool(news.new_words) or (before is not None and before.due_hour >= item.open_since)
    return max(news.named.due_hour, item.open_since) if brings_back else news.named.due_hour


def _page_key(before: Mention | None, said: Said) -> str:
    chance = secrets.token_hex(8) if before is None else before.page_key[1:]
    return f"{'0' if said.tells else '1'}{chance}"


def _hour_of(moment: datetime) -> datetime:
    return moment.replace(minute=0, second=0, microsecond=0)
