"""The index of one layer: which grid covers a lattice point, decided in integers.

The layer's box is cut into square cells. A cell that no border crosses holds its answer; a
cell that a border crosses holds the few grids that may be the answer, lowest code first. Such
a grid is tested by counting the borders east of the point, and only among the edges that lie
in the point's row of cells.

All loops here are compiled. Coordinates are ``int32`` offsets from the layer's corner and are
widened before they are multiplied, so that nothing is rounded and nothing overflows.

They stand in one file because numba renews its cache when a function's own file changes, and
does not look at the files of the functions that it calls.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
from numpy.typing import NDArray

from gis.core.compiled import compiled, inlined

NONE = -1
"""The answer where no grid covers the point."""

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]

# A number of 64 bits, which Python's type checker may take for an int.
_wide = cast(Callable[[Any], int], np.int64)


class CellIndex(NamedTuple):
    """A layer's index. Grids are numbered by rank: 0 has the lowest code.

    Attributes
    ----------
    west, south
        Corner of the layer's box, lattice units.
    shift
        Cells are ``2 ** shift`` units wide and high.
    columns, rows
        Size of the raster; both 0 for an empty layer.
    cells
        int32 (rows * columns): a rank, `NONE`, or ``-2 - k`` for list k.
    list_start, listed
        int32: list k is ``listed[list_start[k]:list_start[k + 1]]``; a rank to be tested, or
        ``~rank`` for a grid that covers the whole cell and ends the list.
    edges
        int32 (e, 4): x and y of both ends, offsets from the corner; by rank.
    edge_start
        int32 (n + 1): the edges of each rank.
    boxes
        int32 (n, 4): west, south, east and north of each rank, offsets from the corner.
    band_start
        int32 (n + 1): where the bands of each rank begin in `band_edge_start`.
    first_row
        int32 (n,): the row of each rank's first band.
    band_edge_start, band_edges
        int32: the edges that touch each band.
    order
        int32 (n,): the caller's index of each rank.
    """

    west: int
    south: int
    shift: int
    columns: int
    rows: int
    cells: Int32s
    list_start: Int32s
    listed: Int32s
    edges: Int32s
    edge_start: Int32s
    boxes: Int32s
    band_start: Int32s
    first_row: Int32s
    band_edge_start: Int32s
    band_edges: Int32s
    order: Int32s


@inlined
def covers(index: CellIndex, rank: int, x: int, y: int) -> bool:
    """Tell whether a grid covers a point, its border included.

    Parameters
    ----------
    index
        The layer.
    rank
        The grid.
    x, y
        Offsets from the layer's corner, lattice units.

    Returns
    -------
    bool
    """
    band = (y >> index.shift) - index.first_row[rank] + index.band_start[rank]
    if band < index.band_start[rank] or band >= index.band_start[rank + 1]:
        return False
    inside = False
    for k in range(index.band_edge_start[band], index.band_edge_start[band + 1]):
        e = index.band_edges[k]
        ax, ay = _wide(index.edges[e, 0]), _wide(index.edges[e, 1])
        bx, by = _wide(index.edges[e, 2]), _wide(index.edges[e, 3])
        if (y < ay and y < by) or (y > ay and y > by):
            continue
        if ay == by:
            if min(ax, bx) <= x <= max(ax, bx):
                return True
            continue
        left = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
        if left == 0:
            return True
        upward = ay < by
        # Half-open: an edge counts its lower end and not its upper one.
        if (ay <= y) != (by <= y) and (left > 0) == upward:
            inside = not inside
    return inside


@inlined
def find(index: CellIndex, x: int, y: int) -> int:
    """Return the index of the grid with the lowest code that covers a point, or `NONE`.

    Parameters
    ----------
    index
        The layer.
    x, y
        The point, lattice units.

    Returns
    -------
    int
        The caller's index of the grid.
    """
    x -= index.west
    y -= index.south
    column, row = x >> index.shift, y >> index.shift
    if column < 0 or row < 0 or column >= index.columns or row >= index.rows:
        return NONE
    value = index.cells[row * index.columns + column]
    if value == NONE:
        return NONE
    if value >= 0:
        return _wide(index.order[value])
    k = -2 - value
    for i in range(index.list_start[k], index.list_start[k + 1]):
        rank = index.listed[i]
        if rank < 0:
            return _wide(index.order[~rank])
        if covers(index, rank, x, y):
            return _wide(index.order[rank])
    return NONE


@compiled
def find_units(index: CellIndex, x: Int64s, y: Int64s, out: Int32s) -> None:
    """Find many points given in lattice units.

    Parameters
    ----------
    index
        The layer.
    x, y
        int64 (p,), lattice units.
    out
        int32 (p,): takes the answers.
    """
    for i in range(len(x)):
        out[i] = find(index, _wide(x[i]), _wide(y[i]))


@compiled
def find_degrees(
    index: CellIndex, lon: NDArray[np.float64], lat: NDArray[np.float64], out: Int32s
) -> None:
    """Find many points given in degrees, each rounded to the lattice first.

    Parameters
    ----------
    index
        The layer.
    lon, lat
        float64 (p,), degrees; NaN and infinity are in no grid.
    out
        int32 (p,): takes the answers.
    """
    for i in range(len(lon)):
        x, y = np.rint(lon[i] * 1e7), np.rint(lat[i] * 1e7)
        if abs(x) <= 1.8e9 and abs(y) <= 1.8e9:  # false for NaN
            out[i] = find(index, _wide(x), _wide(y))
        else:
            out[i] = NONE


@compiled
def _columns_touched(edge: Int32s, row: int, shift: int) -> tuple[int, int]:
    """Return the first and last column that an edge may touch in a row of cells."""
    ax, ay, bx, by = _wide(edge[0]), _wide(edge[1]), _wide(edge[2]), _wide(edge[3])
    if ay > by:
        ax, ay, bx, by = bx, by, ax, ay
    west, east = min(ax, bx), max(ax, bx)
    if ay < by:
        enter = max(ay, row << shift) - ay
        leave = min(by, (row + 1) << shift) - ay
        # Floors are enough: a place between two lattice points is in the column of the left one.
        at_enter = ax + (bx - ax) * enter // (by - ay)
        at_leave = ax + (bx - ax) * leave // (by - ay)
        west = max(west, min(at_enter, at_leave))
        east = min(east, max(at_enter, at_leave))
    return west >> shift, east >> shift


@compiled
def _mark_border(index: CellIndex, rank: int, stamp: Int32s, touched: Int32s) -> int:
    """List the cells that a grid's border may touch, each once; return how many."""
    count = 0
    for e in range(index.edge_start[rank], index.edge_start[rank + 1]):
        edge = index.edges[e]
        low, high = min(edge[1], edge[3]) >> index.shift, max(edge[1], edge[3]) >> index.shift
        for row in range(low, high + 1):
            first, last = _columns_touched(edge, row, index.shift)
            for cell in range(row * index.columns + first, row * index.columns + last + 1):
                if stamp[cell] != rank:
                    stamp[cell] = rank
                    touched[count] = cell
                    count += 1
    return count


@compiled
def _mark_inside(index: CellIndex, rank: int, stamp: Int32s, inner: Int32s) -> None:
    """Note the grid in the cells that lie wholly in it and in no grid of lower code.

    No border of the grid touches the cell, so that one of its points answers for all.
    """
    west, east = index.boxes[rank, 0] >> index.shift, index.boxes[rank, 2] >> index.shift
    south = index.first_row[rank]
    north = south + index.band_start[rank + 1] - index.band_start[rank]
    for row in range(south, north):
        for column in range(west, east + 1):
            cell = row * index.columns + column
            if (
                stamp[cell] != rank
                and inner[cell] == NONE
                and covers(index, rank, column << index.shift, row << index.shift)
            ):
                inner[cell] = rank


@compiled
def fill_cells(index: CellIndex) -> tuple[Int32s, Int32s, Int32s]:
    """Work out the raster, and the lists of the cells that borders cross.

    Parameters
    ----------
    index
        The layer, with its edges and bands.

    Returns
    -------
    tuple of ndarray of int32
        ``cells``, ``list_start`` and ``listed`` of the index.
    """
    size = index.columns * index.rows
    stamp = np.full(size, NONE, np.int32)
    inner = np.full(size, NONE, np.int32)
    touched = np.zeros(size, np.int32)
    crossing = np.zeros(size, np.int32)
    grids = len(index.order)
    for rank in range(grids):
        for k in range(_mark_border(index, rank, stamp, touched)):
            crossing[touched[k]] += 1
        _mark_inside(index, rank, stamp, inner)
    cells = inner.copy()
    crossed = np.flatnonzero(crossing)
    list_start = np.zeros(len(crossed) + 1, np.int32)
    for k in range(len(crossed)):
        cell = crossed[k]
        cells[cell] = -2 - k
        whole = 1 if inner[cell] != NONE else 0
        list_start[k + 1] = list_start[k] + crossing[cell] + whole
    listed = np.zeros(list_start[-1], np.int32)
    place = list_start[:-1].copy()
    stamp[:] = NONE
    for rank in range(grids):
        for i in range(_mark_border(index, rank, stamp, touched)):
            k = -2 - cells[touched[i]]
            listed[place[k]] = rank
            place[k] += 1
    for k in range(len(crossed)):
        if inner[crossed[k]] != NONE:
            _insert_whole(listed[list_start[k] : list_start[k + 1]], inner[crossed[k]])
    return cells, list_start, listed


@compiled
def _insert_whole(ranks: Int32s, whole: int) -> None:
    """Enter the grid that covers the whole cell among the ranks, whose last place is free."""
    at = len(ranks) - 1
    while at > 0 and ranks[at - 1] > whole:
        ranks[at] = ranks[at - 1]
        at -= 1
    ranks[at] = ~whole
