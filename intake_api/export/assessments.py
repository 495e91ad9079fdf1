"""Selects assessments for the export in the database's own order, each with its item as it is now.

Their sequence owes nothing to a clock: whoever follows the cursor gets each once. An assessment never
changes, so an exported page stays valid. A correction follows later as a row of its own, which names the
assessment that it replaces.
"""

import csv
import io
import re
from collections.abc import Container, Iterable, Sequence
from contextlib import suppress
from datetime import date, datetime
from typing import Annotated, Any, Final

from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from intake_api.analysts.analyst_request import AnalystRequest
from intake_api.analysts.assessing import current, decided
from intake_api.analysts.decision import Recorded
from intake_api.analysts.showing import addresses_of, summaries_of
from intake_api.analysts.spoilt_rows import SPOILT_DECISION, is_whole_assessment, is_whole_item, opens
from intake_api.faults import Reason, Refused
from intake_api.store.models import Assessment, Item
from intake_api.vault import Vault

MAXIMUM_ROWS: Final = 500
# The number and the id of the last assessment that the caller has. Cursors of earlier versions have its time
# in place of the number. The id alone says where it is: no other database has it, and no other time.
Cursor = Annotated[str, Field(pattern="^[0-9]{1,16}-[0-9a-f]{32}$")]
# Spreadsheets calculate a cell that begins like a formula. In many countries they split columns at `;`, and
# some split at line breaks: so a formula may begin in the middle of one of our cells. Quotes after the
# separator are then read as those of a cell, and in a cell that was split, commas separate too.
_AS_A_FORMULA: Final = r"(?=[\"'\s]*[-=+@－＝＋＠])"
_IN_ONE_LINE: Final = re.compile(rf"^(?=\t)|(?:^|(?<=[;\t])){_AS_A_FORMULA}")
_IN_LINES: Final = re.compile(rf"^(?=[\t\r\n])|(?:^|(?<=[,;\t\r\n])){_AS_A_FORMULA}")


class ExportedAssessment(Recorded):
    """One assessment, in the terms of the `vocabulary` that it was made under, and the item that it is of.

    `corrects` names the assessment in whose place it stands; `holds` says that it was the item's last word
    when the row was written. What was not recorded is null, or no flag. The item's hours are the first and
    the last in which it was reported; it was reported `reports` times. `changed_on` is the last day on which
    reports said something of it that it did not have when it was assessed: the kinds are `changed_words`.
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
    changed_on: date | None = None
    changed_words: tuple[str, ...] = ()


async def exported(
    request: AnalystRequest, after: Cursor | None, limit: int
) -> tuple[Sequence[ExportedAssessment], Cursor | None]:
    """Return the next assessments and where the page after them begins; the caller must audit them.

    What somebody spoilt, so that it cannot be shown, is passed over: `reportline doctor` names it.
    Raises Refused (unknown-cursor) if this database has no assessment that the cursor names.
    """
    known = 0 if after is None else await _number_of(request.session, after)
    whole = select(Assessment).where(Assessment.sequence > known, is_whole_assessment(request.session))
    following = whole.order_by(Assessment.sequence)
    rows = (await request.session.scalars(following.limit(limit))).all()
    shown = await _shown(request, rows)
    return shown, f"{rows[-1].sequence}-{rows[-1].assessment_id}" if rows else after


def note_exported(request: AnalystRequest, rows: Sequence[ExportedAssessment]) -> None:
    """Write into the audit log that the addresses of these items were exported."""
    request.note("address_exported", *dict.fromkeys(row.item_id for row in rows))


def as_ndjson(rows: Iterable[ExportedAssessment]) -> bytes:
    """Write one JSON object per line."""
    return "".join(f"{row.model_dump_json()}\n" for row in rows).encode()


def as_csv(rows: Iterable[ExportedAssessment]) -> bytes:
    """Write a CSV table (RFC 4180) that spreadsheets read as UTF-8 and never calculate.

    An apostrophe is put before each cell that could begin a formula, so such an address is not exact.
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
    like_a_formula = _IN_LINES if re.search(r"[\r\n]", text) else _IN_ONE_LINE
    return like_a_formula.sub("'", text)


async def _number_of(session: AsyncSession, cursor: Cursor) -> int:
    # Nothing else of it is read: somebody may have spoilt it since.
    known = select(Assessment.sequence).where(Assessment.assessment_id == cursor.partition("-")[2])
    number = await session.scalar(known)
    if number is None:
        raise Refused(Reason.UNKNOWN_CURSOR)
    return number


async def _shown(request: AnalystRequest, rows: Sequence[Assessment]) -> list[ExportedAssessment]:
    items = await _items(request, {row.item_id for row in rows})
    current_ids = await _current_ids(request.session, items)
    shown = list[ExportedAssessment]()
    for row in rows:
        if row.item_id in items:
            with suppress(*SPOILT_DECISION):
                shown.append(_row(request.vault, row, items[row.item_id], current_ids))
    return shown


def _row(
    vault: Vault, row: Assessment, item: dict[str, Any], current_ids: Container[str]
) -> ExportedAssessment:
    of_row = {
        "assessment_id": row.assessment_id,
        "assessed_at": row.assessed_at,
        "corrects": row.corrects,
        "holds": row.assessment_id in current_ids,
        "vocabulary": row.vocabulary,
    }
    return ExportedAssessment.model_validate(decided(vault, row) | item | of_row)


async def _current_ids(session: AsyncSession, item_ids: Iterable[str]) -> set[str]:
    """Return the ids of the current assessments of these items."""
    newest = current(Item.item_id.expression).with_only_columns(Assessment.assessment_id).correlate(Item)
    found = await session.scalars(select(newest.scalar_subquery()).where(Item.item_id.in_(item_ids)))
    return {assessment_id for assessment_id in found if assessment_id is not None}


async def _items(request: AnalystRequest, item_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return the exported fields of these items, by item id; of those alone that can be shown."""
    of_rows = select(Item).where(Item.item_id.in_(item_ids), is_whole_item(request.session))
    items = [item for item in await request.session.scalars(of_rows) if opens(request.vault, item)]
    summaries = await summaries_of(request.session, items)
    return {
        item.item_id: summary | _opened(request.vault, item)
        for item, summary in zip(items, summaries, strict=True)
    }


def _opened(vault: Vault, item: Item) -> dict[str, Any]:
    addresses = addresses_of(vault, item)
    return {
        "address_given": addresses.given,
        "address_canonical": addresses.canonical,
        "needs_joining": addresses.needs_joining,
    }
