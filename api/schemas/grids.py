"""Grids, as they go out."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from api.schemas.common import Answer, Collection, Geometry, LonLat
from api.schemas.stats import EventFigures, People


class GridProperties(Answer):
    """What is said of a grid (网格)."""

    code: str = Field(description="15 digits, or 17 for a micro-grid.")
    name: str
    kind: Literal["rural", "community", "exclusive"]
    division: str = Field(description="Code of the division that it belongs to.")
    division_name: str
    area_m2: float = Field(description="Geodesic area, m².")
    perimeter_m: float = Field(description="Geodesic length of the border, m.")
    colour_index: int = Field(description="0 to 5; neighbours have different ones.")
    label: LonLat = Field(description="Where to write the name: longitude, latitude.")
    label_radius_m: float = Field(description="Radius of the free circle around it, m.")
    bounds_text: str = Field(description="四至: the neighbours to the E, S, W, N.")
    generation: int = Field(description="Generation that was asked for.")
    valid_from: dt.date | None = Field(description="First day of this version.")
    valid_to: dt.date | None = Field(description="First day after it; null while it holds.")


class GridFeature(Answer):
    """A grid with its polygon."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: GridProperties


class GridCollection(Collection):
    """One page of grids, in the order of their codes."""

    features: list[GridFeature]


class Worker(Answer):
    """Somebody who works in a grid."""

    role: str
    name: str


class GridRegister(GridProperties):
    """A grid with its row of the register (一览表)."""

    village: str | None = Field(description="Name of the lowest division that holds it.")
    township: str | None = Field(description="Name of the division one level up.")
    path: list[str] = Field(description="Names of its divisions from the root down.")
    heads: list[Worker] = Field(description="网格长.")
    workers: dict[str, list[str]] = Field(description="Role → names, heads left out.")
    people: People
    events: EventFigures


class GridRegisterFeature(Answer):
    """A grid with its polygon and its row of the register."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: GridRegister


class MonthFigures(Answer):
    """Events reported in one month."""

    month: str = Field(description="Such as 2025-03, in Asia/Shanghai.")
    total: int
    closed: int


class ClassFigures(Answer):
    """Events of one class."""

    category_class: str = Field(description="First two digits of the category code.")
    total: int
    closed: int


class GridCounts(Answer):
    """The households and events of a grid, counted."""

    code: str
    generation: int
    people: People
    events: EventFigures
    by_month: list[MonthFigures] | None = Field(description="Null unless asked for.")
    by_class: list[ClassFigures] | None = Field(description="Null unless asked for.")


class PastVersionProperties(Answer):
    """One version of a grid."""

    code: str
    name: str
    kind: Literal["rural", "community", "exclusive"]
    division: str
    area_m2: float
    first_generation: int
    last_generation: int | None = Field(description="Null while the newest one knows it.")
    valid_from: dt.date | None
    valid_to: dt.date | None
    changes: list[Literal["created", "code", "name", "kind", "division", "shape", "attributes"]] = (
        Field(description="What differs from the version before; empty where only neighbours do.")
    )
    published_at: dt.datetime
    published_by: str | None
    note: str | None
    changeset_id: int | None


class PastVersionFeature(Answer):
    """One version of a grid with its polygon."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: PastVersionProperties


class GridHistory(Answer):
    """All versions of a grid, the oldest first."""

    type: Literal["FeatureCollection"]
    features: list[PastVersionFeature]
    numberReturned: int  # noqa: N815 - as all lists
