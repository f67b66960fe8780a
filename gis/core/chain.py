"""The signed boundary chain: the exact test that polygons tile.

Take every polygon's border as directed segments with its inside on the left, and let opposite
segments cancel. If every polygon is valid and what remains is the border of the outline, then
the polygons tile the outline: no gap, no overlap, nothing outside. For the number of polygons
over a point is the winding number of the sum of their borders, and that sum is the outline's.
Only equality of integers is used.

Likewise an edit that replaces some grids by others keeps a tiling exactly when both have the
same chain (`same_footprint`).

Source: ADR 0002.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from gis.core.rings import Ints, extract_rings, segments_of, unpack

Packed = NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Chain:
    """Segments with multiplicities, each from its lesser to its greater vertex.

    Attributes
    ----------
    low, high
        uint64 (k,): packed vertices, ``low < high``; pairs are unique and sorted.
    count
        int64 (k,): how many more polygons have it from low to high than back; never 0.
    """

    low: Packed
    high: Packed
    count: Ints

    def __len__(self) -> int:
        return len(self.low)

    def equals(self, other: Chain) -> bool:
        """Tell whether both have the same segments with the same multiplicities."""
        return (
            np.array_equal(self.low, other.low)
            and np.array_equal(self.high, other.high)
            and np.array_equal(self.count, other.count)
        )

    def coordinates(self) -> Ints:
        """Return int64 (k, 2, 2): segment, end (low, high), x and y in lattice units."""
        return np.stack([unpack(self.low), unpack(self.high)], axis=1)


def cancel(tail: Packed, head: Packed, weight: Ints) -> Chain:
    """Add up weighted directed segments and leave out what cancels.

    Parameters
    ----------
    tail, head
        uint64 (s,): packed vertices.
    weight
        int64 (s,): how often each counts; negative to subtract.

    Returns
    -------
    Chain
        What remains.
    """
    forward = tail < head
    low, high = np.where(forward, tail, head), np.where(forward, head, tail)
    sign = np.where(forward, weight, -weight)
    order = np.lexsort((high, low))
    low, high, sign = low[order], high[order], sign[order]
    if len(low) == 0:
        return Chain(low, high, sign)
    first = np.ones(len(low), dtype=bool)
    first[1:] = (low[1:] != low[:-1]) | (high[1:] != high[:-1])
    begin = np.flatnonzero(first)
    count = np.add.reduceat(sign, begin)
    left = (count != 0) & (low[begin] != high[begin])
    return Chain(low[begin][left], high[begin][left], count[left])


def signed_chain(polygons: ArrayLike) -> Chain:
    """Return the signed boundary chain of polygons.

    Parameters
    ----------
    polygons
        Polygons or MultiPolygons of shape (n,), lon/lat in degrees; rounded to the lattice.

    Returns
    -------
    Chain
        The sum of their borders. For polygons that tile, the border of their union.

    Raises
    ------
    Invalid
        If one is not a polygon, or a coordinate is not finite.
    """
    parts = segments_of(extract_rings(polygons))
    return cancel(parts.tail, parts.head, np.ones(len(parts.tail), dtype=np.int64))


def chain_residual(polygons: ArrayLike, outline: Any | None = None) -> Chain:
    """Return what is left of the polygons' chain after the outline's is taken away.

    Parameters
    ----------
    polygons
        Polygons or MultiPolygons of shape (n,), lon/lat in degrees.
    outline
        One or several polygons that they should tile; None for the chain itself.

    Returns
    -------
    Chain
        Empty exactly when valid polygons tile the outline.

    Raises
    ------
    Invalid
        If one is not a polygon, or a coordinate is not finite.
    """
    if outline is None:
        return signed_chain(polygons)
    inner = segments_of(extract_rings(polygons))
    outer = segments_of(extract_rings(outline))
    weight = np.ones(len(inner.tail) + len(outer.tail), dtype=np.int64)
    weight[len(inner.tail) :] = -1
    return cancel(
        np.concatenate([inner.tail, outer.tail]),
        np.concatenate([inner.head, outer.head]),
        weight,
    )


def same_footprint(old: ArrayLike, new: ArrayLike) -> bool:
    """Tell whether new polygons can take the place of old ones in any tiling.

    Parameters
    ----------
    old, new
        Valid polygons of shapes (n,) and (m,), lon/lat in degrees.

    Returns
    -------
    bool
        True when both have the same signed chain, in both directions.
    """
    return len(chain_residual(new, outline=old)) == 0
