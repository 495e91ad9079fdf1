"""Makes the first tables: reports, items, mentions, assessments, access keys and the audit log."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NO_ROW_NUMBERS = {"sqlite_with_rowid": False}


def upgrade() -> None:
    """Make the tables."""
    _access()
    _reports()
    _items()
    _mentions()
    _assessments()
    _audit_log()


def downgrade() -> None:
    """Drop the tables with all rows."""
    for table in ("audit_log", "assessments", "mentions", "items", "reports", "access_keys"):
        op.drop_table(table)
    if _on_postgresql():
        op.execute("DROP FUNCTION refuse_change_of_audit_log")


def _access() -> None:
    op.create_table(
        "access_keys",
        sa.Column("key_id", sa.String(12), primary_key=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("name", sa.String, nullable=False),
        sa.Column("token_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
    )


def _reports() -> None:
    op.create_table(
        "reports",
        sa.Column("draft_id", sa.String(32), primary_key=True),
        sa.Column("revision", sa.SmallInteger, nullable=False),
        sa.Column("merged_revision", sa.SmallInteger, nullable=False),
        sa.Column("receipt_hash", sa.LargeBinary(32), nullable=False),
        sa.Column("portal", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("language", sa.String(3), nullable=False),
        sa.Column("hour", sa.Integer, nullable=False),
        sa.Column("arrival_hour", sa.Integer, nullable=False),
        sa.Column("advice_version", sa.Integer, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.Column("content", sa.LargeBinary),
        **_NO_ROW_NUMBERS,
    )
    op.create_index("reports_by_receipt", "reports", ["receipt_hash"])
    unmerged = sa.text("merged_revision < revision")
    op.create_index(
        "reports_to_merge", "reports", ["draft_id"], sqlite_where=unmerged, postgresql_where=unmerged
    )


def _items() -> None:
    op.create_table(
        "items",
        sa.Column("item_id", sa.String(32), primary_key=True),
        sa.Column("address_hash", sa.LargeBinary(32), nullable=False, unique=True),
        sa.Column("canonicaliser", sa.SmallInteger, nullable=False),
        sa.Column("given", sa.LargeBinary, nullable=False),
        sa.Column("canonical", sa.LargeBinary, nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("reports", sa.Integer, nullable=False),
        sa.Column("first_hour", sa.Integer, nullable=False),
        sa.Column("last_hour", sa.Integer, nullable=False),
        sa.Column("due_hour", sa.Integer, nullable=False),
        sa.Column("state", sa.String(8), nullable=False),
        sa.Column("claim_id", sa.String(16), unique=True),
        sa.Column("claimed_by", sa.String(12), sa.ForeignKey("access_keys.key_id")),
        sa.Column("lease_expires", sa.DateTime(timezone=True)),
        sa.CheckConstraint("(state = 'claimed') = (claim_id IS NOT NULL)", name="a_claim_is_named"),
        **_NO_ROW_NUMBERS,
    )
    waiting, claimed = sa.text("state = 'waiting'"), sa.text("state = 'claimed'")
    op.create_index(
        "items_waiting", "items", ["due_hour", "item_id"], sqlite_where=waiting, postgresql_where=waiting
    )
    op.create_index(
        "items_leased", "items", ["lease_expires"], sqlite_where=claimed, postgresql_where=claimed
    )


def _mentions() -> None:
    op.create_table(
        "mentions",
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.item_id"), primary_key=True),
        sa.Column("draft_id", sa.String(32), sa.ForeignKey("reports.draft_id"), primary_key=True),
        sa.Column("due_hour", sa.Integer, nullable=False),
        **_NO_ROW_NUMBERS,
    )
    op.create_index("mentions_by_report", "mentions", ["draft_id"])


def _assessments() -> None:
    op.create_table(
        "assessments",
        sa.Column("assessment_id", sa.String(32), primary_key=True),
        sa.Column("item_id", sa.String(32), sa.ForeignKey("items.item_id"), nullable=False),
        sa.Column("claim_id", sa.String(16), nullable=False, unique=True),
        sa.Column("assessed_by", sa.String(12), sa.ForeignKey("access_keys.key_id"), nullable=False),
        sa.Column("assessed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("vocabulary", sa.SmallInteger, nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("severity", sa.String(1)),
        sa.Column("youngest_child", sa.String(32)),
        sa.Column("action", sa.String(32)),
        sa.Column("note", sa.LargeBinary),
    )
    op.create_index("assessments_of_item", "assessments", ["item_id"])


def _audit_log() -> None:
    op.create_table(
        "audit_log",
        sa.Column("sequence", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("who", sa.String(12), nullable=False),
        sa.Column("what", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(32), nullable=False),
        sa.Column("chain", sa.LargeBinary(32), nullable=False),
    )
    for statement in _POSTGRESQL_REFUSES if _on_postgresql() else _SQLITE_REFUSES:
        op.execute(statement)


def _on_postgresql() -> bool:
    return op.get_bind().dialect.name == "postgresql"


_SQLITE_REFUSES = tuple(
    f"CREATE TRIGGER audit_log_refuses_{change.lower()} BEFORE {change} ON audit_log "
    "BEGIN SELECT RAISE(ABORT, 'the audit log is only added to'); END"
    for change in ("UPDATE", "DELETE")
)
_POSTGRESQL_REFUSES = (
    """CREATE FUNCTION refuse_change_of_audit_log() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'the audit log is only added to'; END $$""",
    """CREATE TRIGGER audit_log_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change_of_audit_log()""",
)
