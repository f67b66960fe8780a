"""What the queries on divisions answer."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DivisionRef:
    """A division, as others point to it."""

    code: str
    name: str
    level: str
    depth: int


@dataclass(frozen=True, slots=True)
class Division:
    """A division (行政区划) with its outline.

    Attributes
    ----------
    path
        Codes from the root to this division, both included.
    area_m2
        Geodesic area of the outline in m²; None where it has none.
    geometry
        GeoJSON text of the outline (EPSG:4490, 7 decimals); None where it has none or where it
        was not asked for.
    """

    code: str
    name: str
    level: str
    depth: int
    parent: str | None
    path: list[str]
    is_admin: bool
    area_m2: float | None
    geometry: str | None


@dataclass(frozen=True, slots=True)
class DivisionNode:
    """A division and what lies below it, as far down as was asked for.

    Attributes
    ----------
    children_count
        Number of its children in all, also where they are not listed.
    """

    code: str
    name: str
    level: str
    depth: int
    is_admin: bool
    children_count: int
    children: list[DivisionNode]
