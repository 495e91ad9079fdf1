"""Makes room for what an entry of the audit log binds, which `upgrade` fills for earlier assessments."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_BOUND = sa.text("assessment_id IS NOT NULL")


def upgrade() -> None:
    """Add the assessment that an entry is about, what the entry binds, and the index that finds it."""
    op.add_column("audit_log", sa.Column("assessment_id", sa.String(32)))
    op.add_column("audit_log", sa.Column("content", sa.String()))
    op.create_index(
        "audit_by_assessment",
        "audit_log",
        ["assessment_id"],
        sqlite_where=_BOUND,
        postgresql_where=_BOUND,
    )


def downgrade() -> None:
    """Drop them again; the chain of an entry that bound something cannot be followed any more."""
    op.drop_index("audit_by_assessment", "audit_log")
    op.drop_column("audit_log", "content")
    op.drop_column("audit_log", "assessment_id")
