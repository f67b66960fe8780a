"""The arcs that grids share, derived from their polygons.

An arc is a run of border between two nodes; a node is a vertex where more than two border
segments meet, so that along an arc the polygons on its two sides do not change. Each arc is
kept once, and the rings of polygons are lists of references to arcs, as TopoJSON has them:
``i`` for arc i as it runs, ``~i`` for arc i reversed.

Source: TopoJSON specification 1.0, section 2.1.4.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.core.rings import Ints, Rings, as_polygons, extract_rings, pack

NOBODY = -1
"""In place of a polygon's index: there is no polygon on that side."""


@dataclass(frozen=True, slots=True)
class Arcs:
    """The arcs of polygons, and the polygons' rings as references to them.

    Attributes
    ----------
    xy
        int64 (v, 2), lattice units: the vertices of all arcs, one after the other.
    start
        int64 (a + 1,): arc i is ``xy[start[i]:start[i + 1]]``, both end nodes included.
    left, right
        int32 (a,): the polygon on each side of the arc as it runs, or `NOBODY`. Meaningful for
        polygons that do not overlap.
    reference
        int32 (k,): arc references of all rings, one ring after the other.
    ring_start
        int64 (r + 1,): ring i is ``reference[ring_start[i]:ring_start[i + 1]]``.
    ring_polygon, ring_part
        int64 (r,): the polygon of each ring, and its part counted through all polygons. Shells
        run counter-clockwise and come before their holes.
    count
        Number of polygons.
    """

    xy: Ints
    start: Ints
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    reference: NDArray[np.int32]
    ring_start: Ints
    ring_polygon: Ints
    ring_part: Ints
    count: int

    def __len__(self) -> int:
        return len(self.left)

    def arc(self, index: int) -> Ints:
        """Return the vertices of an arc, int64 (k, 2), lattice units."""
        return self.xy[self.start[index] : self.start[index + 1]]

    @property
    def arcs(self) -> list[Ints]:
        """All arcs, each int64 (k, 2), lattice units."""
        return np.split(self.xy, self.start[1:-1]) if len(self) else []

    def rings(self, polygon: int) -> list[list[list[int]]]:
        """Return a polygon's arcs as TopoJSON has those of a MultiPolygon.

        Parameters
        ----------
        polygon
            Index of the polygon.

        Returns
        -------
        list
            For each part, for each ring (shell first), the arc references.
        """
        first, end = np.searchsorted(self.ring_polygon, (polygon, polygon + 1))
        parts: list[list[list[int]]] = []
        for ring in range(int(first), int(end)):
            if ring == first or self.ring_part[ring] != self.ring_part[ring - 1]:
                parts.append([])
            span = slice(self.ring_start[ring], self.ring_start[ring + 1])
            parts[-1].append(self.reference[span].tolist())
        return parts


def extract_arcs(polygons: ArrayLike) -> Arcs:
    """Derive the shared arcs of polygons.

    Parameters
    ----------
    polygons
        Valid polygons of shape (n,), lon/lat in degrees. Borders are shared where they have
        the same vertices, as in an exact tiling.

    Returns
    -------
    Arcs
        In the order in which the polygons' rings first use them.

    Raises
    ------
    Invalid
        If one is not a polygon, or a coordinate is not finite.
    """
    array = as_polygons(polygons)
    rings = extract_rings(array)
    walk = _Walk.along(rings)
    run_start, run_ring = walk.runs()
    runs = len(run_ring)
    run_of = np.repeat(np.arange(runs), np.diff(np.append(run_start, len(walk.edge))))
    # All segments of a run have the same two sides, so that any one of them, here the lowest
    # numbered, tells which runs are the same arc.
    arc_key = np.minimum.reduceat(walk.edge, run_start)
    at_key = np.flatnonzero(walk.edge == arc_key[run_of])
    forward = np.zeros(runs, dtype=bool)
    forward[run_of[at_key]] = walk.tail[at_key] < walk.head[at_key]
    _, first, arc_of = np.unique(arc_key, return_index=True, return_inverse=True)
    order = np.argsort(first)  # number the arcs by first use
    rank = np.empty_like(order)
    rank[order] = np.arange(len(order))
    arc_of, first = rank[arc_of.reshape(-1)], first[order]
    same_way = forward == forward[first][arc_of]
    left = np.full(len(first), NOBODY, dtype=np.int32)
    right = left.copy()
    polygon = rings.polygon[run_ring].astype(np.int32)
    left[arc_of[same_way]] = polygon[same_way]
    right[arc_of[~same_way]] = polygon[~same_way]
    xy, start = walk.vertices(first, run_start)
    return Arcs(
        xy,
        start,
        left,
        right,
        np.where(same_way, arc_of, ~arc_of).astype(np.int32),
        np.searchsorted(run_ring, np.arange(len(rings.polygon) + 1)),
        rings.polygon,
        rings.part,
        len(array),
    )


@dataclass(frozen=True, slots=True)
class _Walk:
    """All rings as walks over numbered vertices and numbered undirected segments."""

    xy: Ints  # of every tail
    tail: Ints
    head: Ints
    edge: Ints
    ring: Ints
    begins: NDArray[np.bool_]  # whether a run begins at the tail

    @classmethod
    def along(cls, rings: Rings) -> _Walk:
        ring_of = np.repeat(np.arange(len(rings.polygon)), np.diff(rings.start))
        keep = np.ones(len(ring_of), dtype=bool)
        keep[rings.start[1:] - 1] = False  # the closing point
        _, vertex = np.unique(pack(rings.xy[keep]), return_inverse=True)
        vertex, ring = vertex.reshape(-1), ring_of[keep]
        after = _next_in_ring(ring)
        edge = _undirected(vertex, vertex[after])
        is_node = _nodes(vertex, edge, after)
        turned = _turned_to_start(vertex, ring, is_node)
        vertex, edge = vertex[turned], edge[turned]
        begins = is_node[vertex]
        begins[np.flatnonzero(np.diff(ring, prepend=-1))] = True
        return cls(rings.xy[keep][turned], vertex, vertex[after], edge, ring, begins)

    def runs(self) -> tuple[Ints, Ints]:
        """Return the first position and the ring of each run."""
        start = np.flatnonzero(self.begins)
        return start, self.ring[start]

    def vertices(self, chosen: Ints, run_start: Ints) -> tuple[Ints, Ints]:
        """Return the vertices of the chosen runs, end nodes included, and where each starts."""
        after = _next_in_ring(self.ring)
        size = np.diff(np.append(run_start, len(self.tail)))[chosen]
        start = np.concatenate([[0], np.cumsum(size + 1)])
        offset = np.arange(start[-1]) - np.repeat(start[:-1], size + 1)
        position = np.repeat(run_start[chosen], size + 1) + offset
        last = start[1:] - 1
        position[last] = after[position[last] - 1]
        return self.xy[position], start


def _next_in_ring(ring: Ints) -> Ints:
    """Return the position that follows each in its ring, round the corner."""
    after = np.arange(1, len(ring) + 1)
    begin = np.flatnonzero(np.diff(ring, prepend=-1))
    last = np.append(begin[1:], len(ring))[: len(begin)] - 1
    after[last] = begin
    return after


def _undirected(tail: Ints, head: Ints) -> Ints:
    """Give each segment a number, the same one both ways."""
    low, high = np.minimum(tail, head), np.maximum(tail, head)
    _, edge = np.unique(low * (int(high.max(initial=0)) + 1) + high, return_inverse=True)
    return edge.reshape(-1)


def _nodes(vertex: Ints, edge: Ints, after: Ints) -> NDArray[np.bool_]:
    """Tell which vertices are nodes: those where other than two segments meet.

    Where just two meet, every ring that comes by one leaves by the other, so that the polygons
    on their sides cannot change there.
    """
    _, at = np.unique(edge, return_index=True)
    count = int(vertex.max(initial=-1)) + 1
    degree = np.bincount(vertex[at], minlength=count)
    degree += np.bincount(vertex[after][at], minlength=count)
    return np.asarray(degree != 2)


def _turned_to_start(vertex: Ints, ring: Ints, is_node: NDArray[np.bool_]) -> Ints:
    """Return positions that turn each ring to start at a node, or at its least vertex."""
    begin = np.flatnonzero(np.diff(ring, prepend=-1))
    size = np.diff(np.append(begin, len(ring)))
    wanted = np.where(is_node[vertex], np.int64(-1), vertex)
    least = np.minimum.reduceat(wanted, begin)
    ring_index = np.repeat(np.arange(len(begin)), size)
    hit = np.flatnonzero(wanted == least[ring_index])
    _, at = np.unique(ring_index[hit], return_index=True)
    shift = hit[at] - begin
    offset = np.arange(len(ring)) - begin[ring_index]
    turned = (offset + shift[ring_index]) % size[ring_index]
    return np.asarray(begin[ring_index] + turned)
