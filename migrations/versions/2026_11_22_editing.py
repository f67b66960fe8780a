"""Editing: what a draft needs to be undone, discussed and published; the crosswalk.

Revision ID: 2026_11_22_editing
Revises: 2026_11_22_access
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

SQL = Path(__file__).resolve().parents[1] / "sql" / "2026_11_22_editing"

revision = "2026_11_22_editing"
down_revision = "2026_11_22_access"
branch_labels = None
depends_on = None

NOW = sa.text("now()")
TIME = sa.DateTime(timezone=True)
POINT = Geometry("POINT", srid=4490, spatial_index=False)
COUNTY = sa.String(length=6)
CHANGESET = ["county_code", "changeset_id"], ["changeset.county_code", "changeset.changeset_id"]


def upgrade() -> None:
    op.add_column(
        "changeset", sa.Column("kind", sa.String(), server_default="edit", nullable=False)
    )
    op.add_column(
        "changeset", sa.Column("restores_generation", sa.BigInteger(), comment="rollbacks only")
    )
    op.add_column("changeset", sa.Column("published_generation", sa.BigInteger()))
    op.add_column(
        "changeset",
        sa.Column(
            "submitted_version",
            sa.BigInteger(),
            comment="approvals of earlier versions do not count",
        ),
    )
    op.add_column(
        "changeset",
        sa.Column(
            "publish_key", sa.String(), comment="Idempotency-Key of the request that published it"
        ),
    )
    op.add_column(
        "changeset",
        sa.Column("publication", postgresql.JSONB(), comment="what that request was answered"),
    )
    op.add_column("changeset", sa.Column("updated_at", TIME, server_default=NOW, nullable=False))
    op.alter_column("changeset", "scope_codes", comment="townships whose borders may change")
    op.create_foreign_key(
        op.f("changeset_published_generation_fkey"),
        "changeset",
        "generation",
        ["published_generation"],
        ["generation"],
    )
    op.create_check_constraint(
        op.f("changeset_kind_check"), "changeset", "kind IN ('edit', 'import', 'rollback')"
    )
    op.create_check_constraint(
        op.f("changeset_published_check"),
        "changeset",
        "(state = 'published') = (published_generation IS NOT NULL)",
    )
    rows = postgresql.JSONB()
    op.add_column(
        "changeset_op",
        sa.Column(
            "before",
            rows,
            nullable=False,
            comment="rows of changeset_grid that it replaced: undo puts them back",
        ),
    )
    op.add_column(
        "changeset_op",
        sa.Column("after", rows, nullable=False, comment="rows that it wrote: for redo"),
    )
    op.add_column(
        "changeset_op",
        sa.Column(
            "outcome",
            rows,
            nullable=False,
            comment="automatic fixes, warnings and descents, as they were told",
        ),
    )
    _add_working_columns()
    _create_comment()
    _create_presence()
    _create_refiling()
    op.execute((SQL / "policies.sql").read_text(encoding="utf-8"))


def _add_working_columns() -> None:
    op.add_column(
        "changeset_op",
        sa.Column(
            "is_dropped",
            sa.Boolean(),
            server_default=sa.text("false"),
            nullable=False,
            comment="undone for good: it cannot be redone",
        ),
    )
    op.add_column(
        "changeset_op",
        sa.Column(
            "given_codes",
            postgresql.ARRAY(sa.String(length=17)),
            server_default="{}",
            nullable=False,
            comment="codes of the grids that it creates",
        ),
    )
    op.create_index(
        "changeset_op_given_codes_idx",
        "changeset_op",
        ["given_codes"],
        postgresql_where=sa.text("given_codes <> '{}'"),
    )
    op.create_index("changeset_changeset_id_idx", "changeset", ["changeset_id"])
    op.add_column(
        "changeset_grid",
        sa.Column(
            "moved",
            postgresql.JSONB(),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
            comment="households, events, ... that the draft adds to or takes from the grid",
        ),
    )
    op.add_column(
        "review",
        sa.Column(
            "covers",
            postgresql.ARRAY(sa.String(length=12)),
            server_default="{}",
            nullable=False,
            comment="of the townships of the draft and their county, those that the reviewer holds",
        ),
    )


def _create_comment() -> None:
    op.create_table(
        "changeset_comment",
        sa.Column("county_code", COUNTY, nullable=False),
        sa.Column(
            "changeset_comment_id", sa.BigInteger(), sa.Identity(always=False), nullable=False
        ),
        sa.Column("changeset_id", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("body", sa.String(length=2000), nullable=False),
        sa.Column("position", POINT),
        sa.Column("created_at", TIME, server_default=NOW, nullable=False),
        sa.Column("resolved_at", TIME),
        sa.CheckConstraint(
            "position IS NULL OR is_canonical_point(position)",
            name=op.f("changeset_comment_canonical_check"),
        ),
        sa.ForeignKeyConstraint(
            *CHANGESET, name=op.f("changeset_comment_county_code_changeset_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "changeset_comment_id", name=op.f("changeset_comment_pkey")
        ),
    )
    op.create_index("changeset_comment_changeset_id_idx", "changeset_comment", ["changeset_id"])


def _create_presence() -> None:
    op.create_table(
        "editor_presence",
        sa.Column("county_code", COUNTY, nullable=False),
        sa.Column("changeset_id", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("grid_codes", postgresql.ARRAY(sa.String(length=17)), nullable=False),
        sa.Column("seen_at", TIME, server_default=NOW, nullable=False),
        sa.ForeignKeyConstraint(
            *CHANGESET, name=op.f("editor_presence_county_code_changeset_id_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "changeset_id", "actor", name=op.f("editor_presence_pkey")
        ),
    )


def _create_refiling() -> None:
    op.create_table(
        "refiling",
        sa.Column("county_code", COUNTY, nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("from_basic_grid_id", sa.BigInteger()),
        sa.Column("to_basic_grid_id", sa.BigInteger()),
        sa.Column("from_exclusive_grid_id", sa.BigInteger()),
        sa.Column("to_exclusive_grid_id", sa.BigInteger()),
        sa.CheckConstraint(
            "subject IN ('household', 'event')", name=op.f("refiling_subject_check")
        ),
        sa.ForeignKeyConstraint(
            ["generation"], ["generation.generation"], name=op.f("refiling_generation_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "generation", "subject", "subject_id", name=op.f("refiling_pkey")
        ),
    )
    op.create_index("refiling_subject_id_idx", "refiling", ["subject", "subject_id"])


def downgrade() -> None:
    op.drop_table("refiling")
    op.drop_table("editor_presence")
    op.drop_table("changeset_comment")
    op.execute("REVOKE UPDATE ON grid FROM gridmap_whole")
    op.execute((SQL / "down.sql").read_text(encoding="utf-8"))
    op.drop_index("changeset_changeset_id_idx", "changeset")
    op.drop_column("review", "covers")
    op.drop_column("changeset_grid", "moved")
    for column in ("outcome", "after", "before", "given_codes", "is_dropped"):
        op.drop_column("changeset_op", column)
    op.drop_constraint(op.f("changeset_published_check"), "changeset", type_="check")
    for column in (
        "updated_at",
        "publication",
        "publish_key",
        "submitted_version",
        "published_generation",
        "restores_generation",
        "kind",
    ):
        op.drop_column("changeset", column)
