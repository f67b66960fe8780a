"""The places behind a residual: polygons covered too often, or not at all.

Only explanations are made here. Whether polygons tile was decided before, on integers
(`gis.core.chain`); the places are found with GEOS in doubles and are good to far below a
millimetre.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.chain import Chain
from gis.core.lattice import Geometries
from gis.core.rings import Ints

# Two faces that only touch can overlap by rounding; less than this share of a face is no part.
_LEAST_SHARE = 1e-6
_TOUCH_UNITS = 0.01


@dataclass(frozen=True, slots=True)
class Faces:
    """Regions into which residual segments cut the plane.

    Attributes
    ----------
    geometry
        Polygons (f,), lattice units.
    covered
        int64 (f,): how many of the polygons lie over it.
    in_outline
        bool (f,): whether it lies in the outline; True where there is no outline.
    point
        Points (f,) inside the faces.
    """

    geometry: Geometries
    covered: Ints
    in_outline: NDArray[np.bool_]
    point: Geometries


def residual_faces(chain: Chain, outline: Any | None) -> Faces:
    """Cut the plane along residual segments and count the polygons over each face.

    Parameters
    ----------
    chain
        The residual of polygons, split at its nodes.
    outline
        The outline in lattice units that was taken away, or None.

    Returns
    -------
    Faces
        The bounded faces.
    """
    ends = chain.coordinates()
    # Doubles are finer near zero: the crossing points come out a thousand times sharper.
    origin = ends.reshape(-1, 2).min(axis=0).astype(np.float64)
    lines = shapely.linestrings(ends.astype(np.float64) - origin)
    noded = shapely.get_parts(shapely.union_all(lines))
    local = shapely.get_parts(shapely.polygonize(noded))
    inner = shapely.point_on_surface(local)
    covered = _winding(shapely.get_coordinates(inner), ends - origin, chain.count)
    point = shapely.transform(inner, lambda xy: xy + origin)
    in_outline = np.ones(len(local), dtype=bool)
    if outline is not None:
        in_outline = np.asarray(shapely.intersects(outline, point))
        covered += in_outline  # the residual counts the outline as -1
    return Faces(shapely.transform(local, lambda xy: xy + origin), covered, in_outline, point)


def polygons_over(faces: Geometries, polygons: Geometries) -> list[Ints]:
    """Return, for each face, the polygons that cover some of it.

    Parameters
    ----------
    faces, polygons
        Polygons of shapes (f,) and (n,), lattice units.

    Returns
    -------
    list of ndarray of int64
        Sorted polygon indices for each face.
    """
    face, polygon = shapely.STRtree(polygons).query(faces, predicate="intersects")
    shared = shapely.area(shapely.intersection(faces[face], polygons[polygon]))
    real = shared > _LEAST_SHARE * shapely.area(faces)[face]
    return _grouped(face[real], polygon[real], len(faces))


def polygons_beside(faces: Geometries, polygons: Geometries) -> list[Ints]:
    """Return, for each face, the polygons that touch it.

    Parameters
    ----------
    faces, polygons
        Geometries of shapes (f,) and (n,), lattice units.

    Returns
    -------
    list of ndarray of int64
        Sorted polygon indices for each face.
    """
    face, polygon = shapely.STRtree(polygons).query(
        faces, predicate="dwithin", distance=_TOUCH_UNITS
    )
    return _grouped(face, polygon, len(faces))


def _winding(points: NDArray[np.float64], ends: NDArray[np.float64], count: Ints) -> Ints:
    """Count signed crossings of segments with the ray from each point to the east."""
    far = ends[..., 0].max()
    rays = shapely.box(points[:, 0], points[:, 1], np.maximum(far, points[:, 0]), points[:, 1])
    ray, segment = shapely.STRtree(np.asarray(shapely.linestrings(ends))).query(rays)
    p, a, b = points[ray], ends[segment, 0], ends[segment, 1]
    up = (a[:, 1] <= p[:, 1]) & (p[:, 1] < b[:, 1])
    down = (b[:, 1] <= p[:, 1]) & (p[:, 1] < a[:, 1])
    left = (b[:, 0] - a[:, 0]) * (p[:, 1] - a[:, 1]) - (p[:, 0] - a[:, 0]) * (b[:, 1] - a[:, 1])
    sign = np.where(up & (left > 0), 1, 0) - np.where(down & (left < 0), 1, 0)
    winding = np.zeros(len(points), dtype=np.int64)
    np.add.at(winding, ray, sign * count[segment])
    return winding


def _grouped(face: Ints, polygon: Ints, count: int) -> list[Ints]:
    order = np.lexsort((polygon, face))
    return np.split(polygon[order], np.searchsorted(face[order], np.arange(1, count)))


def polygons_along(lines: Geometries, polygons: Geometries) -> list[Ints]:
    """Return, for each line, the polygons whose border runs along some of it.

    Parameters
    ----------
    lines
        LineStrings of shape (f,), lattice units.
    polygons
        Polygons of shape (n,), lattice units.

    Returns
    -------
    list of ndarray of int64
        Sorted polygon indices for each line.
    """
    line, polygon = shapely.STRtree(polygons).query(lines, predicate="intersects")
    border = shapely.boundary(polygons[polygon])
    along = shapely.relate_pattern(border, lines[line], "1********")
    return _grouped(line[along], polygon[along], len(lines))
