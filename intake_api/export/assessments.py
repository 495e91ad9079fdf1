"""Assessments on their way out: every one, in the order in which they were made, with its item as it now is.

Nothing that was decided ever changes, so whoever has a page has it for good, and a correction comes later as
a row of its own that names what it corrects.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

from pydantic import Field
from sqlalchemy import ColumnElement, literal, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.analysts.assessing import decided, holding
from intake_api.analysts.decision import Recorded
from intake_api.analysts.desk import Desk
from intake_api.analysts.showing import addresses_of, summaries_of
from intake_api.store.columns import ExactTime
from intake_api.store.models import Assessment, Item
from intake_api.vault import Vault

MAXIMUM_ROWS: Final = 500
# One that is decided earlier may be committed later; within this time it is committed, or never.
SETTLED: Final = timedelta(minutes=5)
Cursor = Annotated[str, Field(pattern="^[0-9]{1,16}-[0-9a-f]{32}$")]
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
# A cell that begins like a formula is calculated. Where `;` separates columns, as it does for spreadsheets in
# many countries, and where a line breaks, a cell may begin within one of ours.
_LIKE_A_FORMULA: Final = re.compile(r"^(?=[\t\r\n])|(?:^|(?<=[;\t\r\n]))(?=\s*[-=+@－＝＋＠])")


class ExportedAssessment(Recorded):
    """One assessment, in the terms of the `vocabulary` that it was made under, and the item that it is of.

    `corrects` names the assessment in whose place it stands; `holds` says that it was the item's last word
    when the row was written. What was not recorded is null, or no flag. The item's hours are the first and
    the last in which it was reported; it was reported `reports` times.
    """

    holds: bool
    item_id: str
    address_given: str = Field(repr=False)
    address_canonical: str = Field(repr=False)
    kind: str
    needs_joining: bool
    reports: int
    portals: tuple[str, ...]
    languages: tuple[str, ...]
    first_hour: datetime
    last_hour: datetime


def cursor_of(row: ExportedAssessment) -> Cursor:
    """Give the place after a row, from which the next page begins."""
    return f"{(row.assessed_at - _EPOCH) // _MICROSECOND}-{row.assessment_id}"


async def exported(desk: Desk, after: Cursor | None, limit: int) -> Sequence[ExportedAssessment]:
    """Give the next assessments, once they are older than SETTLED; audited for each item."""
    settled = select(Assessment).where(Assessment.assessed_at <= desk.now - SETTLED)
    following = settled if after is None else settled.where(_is_after(after))
    in_order = following.order_by(Assessment.assessed_at, Assessment.assessment_id)
    rows = (await desk.session.scalars(in_order.limit(limit))).all()
    shown = await _shown(desk, rows)
    await desk.note("address_exported", *dict.fromkeys(row.item_id for row in rows))
    return shown


def as_ndjson(rows: Iterable[ExportedAssessment]) -> bytes:
    """Write one JSON object a line."""
    return "".join(f"{row.model_dump_json()}\n" for row in rows).encode()


def as_csv(rows: Iterable[ExportedAssessment]) -> bytes:
    """Write a table (RFC 4180) that no spreadsheet calculates, nor takes for anything but UTF-8.

    An apostrophe stands before whatever a formula could begin with, so an address may not be exact.
    """
    table = io.StringIO()
    writer = csv.writer(table, quoting=csv.QUOTE_ALL)
    writer.writerow(ExportedAssessment.model_fields)
    writer.writerows([_cell(value) for value in row.model_dump(mode="json").values()] for row in rows)
    return table.getvalue().encode("utf-8-sig")


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    text = " ".join(value) if isinstance(value, list) else str(value)
    return _LIKE_A_FORMULA.sub("'", text)


def _is_after(cursor: Cursor) -> ColumnElement[bool]:
    microseconds, _, assessment_id = cursor.partition("-")
    assessed_at = _EPOCH + int(microseconds) * _MICROSECOND
    here = tuple_(Assessment.assessed_at, Assessment.assessment_id)
    return here > tuple_(literal(assessed_at, ExactTime), literal(assessment_id))


async def _shown(desk: Desk, rows: Sequence[Assessment]) -> list[ExportedAssessment]:
    items = await _items(desk, {row.item_id for row in rows})
    holding = await _holding(desk.session, items)
    return [
        ExportedAssessment.model_validate(
            decided(desk.vault, row)
            | items[row.item_id]
            | {
                "assessment_id": row.assessment_id,
                "assessed_at": row.assessed_at,
                "corrects": row.corrects,
                "holds": row.assessment_id in holding,
                "vocabulary": row.vocabulary,
            }
        )
        for row in rows
    ]


async def _holding(session: AsyncSession, item_ids: Iterable[str]) -> set[str]:
    """Give the assessments of these items that hold."""
    newest = holding(Item.item_id.expression).with_only_columns(Assessment.assessment_id).correlate(Item)
    found = await session.scalars(select(newest.scalar_subquery()).where(Item.item_id.in_(item_ids)))
    return {assessment_id for assessment_id in found if assessment_id is not None}


async def _items(desk: Desk, item_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Give the fields of these items, by their ids."""
    items = (await desk.session.scalars(select(Item).where(Item.item_id.in_(item_ids)))).all()
    summaries = await summaries_of(desk.session, items)
    return {
        item.item_id: summary | _opened(desk.vault, item)
        for item, summary in zip(items, summaries, strict=True)
    }


def _opened(vault: Vault, item: Item) -> dict[str, Any]:
    addresses = addresses_of(vault, item)
    return {
        "address_given": addresses.given,
        "address_canonical": addresses.canonical,
        "needs_joining": addresses.needs_joining,
    }
