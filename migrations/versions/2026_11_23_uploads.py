"""Uploads: files of boundaries on their way into a changeset.

Revision ID: 2026_11_23_uploads
Revises: 2026_11_23_deadlines
"""

revision = "2026_11_23_uploads"
down_revision = "2026_11_23_deadlines"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pass


def downgrade() -> None:
    pass
