"""Live: what screens are told, and how they catch up.

Revision ID: 2026_11_23_live
Revises: 2026_11_22_editing
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

SQL = Path(__file__).resolve().parents[1] / "sql" / "2026_11_23_live"

revision = "2026_11_23_live"
down_revision = "2026_11_22_editing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "delivery",
        sa.Column(
            "divisions",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="divisions concerned: code to its path from the root",
        ),
    )
    op.alter_column(
        "delivery",
        "transaction_id",
        comment="readers go by it, so that a late commit is not skipped (ADR 0023)",
        existing_comment="readers stay below pg_snapshot_xmin, so that a late commit is not skipped",
    )
    op.create_table(
        "outbox_key",
        sa.Column("outbox_key_id", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False, comment="seals places in the outbox"),
        sa.CheckConstraint("outbox_key_id = 1", name=op.f("outbox_key_one_row_check")),
        sa.PrimaryKeyConstraint("outbox_key_id", name=op.f("outbox_key_pkey")),
    )
    op.execute((SQL / "up.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute((SQL / "down.sql").read_text(encoding="utf-8"))
    op.drop_table("outbox_key")
    op.alter_column(
        "delivery",
        "transaction_id",
        comment="readers stay below pg_snapshot_xmin, so that a late commit is not skipped",
        existing_comment="readers go by it, so that a late commit is not skipped (ADR 0023)",
    )
    op.drop_column("delivery", "divisions")
