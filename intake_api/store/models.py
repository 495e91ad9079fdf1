"""The tables; no column holds a report's time finer than an hour, and none holds an address in plain text."""

from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import (
    JSON,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    SmallInteger,
    String,
    UniqueConstraint,
    false,
    literal,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from intake_api.store.columns import NO_ROW_NUMBERS, DayType, ExactTime, HourType, only_where

EVERY_LANGUAGE: Final = ""
EVERY_KIND: Final = ""
# A program that prolongs its claim for ever must not keep the item from other analysts.
LONGEST_HOLD: Final = timedelta(hours=8)


class Base(DeclarativeBase):
    """All tables of the intake."""


class State(StrEnum):
    """The state of an item."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    ASSESSED = "assessed"


class StoredReport(Base):
    """One submission at its highest revision; `content` is a sealed `Content`, or none once withdrawn.

    `hour` is the reporter's tap on Send, `arrival_hour` that of the first revision here. The report waits to
    be merged into items while `merged_revision` is behind `revision`. `counted` is what the items count of it
    now, sealed; there is none before it was merged, and once it is withdrawn.
    """

    __tablename__ = "reports"
    __table_args__ = (
        Index("reports_by_receipt", "receipt_hash"),
        Index("reports_to_merge", "draft_id", **only_where("merged_revision < revision")),
        Index("reports_by_arrival", "arrival_hour"),
        NO_ROW_NUMBERS,
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
    counted: Mapped[bytes | None] = mapped_column(LargeBinary)


class Item(Base):
    """One distinct address; its random id gives its order among the items of the same due hour.

    `index_key` and `canonicaliser` say how its two hashes were made. `reports` and all hours but `open_since`
    are summed up from its sources; `due_hour` and `began_hour`, when it began to wait, count only the sources
    due since `open_since`, when the item last came back. `seen_today` to `notes` count the reports that say
    so.

    `unseen` says that the page could not be seen, and `not_illegal` that it was not illegal, by the outcome
    that holds. `changed_words` (kinds of words and circumstances, with spaces between) came since;
    `unshown_words` came since the item was claimed or assessed, and nobody who decides about it was shown
    them yet. `changed_on` is the last day of either. `came_back_on` is the last day on which words brought it
    back, and `recalled_by` the kinds that did so and may do so once. `lapsed_claim` is a claim
    that ran out and was given back, by which its holder, `lapsed_by`, may still decide until somebody claims
    the item. `claim_number` names the claim to its holder, and `claim_shown` says whether they were shown it.
    """

    __tablename__ = "items"
    __table_args__ = (
        CheckConstraint("(state = 'claimed') = (claim_id IS NOT NULL)", name="a_claim_is_named"),
        Index("items_by_host", "host_hash", "last_hour", "item_id"),
        Index("items_leased", "lease_expires", **only_where("state = 'claimed'")),
        Index("items_lapsed", "lapsed_claim", **only_where("lapsed_claim IS NOT NULL")),
        NO_ROW_NUMBERS,
    )

    item_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    address_hash: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    host_hash: Mapped[bytes | None] = mapped_column(LargeBinary(32))
    index_key: Mapped[str] = mapped_column(String(8), server_default="")
    canonicaliser: Mapped[int] = mapped_column(SmallInteger)
    given: Mapped[bytes] = mapped_column(LargeBinary)
    canonical: Mapped[bytes] = mapped_column(LargeBinary)
    kind: Mapped[str] = mapped_column(String(32))
    reports: Mapped[int]
    first_hour: Mapped[datetime] = mapped_column(HourType)
    last_hour: Mapped[datetime] = mapped_column(HourType)
    open_since: Mapped[datetime] = mapped_column(HourType, server_default="0")
    due_hour: Mapped[datetime] = mapped_column(HourType)
    began_hour: Mapped[datetime] = mapped_column(HourType, server_default="0")
    state: Mapped[str] = mapped_column(String(8))
    claim_id: Mapped[str | None] = mapped_column(String(16), unique=True)
    claimed_by: Mapped[str | None] = mapped_column(ForeignKey("access_keys.key_id"))
    claimed_at: Mapped[datetime | None] = mapped_column(ExactTime)
    released_by: Mapped[str | None] = mapped_column(String(12))
    released_at: Mapped[datetime | None] = mapped_column(ExactTime)
    lease_expires: Mapped[datetime | None] = mapped_column(ExactTime)
    seen_today: Mapped[int] = mapped_column(default=0, server_default="0")
    live: Mapped[int] = mapped_column(default=0, server_default="0")
    passwords: Mapped[int] = mapped_column(default=0, server_default="0")
    positions: Mapped[int] = mapped_column(default=0, server_default="0")
    notes: Mapped[int] = mapped_column(default=0, server_default="0")
    unseen: Mapped[bool] = mapped_column(default=False, server_default=false())
    not_illegal: Mapped[bool] = mapped_column(default=False, server_default=false())
    changed_on: Mapped[date | None] = mapped_column(DayType)
    changed_words: Mapped[str] = mapped_column(String(128), default="", server_default="")
    unshown_words: Mapped[str] = mapped_column(String(128), default="", server_default="")
    came_back_on: Mapped[date | None] = mapped_column(DayType)
    recalled_by: Mapped[str] = mapped_column(String(64), default="", server_default="")
    lapsed_claim: Mapped[str | None] = mapped_column(String(16))
    lapsed_by: Mapped[str | None] = mapped_column(String(12))
    claim_number: Mapped[int | None] = mapped_column(SmallInteger)
    claim_shown: Mapped[bool] = mapped_column(default=False, server_default=false())


class Mention(Base):
    """A report that names an item's address; it is counted under the source that the other columns name.

    `circumstances` are what its reporter tapped, as bits. `left` says that the report was withdrawn or no
    longer names the address, while the item was out of the queue; it is counted until the item comes back.
    `page_key` is the report's place among the pages of the item's reports: "0" if it says something of the
    page and "1" if not, and 64 random bits.
    """

    __tablename__ = "mentions"
    __table_args__ = (
        Index("mentions_by_report", "draft_id"),
        Index(
            "mentions_that_left",
            "item_id",
            sqlite_where=text('"left" IS 1'),
            postgresql_where=text('"left" IS true'),
        ),
        Index("mentions_by_page", "item_id", "page_key"),
        NO_ROW_NUMBERS,
    )

    item_id: Mapped[str] = mapped_column(ForeignKey("items.item_id"), primary_key=True)
    draft_id: Mapped[str] = mapped_column(ForeignKey("reports.draft_id"), primary_key=True)
    portal: Mapped[str] = mapped_column(String(32), server_default="")
    channel: Mapped[str] = mapped_column(String(32), server_default="")
    language: Mapped[str] = mapped_column(String(3), server_default="")
    hour: Mapped[datetime] = mapped_column(HourType, server_default="0")
    due_hour: Mapped[datetime] = mapped_column(HourType)
    arrival_hour: Mapped[datetime] = mapped_column(HourType, server_default="0")
    circumstances: Mapped[int] = mapped_column(SmallInteger, server_default="0")
    left: Mapped[bool] = mapped_column(default=False, server_default=false())
    page_key: Mapped[str] = mapped_column(String(17), server_default="")


class ItemWord(Base):
    """The keyed hash of a word that reports say of an item, and how many of them say it now."""

    __tablename__ = "item_words"
    __table_args__ = (NO_ROW_NUMBERS,)

    item_id: Mapped[str] = mapped_column(ForeignKey("items.item_id"), primary_key=True)
    word: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    reports: Mapped[int]


class Source(Base):
    """The number of an item's reports of the same portal, channel, language, hours and circumstances.

    An item has few sources however many reports it has, so summing them up stays cheap in a flood of reports.
    """

    __tablename__ = "sources"
    __table_args__ = (NO_ROW_NUMBERS,)

    item_id: Mapped[str] = mapped_column(ForeignKey("items.item_id"), primary_key=True)
    portal: Mapped[str] = mapped_column(String(32), primary_key=True)
    channel: Mapped[str] = mapped_column(String(32), primary_key=True)
    language: Mapped[str] = mapped_column(String(3), primary_key=True)
    hour: Mapped[datetime] = mapped_column(HourType, primary_key=True)
    due_hour: Mapped[datetime] = mapped_column(HourType, primary_key=True)
    arrival_hour: Mapped[datetime] = mapped_column(HourType, primary_key=True)
    circumstances: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    reports: Mapped[int]


class QueuePlace(Base):
    """A waiting item's place in a queue: one row for EVERY_LANGUAGE, and one for each of its languages."""

    __tablename__ = "queue_places"
    __table_args__ = (
        Index("queue_places_by_kind", "language", "kind", "due_hour", "item_id"),
        Index("queue_places_by_age", "language", "began_hour", "item_id"),
        Index("queue_places_by_kind_and_age", "language", "kind", "began_hour", "item_id"),
        Index("queue_places_of_item", "item_id"),
        NO_ROW_NUMBERS,
    )

    language: Mapped[str] = mapped_column(String(3), primary_key=True)
    due_hour: Mapped[datetime] = mapped_column(HourType, primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.item_id"), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    began_hour: Mapped[datetime] = mapped_column(HourType, server_default="0")


class QueueTurn(Base):
    """How many of the last three items claimed from a queue were not yet followed by one that goes by age."""

    __tablename__ = "queue_turns"
    __table_args__ = (NO_ROW_NUMBERS,)

    language: Mapped[str] = mapped_column(String(3), primary_key=True)
    kind: Mapped[str] = mapped_column(String(32), primary_key=True)
    turn: Mapped[int] = mapped_column(SmallInteger)


class Assessment(Base):
    """A decision of an analyst, made under a claim or as a correction; rows are added and never changed.

    `sequence` is given under a lock until the commit, so a number is never seen before a lower one.
    `details` holds the fields that have no column of their own, in the terms of that version's vocabulary.
    """

    __tablename__ = "assessments"
    __table_args__ = (
        CheckConstraint("(claim_id IS NULL) <> (corrects IS NULL)", name="of_a_claim_or_a_correction"),
        ForeignKeyConstraint(["corrects"], ["assessments.assessment_id"], name="a_correction"),
        UniqueConstraint("corrects", name="corrected_once"),
        Index("assessments_of_item", "item_id"),
        Index("assessments_by_time", "assessed_at", "assessment_id"),
        Index("assessments_in_sequence", "sequence", unique=True),
    )

    assessment_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    item_id: Mapped[str] = mapped_column(ForeignKey("items.item_id"))
    claim_id: Mapped[str | None] = mapped_column(String(16), unique=True)
    corrects: Mapped[str | None] = mapped_column(String(32))
    assessed_by: Mapped[str] = mapped_column(ForeignKey("access_keys.key_id"))
    assessed_at: Mapped[datetime] = mapped_column(ExactTime)
    sequence: Mapped[int] = mapped_column(server_default="0")
    vocabulary: Mapped[int] = mapped_column(SmallInteger)
    outcome: Mapped[str] = mapped_column(String(32))
    severity: Mapped[str | None] = mapped_column(String(1))
    youngest_child: Mapped[str | None] = mapped_column(String(32))
    action: Mapped[str | None] = mapped_column(String(32))
    details: Mapped[dict[str, Any]] = mapped_column(JSON, server_default="{}")
    note: Mapped[bytes | None] = mapped_column(LargeBinary)


class AccessKey(Base):
    """An access key of one role; only the hash of its token is stored, and a keyed hash of the whole row.

    `mac` is none only until `upgrade` has compared the row with the audit log.
    """

    __tablename__ = "access_keys"

    key_id: Mapped[str] = mapped_column(String(12), primary_key=True)
    role: Mapped[str] = mapped_column(String(16))
    name: Mapped[str]
    token_hash: Mapped[bytes] = mapped_column(LargeBinary(32))
    made_at: Mapped[datetime] = mapped_column(ExactTime)
    revoked_at: Mapped[datetime | None] = mapped_column(ExactTime)
    mac: Mapped[bytes | None] = mapped_column(LargeBinary(32))


class Exposure(Base):
    """A stretch of time in which an analyst held claims; while it lasts, `ends` is when the claims expire."""

    __tablename__ = "exposures"
    __table_args__ = (Index("exposures_of_analyst", "analyst", "ends"),)

    exposure_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    analyst: Mapped[str] = mapped_column(ForeignKey("access_keys.key_id"))
    began: Mapped[datetime] = mapped_column(ExactTime)
    ends: Mapped[datetime] = mapped_column(ExactTime)


class Lift(Base):
    """A lead has lifted an analyst's limits of exposure until `until`."""

    __tablename__ = "lifts"
    __table_args__ = (Index("lifts_of_analyst", "analyst", "until"),)

    lift_id: Mapped[str] = mapped_column(String(16), primary_key=True)
    analyst: Mapped[str] = mapped_column(ForeignKey("access_keys.key_id"))
    lifted_by: Mapped[str] = mapped_column(ForeignKey("access_keys.key_id"))
    until: Mapped[datetime] = mapped_column(ExactTime)


class KeyCheck(Base):
    """The check value of a key, by the name of its file without the ending (see `key_checks`).

    A key is `pending` from when it is made until every process that serves holds it: then it is in use.
    """

    __tablename__ = "key_checks"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    value: Mapped[bytes] = mapped_column(LargeBinary(32))
    pending: Mapped[bool] = mapped_column(default=False, server_default=false())


class ServingProcess(Base):
    """A process that serves: how often it was called, the last call that it has answered, and its keys.

    `keys` says of each key of the database what the process has of it (see `processes`). There is no time: a
    row that was written every minute would tell the time of reports whose rows were written beside it.
    """

    __tablename__ = "processes"

    process_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    called: Mapped[int] = mapped_column(default=0)
    answered: Mapped[int] = mapped_column(default=0)
    keys: Mapped[dict[str, str]] = mapped_column(JSON)


class AuditEntry(Base):
    """One read or decision; `chain` is the keyed hash of the entry and of the chain before it.

    `content` is JSON with what the entry binds beyond the other columns, such as the keyed hash of an
    assessment; entries of earlier versions have none.
    """

    __tablename__ = "audit_log"
    __table_args__ = (
        Index("audit_by_subject", "subject"),
        Index("audit_by_assessment", "assessment_id", **only_where("assessment_id IS NOT NULL")),
    )

    sequence: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(ExactTime)
    who: Mapped[str] = mapped_column(String(12))
    what: Mapped[str] = mapped_column(String(32))
    subject: Mapped[str] = mapped_column(String(32))
    assessment_id: Mapped[str | None] = mapped_column(String(32))
    content: Mapped[str | None]
    chain: Mapped[bytes] = mapped_column(LargeBinary(32))


# The state is a literal in the statement: not every planner sees that a parameter fits a partial index.
is_waiting = Item.state == literal("waiting", literal_execute=True)
is_claimed = Item.state == literal("claimed", literal_execute=True)
