"""What is said of one point: its grids, how near their border is, what else may be meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from gis.core.errors import OutsideEveryGrid
from gis.core.geodesy import metres_per_degree
from gis.core.locator import Locator
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.grids.borders import Measured, measure_point
from gis.grids.model import Box, GridRef
from gis.grids.queries import get_references


@dataclass(frozen=True, slots=True)
class NearGrid:
    """Another grid close to a point; `distance_m` is geodesic, in metres."""

    code: str
    name: str
    kind: str
    division: str
    distance_m: float


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Where a point lies (promise 1).

    Attributes
    ----------
    responsible
        The exclusive grid, else the basic one.
    edge_distance_m
        Distance to the border of the responsible grid, m.
    near
        Other grids within the accuracy that was named, nearest first.
    """

    basic: GridRef | None
    exclusive: GridRef | None
    responsible: GridRef
    edge_distance_m: float
    near: list[NearGrid]


def find_whereabouts(
    session: ReadSession,
    locator: Locator,
    snapshot: Snapshot,
    lon: float,
    lat: float,
    *,
    accuracy_m: float,
) -> Whereabouts:
    """Find the grids of a point, and those that are near it.

    Parameters
    ----------
    session
        Reads names.
    locator
        Of the snapshot, exact around the point.
    snapshot
        Which boundaries.
    lon, lat
        Canonical CGCS2000 degrees.
    accuracy_m
        How far away, in metres, another grid counts as near.

    Returns
    -------
    Whereabouts

    Raises
    ------
    OutsideEveryGrid
        No grid covers the point.
    """
    measured = require_inside(measure_point(locator, lon, lat, accuracy_m), snapshot, lon, lat)
    return name_whereabouts(measured, get_references(session, measured.grid_ids, snapshot))


def require_inside(
    measured: Measured | None, snapshot: Snapshot, lon: float, lat: float
) -> Measured:
    """Return what was measured of a point, if it lies in a grid.

    Parameters
    ----------
    measured
        Of the point.
    snapshot
        Which boundaries.
    lon, lat
        Canonical CGCS2000 degrees.

    Returns
    -------
    Measured

    Raises
    ------
    OutsideEveryGrid
        No grid covers the point.
    """
    if measured is not None:
        return measured
    raise OutsideEveryGrid(
        f"The point ({lon}, {lat}) lies outside every grid of generation"
        f" {snapshot.generation} on {snapshot.day}.",
        zh=f"点（{lon}, {lat}）不在第 {snapshot.generation} 版（{snapshot.day}）的任何网格内。",
        lon=lon,
        lat=lat,
    )


def name_whereabouts(measured: Measured, names: Mapping[int, GridRef]) -> Whereabouts:
    """Say where a point lies, with the names of the grids.

    Parameters
    ----------
    measured
        Of the point.
    names
        Grid id → reference, of all `Measured.grid_ids`.

    Returns
    -------
    Whereabouts
    """
    basic, exclusive = names.get(measured.basic), names.get(measured.exclusive)
    return Whereabouts(
        basic=basic,
        exclusive=exclusive,
        responsible=names[measured.basic if exclusive is None else measured.exclusive],
        edge_distance_m=round(measured.edge_distance_m, 3),
        near=[_near(names[grid.grid_id], grid.distance_m) for grid in measured.near],
    )


def _near(grid: GridRef, distance_m: float) -> NearGrid:
    return NearGrid(grid.code, grid.name, grid.kind, grid.division, round(distance_m, 3))


def box_around(lon: float, lat: float, radius_m: float) -> Box:
    """Return a box that holds the circle around a point.

    Parameters
    ----------
    lon, lat
        Degrees.
    radius_m
        Metres.

    Returns
    -------
    tuple of float
        West, south, east, north; degrees, a little generous.
    """
    metres_east, metres_north = (float(metres) for metres in metres_per_degree(lat))
    # Near the poles a degree of longitude shrinks to nothing.
    reach_lon = min(1.01 * radius_m / max(metres_east, 1.0), 360.0)
    reach_lat = 1.01 * radius_m / metres_north
    return lon - reach_lon, lat - reach_lat, lon + reach_lon, lat + reach_lat
