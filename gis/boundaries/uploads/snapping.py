"""Put the vertices of a file onto the vertices that are known already.

Files are exported with centimetres or decimetres: a border that nobody has touched then differs
from the stored one everywhere. What lies within reach of a known vertex is taken to be it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

from gis.core.geodesy import metres_per_degree
from gis.core.lattice import UNITS_PER_DEGREE, Geometries, degrees_geometry, lattice_geometry

DEFAULT_SNAP_M = 0.5
"""Farthest way to a known vertex, in metres: above what an export rounds off, below what anybody
redraws on purpose."""


@dataclass(frozen=True, slots=True)
class Snapped:
    """What snapping did.

    Attributes
    ----------
    polygons
        Object array (n,), canonical degrees; each valid if it was.
    vertices
        How many were moved.
    features
        In how many polygons.
    farthest_m
        The longest way that one went, in metres.
    """

    polygons: Geometries
    vertices: int
    features: int
    farthest_m: float


def snap_to_known(polygons: Geometries, known: Geometries, reach_m: float) -> Snapped:
    """Move vertices onto known ones within reach.

    Parameters
    ----------
    polygons
        Object array (n,), valid, canonical degrees.
    known
        Polygons whose vertices are known, canonical degrees.
    reach_m
        Farthest way, in metres; 0 for none.

    Returns
    -------
    Snapped
        Of the vertices of one polygon only the nearest goes to a known one, and a polygon that
        snapping would spoil stays as it is.
    """
    if reach_m <= 0 or len(polygons) == 0 or len(known) == 0:
        return Snapped(polygons, 0, 0, 0.0)
    shapes = lattice_geometry(polygons)
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    fixed = np.unique(shapely.get_coordinates(lattice_geometry(known)), axis=0)
    metres = _metres_per_unit(polygons)
    free = np.flatnonzero(~_is_among(xy, fixed))
    vertex, target, way = _nearest(xy[free] * metres, fixed * metres, reach_m)
    vertex = free[vertex]
    vertex, target, way = _one_each(owner[vertex], vertex, target, way, xy)
    moved = xy.copy()
    moved[vertex] = fixed[target]
    result, touched = polygons.copy(), np.unique(owner[vertex])
    drawn, is_sound = _redrawn(shapes, moved, touched)
    result[touched[is_sound]] = drawn
    kept = np.isin(owner[vertex], touched[is_sound])
    return Snapped(
        result,
        len(np.unique(xy[vertex[kept]], axis=0)),
        int(is_sound.sum()),
        float(way[kept].max(initial=0.0)),
    )


def _metres_per_unit(polygons: Geometries) -> NDArray[np.float64]:
    bounds = shapely.total_bounds(polygons)
    east, north = metres_per_degree(0.5 * (bounds[1] + bounds[3]))
    return np.array([float(east), float(north)]) / UNITS_PER_DEGREE


def _is_among(xy: NDArray[np.float64], fixed: NDArray[np.float64]) -> NDArray[np.bool_]:
    return np.asarray(np.isin(_packed(xy), _packed(fixed)))


def _packed(xy: NDArray[np.float64]) -> NDArray[np.complex128]:
    return np.asarray(xy[:, 0] + 1j * xy[:, 1])


def _nearest(
    points: NDArray[np.float64], fixed: NDArray[np.float64], reach_m: float
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Return pairs of point and nearest fixed point within reach, and the way between."""
    tree = shapely.STRtree(np.asarray(shapely.points(fixed)))
    (point, target), way = tree.query_nearest(
        shapely.points(points), max_distance=reach_m, return_distance=True, all_matches=False
    )
    return point, target, way


def _one_each(
    owner: NDArray[np.int64],
    vertex: NDArray[np.int64],
    target: NDArray[np.int64],
    way: NDArray[np.float64],
    xy: NDArray[np.float64],
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Leave only the nearest place of each polygon for each target: two would fall together."""
    order = np.lexsort((way, target, owner))
    owner, vertex, target, way = owner[order], vertex[order], target[order], way[order]
    first = np.ones(len(order), dtype=bool)
    first[1:] = (owner[1:] != owner[:-1]) | (target[1:] != target[:-1])
    # The closing vertex of a ring is its first once more, and goes where that one goes.
    group = np.cumsum(first) - 1
    place = xy[vertex[first]][group] if len(order) else xy[vertex]
    kept = first | (xy[vertex] == place).all(axis=1)
    return vertex[kept], target[kept], way[kept]


def _redrawn(
    shapes: Geometries, moved: NDArray[np.float64], touched: NDArray[np.int64]
) -> tuple[Geometries, NDArray[np.bool_]]:
    """Return the polygons that were touched and are sound, and which of them are."""
    new = shapely.set_coordinates(shapes.copy(), moved)[touched]
    for at, shape in enumerate(new):
        try:
            new[at] = shapely.remove_repeated_points(shape, 0.0)
        except GEOSException:  # a ring has fewer than three points left
            new[at] = None
    is_sound: NDArray[np.bool_] = np.asarray(shapely.is_valid(new)) & ~shapely.is_missing(new)
    drawn: Any = degrees_geometry(new[is_sound])
    return shapely.orient_polygons(drawn), is_sound
