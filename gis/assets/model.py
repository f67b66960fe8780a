"""What the queries on assets answer."""

from __future__ import annotations

from dataclasses import dataclass

from gis.grids.model import Box


@dataclass(frozen=True, slots=True)
class AssetFilter:
    """Which assets; None means no condition.

    Attributes
    ----------
    division
        Twelve digits; the division and all below it.
    box
        West, south, east, north in degrees (EPSG:4490).
    """

    division: str | None = None
    kind: str | None = None
    box: Box | None = None


@dataclass(frozen=True, slots=True)
class Asset:
    """A thing on the ground (部件), such as a camera or a centre.

    Attributes
    ----------
    external_id
        What its owner calls it; unique within its kind and county.
    geometry
        GeoJSON text (EPSG:4490, 7 decimals).
    grid, division
        Code of its basic grid and of that grid's division; None outside every grid.
    """

    asset_id: int
    kind: str
    external_id: str
    name: str
    status: str
    geometry: str
    grid: str | None
    division: str | None
