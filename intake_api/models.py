"""The tables: no column can hold a report's time finer than an hour, none holds an address in clear.

Tables of reports have no row numbers: SQLite would count them up and so tell the order of arrival.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    CheckConstraint,
    DateTime,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    TypeDecorator,
    literal,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_ROW_NUMBERS = {"sqlite_with_rowid": False}


class HourType(TypeDecorator[datetime]):
    """A time as the number of its hour since 1970, UTC: nothing finer fits in."""

    impl = Integer
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> int | None:
        """Cut a time down to its hour."""
        return None if value is None else (value - _EPOCH) // timedelta(hours=1)

    def process_result_value(self, value: int | None, _dialect: Dialect) -> datetime | None:
        """Give the hour's beginning."""
        return None if value is None else _EPOCH + timedelta(hours=value)


class ExactTime(TypeDecorator[datetime]):
    """An exact time in UTC; only for what analysts and operators do."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Say again that it is UTC, which SQLite does not keep."""
        return None if value is None else value.replace(tzinfo=UTC)


class Base(DeclarativeBase):
    """All tables of the intake."""


class State(StrEnum):
    """Where an item is."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    ASSESSED = "assessed"


class StoredReport(Base):
    """One submission at its highest revision; `content` is a sealed `Content`, or none once withdrawn.

    `hour` is the reporter's tap on Send, `arrival_hour` that of the first revision here. The report waits to
    be merged into items while `merged_revision` is behind `revision`.
    """

    __tablename__ = "reports"
    __table_args__ = (
        Index("reports_by_receipt", "receipt_hash"),
        Index("reports_to_merge", "draft_id", sqlite_where=text("merged_revision < revision")),
        _NO_ROW_NUMBERS,
    )

    draft_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    revision: Mapped[int] = mapped_column(SmallInteger)
    merged_revision: Mapped[int] = mapped_column(SmallInteger, default=0)
    receipt_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    portal: Mapped[str] = mapped_column(String(32))
    channel: Mapped[str] = mapped_column(String(32))
    language: Mapped[str] = mapped_column(String(3))
    hour: Mapped[datetime] = mapped_column(HourType)
    arrival_hour: Mapped[datetime] = mapped_column(HourType)
    advice_version: Mapped[int]
    withdrawn: Mapped[bool]
    content: Mapped[bytes | None] = mapped_column(LargeBinary)


class Item(Base):
    """One distinct address in the analysts' queue; its random id is its place within the due hour."""

    __tablename__ = "items"
    __table_args__ = (
        CheckConstraint("(state = 'claimed') = (claim_id IS NOT NULL)", name="a_claim_is_named"),
        Index("items_waiting", "due_hour", "item_id", sqlite_where=text("state = 'waiting'")),
        Index("items_leased", "lease_expires", sqlite_where=text("state = 'claimed'")),
        _NO_ROW_NUMBERS,
    )

    item_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    canonicaliser: Mapped[int] = mapped_column(SmallInteger)
    given: Mapped[bytes] = mapped_column(LargeBinary)
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(String(32))
    reports: Mapped[int]
    first_hour: Mapped[datetime] = mapped_column(HourType)
    last_hour: Mapped[datetime] = mapped_column(HourType)
    due_hour: Mapped[datetime] = mapped_column(HourType)
    state: Mapped[str] = mapped_column(String(8))
    claim_id: Mapped[str | None] = mapped_column(String(16), unique=True)
    claimed_by: Mapped[str | None] = mapped_column(ForeignKey("access_keys.key_id"))
    lease_expires: Mapped[datetime | None] = mapped_column(ExactTime)


class Mention(Base):
    """A report names an item's address, which is due for it at `due_hour`."""

    __tablename__ = "mentions"
    __table_args__ = (Index("mentions_by_report", "draft_id"), _NO_ROW_NUMBERS)

    item_id: Mapped[str] = mapped_column(ForeignKey("items.item_id"), primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("reports.draft_id"), primary_key=True)
    due_hour: Mapped[datetime] = mapped_column(HourType)


class Assessment(Base):
    """What an analyst decided under one claim; rows are added and never changed."""

    __tablename__ = "assessments"
    __table_args__ = (Index("assessments_of_item", "item_id"),)

    assessment_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.item_id"))
    claim_id: Mapped[str] = mapped_column(String(16), unique=True)
    assessed_by: Mapped[str] = mapped_column(ForeignKey("access_keys.key_id"))
    assessed_at: Mapped[datetime] = mapped_column(ExactTime)
    vocabulary: Mapped[int] = mapped_column(SmallInteger)
    outcome: Mapped[str] = mapped_column(String(32))
    severity: Mapped[str | None] = mapped_column(String(1))
    youngest_child: Mapped[str | None] = mapped_column(String(32))
    action: Mapped[str | None] = mapped_column(String(32))
    note: Mapped[bytes | None] = mapped_column(LargeBinary)


class AccessKey(Base):
    """One key that opens one door; only the hash of its token is here."""

    __tablename__ = "access_keys"

    key_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime] = mapped_column(ExactTime)
    revoked_at: Mapped[datetime | None] = mapped_column(ExactTime)


class AuditEntry(Base):
    """One read or decision; `chain` is the keyed hash of the entry and of the chain before it."""

    __tablename__ = "audit_log"

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(ExactTime)
    who: Mapped[str] = mapped_column(String(12))
    what: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(32))
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))


# Written out in the statement: not every planner sees that a parameter fits a partial index.
is_waiting = Item.state == literal("waiting", literal_execute=True)
is_claimed = Item.state == literal("claimed", literal_execute=True)
