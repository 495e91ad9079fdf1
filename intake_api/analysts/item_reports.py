"""Pages through an item's reports in an order that tells no time, and finds what was named together with it.

Reports that say something of the page come first, each group in random order. A page's cursor is a random
number of the item's own: it names no report elsewhere.
"""

import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Final

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from intake_api.analysts.shapes import ReportShown, ReportsShown
from intake_api.analysts.spoilt_rows import is_whole_item, opens
from intake_api.hand_in.reports import content_of
from intake_api.items.making import address_hash
from intake_api.store.columns import later_than
from intake_api.store.models import Item, Mention, StoredReport
from intake_api.store.wrong_values import has_right_values
from intake_api.vault import Vault, VaultClosed

REPORTS_A_PAGE: Final = 50
MAXIMUM_TOGETHER: Final = 20
PAGE_KEY: Final = re.compile("[01][0-9a-f]{16}")
_SAYS_LITTLE: Final = "1"  # what the page keys of reports begin with that say nothing of the page


async def reports_page(
    session: AsyncSession, vault: Vault, item: Item, after: str | None = None
) -> ReportsShown:
    """Return the next page of an item's reports after a cursor, without those that somebody spoilt."""
    mentioned = select(Mention.page_key, Mention.draft_id)
    following = mentioned.where(
        Mention.item_id == item.item_id,
        later_than(Mention.page_key, after),
    )
    page = following.order_by(Mention.page_key).limit(REPORTS_A_PAGE + 1)
    rows = (await session.execute(page)).all()
    shown = rows[:REPORTS_A_PAGE]
    return ReportsShown(
        reports=list(_reports(vault, item, await _whole_reports(session, [row.draft_id for row in shown]))),
        next=_cursor([key for key, _ in shown]) if len(rows) > len(shown) else None,
    )


def shows_all_words(first: ReportsShown) -> bool:
    """Return whether an item's first page holds all of its reports that say something of the page."""
    return first.next is None or first.next.startswith(_SAYS_LITTLE)


async def named_together(session: AsyncSession, vault: Vault, item: Item) -> Sequence[Item]:
    """Return other items that the item's reports name, at most MAXIMUM_TOGETHER, in the order of ids."""
    other = aliased(Mention)
    ids = (
        select(other.item_id)
        .join_from(Mention, other, Mention.draft_id == other.draft_id)
        .where(Mention.item_id == item.item_id, Mention.left.is_(False))
        .where(other.item_id != item.item_id, other.left.is_(False))
        .distinct()
        .order_by(other.item_id)
        .limit(MAXIMUM_TOGETHER)
    )
    named = select(Item).where(Item.item_id.in_(ids), is_whole_item(session)).order_by(Item.item_id)
    return [item for item in await session.scalars(named) if opens(vault, item)]


def _cursor(page_keys: Sequence[str]) -> str | None:
    """Return the last of a page's keys that is one, since another could not be asked for."""
    return next((key for key in reversed(page_keys) if PAGE_KEY.fullmatch(key)), None)


async def _whole_reports(session: AsyncSession, draft_ids: Sequence[str]) -> Sequence[StoredReport]:
    """Return these reports in this order, without those that somebody spoilt."""
    whole = select(StoredReport).where(
        StoredReport.draft_id.in_(draft_ids), has_right_values(session, StoredReport)
    )
    found = {report.draft_id: report for report in await session.scalars(whole)}
    return [found[draft_id] for draft_id in draft_ids if draft_id in found]


def _reports(vault: Vault, item: Item, reports: Sequence[StoredReport]) -> Iterator[ReportShown]:
    for report in reports:
        with suppress(VaultClosed, ValueError):
            yield _report(vault, item, report)


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
