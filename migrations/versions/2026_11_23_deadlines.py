"""Deadlines: until when an event has to be handled.

Revision ID: 2026_11_23_deadlines
Revises: 2026_11_23_live
"""

import sqlalchemy as sa
from alembic import op

revision = "2026_11_23_deadlines"
down_revision = "2026_11_23_live"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "event",
        sa.Column(
            "due_at",
            sa.DateTime(timezone=True),
            comment="end of the time limit of its category; null where there is none",
        ),
    )
    op.create_index(
        "event_open_idx", "event", ["due_at"], postgresql_where=sa.text("closed_at IS NULL")
    )
    # It takes the place of the one on basic_grid_id alone.
    op.create_index(
        "event_figures_idx",
        "event",
        ["basic_grid_id", "reported_at"],
        postgresql_include=[
            "county_code",
            "exclusive_grid_id",
            "category_code",
            "closed_at",
            "due_at",
            "satisfied",
            "resolved",
        ],
    )
    op.drop_index("event_basic_grid_id_idx", "event")


def downgrade() -> None:
    op.create_index("event_basic_grid_id_idx", "event", ["basic_grid_id"])
    op.drop_index("event_figures_idx", "event")
    op.drop_index("event_open_idx", "event")
    op.drop_column("event", "due_at")
