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

from conversations.address import read
from intake_api.analysts.assessing import decided, uncorrected
from intake_api.analysts.claims import Desk, sources_of
from intake_api.analysts.decision import Recorded
from intake_api.store.columns import ExactTime
from intake_api.store.models import Assessment, Item
from intake_api.vault import Place, Vault

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
    """Give of each item the assessment that holds: the latest of those that nobody has corrected."""
    holding = select(Assessment).where(Assessment.item_id.in_(item_ids), uncorrected())
    latest_last = await session.scalars(holding.order_by(Assessment.assessed_at))
    return set({row.item_id: row.assessment_id for row in latest_last}.values())


async def _items(desk: Desk, item_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Give the fields of these items, by their ids."""
    found = (await desk.session.scalars(select(Item).where(Item.item_id.in_(item_ids)))).all()
    ways: dict[str, tuple[set[str], set[str]]] = {item.item_id: (set(), set()) for item in found}
    for item_id, portal, language in await sources_of(desk.session, ways):
        portals, languages = ways[item_id]
        portals.add(portal)
        languages.add(language)
    return {item.item_id: _fields(desk.vault, item, *ways[item.item_id]) for item in found}


def _fields(vault: Vault, item: Item, portals: set[str], languages: set[str]) -> dict[str, Any]:
    given = vault.open(Place("items", item.item_id, "given"), item.given)
    known = read(given)
    return {
        "item_id": item.item_id,
        "address_given": given,
        "address_canonical": vault.open(Place("items", item.item_id, "canonical"), item.canonical),
        "kind": item.kind,
        "needs_joining": known is not None and known.needs_joining,
        "reports": item.reports,
        "portals": sorted(portals),
        "languages": sorted(languages),
        "first_hour": item.first_hour,
        "last_hour": item.last_hour,
    }
