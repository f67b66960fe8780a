"""Who borders on whom, and on which side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.core.arcs import NOBODY, Arcs
from gis.core.geodesy import distance_m, metres_per_degree
from gis.core.lattice import lattice_geometry, to_degrees
from gis.core.rings import Ints, as_polygons

EAST, SOUTH, WEST, NORTH = range(4)
"""Columns of `main_neighbours`, in the order of 四至 (东南西北)."""


@dataclass(frozen=True, slots=True)
class Neighbours:
    """Polygons with a border in common.

    Attributes
    ----------
    pairs
        int32 (k, 2): polygon indices, the lesser first, sorted.
    shared_m
        float64 (k,): length of the border in common, in metres.
    """

    pairs: NDArray[np.int32]
    shared_m: NDArray[np.float64]


def neighbours(arcs: Arcs) -> Neighbours:
    """Find the polygons that share a border, and how much of it.

    Parameters
    ----------
    arcs
        The arcs of polygons that do not overlap.

    Returns
    -------
    Neighbours
        Points in common do not count.
    """
    length = np.bincount(_arc_of_segments(arcs), _segment_lengths_m(arcs), minlength=len(arcs))
    shared = (arcs.left != NOBODY) & (arcs.right != NOBODY) & (arcs.left != arcs.right)
    sides = np.column_stack([arcs.left, arcs.right])[shared]
    pairs, which = np.unique(np.sort(sides, axis=1), axis=0, return_inverse=True)
    total = np.bincount(which.reshape(-1), length[shared], minlength=len(pairs))
    return Neighbours(pairs.astype(np.int32).reshape(-1, 2), total.astype(np.float64))


def contacts(polygons: ArrayLike) -> NDArray[np.int32]:
    """Find the polygons that touch or overlap, in a single point or more.

    Parameters
    ----------
    polygons
        Polygons of shape (n,), lon/lat in degrees.

    Returns
    -------
    ndarray of int32
        Pairs (k, 2), the lesser index first, sorted: those that should differ in colour.

    Raises
    ------
    Invalid
        If one is not a polygon, or a coordinate is not finite.
    """
    shapes = lattice_geometry(as_polygons(polygons))
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    pairs = np.column_stack([a, b])[a < b]
    order = np.lexsort((pairs[:, 1], pairs[:, 0]))
    return np.asarray(pairs[order], dtype=np.int32)


def main_neighbours(arcs: Arcs) -> NDArray[np.int32]:
    """Find what each polygon mainly borders on in the east, south, west and north.

    A piece of border counts for the side on which it lies as seen from the middle of the
    polygon's border, and for a side the neighbour with the longest border there is taken.

    Parameters
    ----------
    arcs
        The arcs of polygons that do not overlap.

    Returns
    -------
    ndarray of int32
        (n, 4), columns `EAST`, `SOUTH`, `WEST`, `NORTH`: the neighbour's index, or `NOBODY`
        where that side is mainly the edge of the tiling.
    """
    result = np.full((arcs.count, 4), NOBODY, dtype=np.int32)
    if len(arcs) == 0:
        return result
    arc_of, length = _arc_of_segments(arcs), _segment_lengths_m(arcs)
    owner = np.concatenate([arcs.left[arc_of], arcs.right[arc_of]])
    other = np.concatenate([arcs.right[arc_of], arcs.left[arc_of]])
    middle = np.tile(_segment_middles_m(arcs), (2, 1))
    weight = np.tile(length, 2)
    mine = owner != NOBODY
    owner, other, middle, weight = owner[mine], other[mine], middle[mine], weight[mine]
    around = np.bincount(owner, weight, minlength=arcs.count)
    for axis in (0, 1):
        mean = np.bincount(owner, weight * middle[:, axis], minlength=arcs.count)
        middle[:, axis] -= (mean / np.where(around > 0, around, 1.0))[owner]
    sums = _Sums.by(owner, _side(middle), other, weight)
    result[sums.owner, sums.side] = sums.other
    return result


@dataclass(frozen=True, slots=True)
class _Sums:
    """For each owner and side, the neighbour with the greatest weight."""

    owner: Ints
    side: Ints
    other: Ints

    @classmethod
    def by(
        cls,
        owner: NDArray[np.int32],
        side: Ints,
        other: NDArray[np.int32],
        weight: NDArray[np.float64],
    ) -> _Sums:
        keys, which = np.unique(np.column_stack([owner, side, other]), axis=0, return_inverse=True)
        total = np.bincount(which.reshape(-1), weight)
        order = np.lexsort((keys[:, 2], -total, keys[:, 1], keys[:, 0]))
        keys = keys[order]
        first = np.ones(len(keys), dtype=bool)
        first[1:] = (keys[1:, :2] != keys[:-1, :2]).any(axis=1)
        return cls(keys[first, 0], keys[first, 1], keys[first, 2])


def _side(offset: NDArray[np.float64]) -> Ints:
    east, north = offset[:, 0], offset[:, 1]
    across = np.where(east >= 0, EAST, WEST)
    along = np.where(north >= 0, NORTH, SOUTH)
    return np.where(np.abs(east) >= np.abs(north), across, along)


def _arc_of_segments(arcs: Arcs) -> Ints:
    return np.repeat(np.arange(len(arcs)), np.diff(arcs.start) - 1)


def _segment_ends(arcs: Arcs) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    degrees = to_degrees(arcs.xy)
    starts = np.ones(len(degrees), dtype=bool)
    starts[arcs.start[1:] - 1] = False
    tail = np.flatnonzero(starts)
    return degrees[tail], degrees[tail + 1]


def _segment_lengths_m(arcs: Arcs) -> NDArray[np.float64]:
    a, b = _segment_ends(arcs)
    return distance_m(a[:, 0], a[:, 1], b[:, 0], b[:, 1])


def _segment_middles_m(arcs: Arcs) -> NDArray[np.float64]:
    """Return the middles of segments in metres, on axes good enough to compare directions."""
    a, b = _segment_ends(arcs)
    middle = 0.5 * (a + b)
    east, north = metres_per_degree(middle[:, 1].mean() if len(middle) else 0.0)
    return np.asarray(middle * np.array([east, north]))
