"""The borders of the grids of one layer, and how rings are redrawn.

A ring is a list of vertices in lattice units, without the closing one, the inside on its left;
a part is its shell and its holes; a shape is a list of parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.editing.operations import Point
from gis.core.lattice import to_degrees
from gis.core.rings import Ints, Rings, extract_rings, pack_vertex, segments_of, unpack

Ring = list[Point]
Shape = list[list[Ring]]
Segment = tuple[Point, Point]
"""A directed segment: from, to."""

Nodes = dict[Segment, list[Point]]
"""Vertices to be inserted in directed segments, in their order."""


class _Sorted(NamedTuple):
    """Segments sorted by one of their ends, to look them up."""

    key: NDArray[np.uint64]
    other: NDArray[np.uint64]
    owner: Ints

    @classmethod
    def by(cls, key: NDArray[np.uint64], other: NDArray[np.uint64], owner: Ints) -> _Sorted:
        order = np.argsort(key, kind="stable")
        return cls(key[order], other[order], owner[order])

    def at(self, vertex: Point) -> tuple[NDArray[np.uint64], Ints]:
        """Return the other ends and the owners of the segments at a vertex."""
        key = pack_vertex(*vertex)
        span = slice(self.key.searchsorted(key, "left"), self.key.searchsorted(key, "right"))
        return self.other[span], self.owner[span]


class Borders:
    """Who has which vertex and which segment, for the grids of one layer.

    Parameters
    ----------
    codes
        The grids' codes.
    rings
        Their rings.
    """

    def __init__(self, codes: Sequence[str], rings: Rings) -> None:
        self._codes = list(codes)
        self._index = {code: i for i, code in enumerate(codes)}
        self._rings = rings
        segments = segments_of(rings)
        self._starts = _Sorted.by(segments.tail, segments.head, segments.polygon)
        self._ends = _Sorted.by(segments.head, segments.tail, segments.polygon)

    @classmethod
    def of(cls, geometries: Mapping[str, Any]) -> Borders:
        """Return the borders of polygons (canonical degrees) by code."""
        shapes = np.empty(len(geometries), dtype=object)
        shapes[:] = list(geometries.values())
        return cls(list(geometries), extract_rings(shapes))

    def holders(self, vertex: Point) -> list[str]:
        """Return the grids that have a vertex."""
        _, owners = self._starts.at(vertex)
        return [self._codes[i] for i in np.unique(owners).tolist()]

    def owner(self, start: Point, end: Point) -> str | None:
        """Return the grid on the left of a directed segment; None for nobody."""
        heads, owners = self._starts.at(start)
        at = np.flatnonzero(heads == pack_vertex(*end))
        return self._codes[int(owners[at[0]])] if len(at) else None

    def beside(self, vertex: Point) -> set[Point]:
        """Return the vertices to which border segments lead from a vertex."""
        (heads, _), (tails, _) = self._starts.at(vertex), self._ends.at(vertex)
        return set(_points(unpack(np.concatenate([heads, tails]))))

    def shape(self, code: str) -> Shape:
        """Return the rings of a grid."""
        index = self._index[code]
        first, last = np.searchsorted(self._rings.polygon, (index, index + 1)).tolist()
        shape: Shape = []
        for ring in range(first, last):
            begin, end = self._rings.start[ring : ring + 2].tolist()
            if self._rings.is_shell[ring]:
                shape.append([])
            shape[-1].append(_points(self._rings.xy[begin : end - 1]))
        return shape


def shape_of(geometry: Any) -> Shape:
    """Return the rings of a polygon in canonical degrees."""
    return Borders.of({"": geometry}).shape("")


def geometry_of(shape: Shape) -> Any:
    """Return rings as a MultiPolygon in canonical degrees.

    Parameters
    ----------
    shape
        Each ring of at least three different vertices.

    Returns
    -------
    MultiPolygon
        Shells and holes as they run.
    """
    parts = []
    for part in shape:
        rings = [to_degrees([*ring, ring[0]]) for ring in part]
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.MultiPolygon(parts)


def multi(geometry: Any) -> Any:
    """Return a Polygon or MultiPolygon as a MultiPolygon, shells counter-clockwise."""
    oriented = shapely.orient_polygons(geometry)
    return oriented if oriented.geom_type == "MultiPolygon" else shapely.MultiPolygon([oriented])


def segments_in(shape: Shape) -> Iterable[Segment]:
    """Yield the directed segments of a shape."""
    for part in shape:
        for ring in part:
            yield from zip(ring, [*ring[1:], ring[0]], strict=True)


def redrawn(
    shape: Shape, moved: Mapping[Point, Point | None], inserted: Mapping[Segment, Sequence[Point]]
) -> Shape:
    """Return a shape with vertices deleted, then inserted, then moved.

    Parameters
    ----------
    shape
        Rings.
    moved
        New place of a vertex, or None to delete it.
    inserted
        Vertices between two that follow one another after the deletions, by their old places.

    Returns
    -------
    Shape
        Without repeated vertices; rings may have become too short.
    """
    return [[_redrawn_ring(ring, moved, inserted) for ring in part] for part in shape]


def _redrawn_ring(
    ring: Ring, moved: Mapping[Point, Point | None], inserted: Mapping[Segment, Sequence[Point]]
) -> Ring:
    left = [vertex for vertex in ring if moved.get(vertex, vertex) is not None]
    result: Ring = []
    for vertex, after in zip(left, [*left[1:], *left[:1]], strict=True):
        result.append(moved.get(vertex) or vertex)
        result.extend(_between(vertex, after, inserted))
    return [vertex for i, vertex in enumerate(result) if vertex != result[i - 1]]


def _between(
    start: Point,
    end: Point,
    inserted: Mapping[Segment, Sequence[Point]],
    above: tuple[Segment, ...] = (),
) -> list[Point]:
    """Return what to insert in a segment, and in the segments that come of it."""
    path = inserted.get((start, end), ())
    if not path or (start, end) in above:
        return []
    result: list[Point] = []
    for a, b in pairwise([start, *path, end]):
        result.extend(_between(a, b, inserted, (*above, (start, end))))
        result.append(b)
    return result[:-1]


def twice_area(ring: Ring) -> int:
    """Return twice the signed area of a ring in square units, exactly."""
    if not ring:
        return 0
    x0, y0 = ring[0]
    total = 0
    for (ax, ay), (bx, by) in zip(ring, [*ring[1:], ring[0]], strict=True):
        total += (ax - x0) * (by - y0) - (bx - x0) * (ay - y0)
    return total


def _points(xy: Ints) -> list[Point]:
    return list(map(tuple, xy.tolist()))
