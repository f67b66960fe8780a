"""The spine: divisions, generations of grids, what is filed into them, people, access.

Revision ID: 2026_11_21_spine
Revises:
"""

from pathlib import Path

import sqlalchemy as sa
from alembic import op
from geoalchemy2 import Geometry
from sqlalchemy.dialects import postgresql

SQL = Path(__file__).resolve().parents[1] / "sql" / "2026_11_21_spine"

revision = "2026_11_21_spine"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS postgis")
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    op.execute((SQL / "functions.sql").read_text(encoding="utf-8"))
    op.create_table(
        "account",
        sa.Column("account_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("login", sa.String(), nullable=False),
        sa.Column("display_name", sa.String(), nullable=False),
        sa.Column("password_hash", sa.String(), nullable=True, comment="argon2id"),
        sa.Column("is_disabled", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("account_pkey")),
        sa.UniqueConstraint("login", name=op.f("account_login_key")),
    )
    op.create_table(
        "api_key",
        sa.Column("api_key_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("key_hash", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("api_key_id", name=op.f("api_key_pkey")),
        sa.UniqueConstraint("key_hash", name=op.f("api_key_key_hash_key")),
    )
    op.create_table(
        "audit",
        sa.Column("audit_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("actor", sa.String(), nullable=False),
        sa.Column("address", sa.String(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("before", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("after", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("previous_hash", sa.LargeBinary(), nullable=True),
        sa.Column("row_hash", sa.LargeBinary(), nullable=True),
        sa.PrimaryKeyConstraint("audit_id", name=op.f("audit_pkey")),
    )
    op.create_table(
        "deployment",
        sa.Column("deployment_id", sa.SmallInteger(), server_default="1", nullable=False),
        sa.Column("profile", sa.String(), nullable=False),
        sa.Column("root_code", sa.String(length=12), nullable=False),
        sa.Column(
            "is_schematic",
            sa.Boolean(),
            nullable=False,
            comment="generated demo data: every map says 示意",
        ),
        sa.Column("seed", sa.Integer(), nullable=True),
        sa.Column("fraction", sa.Double(), nullable=True),
        sa.Column(
            "loaded_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.CheckConstraint("deployment_id = 1", name=op.f("deployment_one_row_check")),
        sa.PrimaryKeyConstraint("deployment_id", name=op.f("deployment_pkey")),
    )
    op.create_table(
        "division",
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False, comment="slug of a level of the profile"),
        sa.Column("depth", sa.SmallInteger(), nullable=False),
        sa.Column("parent_code", sa.String(length=12), nullable=True),
        sa.Column("is_admin", sa.Boolean(), nullable=False, comment="has an official code"),
        sa.Column(
            "path",
            sa.ARRAY(sa.String(length=12)),
            nullable=False,
            comment="codes from the root to this one, both included",
        ),
        sa.CheckConstraint("code ~ '^[0-9]{12}$'", name=op.f("division_code_check")),
        sa.CheckConstraint("path[array_upper(path, 1)] = code", name=op.f("division_path_check")),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["division.code"], name=op.f("division_parent_code_fkey")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("division_pkey")),
    )
    op.create_index("division_parent_code_idx", "division", ["parent_code"], unique=False)
    op.create_index("division_path_idx", "division", ["path"], unique=False, postgresql_using="gin")
    op.create_table(
        "generation",
        sa.Column("generation", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("parent", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=False),
        sa.Column(
            "published_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("published_by", sa.String(), server_default="system", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.Column("changeset_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "content_hash",
            sa.String(),
            nullable=False,
            comment="SHA-256 of codes and geometries written",
        ),
        sa.CheckConstraint(
            "kind IN ('import', 'publish', 'rollback')", name=op.f("generation_kind_check")
        ),
        sa.CheckConstraint("generation > 0", name=op.f("generation_positive_check")),
        sa.ForeignKeyConstraint(
            ["parent"], ["generation.generation"], name=op.f("generation_parent_fkey")
        ),
        sa.PrimaryKeyConstraint("generation", name=op.f("generation_pkey")),
    )
    op.create_table(
        "person_private",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("person_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        sa.Column("subject_id", sa.BigInteger(), nullable=False),
        sa.Column("key_id", sa.String(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("phone_index", sa.LargeBinary(), nullable=True, comment="blind index"),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "subject IN ('household', 'event', 'staff')", name=op.f("person_private_subject_check")
        ),
        sa.PrimaryKeyConstraint("county_code", "person_id", name=op.f("person_private_pkey")),
        sa.UniqueConstraint(
            "county_code",
            "subject",
            "subject_id",
            name=op.f("person_private_county_code_subject_subject_id_key"),
        ),
    )
    op.create_index(
        "person_private_phone_index_idx", "person_private", ["phone_index"], unique=False
    )
    op.create_table(
        "staff",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("staff_no", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("phone_masked", sa.String(), nullable=True),
        sa.PrimaryKeyConstraint("county_code", "staff_id", name=op.f("staff_pkey")),
        sa.UniqueConstraint("county_code", "staff_no", name=op.f("staff_county_code_staff_no_key")),
    )
    op.create_table(
        "changeset",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("changeset_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("reason", sa.String(), server_default="", nullable=False),
        sa.Column("state", sa.String(), server_default="draft", nullable=False),
        sa.Column("version", sa.BigInteger(), server_default="1", nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("base_generation", sa.BigInteger(), nullable=False),
        sa.Column("effective_from", sa.Date(), nullable=True),
        sa.Column("scope_codes", sa.ARRAY(sa.String(length=12)), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'published', 'rejected', 'withdrawn')",
            name=op.f("changeset_state_check"),
        ),
        sa.ForeignKeyConstraint(
            ["base_generation"],
            ["generation.generation"],
            name=op.f("changeset_base_generation_fkey"),
        ),
        sa.PrimaryKeyConstraint("county_code", "changeset_id", name=op.f("changeset_pkey")),
    )
    op.create_geospatial_table(
        "division_outline",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column(
            "division_outline_id", sa.BigInteger(), sa.Identity(always=False), nullable=False
        ),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("generations", postgresql.INT8RANGE(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("area_m2", sa.Double(), nullable=False),
        postgresql.ExcludeConstraint(
            (sa.column("county_code"), "="),
            (sa.column("division_code"), "="),
            (sa.column("generations"), "&&"),
            (sa.column("valid"), "&&"),
            using="gist",
            name="division_outline_one_version_excl",
        ),
        sa.CheckConstraint(
            "is_canonical(geom)", name=op.f("division_outline_geom_canonical_check")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("division_outline_division_code_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "division_outline_id", name=op.f("division_outline_pkey")
        ),
    )
    op.create_geospatial_index(
        "division_outline_geom_idx",
        "division_outline",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_table(
        "grant",
        sa.Column("grant_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("account_id", sa.BigInteger(), nullable=True),
        sa.Column("api_key_id", sa.BigInteger(), nullable=True),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.CheckConstraint(
            "role IN ('viewer', 'reporter', 'planner', 'reviewer', 'dispatcher', 'integration', 'auditor', 'admin')",
            name=op.f("grant_role_check"),
        ),
        sa.CheckConstraint(
            "num_nonnulls(account_id, api_key_id) = 1", name=op.f("grant_one_holder_check")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.account_id"], name=op.f("grant_account_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["api_key_id"], ["api_key.api_key_id"], name=op.f("grant_api_key_id_fkey")
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("grant_division_code_fkey")
        ),
        sa.PrimaryKeyConstraint("grant_id", name=op.f("grant_pkey")),
    )
    op.create_table(
        "grid",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("layer", sa.String(), nullable=False),
        sa.Column("created_generation", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("layer IN ('basic', 'exclusive')", name=op.f("grid_layer_check")),
        sa.ForeignKeyConstraint(
            ["created_generation"],
            ["generation.generation"],
            name=op.f("grid_created_generation_fkey"),
        ),
        sa.PrimaryKeyConstraint("county_code", "grid_id", name=op.f("grid_pkey")),
    )
    op.create_table(
        "subscription",
        sa.Column("subscription_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("url", sa.String(), nullable=False),
        sa.Column("kinds", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("subscription_division_code_fkey")
        ),
        sa.PrimaryKeyConstraint("subscription_id", name=op.f("subscription_pkey")),
    )
    op.create_geospatial_table(
        "asset",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("asset_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("external_id", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("status", sa.String(), server_default="active", nullable=False),
        sa.Column(
            "geom",
            Geometry(
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("basic_grid_id", sa.BigInteger(), nullable=True, comment="points only"),
        sa.Column(
            "attributes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.CheckConstraint("is_canonical(geom)", name=op.f("asset_geom_canonical_check")),
        sa.ForeignKeyConstraint(
            ["county_code", "basic_grid_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("asset_county_code_basic_grid_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("county_code", "asset_id", name=op.f("asset_pkey")),
        sa.UniqueConstraint(
            "county_code",
            "kind",
            "external_id",
            name=op.f("asset_county_code_kind_external_id_key"),
        ),
    )
    op.create_geospatial_index(
        "asset_geom_idx",
        "asset",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_geospatial_table(
        "changeset_grid",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("changeset_id", sa.BigInteger(), nullable=False),
        sa.Column("code", sa.String(length=17), nullable=False),
        sa.Column("base_version_id", sa.BigInteger(), nullable=True),
        sa.Column("action", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=True),
        sa.Column("kind", sa.String(), nullable=True),
        sa.Column("division_code", sa.String(length=12), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
            ),
            nullable=True,
        ),
        sa.Column(
            "attributes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "action IN ('create', 'modify', 'retire', 'node_only')",
            name=op.f("changeset_grid_action_check"),
        ),
        sa.CheckConstraint(
            "geom IS NULL OR is_canonical(geom)", name=op.f("changeset_grid_geom_canonical_check")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "changeset_id"],
            ["changeset.county_code", "changeset.changeset_id"],
            name=op.f("changeset_grid_county_code_changeset_id_fkey"),
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "changeset_id", "code", name=op.f("changeset_grid_pkey")
        ),
    )
    op.create_table(
        "changeset_op",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("changeset_id", sa.BigInteger(), nullable=False),
        sa.Column("op_no", sa.Integer(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("parameters", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("is_undone", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "changeset_id"],
            ["changeset.county_code", "changeset.changeset_id"],
            name=op.f("changeset_op_county_code_changeset_id_fkey"),
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "changeset_id", "op_no", name=op.f("changeset_op_pkey")
        ),
    )
    op.create_table(
        "delivery",
        sa.Column("delivery_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "transaction_id",
            sa.BigInteger(),
            server_default=sa.text("(pg_current_xact_id()::text::bigint)"),
            nullable=False,
            comment="readers stay below pg_snapshot_xmin, so that a late commit is not skipped",
        ),
        sa.Column("subscription_id", sa.BigInteger(), nullable=True),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("delivered_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["subscription_id"],
            ["subscription.subscription_id"],
            name=op.f("delivery_subscription_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("delivery_pkey")),
    )
    op.create_index(
        "delivery_transaction_id_delivery_id_idx",
        "delivery",
        ["transaction_id", "delivery_id"],
        unique=False,
    )
    op.create_geospatial_table(
        "event",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("event_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_no", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("source_id", sa.String(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("description", sa.String(length=2000), server_default="", nullable=False),
        sa.Column("category_code", sa.String(length=6), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False, comment="1 特急, 2 紧急, 3 一般"),
        sa.Column("channel", sa.String(), nullable=False),
        sa.Column("occurred_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("workflow", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False, comment="slug of a step of the workflow"),
        sa.Column("phase", sa.String(), nullable=False, comment="one of the ten canonical phases"),
        sa.Column("resolved", sa.Boolean(), nullable=True, comment="disputes only: 化解"),
        sa.Column("satisfied", sa.Boolean(), nullable=True, comment="null until evaluated"),
        sa.Column("people_count", sa.Integer(), nullable=True),
        sa.Column("address_text", sa.String(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("position_x", sa.Double(), nullable=False, comment="as given, in position_crs"),
        sa.Column("position_y", sa.Double(), nullable=False),
        sa.Column("position_crs", sa.String(), nullable=False),
        sa.Column("position_accuracy_m", sa.Double(), nullable=True),
        sa.Column("basic_grid_id", sa.BigInteger(), nullable=True),
        sa.Column("exclusive_grid_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "reported_basic_grid_id", sa.BigInteger(), nullable=True, comment="never changed"
        ),
        sa.Column("reported_exclusive_grid_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("filed_generation", sa.BigInteger(), nullable=False),
        sa.CheckConstraint(
            "category_code ~ '^[0-9]{4}([0-9]{2})?$'", name=op.f("event_category_code_check")
        ),
        sa.CheckConstraint(
            "closed_at IS NULL OR closed_at >= reported_at", name=op.f("event_closed_at_check")
        ),
        sa.CheckConstraint("is_canonical_point(geom)", name=op.f("event_geom_canonical_check")),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("event_level_check")),
        sa.CheckConstraint(
            "resolved IS NOT TRUE OR closed_at IS NOT NULL", name=op.f("event_resolved_check")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "basic_grid_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("event_county_code_basic_grid_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "exclusive_grid_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("event_county_code_exclusive_grid_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "reported_basic_grid_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("event_county_code_reported_basic_grid_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "reported_exclusive_grid_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("event_county_code_reported_exclusive_grid_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["filed_generation"],
            ["generation.generation"],
            name=op.f("event_filed_generation_fkey"),
        ),
        sa.PrimaryKeyConstraint("county_code", "event_id", name=op.f("event_pkey")),
        sa.UniqueConstraint("county_code", "event_no", name=op.f("event_county_code_event_no_key")),
        sa.UniqueConstraint(
            "county_code",
            "source",
            "source_id",
            name=op.f("event_county_code_source_source_id_key"),
        ),
    )
    op.create_index("event_basic_grid_id_idx", "event", ["basic_grid_id"], unique=False)
    op.create_index("event_category_code_idx", "event", ["category_code"], unique=False)
    op.create_index(
        "event_exclusive_grid_id_idx",
        "event",
        ["exclusive_grid_id"],
        unique=False,
        postgresql_where=sa.text("exclusive_grid_id IS NOT NULL"),
    )
    op.create_geospatial_index(
        "event_geom_idx",
        "event",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index(
        "event_reported_at_event_id_idx", "event", ["reported_at", "event_id"], unique=False
    )
    op.create_geospatial_table(
        "grid_version",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("grid_version_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=False),
        sa.Column("generations", postgresql.INT8RANGE(), nullable=False),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.Column("code", sa.String(length=17), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="MULTIPOLYGON",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("area_m2", sa.Double(), nullable=False),
        sa.Column("perimeter_m", sa.Double(), nullable=False),
        sa.Column("colour_index", sa.SmallInteger(), nullable=False),
        sa.Column(
            "label",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("label_radius_m", sa.Double(), nullable=False),
        sa.Column(
            "bounds_text", sa.String(), nullable=False, comment="四至: neighbours to the E, S, W, N"
        ),
        sa.Column(
            "attributes",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'::jsonb"),
            nullable=False,
        ),
        postgresql.ExcludeConstraint(
            (sa.column("county_code"), "="),
            (sa.column("code"), "="),
            (sa.column("generations"), "&&"),
            (sa.column("valid"), "&&"),
            using="gist",
            name="grid_version_one_code_excl",
        ),
        postgresql.ExcludeConstraint(
            (sa.column("county_code"), "="),
            (sa.column("grid_id"), "="),
            (sa.column("generations"), "&&"),
            (sa.column("valid"), "&&"),
            using="gist",
            name="grid_version_one_version_excl",
        ),
        sa.CheckConstraint("code ~ '^[0-9]{15}([0-9]{2})?$'", name=op.f("grid_version_code_check")),
        sa.CheckConstraint(
            "kind IN ('rural', 'community', 'exclusive')", name=op.f("grid_version_kind_check")
        ),
        sa.CheckConstraint(
            "NOT isempty(generations) AND NOT isempty(valid)",
            name=op.f("grid_version_ranges_check"),
        ),
        sa.CheckConstraint("ST_IsPolygonCCW(geom)", name=op.f("grid_version_geom_ccw_check")),
        sa.CheckConstraint(
            "ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name=op.f("grid_version_geom_valid_check")
        ),
        sa.CheckConstraint(
            "colour_index BETWEEN 0 AND 5", name=op.f("grid_version_colour_index_check")
        ),
        sa.CheckConstraint("is_canonical(geom)", name=op.f("grid_version_geom_canonical_check")),
        sa.CheckConstraint("is_canonical(label)", name=op.f("grid_version_label_canonical_check")),
        sa.ForeignKeyConstraint(
            ["county_code", "grid_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("grid_version_county_code_grid_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("grid_version_division_code_fkey")
        ),
        sa.PrimaryKeyConstraint("county_code", "grid_version_id", name=op.f("grid_version_pkey")),
    )
    op.create_index("grid_version_code_idx", "grid_version", ["code"], unique=False)
    op.create_index(
        "grid_version_division_code_idx", "grid_version", ["division_code"], unique=False
    )
    op.create_geospatial_index(
        "grid_version_geom_idx",
        "grid_version",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_index("grid_version_grid_id_idx", "grid_version", ["grid_id"], unique=False)
    op.create_geospatial_table(
        "household",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("household_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column(
            "household_no",
            sa.String(),
            nullable=False,
            comment="local serial, not the hukou number",
        ),
        sa.Column("registered_count", sa.SmallInteger(), nullable=False),
        sa.Column("resident_count", sa.SmallInteger(), nullable=False),
        sa.Column("floating_count", sa.SmallInteger(), nullable=False),
        sa.Column("party_member_count", sa.SmallInteger(), nullable=False),
        sa.Column(
            "is_party_household", sa.Boolean(), server_default=sa.text("false"), nullable=False
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("position_x", sa.Double(), nullable=False, comment="as given, in position_crs"),
        sa.Column("position_y", sa.Double(), nullable=False),
        sa.Column("position_crs", sa.String(), nullable=False),
        sa.Column("position_accuracy_m", sa.Double(), nullable=True),
        sa.Column("basic_grid_id", sa.BigInteger(), nullable=True),
        sa.Column("exclusive_grid_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "reported_basic_grid_id", sa.BigInteger(), nullable=True, comment="never changed"
        ),
        sa.Column("reported_exclusive_grid_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "geom",
            Geometry(
                geometry_type="POINT",
                srid=4490,
                dimension=2,
                spatial_index=False,
                from_text="ST_GeomFromEWKT",
                name="geometry",
                nullable=False,
            ),
            nullable=False,
        ),
        sa.Column("filed_generation", sa.BigInteger(), nullable=False),
        sa.CheckConstraint("is_canonical_point(geom)", name=op.f("household_geom_canonical_check")),
        sa.CheckConstraint(
            "registered_count >= 0 AND resident_count >= 0 AND floating_count >= 0 AND party_member_count >= 0",
            name=op.f("household_counts_check"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "basic_grid_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("household_county_code_basic_grid_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "exclusive_grid_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("household_county_code_exclusive_grid_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "reported_basic_grid_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("household_county_code_reported_basic_grid_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "reported_exclusive_grid_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("household_county_code_reported_exclusive_grid_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["filed_generation"],
            ["generation.generation"],
            name=op.f("household_filed_generation_fkey"),
        ),
        sa.PrimaryKeyConstraint("county_code", "household_id", name=op.f("household_pkey")),
        sa.UniqueConstraint(
            "county_code", "household_no", name=op.f("household_county_code_household_no_key")
        ),
    )
    op.create_index("household_basic_grid_id_idx", "household", ["basic_grid_id"], unique=False)
    op.create_index(
        "household_exclusive_grid_id_idx",
        "household",
        ["exclusive_grid_id"],
        unique=False,
        postgresql_where=sa.text("exclusive_grid_id IS NOT NULL"),
    )
    op.create_geospatial_index(
        "household_geom_idx",
        "household",
        ["geom"],
        unique=False,
        postgresql_using="gist",
        postgresql_ops={},
    )
    op.create_table(
        "lineage",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("generation", sa.BigInteger(), nullable=False),
        sa.Column("parent_id", sa.BigInteger(), nullable=False),
        sa.Column("child_id", sa.BigInteger(), nullable=False),
        sa.Column("operation", sa.String(), nullable=False),
        sa.Column("area_share", sa.Double(), nullable=False),
        sa.Column("household_share", sa.Double(), nullable=False),
        sa.CheckConstraint("area_share BETWEEN 0 AND 1", name=op.f("lineage_area_share_check")),
        sa.CheckConstraint(
            "household_share BETWEEN 0 AND 1", name=op.f("lineage_household_share_check")
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "child_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("lineage_county_code_child_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "parent_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("lineage_county_code_parent_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["generation"], ["generation.generation"], name=op.f("lineage_generation_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "generation", "parent_id", "child_id", name=op.f("lineage_pkey")
        ),
    )
    op.create_table(
        "party_organisation",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column(
            "party_organisation_id", sa.BigInteger(), sa.Identity(always=False), nullable=False
        ),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.CheckConstraint(
            "kind IN ('party_committee', 'party_general_branch', 'party_branch', 'party_group')",
            name=op.f("party_organisation_kind_check"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "grid_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("party_organisation_county_code_grid_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("party_organisation_division_code_fkey")
        ),
        sa.PrimaryKeyConstraint(
            "county_code", "party_organisation_id", name=op.f("party_organisation_pkey")
        ),
    )
    op.create_index(
        "party_organisation_division_code_idx",
        "party_organisation",
        ["division_code"],
        unique=False,
    )
    op.create_table(
        "posting",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("posting_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("role", sa.String(), nullable=False),
        sa.Column("division_code", sa.String(length=12), nullable=False),
        sa.Column("grid_id", sa.BigInteger(), nullable=True),
        sa.Column("valid", postgresql.DATERANGE(), nullable=False),
        sa.CheckConstraint("NOT isempty(valid)", name=op.f("posting_valid_check")),
        sa.ForeignKeyConstraint(
            ["county_code", "grid_id"],
            ["grid.county_code", "grid.grid_id"],
            name=op.f("posting_county_code_grid_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["county_code", "staff_id"],
            ["staff.county_code", "staff.staff_id"],
            name=op.f("posting_county_code_staff_id_fkey"),
        ),
        sa.ForeignKeyConstraint(
            ["division_code"], ["division.code"], name=op.f("posting_division_code_fkey")
        ),
        sa.PrimaryKeyConstraint("county_code", "posting_id", name=op.f("posting_pkey")),
    )
    op.create_index(
        "posting_division_code_role_idx", "posting", ["division_code", "role"], unique=False
    )
    op.create_index("posting_grid_id_idx", "posting", ["grid_id"], unique=False)
    op.create_table(
        "review",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("review_id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("changeset_id", sa.BigInteger(), nullable=False),
        sa.Column("changeset_version", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.String(), nullable=False),
        sa.Column("reviewer", sa.String(), nullable=False),
        sa.Column("verdict", sa.String(), nullable=False),
        sa.Column("comment", sa.Text(), server_default="", nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint("verdict IN ('approve', 'reject')", name=op.f("review_verdict_check")),
        sa.CheckConstraint("reviewer <> author", name=op.f("review_not_own_check")),
        sa.ForeignKeyConstraint(
            ["county_code", "changeset_id"],
            ["changeset.county_code", "changeset.changeset_id"],
            name=op.f("review_county_code_changeset_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("county_code", "review_id", name=op.f("review_pkey")),
    )
    op.create_table(
        "event_step",
        sa.Column("county_code", sa.String(length=6), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("step_no", sa.SmallInteger(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("phase", sa.String(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(), server_default="system", nullable=False),
        sa.Column("note", sa.String(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(
            ["county_code", "event_id"],
            ["event.county_code", "event.event_id"],
            name=op.f("event_step_county_code_event_id_fkey"),
        ),
        sa.PrimaryKeyConstraint("county_code", "event_id", "step_no", name=op.f("event_step_pkey")),
    )
    op.execute((SQL / "locate_grid.sql").read_text(encoding="utf-8"))


def downgrade() -> None:
    op.execute("DROP FUNCTION locate_grid(geometry, text, bigint, date)")
    op.drop_table("event_step")
    op.drop_table("review")
    op.drop_index("posting_grid_id_idx", table_name="posting")
    op.drop_index("posting_division_code_role_idx", table_name="posting")
    op.drop_table("posting")
    op.drop_index("party_organisation_division_code_idx", table_name="party_organisation")
    op.drop_table("party_organisation")
    op.drop_table("lineage")
    op.drop_geospatial_index(
        "household_geom_idx", table_name="household", postgresql_using="gist", column_name="geom"
    )
    op.drop_index(
        "household_exclusive_grid_id_idx",
        table_name="household",
        postgresql_where=sa.text("exclusive_grid_id IS NOT NULL"),
    )
    op.drop_index("household_basic_grid_id_idx", table_name="household")
    op.drop_geospatial_table("household")
    op.drop_index("grid_version_grid_id_idx", table_name="grid_version")
    op.drop_geospatial_index(
        "grid_version_geom_idx",
        table_name="grid_version",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_index("grid_version_division_code_idx", table_name="grid_version")
    op.drop_index("grid_version_code_idx", table_name="grid_version")
    op.drop_geospatial_table("grid_version")
    op.drop_index("event_reported_at_event_id_idx", table_name="event")
    op.drop_geospatial_index(
        "event_geom_idx", table_name="event", postgresql_using="gist", column_name="geom"
    )
    op.drop_index(
        "event_exclusive_grid_id_idx",
        table_name="event",
        postgresql_where=sa.text("exclusive_grid_id IS NOT NULL"),
    )
    op.drop_index("event_category_code_idx", table_name="event")
    op.drop_index("event_basic_grid_id_idx", table_name="event")
    op.drop_geospatial_table("event")
    op.drop_index("delivery_transaction_id_delivery_id_idx", table_name="delivery")
    op.drop_table("delivery")
    op.drop_table("changeset_op")
    op.drop_geospatial_table("changeset_grid")
    op.drop_geospatial_index(
        "asset_geom_idx", table_name="asset", postgresql_using="gist", column_name="geom"
    )
    op.drop_geospatial_table("asset")
    op.drop_table("subscription")
    op.drop_table("grid")
    op.drop_table("grant")
    op.drop_geospatial_index(
        "division_outline_geom_idx",
        table_name="division_outline",
        postgresql_using="gist",
        column_name="geom",
    )
    op.drop_geospatial_table("division_outline")
    op.drop_table("changeset")
    op.drop_table("staff")
    op.drop_index("person_private_phone_index_idx", table_name="person_private")
    op.drop_table("person_private")
    op.drop_table("generation")
    op.drop_index("division_path_idx", table_name="division", postgresql_using="gin")
    op.drop_index("division_parent_code_idx", table_name="division")
    op.drop_table("division")
    op.drop_table("deployment")
    op.drop_table("audit")
    op.drop_table("api_key")
    op.drop_table("account")
    op.execute("DROP FUNCTION lattice(geometry)")
    op.execute("DROP FUNCTION is_canonical(geometry)")
    op.execute("DROP FUNCTION is_canonical_point(geometry)")
