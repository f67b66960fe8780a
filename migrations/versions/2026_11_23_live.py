"""Live: what screens are told, and how they catch up.

Revision ID: 2026_11_23_live
Revises: 2026_11_22_editing
"""

revision = "2026_11_23_live"
down_revision = "2026_11_22_editing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
