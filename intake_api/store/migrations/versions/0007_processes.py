"""Makes room for the processes that serve, and for keys that are made and not in use yet."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of processes; every key that is there is in use."""
    op.create_table(
        "processes",
        sa.Column("process_id", sa.String(32), primary_key=True),
        sa.Column("called", sa.Integer(), nullable=False),
        sa.Column("answered", sa.Integer(), nullable=False),
        sa.Column("keys", sa.JSON(), nullable=False),
    )
    op.add_column("key_checks", sa.Column("pending", sa.Boolean(), nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("key_checks", "pending")
    op.drop_table("processes")
