"""Where a grid's name goes: the middle of the largest circle that fits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.core.geodesy import metres_per_degree
from gis.core.lattice import canonical, to_degrees, to_lattice
from gis.core.rings import as_polygons

# The search stops when the circle cannot grow by more than this share of the polygon's size.
_TOLERANCE = 0.005


@dataclass(frozen=True, slots=True)
class Labels:
    """Label points.

    Attributes
    ----------
    lon, lat
        float64 (n,), degrees, canonical; inside the polygon.
    radius_m
        float64 (n,): radius of a circle around it that lies in the polygon, in metres.
    """

    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    radius_m: NDArray[np.float64]


def label_points(polygons: ArrayLike) -> Labels:
    """Find the roomiest place in each polygon.

    Parameters
    ----------
    polygons
        Valid, canonical polygons of shape (n,), lon/lat in degrees.

    Returns
    -------
    Labels
        Each point is a lattice point in the polygon's inside; where a polygon is so thin that
        its inside holds none, one of its vertices, with radius 0.

    Raises
    ------
    Invalid
        If one is not a polygon.
    """
    array = as_polygons(polygons)
    if len(array) == 0:
        return Labels(np.zeros(0), np.zeros(0), np.zeros(0))
    bounds = shapely.bounds(array)
    # To scale on the ground each by itself, so that circles are circles.
    east, north = metres_per_degree(0.5 * (bounds[:, 1] + bounds[:, 3]))
    count = shapely.get_num_coordinates(array)
    corner = bounds[:, :2]
    scale = np.column_stack([east, north])
    xy = (shapely.get_coordinates(array) - corner.repeat(count, axis=0)) * scale.repeat(count, 0)
    local = shapely.set_coordinates(array.copy(), xy)
    size = np.sqrt(shapely.area(local))
    circles = shapely.maximum_inscribed_circle(local, size * _TOLERANCE)
    ends = shapely.get_coordinates(circles).reshape(-1, 2, 2)
    exact = ends[:, 0] / scale + corner
    point = canonical(exact)
    shift = np.hypot(*((point - exact) * scale).T)
    radius = np.maximum(shapely.length(circles) - shift, 0.0)
    inside = shapely.contains_xy(array, point[:, 0], point[:, 1])
    for i in np.flatnonzero(~inside).tolist():
        point[i] = _lattice_point_in(array[i], exact[i])
        radius[i] = 0.0
    return Labels(point[:, 0], point[:, 1], radius)


def _lattice_point_in(polygon: Any, wish: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a lattice point in the inside, near the wish; else a vertex."""
    around = np.arange(-2, 3)
    steps = np.stack(np.meshgrid(around, around), axis=-1).reshape(-1, 2)
    steps = steps[np.argsort((steps**2).sum(axis=1), kind="stable")]
    tries = to_degrees(to_lattice(wish) + steps)
    inside = shapely.contains_xy(polygon, tries[:, 0], tries[:, 1])
    if inside.any():
        return np.asarray(tries[inside.argmax()])
    return np.asarray(shapely.get_coordinates(polygon)[0])
