"""Make borders meet that differ by less than anybody can survey.

Two things tear shared borders apart in good files. A node that only one side has, in the middle
of the other's straight line: when the ends become longitude and latitude, the line bends by
centimetres against the node. And coordinates rounded on the two sides separately. Both are mended
only where the two sides do not cancel already, and every change is reported. Larger differences
are a person's to decide.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

from gis.core.chain import chain_residual
from gis.core.coverage import insert_missing_nodes, outline_of
from gis.core.lattice import Geometries, degrees_geometry, lattice_geometry
from gis.tabular import Note

METRES_PER_UNIT = 0.011132
"""Length of a lattice unit along a meridian; along a parallel times the cosine of latitude."""

Point = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Metric:
    """Lattice units made equal in length east and north."""

    stretch: float
    reach: float

    def scaled(self, units: NDArray[np.int64]) -> NDArray[np.float64]:
        return units.astype(np.float64) * (self.stretch, 1.0)


def mend_borders(
    polygons: Geometries, columns: pd.DataFrame, snap_m: float, notes: list[Note]
) -> Geometries:
    """Return the polygons with the borders of basic grids made to meet.

    Parameters
    ----------
    polygons
        Object array (n,), valid, canonical degrees.
    columns
        Column ``kind``; exclusive grids are left as they are.
    snap_m
        Farthest that a border may be moved, in metres; 0 for exact nodes only.
    notes
        Takes how many nodes were moved and inserted.

    Returns
    -------
    ndarray of object
        Shape (n,). Where mending would spoil a shape, all of them as they came, with exact nodes.
    """
    basic = (columns["kind"] != "exclusive").to_numpy(dtype=bool)
    result = polygons.copy()
    given = polygons[basic]
    mended = _snapped(given, snap_m, notes) if snap_m > 0 and _is_torn(given) else given
    whole = insert_missing_nodes(mended)
    count = int((shapely.get_num_coordinates(whole) - shapely.get_num_coordinates(mended)).sum())
    if count:
        notes.append(
            Note(
                f"补上共用边界缺少的节点 {count} 个（正好位于边上，边界未移动）",
                f"nodes inserted that one side of a border lacked: {count} (no border moved)",
            )
        )
    result[basic] = whole
    return result


def _is_torn(polygons: Geometries) -> bool:
    """Tell whether there is anything to mend; near nodes of the outer border are nothing."""
    union = outline_of(polygons)
    return union is None or bool(shapely.get_num_interior_rings(shapely.get_parts(union)).any())


def _snapped(polygons: Geometries, snap_m: float, notes: list[Note]) -> Geometries:
    lat = float(np.deg2rad(np.nanmean(shapely.bounds(polygons)[:, [1, 3]])))
    metric = _Metric(float(np.cos(lat)), snap_m / METRES_PER_UNIT)
    shapes = lattice_geometry(polygons)
    try:
        joined, moved = _join_nodes(shapes, metric)
        bent, inserted = _bend_to_nodes(joined, metric)
        changed = shapely.to_wkb(bent) != shapely.to_wkb(shapes)
        spoilt = not shapely.is_valid(bent[changed]).all()
    except GEOSException:  # a ring has fewer than three points left
        spoilt = True
    if not spoilt and not moved and not inserted:
        return polygons
    if spoilt:
        notes.append(
            Note(
                f"以 {snap_m} 米容差吻合边界会破坏图形，未执行",
                f"borders were not snapped: within {snap_m} m that would spoil a shape",
            )
        )
        return polygons
    notes.append(
        Note(
            f"吻合相邻边界（容差 {snap_m} 米）：移动节点 {moved} 个，插入节点 {inserted} 个，"
            f"涉及 {int(changed.sum())} 个网格；如不需要请加 --snap 0",
            f"borders made to meet within {snap_m} m: {moved} nodes moved, {inserted} inserted, "
            f"in {int(changed.sum())} grids; --snap 0 leaves them",
        )
    )
    mended = polygons.copy()
    mended[changed] = degrees_geometry(bent[changed])
    return mended


def _join_nodes(shapes: Geometries, metric: _Metric) -> tuple[Geometries, int]:
    """Move nodes of torn borders onto one another where they lie within reach."""
    nodes = np.unique(_residual(shapes).reshape(-1, 2), axis=0)
    points = np.asarray(shapely.points(metric.scaled(nodes)))
    if len(points) == 0:
        return shapes, 0
    pairs = shapely.STRtree(points).query(points, predicate="dwithin", distance=metric.reach).T
    target = np.arange(len(nodes))
    # Each goes to the least node within reach; chains of near nodes end at that node's own.
    np.minimum.at(target, pairs[:, 0], pairs[:, 1])
    target = target[target]
    moved = np.flatnonzero(target != np.arange(len(nodes)))
    if len(moved) == 0:
        return shapes, 0
    goes = {tuple(nodes[i].tolist()): nodes[target[i]] for i in moved}

    def move(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array([goes.get((int(x), int(y)), (x, y)) for x, y in xy.tolist()], np.float64)

    touched = np.unique(shapely.STRtree(shapes).query(shapely.points(nodes[moved]))[1])
    result = shapes.copy()
    result[touched] = shapely.remove_repeated_points(shapely.transform(shapes[touched], move), 0.0)
    return result, len(moved)


def _bend_to_nodes(shapes: Geometries, metric: _Metric) -> tuple[Geometries, int]:
    """Insert into torn borders the nodes that lie within reach of them."""
    segments = _residual(shapes)
    nodes = np.unique(segments.reshape(-1, 2), axis=0)
    if len(nodes) == 0:
        return shapes, 0
    ends = metric.scaled(segments.reshape(-1, 2)).reshape(-1, 2, 2)
    lines = np.asarray(shapely.linestrings(ends))
    points = np.asarray(shapely.points(metric.scaled(nodes)))
    at, line = shapely.STRtree(lines).query(points, predicate="dwithin", distance=metric.reach)
    along = shapely.line_locate_point(lines[line], points[at], normalized=True)
    inner = (along > 0) & (along < 1)
    inserts: dict[tuple[Point, Point], list[tuple[float, Point]]] = defaultdict(list)
    found = zip(at[inner].tolist(), line[inner].tolist(), along[inner].tolist(), strict=True)
    for i, j, share in found:
        low, high = sorted(_point(end) for end in segments[j])
        forward = _point(segments[j][0]) == low
        inserts[low, high].append((share if forward else 1 - share, _point(nodes[i])))
    if not inserts:
        return shapes, 0
    torn = shapely.linestrings(np.array([[low, high] for low, high in inserts], np.float64))
    touched = np.unique(shapely.STRtree(shapes).query(torn)[1])
    result = shapes.copy()
    for index in touched:
        result[index] = _with_nodes(shapes[index], inserts)
    before, after = shapely.get_num_coordinates(shapes), shapely.get_num_coordinates(result)
    return result, int((after - before).sum())


def _residual(shapes: Geometries) -> NDArray[np.int64]:
    """Return int64 (k, 2, 2): the segments that no neighbour cancels, in lattice units."""
    return np.asarray(chain_residual(degrees_geometry(shapes)).coordinates(), dtype=np.int64)


def _point(xy: Any) -> Point:
    return int(xy[0]), int(xy[1])


def _with_nodes(shape: Any, inserts: dict[tuple[Point, Point], list[tuple[float, Point]]]) -> Any:
    parts = []
    for part in shapely.get_parts(shape):
        rings = [_ring_with_nodes(ring, inserts) for ring in (part.exterior, *part.interiors)]
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _ring_with_nodes(
    ring: Any, inserts: dict[tuple[Point, Point], list[tuple[float, Point]]]
) -> list[Point]:
    before = [_point(xy) for xy in shapely.get_coordinates(ring)]
    after = [before[0]]
    for a, b in pairwise(before):
        low, high = min(a, b), max(a, b)
        nodes = [node for _, node in sorted(inserts.get((low, high), []))]
        after.extend(nodes if a == low else nodes[::-1])
        after.append(b)
    return after
