"""Uploads: files of boundaries on their way into a changeset.

Revision ID: 2026_11_23_uploads
Revises: 2026_11_23_deadlines
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

SQL = Path(__file__).resolve().parents[1] / "sql" / "2026_11_23_uploads"

revision = "2026_11_23_uploads"
down_revision = "2026_11_23_deadlines"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
TIME = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.create_table(
        "boundary_upload",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("boundary_upload_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("filename", sa.String(length=255), nullable=False),
        sa.Column("size_bytes", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.String(), server_default="read", nullable=False),
        sa.Column(
            "scope_codes",
            postgresql.ARRAY(sa.String(length=12)),
            nullable=False,
            comment="townships with whose grids it is compared",
        ),
        sa.Column(
            "content",
            sa.LargeBinary(),
            nullable=False,
            comment="what was read of the file, as an Arrow stream",
        ),
        sa.Column(
            "settings",
            postgresql.JSONB(),
            nullable=False,
            comment="what the author confirmed: coordinate system, columns, snapping, repairs",
        ),
        sa.Column("report", postgresql.JSONB(), nullable=False),
        sa.Column(
            "features",
            postgresql.JSONB(),
            nullable=False,
            comment="what would change, as GeoJSON features",
        ),
        sa.Column("changeset_id", sa.BigInteger()),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.CheckConstraint(
            "state IN ('read', 'confirmed', 'applied')", name=op.f("boundary_upload_state_check")
        ),
        sa.CheckConstraint(
            "(state = 'applied') = (changeset_id IS NOT NULL)",
            name=op.f("boundary_upload_applied_check"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "changeset_id"],
            ["changeset.county_code", "changeset.changeset_id"],
            name=op.f("boundary_upload_county_code_changeset_id_fkey"),
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "boundary_upload_id", name=op.f("boundary_upload_pkey")
        ),
    )
    op.create_index(
        "boundary_upload_boundary_upload_id_idx", "boundary_upload", ["boundary_upload_id"]
    )
    op.execute((SQL / "policies.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.drop_table("boundary_upload")
