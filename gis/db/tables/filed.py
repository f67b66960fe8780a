"""What is filed into grids: households, events, and assets on the ground."""

from __future__ import annotations

import datetime as dt
from typing import Any

from geoalchemy2 import Geometry
from sqlalchemy import (
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    String,
    UniqueConstraint,
    text,
)
from sqlalchemy.orm import Mapped, declared_attr, mapped_column

from gis.core.crs import STORED_SRID
from gis.db.tables.base import (
    Base,
    BigInt,
    CountyKey,
    CreatedAt,
    SerialKey,
    SmallInt,
    point_column,
)


def filed_in(column: str) -> ForeignKeyConstraint:
    """Return the foreign key of a column that names a grid of the same county."""
    return ForeignKeyConstraint(["county_code", column], ["grid.county_code", "grid.grid_id"])


#: What figures count of events, so that they are read off an index (ADR 0024).
COUNTED = (
    "county_code",
    "exclusive_grid_id",
    "category_code",
    "closed_at",
    "due_at",
    "satisfied",
    "resolved",
)


def filing_constraints(table: str) -> tuple[Any, ...]:
    """Return what every table of filed points promises, and its indexes but that by basic grid."""
    return (
        filed_in("basic_grid_id"),
        filed_in("exclusive_grid_id"),
        filed_in("reported_basic_grid_id"),
        filed_in("reported_exclusive_grid_id"),
        CheckConstraint("is_canonical_point(geom)", name="geom_canonical"),
        Index(f"{table}_geom_idx", "geom", postgresql_using="gist"),
        Index(
            f"{table}_exclusive_grid_id_idx",
            "exclusive_grid_id",
            postgresql_where=text("exclusive_grid_id IS NOT NULL"),
        ),
    )


class Filed:
    """A position, as given and as stored, and the grids that it is filed into."""

    position_x: Mapped[float] = mapped_column(comment="as given, in position_crs")
    position_y: Mapped[float]
    position_crs: Mapped[str]
    position_accuracy_m: Mapped[float | None]
    basic_grid_id: Mapped[BigInt | None]
    exclusive_grid_id: Mapped[BigInt | None]
    reported_basic_grid_id: Mapped[BigInt | None] = mapped_column(comment="never changed")
    reported_exclusive_grid_id: Mapped[BigInt | None]

    @declared_attr
    def geom(cls) -> Mapped[Any]:  # noqa: N805 - SQLAlchemy calls it on the class
        """Return the canonical CGCS2000 point."""
        column: Mapped[Any] = point_column()
        return column

    @declared_attr
    def filed_generation(cls) -> Mapped[int]:  # noqa: N805
        """Return the generation whose grids the row is filed under."""
        return mapped_column(ForeignKey("generation.generation"))


class Household(Filed, Base):
    """A household (户): where it is, and how many live there; names are in person_private."""

    __tablename__ = "household"
    __table_args__ = (
        UniqueConstraint("county_code", "household_no"),
        *filing_constraints("household"),
        Index("household_basic_grid_id_idx", "basic_grid_id"),
        CheckConstraint(
            "registered_count >= 0 AND resident_count >= 0 AND floating_count >= 0"
            " AND party_member_count >= 0",
            name="counts",
        ),
    )

    county_code: Mapped[CountyKey]
    household_id: Mapped[SerialKey]
    household_no: Mapped[str] = mapped_column(comment="local serial, not the hukou number")
    registered_count: Mapped[SmallInt]
    resident_count: Mapped[SmallInt]
    floating_count: Mapped[SmallInt]
    party_member_count: Mapped[SmallInt]
    is_party_household: Mapped[bool] = mapped_column(server_default=text("false"))
    updated_at: Mapped[CreatedAt]


class Event(Filed, Base):
    """An event (事件): a hazard, request or dispute, reported at a place."""

    __tablename__ = "event"
    __table_args__ = (
        UniqueConstraint("county_code", "source", "source_id"),
        UniqueConstraint("county_code", "event_no"),
        *filing_constraints("event"),
        CheckConstraint("category_code ~ '^[0-9]{4}([0-9]{2})?$'", name="category_code"),
        CheckConstraint("level BETWEEN 1 AND 3", name="level"),
        CheckConstraint("closed_at IS NULL OR closed_at >= reported_at", name="closed_at"),
        CheckConstraint("resolved IS NOT TRUE OR closed_at IS NOT NULL", name="resolved"),
        Index(
            "event_figures_idx", "basic_grid_id", "reported_at", postgresql_include=list(COUNTED)
        ),
        Index("event_open_idx", "due_at", postgresql_where=text("closed_at IS NULL")),
        Index("event_reported_at_event_id_idx", "reported_at", "event_id"),
        Index("event_category_code_idx", "category_code"),
    )

    county_code: Mapped[CountyKey]
    event_id: Mapped[SerialKey]
    event_no: Mapped[str]
    source: Mapped[str]
    source_id: Mapped[str]
    title: Mapped[str] = mapped_column(String(200))
    description: Mapped[str] = mapped_column(String(2000), server_default="")
    category_code: Mapped[str] = mapped_column(String(6))
    level: Mapped[SmallInt] = mapped_column(comment="1 特急, 2 紧急, 3 一般")
    channel: Mapped[str]
    occurred_at: Mapped[dt.datetime]
    reported_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    due_at: Mapped[dt.datetime | None] = mapped_column(
        comment="end of the time limit of its category; null where there is none"
    )
    workflow: Mapped[str]
    state: Mapped[str] = mapped_column(comment="slug of a step of the workflow")
    phase: Mapped[str] = mapped_column(comment="one of the ten canonical phases")
    resolved: Mapped[bool | None] = mapped_column(comment="disputes only: 化解")
    satisfied: Mapped[bool | None] = mapped_column(comment="null until evaluated")
    people_count: Mapped[int | None]
    address_text: Mapped[str] = mapped_column(server_default="")
    created_at: Mapped[CreatedAt]


class EventStep(Base):
    """One step in the life of an event; rows are only ever added."""

    __tablename__ = "event_step"
    __table_args__ = (
        ForeignKeyConstraint(["county_code", "event_id"], ["event.county_code", "event.event_id"]),
    )

    county_code: Mapped[CountyKey]
    event_id: Mapped[BigInt] = mapped_column(primary_key=True)
    step_no: Mapped[SmallInt] = mapped_column(primary_key=True)
    state: Mapped[str]
    phase: Mapped[str]
    at: Mapped[dt.datetime]
    actor: Mapped[str] = mapped_column(server_default="system")
    note: Mapped[str] = mapped_column(server_default="")


class Asset(Base):
    """A thing on the ground (部件): a camera, a road, a shelter."""

    __tablename__ = "asset"
    __table_args__ = (
        UniqueConstraint("county_code", "kind", "external_id"),
        filed_in("basic_grid_id"),
        CheckConstraint("is_canonical(geom)", name="geom_canonical"),
        Index("asset_geom_idx", "geom", postgresql_using="gist"),
    )

    county_code: Mapped[CountyKey]
    asset_id: Mapped[SerialKey]
    kind: Mapped[str]
    external_id: Mapped[str]
    name: Mapped[str]
    status: Mapped[str] = mapped_column(server_default="active")
    geom: Mapped[Any] = mapped_column(Geometry("GEOMETRY", srid=STORED_SRID, spatial_index=False))
    basic_grid_id: Mapped[BigInt | None] = mapped_column(comment="points only")
    attributes: Mapped[dict[str, Any]] = mapped_column(server_default=text("'{}'::jsonb"))
