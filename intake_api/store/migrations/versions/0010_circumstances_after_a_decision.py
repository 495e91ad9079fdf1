"""Makes room for circumstances among late words, and for when words brought an item back."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_MARKS = ("changed_words", "unshown_words")
_CIRCUMSTANCES = ("danger_now", "knows_child", "threatened", "own_pictures")
_NOT_ILLEGAL = """
UPDATE items SET not_illegal = true WHERE 'ignore' = (
    SELECT made.outcome FROM assessments AS made
    WHERE made.item_id = items.item_id AND NOT EXISTS (
        SELECT 1 FROM assessments AS later WHERE later.corrects = made.assessment_id
    )
    ORDER BY made.sequence DESC LIMIT 1
)
"""


def upgrade() -> None:
    """Add the columns, and make both marks longer; nothing is known to have brought an item back yet."""
    for name in _MARKS:
        _resize(name, 128, name)
    op.add_column("items", sa.Column("not_illegal", sa.Boolean, nullable=False, server_default=sa.false()))
    op.add_column("items", sa.Column("came_back_on", sa.Integer))
    op.add_column("items", sa.Column("recalled_by", sa.String(64), nullable=False, server_default=""))
    op.execute(_NOT_ILLEGAL)


def downgrade() -> None:
    """Drop them again, and the circumstances out of the marks."""
    for column in ("not_illegal", "came_back_on", "recalled_by"):
        op.drop_column("items", column)
    for name in _MARKS:
        _resize(name, 64, _without_circumstances(name))
    op.execute("UPDATE items SET changed_on = NULL WHERE changed_words = '' AND unshown_words = ''")


def _resize(name: str, length: int, value: str) -> None:
    """Make a column anew: SQLite changes no column's type."""
    op.execute(f"ALTER TABLE items RENAME COLUMN {name} TO before_{name}")
    op.add_column("items", sa.Column(name, sa.String(length), nullable=False, server_default=""))
    op.execute(f"UPDATE items SET {name} = {value.replace(name, f'before_{name}')}")  # noqa: S608 - named above
    op.drop_column("items", f"before_{name}")


def _without_circumstances(name: str) -> str:
    spaced = f"' ' || {name} || ' '"
    for kind in _CIRCUMSTANCES:
        spaced = f"replace({spaced}, ' {kind} ', ' ')"
    return f"trim({spaced})"
