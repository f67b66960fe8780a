"""What the queries on grids answer."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from gis.core import clock

#: Longitude and latitude of the corners: west, south, east, north, in degrees (EPSG:4490).
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Generation:
    """A published version of all boundaries.

    Attributes
    ----------
    content_hash
        SHA-256 of codes and geometries: tells apart two databases that count the same.
    """

    generation: int
    effective_from: dt.date
    published_at: dt.datetime
    content_hash: str

    @property
    def day(self) -> dt.date:
        """Today; the first day of these boundaries where the clock has fallen behind it."""
        return max(clock.today(), self.effective_from)


@dataclass(frozen=True, slots=True)
class GridRef:
    """A grid, as others point to it."""

    code: str
    name: str
    kind: str
    division: str


@dataclass(frozen=True, slots=True)
class Grid:
    """One version of a grid (网格).

    Attributes
    ----------
    label
        Longitude and latitude of the point to write the name at, degrees.
    valid_from, valid_to
        Days on which this version holds, `valid_to` excluded; None where it is open.
    geometry
        GeoJSON text (EPSG:4490, 7 decimals, rings as RFC 7946 has them), or None where it was
        not asked for.
    """

    grid_id: int
    code: str
    name: str
    kind: str
    division: str
    division_name: str
    area_m2: float
    perimeter_m: float
    colour_index: int
    label: list[float]
    label_radius_m: float
    bounds_text: str
    valid_from: dt.date | None
    valid_to: dt.date | None
    geometry: str | None


@dataclass(frozen=True, slots=True)
class Found:
    """Something that a search found.

    Attributes
    ----------
    type
        ``grid`` or ``division``.
    kind
        Kind of the grid, or level of the division.
    path
        Names from the root down to what holds it.
    centre
        Longitude and latitude of a point inside, degrees; None where there is no outline.
    bounds
        West, south, east, north, degrees; None where there is no outline.
    """

    type: str
    code: str
    name: str
    kind: str
    path: list[str]
    centre: list[float] | None
    bounds: list[float] | None
