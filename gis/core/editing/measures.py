"""Figures about grids for previews: who moves where, how compact, in how many parts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.core.editing.model import GridState
from gis.core.geodesy import area_m2, length_m
from gis.core.lattice import lattice_geometry

MOVED_MARGIN_DEGREES = 1e-9
"""Faces of `moved` may be off by less than this where borders cross between lattice points. To
find what may have moved, look this far around them (0.1 mm), and ask the locator."""

_POLYGON = 3


class MovedFace(NamedTuple):
    """An area that changes owner.

    Attributes
    ----------
    polygon
        Polygon, lon/lat in degrees.
    from_code, to_code
        The grid before and after; None for no grid (exclusive grids only).
    """

    polygon: Any
    from_code: str | None
    to_code: str | None


def compactness(polygons: ArrayLike) -> NDArray[np.float64]:
    """Return the Polsby-Popper measure: the area in that of a circle with the same perimeter.

    Parameters
    ----------
    polygons
        Polygons of shape (n,), lon/lat in degrees.

    Returns
    -------
    ndarray of float64
        Shape (n,), in (0, 1]; 1 for a circle, 0.785 for a square. From geodesic areas and
        lengths, holes included.

    Notes
    -----
    Source: D. D. Polsby, R. D. Popper, "The third criterion", Yale Law & Policy Review 9 (1991).
    """
    array = np.atleast_1d(np.asarray(polygons, dtype=object))
    return np.asarray(4.0 * np.pi * area_m2(array) / length_m(array) ** 2)


def contiguity(polygons: ArrayLike) -> NDArray[np.int64]:
    """Return in how many parts polygons lie, int64 (n,); parts that touch in a point are two."""
    array = np.atleast_1d(np.asarray(polygons, dtype=object))
    return np.asarray(shapely.get_num_geometries(array), dtype=np.int64)


def moved(before: Iterable[GridState], after: Iterable[GridState]) -> list[MovedFace]:
    """Find the areas that change owner.

    A point's grid differs between before and after only if the point lies in one of the faces
    or on its border: elsewhere the same grids cover it, and the lowest code wins before and
    after.

    Parameters
    ----------
    before, after
        The grids of one layer that differ, or more: the same area of a tiling.

    Returns
    -------
    list of MovedFace
        By the codes. Their vertices are exact wherever they are lattice points.
    """
    old, new = list(before), list(after)
    kept = {grid.code: grid.geometry for grid in new}
    was = {grid.code: grid.geometry for grid in old}
    old = [g for g in old if not _same(kept.get(g.code), g.geometry)]
    new = [g for g in new if not _same(was.get(g.code), g.geometry)]
    if not old and not new:
        return []
    shapes = lattice_geometry([grid.geometry for grid in (*old, *new)])
    origin = np.floor(shapely.total_bounds(shapes)[:2])
    local = np.asarray(shapely.transform(shapes, lambda xy: xy - origin))
    ours, theirs = local[: len(old)], local[len(old) :]
    found: list[tuple[str | None, str | None, Any]] = [
        (old[i].code, new[j].code, shapely.intersection(ours[i], theirs[j]))
        for i, j in _meeting(ours, theirs)
        if old[i].code != new[j].code
    ]
    if any(grid.layer == "exclusive" for grid in (*old, *new)):  # these do not tile
        found += _beyond(ours, [g.code for g in old], theirs, gained=False)
        found += _beyond(theirs, [g.code for g in new], ours, gained=True)
    return [
        MovedFace(shapely.transform(face, lambda xy: (xy + origin) / 1e7), source, target)
        for source, target, shape in sorted(found, key=lambda one: (one[0] or "", one[1] or ""))
        for face in shapely.get_parts(shape)
        if shapely.get_type_id(face) == _POLYGON and shapely.area(face) > 0
    ]


def _same(one: Any, other: Any) -> bool:
    return one is not None and (one is other or one == other)


def _meeting(ours: NDArray[Any], theirs: NDArray[Any]) -> list[tuple[int, int]]:
    if len(ours) == 0 or len(theirs) == 0:
        return []
    a, b = shapely.STRtree(theirs).query(ours, predicate="intersects")
    return list(zip(a.tolist(), b.tolist(), strict=True))


def _beyond(
    shapes: NDArray[Any], codes: list[str], others: NDArray[Any], *, gained: bool
) -> list[tuple[str | None, str | None, Any]]:
    """Return what of the shapes no other covers."""
    rest = shapely.union_all(others)
    pairs = zip(codes, shapely.difference(shapes, rest), strict=True)
    return [(None, code, shape) if gained else (code, None, shape) for code, shape in pairs]
