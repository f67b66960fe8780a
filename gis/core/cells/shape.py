"""What an index is made of.

Both layers are ranked together: first the basic grids by code, then the exclusive ones by code.
The raster is cut into *tiles* of 32 × 32 *cells*, and only tiles that hold a border are stored
cell by cell. A cell that no border crosses is one *word* of 16 bits that leads to its answer;
one that a border crosses leads to a *record* with the few edges inside it.

A record decides any point of its cell by parity. Each of its candidates (at most 16) is a bit.
The edges that do not come near the cell are seen alike from all of its points of one latitude:
their parity is ``base``, changed by ``steps`` at certain latitudes. The others are listed, a
border between two grids once, with the bits of both. So the bits of a point are ``base``, turned
over by every step at or south of it and by every listed edge west of it; a listed edge *through*
it adds its bits, for a grid covers its border. The lowest bit of a layer is its answer.

A record in 16-bit places, where a *wide* one uses two places for every number but the first two::

    candidates | basic ones << 5 | wide << 10 | more << 11    (16 at most, 16 at most)
    base
    number of steps, number of edges
    candidates: each a place in the tile's table
    steps:      latitude from the cell's south, bits
    edges:      x, y of the lower end, x, y of the upper end, from the cell's corner, bits

Where ``more`` is set, another record with further candidates follows.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

NONE = -1
"""The answer where no grid covers the point."""

NO_GRID_TABLE = 3
"""Where the pairs of tiles without a grid begin in the tables."""

TILE_SHIFT = 5
"""A tile is ``2 ** TILE_SHIFT`` cells wide and high."""

TILE_CELLS = 1 << (2 * TILE_SHIFT)
"""Cells of a tile."""

MOST_CANDIDATES = 16
"""Candidates of one record: bits of a place."""

UNIT = 4
"""Records begin at multiples of so many places."""

LOOK_AHEAD = 32
"""Places beyond a record's beginning that can always be read."""

Bytes = NDArray[np.bool_]
Int16s = NDArray[np.int16]
Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]


class CellIndex(NamedTuple):
    """Which grid covers which cell.

    Attributes
    ----------
    west, south
        Corner of the raster, lattice units.
    shift_x, shift_y
        Cells are ``2 ** shift_x`` units wide and ``2 ** shift_y`` high.
    columns, rows
        Tiles of the raster. A further column at the east, always empty, stands for "outside".
    page
        int32 (rows * (columns + 1) * 2): for each tile the number of its block in `words`, and
        where its pairs begin in `tables`.
    record_start
        int32 (rows * (columns + 1)): where the tile's records begin in `records`, in units of
        `UNIT` places. Where they are too many to be reached by a word, ``~p`` instead:
        ``tables[p]`` is that start, and ``tables[p + 1 + k]`` the distance of record k from it.
    words
        int16 (blocks * TILE_CELLS): the pair of a cell that no border crosses, or ``~r`` for the
        record at distance r (or of number r, see above). Block 0 is all zeros, for tiles that
        have one answer.
    tables
        int32: for each tile the numbers of its pairs, basic and exclusive grids, then its pairs
        (indices of a basic and an exclusive grid in their layers, or `NONE`), then the indices
        of its grids.
    records
        int16: see above.
    """

    west: int
    south: int
    shift_x: int
    shift_y: int
    columns: int
    rows: int
    page: Int32s
    record_start: Int32s
    words: Int16s
    tables: Int32s
    records: Int16s


class Outlines(NamedTuple):
    """The borders of all grids by *number*, as offsets from the index's corner.

    First the basic grids are numbered, as they stand in their layer, then the exclusive ones.
    Vertices and rings that belong to no grid are left from before a patch.

    Attributes
    ----------
    vertices
        int32 (v, 2): closed rings, inside on the left.
    ring_start
        int32 (r + 1): ring i is ``vertices[ring_start[i]:ring_start[i + 1]]``.
    is_shell
        bool (r): a shell begins a new part of its grid, the others are holes of that part.
    grid_ring
        int32 (n, 2): the first ring of each grid, and the one behind its last.
    boxes
        int32 (n, 4): west, south, east, north.
    order
        int32 (n): the numbers of the grids by rank.
    """

    vertices: Int32s
    ring_start: Int32s
    is_shell: Bytes
    grid_ring: Int32s
    boxes: Int32s
    order: Int32s


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a contiguous view that cannot be written to.

    Compiled code exists once for read-only arrays, and so fits built and mapped indexes alike.

    Parameters
    ----------
    array
        Any array.

    Returns
    -------
    ndarray
        The same values.
    """
    view = np.ascontiguousarray(array).view(np.ndarray)
    view.flags.writeable = False
    return view
