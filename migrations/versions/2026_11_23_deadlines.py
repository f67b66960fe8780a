"""Deadlines: until when an event has to be handled.

Revision ID: 2026_11_23_deadlines
Revises: 2026_11_23_live
"""

revision = "2026_11_23_deadlines"
down_revision = "2026_11_23_live"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
