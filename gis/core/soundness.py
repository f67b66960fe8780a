"""Whether each grid is usable by itself, before any two are compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.defects import Defect, DefectKind, unusable_grid
from gis.core.geodesy import metres_per_degree
from gis.core.lattice import Geometries, degrees_geometry, is_canonical, lattice_geometry

MAX_SEGMENT_M = 20_000.0
"""Longest segment of a grid's border. Up to 33 km a point that is not on a segment in lattice
units is not on it in doubles either, so that PostGIS gives the same verdicts."""

_REASONS_ZH = {
    "Self-intersection": "边界自相交",
    "Ring Self-intersection": "边界自相交",
    "Hole lies outside shell": "内环位于外环之外",
    "Nested holes": "内环嵌套",
    "Nested shells": "外环嵌套",
    "Interior is disconnected": "内部不连通",
    "Duplicate Rings": "重复的环",
    "Too few points in geometry component": "顶点太少",
}
_PLACE = re.compile(r"^(?P<reason>[^\[]*)\[(?P<x>[-+.e\d]+) (?P<y>[-+.e\d]+)\]")


def unusable_grids(polygons: Geometries, codes: Sequence[str]) -> list[tuple[int, Defect]]:
    """Find grids that cannot take part in a tiling, and those with too fine coordinates.

    Parameters
    ----------
    polygons
        Geometries of shape (n,), lon/lat in degrees; None for a missing one.
    codes
        Their grid codes.

    Returns
    -------
    list of tuple
        Index and defect: ``invalid`` for missing, empty, not a polygon, not finite, crossing
        itself, with a segment longer than `MAX_SEGMENT_M`; else ``not_canonical``.
    """
    found = dict(_not_polygons(polygons, codes))
    finite = np.array([i for i in range(len(polygons)) if i not in found], dtype=np.int64)
    for i, defect in _crossing(polygons, codes, finite):
        found.setdefault(i, defect)
    for i, defect in _bad_vertices(polygons, codes, finite):
        found.setdefault(i, defect)
    return sorted(found.items())


def _not_polygons(polygons: Geometries, codes: Sequence[str]) -> Iterator[tuple[int, Defect]]:
    is_area = np.isin(shapely.get_type_id(polygons), (3, 6))
    usable = is_area & ~shapely.is_empty(polygons)
    xy, owner = shapely.get_coordinates(polygons, return_index=True)
    not_finite = np.zeros(len(polygons), dtype=bool)
    not_finite[owner[~np.isfinite(xy).all(axis=1)]] = True
    for i in np.flatnonzero(~usable | not_finite).tolist():
        polygon = polygons[i]
        if polygon is None or polygon.is_empty:
            reason = "it has no geometry", "没有图形"
        elif usable[i]:
            reason = "a coordinate is not a finite number", "坐标不是有效数字"
        else:
            reason = f"it is a {polygon.geom_type}, not a polygon", f"是 {polygon.geom_type},不是面"
        yield i, unusable_grid(DefectKind.INVALID, str(codes[i]), polygon, reason)


def _crossing(
    polygons: Geometries, codes: Sequence[str], index: NDArray[np.int64]
) -> Iterator[tuple[int, Defect]]:
    lattice = lattice_geometry(polygons[index])
    for i, shape in zip(index.tolist(), lattice, strict=True):
        if not shapely.is_valid(shape):
            where, reason = _why_invalid(shape)
            yield i, unusable_grid(DefectKind.INVALID, str(codes[i]), where, reason)


def _why_invalid(shape: Any) -> tuple[Any, tuple[str, str]]:
    text = str(shapely.is_valid_reason(shape))
    match = _PLACE.match(text)
    if match is None:
        return degrees_geometry(shape).item(), (text, _REASONS_ZH.get(text, text))
    reason = match["reason"].strip()
    x, y = float(match["x"]) / 1e7, float(match["y"]) / 1e7
    chinese = _REASONS_ZH.get(reason, reason)
    at = f"{x:.7f}, {y:.7f}"
    return shapely.Point(x, y), (f"{reason} at {at}", f"{chinese},位于 {at}")


def _bad_vertices(
    polygons: Geometries, codes: Sequence[str], index: NDArray[np.int64]
) -> Iterator[tuple[int, Defect]]:
    xy, owner = shapely.get_coordinates(polygons[index], return_index=True)
    step = np.diff(xy, axis=0)
    # Jumps from ring to ring may be flagged here; the slow check below is exact.
    east, north = metres_per_degree(xy[1:, 1])
    long = np.hypot(step[:, 0] * east, step[:, 1] * north) > MAX_SEGMENT_M
    for at in np.unique(owner[1:][long & (owner[1:] == owner[:-1])]).tolist():
        i = int(index[at])
        line = _long_segment(polygons[i])
        if line is not None:
            km = MAX_SEGMENT_M / 1000
            reason = f"a border segment is longer than {km:g} km", f"有边界线段超过 {km:g} 公里"
            yield i, unusable_grid(DefectKind.INVALID, str(codes[i]), line, reason)
    fine = ~is_canonical(xy).all(axis=1)
    for at in np.unique(owner[fine]).tolist():
        i = int(index[at])
        points = shapely.multipoints(xy[fine & (owner == at)])
        count = len(points.geoms)
        reason = (
            f"{count} vertices are not multiples of 1e-7 degrees",
            f"{count} 个顶点坐标不是 1e-7 度的整数倍",
        )
        yield i, unusable_grid(DefectKind.NOT_CANONICAL, str(codes[i]), points, reason)


def _long_segment(polygon: Any) -> Any | None:
    for ring in shapely.get_rings(shapely.get_parts(polygon)):
        xy = shapely.get_coordinates(ring)
        east, north = metres_per_degree(xy[1:, 1])
        step = np.diff(xy, axis=0)
        length = np.hypot(step[:, 0] * east, step[:, 1] * north)
        if length.max() > MAX_SEGMENT_M:
            k = int(length.argmax())
            return shapely.LineString(xy[k : k + 2])
    return None
