"""Nodes that one side of a shared border has and the other lacks.

Where grid A has a vertex in the middle of B's straight edge, exactly on it, nothing is wrong in
area, but the two borders are no longer the same list of points: the next edit on either side
would tear them apart. Such a node can be inserted in B without moving anything.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.core.chain import Chain, Packed, cancel, signed_chain
from gis.core.lattice import Geometries, to_degrees, to_lattice
from gis.core.rings import Ints, as_polygons, unpack


@dataclass(frozen=True, slots=True)
class SplitChain:
    """A chain whose segments were split at the chain's own vertices that lie on them.

    Attributes
    ----------
    chain
        What remains when the pieces have cancelled.
    segment
        int64 (h,): the segments of the given chain of which a piece vanished, that is, where
        the two sides differ by nodes only.
    node
        uint64 (h,): the packed nodes on them; a segment with several nodes comes several times.
    """

    chain: Chain
    segment: Ints
    node: Packed


def split_at_nodes(chain: Chain) -> SplitChain:
    """Split each segment of a chain at the vertices of the chain that lie exactly on it.

    Parameters
    ----------
    chain
        A chain, such as a residual.

    Returns
    -------
    SplitChain
        The chain after cancelling, and where nodes were missing.
    """
    segment, node = _nodes_on_segments(chain)
    low, high, owner = _pieces(chain, segment, node)
    rest = cancel(low, high, chain.count[owner])
    vanished = ~_contains(rest, low, high)
    at_end = np.concatenate([low[vanished], high[vanished]])
    of = np.concatenate([owner[vanished], owner[vanished]])
    needed = _pairs_in(segment, node, of, at_end)
    return SplitChain(rest, segment[needed], node[needed])


def insert_missing_nodes(polygons: ArrayLike) -> Geometries:
    """Insert, in each polygon, the nodes that a neighbour has on the same straight edge.

    Only nodes that lie exactly on the edge, in lattice units, are inserted: no border moves and
    no area changes.

    Parameters
    ----------
    polygons
        Valid polygons of shape (n,), lon/lat in degrees.

    Returns
    -------
    ndarray of object
        Shape (n,); polygons that lack nothing are the same objects.

    Raises
    ------
    Invalid
        If one is not a polygon, or a coordinate is not finite.
    """
    array = as_polygons(polygons)
    chain = signed_chain(array)
    split = split_at_nodes(chain)
    if len(split.segment) == 0:
        return array
    missing: dict[tuple[Any, ...], list[tuple[int, int]]] = {}
    ends = chain.coordinates()[split.segment].tolist()
    for (low, high), point in zip(ends, unpack(split.node).tolist(), strict=True):
        missing.setdefault((*low, *high), []).append(tuple(point))
    result = array.copy()
    for index in _polygons_with(array, chain, split):
        result[index] = _with_nodes(array[index], missing)
    return result


def _nodes_on_segments(chain: Chain) -> tuple[Ints, Packed]:
    """Return the pairs (segment, vertex) where the vertex lies inside the segment."""
    vertices = np.unique(np.concatenate([chain.low, chain.high]))
    ends, points = chain.coordinates(), unpack(vertices)
    low, high = ends.min(axis=1).astype(float), ends.max(axis=1).astype(float)
    boxes = shapely.box(low[:, 0], low[:, 1], high[:, 0], high[:, 1])
    on, segment = shapely.STRtree(boxes).query(shapely.points(points.astype(np.float64)))
    along = ends[segment, 1] - ends[segment, 0]
    to_point = points[on] - ends[segment, 0]
    straight = along[:, 0] * to_point[:, 1] == along[:, 1] * to_point[:, 0]
    node = vertices[on]
    inside = straight & (node != chain.low[segment]) & (node != chain.high[segment])
    return segment[inside], node[inside]


def _pieces(chain: Chain, segment: Ints, node: Packed) -> tuple[Packed, Packed, Ints]:
    """Cut segments at nodes; return low and high ends and the segment of each piece."""
    all_segments = np.arange(len(chain))
    owner = np.concatenate([all_segments, segment, all_segments])
    vertex = np.concatenate([chain.low, node, chain.high])
    # Packed vertices increase along a segment from low to high, so sorting puts them in order.
    order = np.lexsort((vertex, owner))
    owner, vertex = owner[order], vertex[order]
    same = owner[1:] == owner[:-1]
    return vertex[:-1][same], vertex[1:][same], owner[1:][same]


def _contains(chain: Chain, low: Packed, high: Packed) -> NDArray[np.bool_]:
    return _rows_in(np.column_stack([low, high]), np.column_stack([chain.low, chain.high]))


def _pairs_in(a: Ints, b: Packed, of_a: Ints, of_b: Packed) -> NDArray[np.bool_]:
    rows = np.column_stack([a.astype(np.uint64), b])
    return _rows_in(rows, np.column_stack([of_a.astype(np.uint64), of_b]))


def _rows_in(rows: Packed, table: Packed) -> NDArray[np.bool_]:
    if len(rows) == 0 or len(table) == 0:
        return np.zeros(len(rows), dtype=bool)
    _, group = np.unique(np.concatenate([rows, table]), axis=0, return_inverse=True)
    group = group.reshape(-1)
    return np.isin(group[: len(rows)], group[len(rows) :])


def _polygons_with(array: Geometries, chain: Chain, split: SplitChain) -> list[int]:
    """Return the polygons that may have one of the segments to be split."""
    ends = chain.coordinates()[split.segment]
    lines = shapely.linestrings(to_degrees(ends))
    _, found = shapely.STRtree(array).query(lines)
    return [int(index) for index in np.unique(found)]


def _with_nodes(polygon: Any, missing: dict[tuple[Any, ...], list[tuple[int, int]]]) -> Any:
    changed = False
    parts = []
    for part in shapely.get_parts(polygon):
        rings = []
        for ring in (part.exterior, *part.interiors):
            before = to_lattice(shapely.get_coordinates(ring)).tolist()
            after = _ring_with_nodes(before, missing)
            changed |= len(after) != len(before)
            rings.append(to_degrees(after))
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    if not changed:
        return polygon
    return parts[0] if polygon.geom_type == "Polygon" else shapely.MultiPolygon(parts)


def _ring_with_nodes(
    ring: list[list[int]], missing: dict[tuple[Any, ...], list[tuple[int, int]]]
) -> list[tuple[int, ...]]:
    after = [tuple(ring[0])]
    for a, b in pairwise(ring):
        low, high = sorted((tuple(a), tuple(b)))
        nodes = sorted(set(missing.get((*low, *high), ())), reverse=tuple(a) == high)
        after.extend(nodes)
        after.append(tuple(b))
    return after
