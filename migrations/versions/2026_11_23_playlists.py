"""Playlists: where the tours of wall screens stop, and what they show there.

Revision ID: 2026_11_23_playlists
Revises: 2026_11_23_scheduling
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

SQL = Path(__file__).resolve().parents[1] / "sql" / "2026_11_23_playlists"

revision = "2026_11_23_playlists"
down_revision = "2026_11_23_scheduling"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "playlist",
        sa.Column("playlist_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column(
            "stops",
            postgresql.JSONB(),
            nullable=False,
            comment="in their order: division, mode, heat, seconds",
        ),
        sa.Column("version", sa.Integer(), server_default="1", nullable=False),
        sa.Column("changed_by", sa.String(), nullable=False),
        sa.Column(
            "changed_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("jsonb_typeof(stops) = 'array'", name=op.f("playlist_stops_check")),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("playlist_division_code_fkey")
        ),
        sa.PrimaryKeyConstraint("playlist_id", name=op.f("playlist_pkey")),
        sa.UniqueConstraint("division_code", "name", name=op.f("playlist_division_code_name_key")),
    )
    op.execute((SQL / "policies.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.drop_table("playlist")
