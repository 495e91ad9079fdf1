"""Makes room for the check values of keys, which `upgrade` fills in: a migration has no keys."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of check values."""
    op.create_table(
        "key_checks",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.LargeBinary(32), nullable=False),
    )


def downgrade() -> None:
    """Drop it again."""
    op.drop_table("key_checks")
