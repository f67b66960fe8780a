"""Scheduling: approved drafts that are published on their own day; a history that stays.

Revision ID: 2026_11_23_scheduling
Revises: 2026_11_23_uploads
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

SQL = Path(__file__).resolve().parents[1] / "sql" / "2026_11_23_scheduling"

revision = "2026_11_23_scheduling"
down_revision = "2026_11_23_uploads"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "changeset",
        sa.Column(
            "scheduled_at",
            sa.DateTime(timezone=True),
            comment="when it was decided that it be published on its effective day",
        ),
    )
    op.add_column("changeset", sa.Column("scheduled_by", sa.String(), comment="who decided it"))
    op.add_column(
        "changeset",
        sa.Column(
            "schedule_refusal",
            postgresql.JSONB(),
            comment="why it was not published on that day",
        ),
    )
    op.create_check_constraint(
        op.f("changeset_scheduled_check"),
        "changeset",
        "scheduled_at IS NULL OR (state = 'approved' AND effective_from IS NOT NULL"
        " AND scheduled_by IS NOT NULL)",
    )
    op.execute((SQL / "history.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute((SQL / "down.sql").read_text(encoding="utf-8"))
    op.drop_constraint(op.f("changeset_scheduled_check"), "changeset")
    for column in ("schedule_refusal", "scheduled_by", "scheduled_at"):
        op.drop_column("changeset", column)
