"""What is said of one point: its grids, how near their border is, what else may be meant."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis.core.errors import OutsideEveryGrid
from gis.core.geodesy import metres_per_degree
from gis.core.locator import NO_GRID, Locator
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
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
    located = locator.locate(np.array([lon]), np.array([lat]))
    basic_id, exclusive_id = int(located.basic_ids[0]), int(located.exclusive_ids[0])
    edge_distance_m = locator.edge_distance_m(lon, lat)
    if edge_distance_m is None:
        raise OutsideEveryGrid(
            f"The point ({lon}, {lat}) lies outside every grid of generation"
            f" {snapshot.generation} on {snapshot.day}.",
            zh=f"点（{lon}, {lat}）不在第 {snapshot.generation} 版（{snapshot.day}）的任何网格内。",
            lon=lon,
            lat=lat,
        )
    near = locator.near(lon, lat, accuracy_m)
    ids = [number for number in (basic_id, exclusive_id) if number != NO_GRID]
    names = get_references(session, [*ids, *(grid.grid_id for grid in near)], snapshot)
    basic, exclusive = names.get(basic_id), names.get(exclusive_id)
    return Whereabouts(
        basic=basic,
        exclusive=exclusive,
        responsible=names[exclusive_id if exclusive is not None else basic_id],
        edge_distance_m=round(edge_distance_m, 3),
        near=[_near(names[grid.grid_id], grid.distance_m) for grid in near],
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
