"""The route by which leads export assessments; each page is read, then audited, then answered."""

from typing import Annotated, Any, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from intake_api.analysts.transactions import TransactionsHere
from intake_api.export.assessments import (
    MAXIMUM_ROWS,
    Cursor,
    ExportedAssessment,
    as_csv,
    as_ndjson,
    exported,
    note_exported,
)
from intake_api.export.examples import CSV, NDJSON
from intake_api.http.access import KeyedRoute, LeadCaller
from intake_api.http.errors import WITH_KEY, documented

_PATH: Final = "/export/assessments"
# Kept small: while a page is audited, analysts wait for the audit log's lock.
_ROWS: Final = 100
_WRITERS: Final = {
    "ndjson": (as_ndjson, "application/x-ndjson"),
    "csv": (as_csv, "text/csv; charset=utf-8; header=present"),
}
# A browser saves it, and shows nothing of it.
_AS_A_FILE: Final = {"Content-Disposition": 'attachment; filename="assessments.csv"'}
_PAGE: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "Assessments in the order in which the database has them, whatever the clocks said.",
        "headers": {
            "Link": {
                "description": (
                    'The next page, rel="next", also where nothing is on it yet. A page of fewer rows than '
                    "`limit` is the last for now: keep the link, and ask again later."
                ),
                "required": True,
                "schema": {"type": "string"},
            },
            "Content-Disposition": {
                "description": "A table is a file to be saved.",
                "schema": {"const": _AS_A_FILE["Content-Disposition"]},
            },
        },
        "content": {
            "application/x-ndjson": {
                "schema": {
                    "type": "string",
                    "description": "One JSON object a line, of the shape that `contentSchema` gives.",
                    "contentSchema": ExportedAssessment.model_json_schema(),
                },
                "example": NDJSON,
            },
            "text/csv": {
                "schema": {
                    "type": "string",
                    "description": (
                        "A table for spreadsheets, with the same fields and a row of their names; lists have "
                        "spaces between. An apostrophe stands before what a formula could begin with."
                    ),
                },
                "example": CSV,
            },
        },
    },
    **documented(*WITH_KEY, "unknown-cursor"),
}

exports = APIRouter(prefix="/v1", tags=["leads"], route_class=KeyedRoute)


@exports.get(_PATH, summary="Export assessments", response_class=Response, responses=_PAGE)
async def assessments(
    transactions: TransactionsHere,
    lead: LeadCaller,
    form: Annotated[Literal["ndjson", "csv"], Query(alias="format")] = "ndjson",
    after: Annotated[Cursor | None, Query(description="where the page before ended; from its Link")] = None,
    limit: Annotated[int, Query(ge=1, le=MAXIMUM_ROWS)] = _ROWS,
) -> Response:
    """Give assessments with their items' addresses; each read is audited.

    Every assessment comes once, corrections too: one that names another in `corrects` stands in its place.
    """
    async with transactions.reading(lead) as request:
        rows, end = await exported(request, after, limit)
    # Opening the addresses takes its time, and nobody who writes waits for it.
    async with transactions.writing(lead) as request:
        note_exported(request, rows)
    write, media_type = _WRITERS[form]
    headers = {"Link": _next(form, end, limit)} | (_AS_A_FILE if form == "csv" else {})
    return Response(write(rows), media_type=media_type, headers=headers)


def _next(form: str, after: Cursor | None, limit: int) -> str:
    asked = {"format": form, "limit": limit} | ({} if after is None else {"after": after})
    return f'</v1{_PATH}?{urlencode(asked)}>; rel="next"'
