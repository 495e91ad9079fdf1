"""Numbers the claims that an analyst holds, and makes room for whether the item was shown to its holder."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_NUMBER = """
UPDATE items SET claim_number = (
    SELECT count(*) FROM items AS other
    WHERE other.state = 'claimed' AND other.claimed_by = items.claimed_by AND other.claim_id <= items.claim_id
)
WHERE state = 'claimed'
"""


def upgrade() -> None:
    """Add the columns; whether a claim that is held was shown is not known, so it counts as unseen."""
    op.add_column("items", sa.Column("claim_number", sa.SmallInteger))
    op.add_column("items", sa.Column("claim_shown", sa.Boolean, nullable=False, server_default=sa.false()))
    op.execute(_NUMBER)


def downgrade() -> None:
    """Drop them again."""
    op.drop_column("items", "claim_shown")
    op.drop_column("items", "claim_number")
