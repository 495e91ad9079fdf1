"""Makes room for the words that came since an item was claimed or assessed, and that nobody was shown yet."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column; whether a mark that is there was seen is not known, so it counts as unseen."""
    op.add_column("items", sa.Column("unshown_words", sa.String(64), nullable=False, server_default=""))
    op.execute("UPDATE items SET unshown_words = changed_words WHERE state = 'assessed'")


def downgrade() -> None:
    """Drop it again."""
    op.drop_column("items", "unshown_words")
