"""Where the land is divided: divisions, grids, and the generations of their boundaries."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    ARRAY,
    CheckConstraint,
    Date,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    Text,
    text,
)
from sqlalchemy.dialects.postgresql import DATERANGE, INT8RANGE, JSONB, ExcludeConstraint, Range
from sqlalchemy.orm import Mapped, mapped_column

from gis.db.tables.base import (
    Base,
    BigInt,
    CountyCode,
    CountyKey,
    CreatedAt,
    DivisionCode,
    GridCode,
    SerialKey,
    SmallInt,
    multipolygon_column,
    point_column,
)

KINDS = "kind IN ('rural', 'community', 'exclusive')"


class Deployment(Base):
    """What this database holds: one row, written when the divisions are loaded."""

    __tablename__ = "deployment"
    __table_args__ = (CheckConstraint("deployment_id = 1", name="one_row"),)

    deployment_id: Mapped[SmallInt] = mapped_column(primary_key=True, server_default="1")
    profile: Mapped[str]
    root_code: Mapped[DivisionCode]
    is_schematic: Mapped[bool] = mapped_column(comment="generated demo data: every map says 示意")
    seed: Mapped[int | None]
    fraction: Mapped[float | None]
    loaded_at: Mapped[CreatedAt]


class Division(Base):
    """An administrative division (行政区划) or a level without an official code (片区)."""

    __tablename__ = "division"
    __table_args__ = (
        CheckConstraint("code ~ '^[0-9]{12}$'", name="code"),
        CheckConstraint("path[array_upper(path, 1)] = code", name="path"),
        Index("division_path_idx", "path", postgresql_using="gin"),
        Index("division_parent_code_idx", "parent_code"),
    )

    code: Mapped[DivisionCode] = mapped_column(primary_key=True)
    county_code: Mapped[CountyCode]
    name: Mapped[str]
    level: Mapped[str] = mapped_column(comment="slug of a level of the profile")
    depth: Mapped[SmallInt]
    parent_code: Mapped[DivisionCode | None] = mapped_column(ForeignKey("division.code"))
    is_admin: Mapped[bool] = mapped_column(comment="has an official code")
    path: Mapped[list[str]] = mapped_column(
        ARRAY(String(12)), comment="codes from the root to this one, both included"
    )


class Generation(Base):
    """A published version of all boundaries; its number is the system's time (ADR 0006)."""

    __tablename__ = "generation"

    generation: Mapped[BigInt] = mapped_column(primary_key=True, autoincrement=False)
    parent: Mapped[BigInt | None] = mapped_column(ForeignKey("generation.generation"))
    kind: Mapped[str]
    effective_from: Mapped[dt.date] = mapped_column(Date)
    published_at: Mapped[CreatedAt]
    published_by: Mapped[str] = mapped_column(server_default="system")
    note: Mapped[str] = mapped_column(server_default="")
    changeset_id: Mapped[BigInt | None]
    content_hash: Mapped[str] = mapped_column(comment="SHA-256 of codes and geometries written")

    __table_args__ = (
        CheckConstraint("kind IN ('import', 'publish', 'rollback')", name="kind"),
        CheckConstraint("generation > 0", name="positive"),
    )


class Grid(Base):
    """The stable identity of a grid (网格): never deleted, never given again."""

    __tablename__ = "grid"
    __table_args__ = (CheckConstraint("layer IN ('basic', 'exclusive')", name="layer"),)

    county_code: Mapped[CountyKey]
    grid_id: Mapped[SerialKey]
    layer: Mapped[str]
    created_generation: Mapped[BigInt] = mapped_column(ForeignKey("generation.generation"))


class GridVersion(Base):
    """What a grid was, from one generation on, for days from one day on."""

    __tablename__ = "grid_version"

    county_code: Mapped[CountyKey]
    grid_version_id: Mapped[SerialKey]
    grid_id: Mapped[BigInt]
    generations: Mapped[Range[int]] = mapped_column(INT8RANGE)
    valid: Mapped[Range[dt.date]] = mapped_column(DATERANGE)
    code: Mapped[GridCode]
    name: Mapped[str]
    kind: Mapped[str]
    division_code: Mapped[DivisionCode] = mapped_column(ForeignKey("division.code"))
    geom: Mapped[Any] = multipolygon_column()
    area_m2: Mapped[float]
    perimeter_m: Mapped[float]
    colour_index: Mapped[SmallInt]
    label: Mapped[Any] = point_column()
    label_radius_m: Mapped[float]
    bounds_text: Mapped[str] = mapped_column(comment="四至: neighbours to the E, S, W, N")
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))

    __table_args__ = (
        ForeignKeyConstraint(["county_code", "grid_id"], ["grid.county_code", "grid.grid_id"]),
        ExcludeConstraint(
            ("county_code", "="),
            ("grid_id", "="),
            ("generations", "&&"),
            ("valid", "&&"),
            name="grid_version_one_version_excl",
            using="gist",
        ),
        ExcludeConstraint(
            ("county_code", "="),
            ("code", "="),
            ("generations", "&&"),
            ("valid", "&&"),
            name="grid_version_one_code_excl",
            using="gist",
        ),
        CheckConstraint(KINDS, name="kind"),
        CheckConstraint("code ~ '^[0-9]{15}([0-9]{2})?$'", name="code"),
        CheckConstraint("NOT isempty(generations) AND NOT isempty(valid)", name="ranges"),
        CheckConstraint("colour_index BETWEEN 0 AND 5", name="colour_index"),
        CheckConstraint("is_canonical(geom)", name="geom_canonical"),
        CheckConstraint("ST_IsValid(geom) AND NOT ST_IsEmpty(geom)", name="geom_valid"),
        CheckConstraint("ST_IsPolygonCCW(geom)", name="geom_ccw"),
        CheckConstraint("is_canonical(label)", name="label_canonical"),
        Index("grid_version_geom_idx", "geom", postgresql_using="gist"),
        Index("grid_version_division_code_idx", "division_code"),
        Index("grid_version_code_idx", "code"),
        Index("grid_version_grid_id_idx", "grid_id"),
    )


class DivisionOutline(Base):
    """The outline of a division: the exact union of its basic grids, per generation."""

    __tablename__ = "division_outline"
    __table_args__ = (
        ExcludeConstraint(
            ("county_code", "="),
            ("division_code", "="),
            ("generations", "&&"),
            ("valid", "&&"),
            name="division_outline_one_version_excl",
            using="gist",
        ),
        CheckConstraint("is_canonical(geom)", name="geom_canonical"),
        Index("division_outline_geom_idx", "geom", postgresql_using="gist"),
    )

    county_code: Mapped[CountyKey]
    division_outline_id: Mapped[SerialKey]
    division_code: Mapped[DivisionCode] = mapped_column(ForeignKey("division.code"))
    generations: Mapped[Range[int]] = mapped_column(INT8RANGE)
    valid: Mapped[Range[dt.date]] = mapped_column(DATERANGE)
    geom: Mapped[Any] = multipolygon_column()
    area_m2: Mapped[float]


class Lineage(Base):
    """Which grid became which, with the shares of area and households."""

    __tablename__ = "lineage"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "parent_id"], ["grid.county_code", "grid.grid_id"]),
        ForeignKeyConstraint(["county_code", "child_id"], ["grid.county_code", "grid.grid_id"]),
        CheckConstraint("area_share BETWEEN 0 AND 1", name="area_share"),
        CheckConstraint("household_share BETWEEN 0 AND 1", name="household_share"),
    )

    county_code: Mapped[CountyKey]
    generation: Mapped[BigInt] = mapped_column(
        ForeignKey("generation.generation"), primary_key=True
    )
    parent_id: Mapped[BigInt] = mapped_column(primary_key=True)
    child_id: Mapped[BigInt] = mapped_column(primary_key=True)
    operation: Mapped[str]
    area_share: Mapped[float]
    household_share: Mapped[float]


class Changeset(Base):
    """A draft of boundary changes on its way through review."""

    __tablename__ = "changeset"
    __table_args__ = (
        CheckConstraint(
            "state IN ('draft', 'submitted', 'approved', 'published', 'rejected', 'withdrawn')",
            name="state",
        ),
        CheckConstraint("kind IN ('edit', 'import', 'rollback')", name="kind"),
        CheckConstraint(
            "(state = 'published') = (published_generation IS NOT NULL)", name="published"
        ),
        CheckConstraint(
            "scheduled_at IS NULL OR (state = 'approved' AND effective_from IS NOT NULL"
            " AND scheduled_by IS NOT NULL)",
            name="scheduled",
        ),
        Index("changeset_changeset_id_idx", "changeset_id"),
    )

    county_code: Mapped[CountyKey]
    changeset_id: Mapped[SerialKey]
    title: Mapped[str]
    reason: Mapped[str] = mapped_column(server_default="")
    state: Mapped[str] = mapped_column(server_default="draft")
    version: Mapped[BigInt] = mapped_column(server_default="1")
    author: Mapped[str]
    base_generation: Mapped[BigInt] = mapped_column(ForeignKey("generation.generation"))
    effective_from: Mapped[dt.date | None] = mapped_column(Date)
    scope_codes: Mapped[list[str]] = mapped_column(
        ARRAY(String(12)), comment="townships whose borders may change"
    )
    kind: Mapped[str] = mapped_column(server_default="edit")
    restores_generation: Mapped[BigInt | None] = mapped_column(comment="rollbacks only")
    submitted_version: Mapped[BigInt | None] = mapped_column(
        comment="approvals of earlier versions do not count"
    )
    published_generation: Mapped[BigInt | None] = mapped_column(ForeignKey("generation.generation"))
    publish_key: Mapped[str | None] = mapped_column(
        comment="Idempotency-Key of the request that published it"
    )
    publication: Mapped[dict[str, Any] | None] = mapped_column(
        comment="what that request was answered"
    )
    scheduled_at: Mapped[dt.datetime | None] = mapped_column(
        comment="when it was decided that it be published on its effective day"
    )
    scheduled_by: Mapped[str | None] = mapped_column(comment="who decided it")
    schedule_refusal: Mapped[dict[str, Any] | None] = mapped_column(
        comment="why it was not published on that day"
    )
    created_at: Mapped[CreatedAt]
    updated_at: Mapped[CreatedAt]


class ChangesetOp(Base):
    """One operation of a draft: an append-only log with an undo flag."""

    __tablename__ = "changeset_op"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "changeset_id"],
            ["changeset.county_code", "changeset.changeset_id"],
        ),
        Index(
            "changeset_op_given_codes_idx",
            "given_codes",
            postgresql_where=text("given_codes <> '{}'"),
        ),
    )

    county_code: Mapped[CountyKey]
    changeset_id: Mapped[BigInt] = mapped_column(primary_key=True)
    op_no: Mapped[int] = mapped_column(primary_key=True)
    operation: Mapped[str]
    parameters: Mapped[dict[str, Any]]
    is_undone: Mapped[bool] = mapped_column(server_default=text("false"))
    is_dropped: Mapped[bool] = mapped_column(
        server_default=text("false"), comment="undone for good: it cannot be redone"
    )
    given_codes: Mapped[list[str]] = mapped_column(
        ARRAY(String(17)), server_default="{}", comment="codes of the grids that it creates"
    )
    before: Mapped[list[Any]] = mapped_column(
        JSONB, comment="rows of changeset_grid that it replaced: undo puts them back"
    )
    after: Mapped[list[Any]] = mapped_column(JSONB, comment="rows that it wrote: for redo")
    outcome: Mapped[dict[str, Any]] = mapped_column(
        comment="automatic fixes, warnings and descents, as they were told"
    )
    author: Mapped[str]
    created_at: Mapped[CreatedAt]


class ChangesetGrid(Base):
    """The working state of a draft: only the grids that it touches."""

    __tablename__ = "changeset_grid"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "changeset_id"],
            ["changeset.county_code", "changeset.changeset_id"],
        ),
        CheckConstraint(
            "action IN ('create', 'modify', 'retire', 'node_only')",
            name="action",
        ),
        CheckConstraint("geom IS NULL OR is_canonical(geom)", name="geom_canonical"),
    )

    county_code: Mapped[CountyKey]
    changeset_id: Mapped[BigInt] = mapped_column(primary_key=True)
    code: Mapped[GridCode] = mapped_column(primary_key=True)
    base_version_id: Mapped[BigInt | None]
    action: Mapped[str]
    name: Mapped[str | None]
    kind: Mapped[str | None]
    division_code: Mapped[DivisionCode | None]
    geom: Mapped[Any | None] = multipolygon_column()
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
    moved: Mapped[dict[str, Any]] = mapped_column(
        server_default=text("'{}'::jsonb"),
        comment="households, events, ... that the draft adds to or takes from the grid",
    )


class ChangesetComment(Base):
    """A remark on a draft, pinned to the map."""

    __tablename__ = "changeset_comment"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "changeset_id"],
            ["changeset.county_code", "changeset.changeset_id"],
        ),
        CheckConstraint("position IS NULL OR is_canonical_point(position)", name="canonical"),
        Index("changeset_comment_changeset_id_idx", "changeset_id"),
    )

    county_code: Mapped[CountyKey]
    changeset_comment_id: Mapped[SerialKey]
    changeset_id: Mapped[BigInt]
    author: Mapped[str]
    body: Mapped[str] = mapped_column(String(2000))
    position: Mapped[Any | None] = point_column()
    created_at: Mapped[CreatedAt]
    resolved_at: Mapped[dt.datetime | None]


class EditorPresence(Base):
    """Who edits what at this moment: advice to others, never a lock."""

    __tablename__ = "editor_presence"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "changeset_id"],
            ["changeset.county_code", "changeset.changeset_id"],
        ),
    )

    county_code: Mapped[CountyKey]
    changeset_id: Mapped[BigInt] = mapped_column(primary_key=True)
    actor: Mapped[str] = mapped_column(primary_key=True)
    grid_codes: Mapped[list[str]] = mapped_column(ARRAY(String(17)))
    seen_at: Mapped[CreatedAt]


class Refiling(Base):
    """Who was filed from which grids into which by a publication (对照表): the crosswalk."""

    __tablename__ = "refiling"
    __table_args__ = (
        CheckConstraint("subject IN ('household', 'event')", name="subject"),
        Index("refiling_subject_id_idx", "subject", "subject_id"),
    )

    county_code: Mapped[CountyKey]
    generation: Mapped[BigInt] = mapped_column(
        ForeignKey("generation.generation"), primary_key=True
    )
    subject: Mapped[str] = mapped_column(primary_key=True)
    subject_id: Mapped[BigInt] = mapped_column(primary_key=True)
    from_basic_grid_id: Mapped[BigInt | None]
    to_basic_grid_id: Mapped[BigInt | None]
    from_exclusive_grid_id: Mapped[BigInt | None]
    to_exclusive_grid_id: Mapped[BigInt | None]


class Review(Base):
    """A verdict on a draft; the author cannot give it."""

    __tablename__ = "review"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "changeset_id"],
            ["changeset.county_code", "changeset.changeset_id"],
        ),
        CheckConstraint("reviewer <> author", name="not_own"),
        CheckConstraint("verdict IN ('approve', 'reject')", name="verdict"),
    )

    county_code: Mapped[CountyKey]
    review_id: Mapped[SerialKey]
    changeset_id: Mapped[BigInt]
    changeset_version: Mapped[BigInt]
    author: Mapped[str]
    reviewer: Mapped[str]
    verdict: Mapped[str]
    comment: Mapped[str] = mapped_column(Text, server_default="")
    covers: Mapped[list[str]] = mapped_column(
        ARRAY(String(12)),
        server_default="{}",
        comment="of the townships of the draft and their county, those that the reviewer holds",
    )
    created_at: Mapped[CreatedAt]


class BoundaryUpload(Base):
    """A file of boundaries on its way into a changeset."""

    __tablename__ = "boundary_upload"
    __table_args__ = (
        ForeignKeyConstraint(
            ["county_code", "changeset_id"],
            ["changeset.county_code", "changeset.changeset_id"],
        ),
        CheckConstraint("state IN ('read', 'confirmed', 'applied')", name="state"),
        CheckConstraint("(state = 'applied') = (changeset_id IS NOT NULL)", name="applied"),
        Index("boundary_upload_boundary_upload_id_idx", "boundary_upload_id"),
    )

    county_code: Mapped[CountyKey]
    boundary_upload_id: Mapped[SerialKey]
    author: Mapped[str]
    filename: Mapped[str] = mapped_column(String(255))
    size_bytes: Mapped[BigInt]
    state: Mapped[str] = mapped_column(server_default="read")
    scope_codes: Mapped[list[str]] = mapped_column(
        ARRAY(String(12)), comment="townships with whose grids it is compared"
    )
    content: Mapped[bytes] = mapped_column(comment="what was read of the file, as an Arrow stream")
    settings: Mapped[dict[str, Any]] = mapped_column(
        comment="what the author confirmed: coordinate system, columns, snapping, repairs"
    )
    report: Mapped[dict[str, Any]]
    features: Mapped[list[Any]] = mapped_column(
        JSONB, comment="what would change, as GeoJSON features"
    )
    changeset_id: Mapped[BigInt | None]
    created_at: Mapped[CreatedAt]
