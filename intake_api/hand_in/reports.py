"""Opens handed-in reports and stores each at its highest revision; reads and changes no other row."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from conversations.wire.report import (
    Access,
    Circumstance,
    Depiction,
    Live,
    Reached,
    Report,
    ReportedAddress,
    SealedReport,
    Seen,
)
from conversations.wire.sealing import NotOpened, UnknownShape, unseal
from intake_api.faults import Reason, Refused
from intake_api.hand_in.hour_log import HourLog
from intake_api.keys import IntakeKeys, is_key_id
from intake_api.store.database import upsert
from intake_api.store.models import StoredReport
from intake_api.vault import Place, Vault


class Content(BaseModel):
    """What a reporter said: the part of a report that is sealed at rest and erased by a withdrawal."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    addresses: tuple[ReportedAddress, ...] = Field(default=(), repr=False)
    circumstances: tuple[Circumstance, ...] = ()
    depiction: Depiction | None = None
    reached: Reached | None = None
    referer: str | None = Field(default=None, repr=False)
    access: Access | None = None
    page_password: str | None = Field(default=None, repr=False)
    position: str | None = Field(default=None, repr=False)
    seen: Seen | None = None
    live: Live | None = None
    note: str | None = Field(default=None, repr=False)


def open_report(sealed: SealedReport, keys: IntakeKeys, draft_id: str, hour_log: HourLog) -> Report:
    """Open a sealed report; raises Refused if that is impossible, or it is another draft's or too new."""
    try:
        report = unseal(sealed, keys.seals)
    except NotOpened:
        is_known = sealed.key_id in keys.seals
        hour_log.note("malformed_seal", "broken_seal" if is_known else "unknown_key")
        # It names no reporter: all reports of a bot are sealed to the same key.
        named = None if is_known or not is_key_id(sealed.key_id) else sealed.key_id
        raise Refused(Reason.SEAL_NOT_OPENED, key_id=named) from None
    except UnknownShape:
        hour_log.note("unknown_shape")
        raise Refused(Reason.UNKNOWN_SHAPE) from None
    if report.draft_id != draft_id:
        raise Refused(Reason.OTHER_DRAFT)
    return report


async def keep(session: AsyncSession, vault: Vault, report: Report, now: datetime) -> None:
    """Store a report unless this revision or a higher one is there; the answer is the same in either case.

    A later revision is accepted whenever it comes, and only with the receipt of the first one. Draft id and
    receipt are both secrets of one talk: a thief of draft ids does not have the receipts.
    """
    row = _row(vault, report, now)
    insert = upsert(session, StoredReport).values(row)
    first_only = {"draft_id", "receipt_hash", "arrival_hour"}
    newer = StoredReport.revision < insert.excluded.revision
    same_talk = StoredReport.receipt_hash == insert.excluded.receipt_hash
    await session.execute(
        insert.on_conflict_do_update(
            index_elements=[StoredReport.draft_id],
            set_={name: insert.excluded[name] for name in row if name not in first_only},
            where=newer & same_talk,
        )
    )


def receipt_hash(vault: Vault, receipt: str) -> bytes:
    """Return the keyed hash of a receipt; the receipt itself is not stored."""
    return vault.blind_receipt(receipt)


def content_of(vault: Vault, stored: StoredReport) -> Content:
    """Decrypt a stored report's content; it is empty once withdrawn. Raises VaultClosed."""
    if stored.content is None:
        return Content()
    return Content.model_validate_json(vault.open(_content_place(stored.draft_id), stored.content))


def _row(vault: Vault, report: Report, now: datetime) -> dict[str, object]:
    return {
        "draft_id": report.draft_id,
        "revision": report.revision,
        "receipt_hash": receipt_hash(vault, report.receipt),
        "portal": report.portal,
        "channel": report.channel,
        "language": report.language,
        "hour": report.hour,
        "arrival_hour": now,
        "advice_version": report.advice_version,
        "withdrawn": report.withdrawn,
        "content": None if report.withdrawn else _sealed_content(vault, report),
    }


def _sealed_content(vault: Vault, report: Report) -> bytes:
    said = report.model_dump_json(include=set(Content.model_fields), exclude_defaults=True)
    return vault.seal(_content_place(report.draft_id), said)


def _content_place(draft_id: str) -> Place:
    return Place("reports", draft_id, "content")
