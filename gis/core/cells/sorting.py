"""Find very many points in the order of tiles, where the index is larger than any cache.

Points in no order would each fetch their words and records from memory. So they are put on heaps
first, one for some consecutive tiles; a heap's part of the index is then read while it is in the
cache; and the answers are taken back in the order in which the points came. Threads share the
heaps, so that no part of the index is fetched by two of them.
"""

# ruff: noqa: PLR0917  as the compiled functions that these call

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np

from gis.core.cells.finding import (
    Floats,
    count_tiles,
    find_in_order,
    put_in_order,
    take_in_turn,
)
from gis.core.cells.shape import CellIndex, Int32s

# Measured, with 384,659 grids and 100 million cells: below, the heaps cost more than they save.
LEAST_BYTES = 1 << 26
CELLS_PER_POINT = 32
# Ten bytes lie on heaps for each point.
_MOST_POINTS = 1 << 24
_MOST_HEAPS = 600


def pays_in_order(index: CellIndex, points: int) -> bool:
    """Tell whether to find points in the order of tiles.

    Parameters
    ----------
    index
        Of both layers.
    points
        How many.

    Returns
    -------
    bool
    """
    large = index.words.nbytes + index.records.nbytes >= LEAST_BYTES
    return large and points * CELLS_PER_POINT >= len(index.words)


def find_sorted(
    index: CellIndex, lon: Floats, lat: Floats, basic: Int32s, exclusive: Int32s, threads: int
) -> None:
    """Find many points given in degrees; the same answers as `find_degrees` gives.

    Parameters
    ----------
    index
        Of both layers.
    lon, lat
        float64 (p,), degrees; NaN and infinity are in no grid.
    basic, exclusive
        int32 (p,): take the answers.
    threads
        How many threads may work on it.
    """
    with ThreadPoolExecutor(threads) as pool:

        def together(work: Callable[[int], Any]) -> None:
            list(pool.map(work, range(threads)))

        parts = max(1, -(-len(lon) // _MOST_POINTS))
        for part in spans(len(lon), parts):
            arrays = (lon[part], lat[part], basic[part], exclusive[part])
            _find_part(index, *arrays, spans(part.stop - part.start, threads), together)


def spans(size: int, parts: int) -> list[slice]:
    """Cut a range into parts of nearly equal size.

    Parameters
    ----------
    size
        Of the range, which begins at 0.
    parts
        How many, 1 or more.

    Returns
    -------
    list of slice
    """
    cuts = [size * k // parts for k in range(parts + 1)]
    return [slice(a, b) for a, b in pairwise(cuts)]


def _find_part(
    index: CellIndex,
    lon: Floats,
    lat: Floats,
    basic: Int32s,
    exclusive: Int32s,
    own: list[slice],
    together: Callable[[Callable[[int], Any]], None],
) -> None:
    shift = max(0, (len(index.record_start) // _MOST_HEAPS).bit_length())
    heaps = (len(index.record_start) >> shift) + 1
    heap, points = np.empty(len(lon), np.uint16), np.empty(len(lon), np.int64)
    counts = np.zeros((len(own), heaps), np.int64)
    together(lambda k: count_tiles(index, lon[own[k]], lat[own[k]], shift, heap[own[k]], counts[k]))
    # Within a heap, first the points of the first thread, in the order in which they came.
    ends = np.cumsum(counts.T.ravel()).reshape(heaps, len(own)).T
    first = np.ascontiguousarray(ends - counts)
    place = first.copy()
    together(
        lambda k: put_in_order(index, lon[own[k]], lat[own[k]], heap[own[k]], place[k], points)
    )
    together(lambda k: find_in_order(index, points[own[k]]))
    together(
        lambda k: take_in_turn(heap[own[k]], first[k], points, basic[own[k]], exclusive[own[k]])
    )
