"""Prepares the queue for several analysts: sources, places by language, exposure, corrections, hosts.

Hashes of hosts need a key, which a migration does not have. Existing items get an empty `index_key`, and
`reportline intake reindex` fills their hashes in.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_NO_ROW_NUMBERS = {"sqlite_with_rowid": False}
_WAITING = sa.text("state = 'waiting'")


def upgrade() -> None:
    """Add the new tables and columns, and fill them from the existing rows."""
    _grow_reports_and_items()
    _grow_mentions()
    _make_sources()
    _make_places()
    _grow_assessments()
    _make_guard()


def downgrade() -> None:
    """Drop them again, with all corrections, exposures and lifts; reports and decisions stay."""
    for table in ("lifts", "exposures", "queue_places", "sources"):
        op.drop_table(table)
    _shrink_assessments()
    op.drop_index("mentions_that_left", "mentions")
    for column in ("portal", "channel", "language", "hour", "left"):
        op.drop_column("mentions", column)
    op.drop_index("reports_by_arrival", "reports")
    op.drop_index("items_by_host", "items")
    for column in ("host_hash", "index_key", "open_since", "claimed_at", "released_by", "released_at"):
        op.drop_column("items", column)
    op.create_index(
        "items_waiting", "items", ["due_hour", "item_id"], sqlite_where=_WAITING, postgresql_where=_WAITING
    )


def _grow_reports_and_items() -> None:
    op.create_index("reports_by_arrival", "reports", ["arrival_hour"])
    for column in (
        sa.Column("host_hash", sa.LargeBinary(32)),
        sa.Column("index_key", sa.String(8), nullable=False, server_default=""),
        sa.Column("open_since", sa.Integer, nullable=False, server_default="0"),
        sa.Column("claimed_at", sa.DateTime(timezone=True)),
        sa.Column("released_by", sa.String(12)),
        sa.Column("released_at", sa.DateTime(timezone=True)),
    ):
        op.add_column("items", column)
    op.create_index("items_by_host", "items", ["host_hash", "last_hour", "item_id"])
    op.drop_index("items_waiting", "items")


def _grow_mentions() -> None:
    told = ("portal", "channel", "language", "hour")
    for column in (
        sa.Column("portal", sa.String(32), nullable=False, server_default=""),
        sa.Column("channel", sa.String(32), nullable=False, server_default=""),
        sa.Column("language", sa.String(3), nullable=False, server_default=""),
        sa.Column("hour", sa.Integer, nullable=False, server_default="0"),
        sa.Column("left", sa.Boolean, nullable=False, server_default=sa.false()),
    ):
        op.add_column("mentions", column)
    for name in told:
        op.execute(
            f"UPDATE mentions SET {name} = (SELECT reports.{name} FROM reports "  # noqa: S608 - named above
            "WHERE reports.draft_id = mentions.draft_id)"
        )
    op.create_index("mentions_that_left", "mentions", ["item_id", "left"])


def _make_sources() -> None:
    op.create_table(
        "sources",
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.item_id"), primary_key=True),
        sa.Column("portal", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(32), primary_key=True),
        sa.Column("language", sa.String(3), primary_key=True),
        sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("due_hour", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("reports", sa.Integer, nullable=False),
        **_NO_ROW_NUMBERS,
    )
    op.execute(
        "INSERT INTO sources SELECT item_id, portal, channel, language, hour, due_hour, COUNT(*) "
        "FROM mentions GROUP BY item_id, portal, channel, language, hour, due_hour"
    )


def _make_places() -> None:
    op.create_table(
        "queue_places",
        sa.Column("language", sa.String(3), primary_key=True),
        sa.Column("due_hour", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.item_id"), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        **_NO_ROW_NUMBERS,
    )
    op.create_index("queue_places_by_kind", "queue_places", ["language", "kind", "due_hour", "item_id"])
    op.create_index("queue_places_of_item", "queue_places", ["item_id"])
    op.execute(
        "INSERT INTO queue_places (language, due_hour, item_id, kind) "
        "SELECT '', due_hour, item_id, kind FROM items WHERE state = 'waiting' UNION "
        "SELECT sources.language, items.due_hour, items.item_id, items.kind "
        "FROM items JOIN sources ON sources.item_id = items.item_id WHERE state = 'waiting'"
    )


def _grow_assessments() -> None:
    with op.batch_alter_table("assessments") as table:
        table.alter_column("claim_id", existing_type=sa.String(16), nullable=True)
        table.add_column(sa.Column("corrects", sa.String(32)))
        table.add_column(sa.Column("details", sa.JSON, nullable=False, server_default="{}"))
        table.create_foreign_key("a_correction", "assessments", ["corrects"], ["assessment_id"])
        table.create_unique_constraint("corrected_once", ["corrects"])
        table.create_check_constraint(
            "of_a_claim_or_a_correction", "(claim_id IS NULL) <> (corrects IS NULL)"
        )
    op.create_index("assessments_by_time", "assessments", ["assessed_at", "assessment_id"])


def _shrink_assessments() -> None:
    op.drop_index("assessments_by_time", "assessments")
    op.execute("DELETE FROM assessments WHERE corrects IS NOT NULL")
    with op.batch_alter_table("assessments") as table:
        table.drop_constraint("of_a_claim_or_a_correction", type_="check")
        table.drop_constraint("corrected_once", type_="unique")
        table.drop_constraint("a_correction", type_="foreignkey")
        table.drop_column("details")
        table.drop_column("corrects")
        table.alter_column("claim_id", existing_type=sa.String(16), nullable=False)


def _make_guard() -> None:
    op.create_table(
        "exposures",
        sa.Column("exposure_id", sa.String(16), primary_key=True),
        sa.Column("analyst", sa.String(12), sa.ForeignKey("access_keys.key_id"), nullable=False),
        sa.Column("began", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("exposures_of_analyst", "exposures", ["analyst", "ends"])
    op.create_table(
        "lifts",
        sa.Column("lift_id", sa.String(16), primary_key=True),
        sa.Column("analyst", sa.String(12), sa.ForeignKey("access_keys.key_id"), nullable=False),
        sa.Column("lifted_by", sa.String(12), sa.ForeignKey("access_keys.key_id"), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("lifts_of_analyst", "lifts", ["analyst", "until"])
