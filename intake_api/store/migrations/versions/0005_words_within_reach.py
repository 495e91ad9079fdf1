"""Counts what reports say of an item, pages through them, and remembers what came after an assessment.

What was reported before has not been counted, since that takes keys. So the intake merges these reports once
more when it starts, which changes nothing but the counts.
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_COUNTERS = ("seen_today", "live", "passwords", "positions", "notes")
_LAPSED = sa.text("lapsed_claim IS NOT NULL")
_CURRENT_OUTCOME = (
    "(SELECT made.outcome FROM assessments AS made WHERE made.item_id = items.item_id AND NOT EXISTS "
    "(SELECT 1 FROM assessments AS later WHERE later.corrects = made.assessment_id) "
    "ORDER BY made.sequence DESC LIMIT 1)"
)


def upgrade() -> None:
    """Add the new columns and the table of words; each mention gets a random place among its item's pages."""
    op.add_column("reports", sa.Column("counted", sa.LargeBinary))
    op.execute("UPDATE reports SET merged_revision = 0 WHERE NOT withdrawn")
    _grow_items()
    _grow_mentions()
    op.create_table(
        "item_words",
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.item_id"), primary_key=True),
        sa.Column("word", sa.LargeBinary(32), primary_key=True),
        sa.Column("reports", sa.Integer, nullable=False),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Drop them again; reports and decisions stay."""
    op.drop_table("item_words")
    op.drop_index("mentions_that_left", "mentions")
    op.create_index("mentions_that_left", "mentions", ["item_id", "left"])
    op.drop_index("mentions_by_page", "mentions")
    op.drop_column("mentions", "page_key")
    op.drop_index("items_lapsed", "items")
    for column in (*_COUNTERS, "unseen", "changed_on", "changed_words", "lapsed_claim", "lapsed_by"):
        op.drop_column("items", column)
    op.drop_column("reports", "counted")


def _grow_items() -> None:
    for name in _COUNTERS:
        op.add_column("items", sa.Column(name, sa.Integer, nullable=False, server_default="0"))
    for column in (
        sa.Column("unseen", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("changed_on", sa.Integer),
        sa.Column("changed_words", sa.String(64), nullable=False, server_default=""),
        sa.Column("lapsed_claim", sa.String(16)),
        sa.Column("lapsed_by", sa.String(12)),
    ):
        op.add_column("items", column)
    op.create_index("items_lapsed", "items", ["lapsed_claim"], sqlite_where=_LAPSED, postgresql_where=_LAPSED)
    op.execute(
        f"UPDATE items SET unseen = true WHERE {_CURRENT_OUTCOME} IN ('not_found', 'not_assessable')"  # noqa: S608 - named above
    )


def _grow_mentions() -> None:
    on_postgresql = op.get_bind().dialect.name == "postgresql"
    random = (
        "substr(replace(gen_random_uuid()::text, '-', ''), 17)" if on_postgresql else "hex(randomblob(8))"
    )
    op.add_column("mentions", sa.Column("page_key", sa.String(17), nullable=False, server_default=""))
    op.execute(f"UPDATE mentions SET page_key = '1' || lower({random})")  # noqa: S608 - one of these two
    op.create_index("mentions_by_page", "mentions", ["item_id", "page_key"])
    # A planner takes an index of few rows before the new one, where it might not take one of all rows.
    op.drop_index("mentions_that_left", "mentions")
    op.create_index(
        "mentions_that_left",
        "mentions",
        ["item_id"],
        sqlite_where=sa.text('"left" IS 1'),
        postgresql_where=sa.text('"left" IS true'),
    )
