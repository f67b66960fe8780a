"""New vertices on the county's outer border: nobody beyond could take them.

A border between two grids that ends there, where the county has no vertex, would add one to an
outline that others hold. So it goes to the next vertex that is there, as the end of a cut does
(`docs/editing.md`); that moves it by metres, and a person has to accept it.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

from gis.boundaries.uploads.comparing import Comparison
from gis.boundaries.uploads.parts import Group, Repair
from gis.core.geodesy import distance_m
from gis.core.lattice import degrees_geometry, lattice_geometry

NEAR_UNITS = 2.0
"""So near (two centimetres) a vertex is meant to be on the border."""

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Edge:
    """The county's outer border, looked up many times.

    Attributes
    ----------
    line
        Prepared, lattice units.
    ends
        Of its segments, float64 (n, 2, 2).
    tree
        Of its segments.
    known
        Its vertices.
    """

    line: Any = field(repr=False)
    ends: NDArray[np.float64] = field(repr=False)
    tree: shapely.STRtree = field(repr=False)
    known: frozenset[Point] = field(repr=False)


def edge_of(outline: Any) -> Edge:
    """Return the border of a county.

    Parameters
    ----------
    outline
        Polygon or MultiPolygon in canonical degrees.

    Returns
    -------
    Edge
    """
    shape = lattice_geometry(outline).item()
    rings = [shapely.get_coordinates(ring) for ring in shapely.get_rings(shapely.get_parts(shape))]
    ends = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
    line = shapely.boundary(shape)
    shapely.prepare(line)
    tree = shapely.STRtree(np.asarray(shapely.linestrings(ends)))
    return Edge(line, ends, tree, frozenset(map(tuple, ends[:, 0].tolist())))


def keep_edge(comparison: Comparison, group: Group, edge: Edge) -> Group:
    """Return a group without new vertices on the county's outer border.

    Parameters
    ----------
    comparison
        What is new.
    group
        Grids that change together.
    edge
        The county's.

    Returns
    -------
    Group
        With a repair for each vertex that goes elsewhere.
    """
    goes = _moves(group, edge)
    if not goes:
        return group
    polygons = {i: _moved(polygon, goes) for i, polygon in group.polygons.items()}
    if any(polygon is None for polygon in polygons.values()):
        return group  # the verdict tells why it cannot be
    rows: dict[Point, list[int]] = {start: [] for start in goes}
    for i, polygon in group.polygons.items():
        for start in goes.keys() & set(map(tuple, _units(polygon).tolist())):
            rows[start].append(comparison.features[i].row)
    repairs = [_repair(start, end, tuple(rows[start])) for start, end in sorted(goes.items())]
    return replace(group, polygons=polygons, repairs=(*group.repairs, *repairs))


def _moves(group: Group, edge: Edge) -> dict[Point, Point]:
    """Return new vertices on the border, in lattice units, and where each goes."""
    found = [_units(polygon) for polygon in group.polygons.values()]
    if not found:
        return {}
    vertices = np.unique(np.concatenate(found), axis=0)
    points = shapely.points(vertices)
    at, segment = edge.tree.query(points, predicate="dwithin", distance=NEAR_UNITS)
    goes: dict[Point, Point] = {}
    for i, j in zip(at.tolist(), segment.tolist(), strict=True):
        start: Point = (vertices[i, 0].item(), vertices[i, 1].item())
        if start not in edge.known:
            ways = np.hypot(*(edge.ends[j] - vertices[i]).T)
            end = edge.ends[j][int(ways.argmin())]
            goes[start] = (end[0].item(), end[1].item())
    return goes


def _units(polygon: Any) -> NDArray[np.float64]:
    return np.asarray(shapely.get_coordinates(lattice_geometry(polygon).item()))


def _moved(polygon: Any, goes: dict[Point, Point]) -> Any | None:
    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([goes.get((x, y), (x, y)) for x, y in xy.tolist()])

    shape = shapely.transform(lattice_geometry(polygon).item(), move)
    try:
        shape = shapely.remove_repeated_points(shape, 0.0)
    except GEOSException:  # a ring has fewer than three points left
        return None
    if not shapely.is_valid(shape):
        return None
    return shapely.orient_polygons(degrees_geometry(shape).item())


def _repair(start: Point, end: Point, rows: tuple[int, ...]) -> Repair:
    (x, y), (u, v) = start, end
    way = float(distance_m(x / 1e7, y / 1e7, u / 1e7, v / 1e7))
    key = hashlib.sha256(f"edge {x:.0f} {y:.0f}".encode()).hexdigest()[:12]
    return Repair(key, "edge", shapely.Point(x / 1e7, y / 1e7), 0.0, way, rows, None)
