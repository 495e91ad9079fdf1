"""Makes room for keys' check values and access keys' keyed hashes, which `upgrade` makes: it has the keys."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table of check values, each access key's keyed hash, and the index that finds its entries."""
    op.create_table(
        "key_checks",
        sa.Column("name", sa.String(32), primary_key=True),
        sa.Column("value", sa.LargeBinary(32), nullable=False),
    )
    op.add_column("access_keys", sa.Column("mac", sa.LargeBinary(32)))
    op.create_index("audit_by_subject", "audit_log", ["subject"])


def downgrade() -> None:
    """Drop them again."""
    op.drop_index("audit_by_subject", "audit_log")
    op.drop_column("access_keys", "mac")
    op.drop_table("key_checks")
