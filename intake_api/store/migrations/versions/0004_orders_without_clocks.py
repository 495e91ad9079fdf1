"""Gives assessments a sequence, items the hour in which they began to wait, and mentions circumstances.

Existing assessments are numbered in the order of their times. What earlier reports tapped is sealed, and a
migration has no key: they count as if they had tapped nothing.
"""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_NO_ROW_NUMBERS = {"sqlite_with_rowid": False}


def upgrade() -> None:
    """Add the new columns and tables, and fill them from the existing rows."""
    _number_assessments()
    _grow_mentions()
    _make_sources("arrival_hour", "circumstances")
    _grow_queue()


def downgrade() -> None:
    """Drop them again; reports and decisions stay."""
    op.drop_table("queue_turns")
    for index in ("queue_places_by_age", "queue_places_by_kind_and_age"):
        op.drop_index(index, "queue_places")
    for table in ("queue_places", "items"):
        op.drop_column(table, "began_hour")
    _make_sources()
    for column in ("arrival_hour", "circumstances"):
        op.drop_column("mentions", column)
    op.drop_index("assessments_in_sequence", "assessments")
    op.drop_column("assessments", "sequence")


def _number_assessments() -> None:
    op.add_column("assessments", sa.Column("sequence", sa.Integer, nullable=False, server_default="0"))
    op.execute(
        "UPDATE assessments SET sequence = numbered.place FROM ("
        "SELECT assessment_id, ROW_NUMBER() OVER (ORDER BY assessed_at, assessment_id) AS place "
        "FROM assessments) AS numbered WHERE numbered.assessment_id = assessments.assessment_id"
    )
    op.create_index("assessments_in_sequence", "assessments", ["sequence"], unique=True)


def _grow_mentions() -> None:
    for column, kind in (("arrival_hour", sa.Integer), ("circumstances", sa.SmallInteger)):
        op.add_column("mentions", sa.Column(column, kind, nullable=False, server_default="0"))
    op.execute(
        "UPDATE mentions SET arrival_hour = (SELECT reports.arrival_hour FROM reports "
        "WHERE reports.draft_id = mentions.draft_id)"
    )


def _make_sources(*further: str) -> None:
    """Count the sources anew from the mentions, which name them."""
    kinds = {"arrival_hour": sa.Integer, "circumstances": sa.SmallInteger}
    op.drop_table("sources")
    op.create_table(
        "sources",
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.item_id"), primary_key=True),
        sa.Column("portal", sa.String(32), primary_key=True),
        sa.Column("channel", sa.String(32), primary_key=True),
        sa.Column("language", sa.String(3), primary_key=True),
        sa.Column("hour", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("due_hour", sa.Integer, primary_key=True, autoincrement=False),
        *(sa.Column(name, kinds[name], primary_key=True, autoincrement=False) for name in further),
        sa.Column("reports", sa.Integer, nullable=False),
        **_NO_ROW_NUMBERS,
    )
    told = ", ".join(("item_id", "portal", "channel", "language", "hour", "due_hour", *further))
    op.execute(
        f"INSERT INTO sources ({told}, reports) "  # noqa: S608 - named above
        f"SELECT {told}, COUNT(*) FROM mentions GROUP BY {told}"
    )


def _grow_queue() -> None:
    for table in ("items", "queue_places"):
        op.add_column(table, sa.Column("began_hour", sa.Integer, nullable=False, server_default="0"))
    op.execute(
        "UPDATE items SET began_hour = COALESCE((SELECT MIN(CASE WHEN sources.arrival_hour < open_since "
        "THEN open_since ELSE sources.arrival_hour END) FROM sources "
        "WHERE sources.item_id = items.item_id AND sources.due_hour >= open_since), first_hour)"
    )
    op.execute(
        "UPDATE queue_places SET began_hour = "
        "(SELECT items.began_hour FROM items WHERE items.item_id = queue_places.item_id)"
    )
    op.create_index("queue_places_by_age", "queue_places", ["language", "began_hour", "item_id"])
    op.create_index(
        "queue_places_by_kind_and_age", "queue_places", ["language", "kind", "began_hour", "item_id"]
    )
    op.create_table(
        "queue_turns",
        sa.Column("language", sa.String(3), primary_key=True),
        sa.Column("kind", sa.String(32), primary_key=True),
        sa.Column("turn", sa.SmallInteger, nullable=False),
        **_NO_ROW_NUMBERS,
    )
