"""Scatter points inside polygons, all at once: clusters, and rejection by containment."""

from __future__ import annotations

import math

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.lattice import canonical

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Polygons = NDArray[np.object_]

METRES_PER_DEGREE = 111_000.0
"""Of latitude, roughly: only the looks of a cluster depend on it."""
TRIALS = 32
SHRINK = 0.75


def degrees_per_metre(lat: float) -> Floats:
    """Give the length of a metre in degrees.

    Parameters
    ----------
    lat
        Latitude, degrees.

    Returns
    -------
    ndarray
        Shape (2,): along longitude and along latitude.
    """
    return np.array([1 / math.cos(math.radians(lat)), 1.0]) / METRES_PER_DEGREE


def anchors(polygons: Polygons, towards: Floats, rng: np.random.Generator) -> Floats:
    """Choose a point inside each polygon, rather near to a given point.

    Parameters
    ----------
    polygons
        Shape (n,), SRID 4490.
    towards
        Shape (n, 2), degrees: where the point should be near to, for example the village centre.
    rng
        Source of all chance.

    Returns
    -------
    ndarray
        Shape (n, 2), degrees, canonical, each strictly inside its polygon.
    """
    shapely.prepare(polygons)
    west, south, east, north = shapely.bounds(polygons).T
    best = canonical(shapely.get_coordinates(shapely.point_on_surface(polygons)))
    score = np.full(len(polygons), np.inf)
    for _ in range(TRIALS):
        point = canonical(
            np.column_stack(
                [
                    west + rng.random(len(west)) * (east - west),
                    south + rng.random(len(south)) * (north - south),
                ]
            )
        )
        away = np.hypot(*(point - towards).T) * rng.uniform(0.7, 1.3, len(point))
        better = shapely.contains_xy(polygons, *point.T) & (away < score)
        best[better], score[better] = point[better], away[better]
    return best


def scatter(
    polygons: Polygons,
    which: Ints,
    centres: Floats,
    sigma: Floats,
    rng: np.random.Generator,
) -> Floats:
    """Scatter points about centres, each inside its polygon.

    A point that falls outside is drawn again, ever nearer to its centre, so that it ends.

    Parameters
    ----------
    polygons
        Shape (m,), SRID 4490.
    which
        Shape (n,): the polygon of each point.
    centres
        Shape (n, 2), degrees, canonical and inside the polygon.
    sigma
        Shape (n, 2) or broadcastable to it, degrees: spread of each point.
    rng
        Source of all chance.

    Returns
    -------
    ndarray
        Shape (n, 2), degrees, canonical, each strictly inside its polygon.
    """
    shapely.prepare(polygons)
    spreads = np.broadcast_to(sigma, centres.shape).copy()
    points = centres.copy()
    todo = np.arange(len(centres))
    for _ in range(TRIALS):
        if not len(todo):
            break
        trial = canonical(centres[todo] + rng.normal(size=(len(todo), 2)) * spreads[todo])
        inside = shapely.contains_xy(polygons[which[todo]], *trial.T)
        points[todo[inside]] = trial[inside]
        todo = todo[~inside]
        spreads[todo] *= SHRINK
    return points
