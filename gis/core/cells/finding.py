"""Read an index (`gis.core.cells.shape`): the grids of many points. All loops are compiled.

Points go through in blocks, in three rounds without a branch that a processor could guess wrong:
what cell each lies in and what its word says; a look at the first places of the records that are
needed, so that memory delivers many at a time; and the records. A point in a cell that no border
crosses costs one read that may have to come from afar.

The loops stand in one file because numba renews its cache when a function's own file changes,
and does not look at the files of the functions that it calls.
"""

# ruff: noqa: PLR0917  compiled functions take arrays one by one, and by position

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import numpy as np
from numba.cpython.unsafe import numbers
from numpy.typing import NDArray

from gis.core.cells.shape import (
    LOOK_AHEAD,
    NONE,
    TILE_CELLS,
    TILE_SHIFT,
    UNIT,
    CellIndex,
    Int16s,
    Int32s,
    Int64s,
)
from gis.core.compiled import compiled, inlined

# A number of 64 bits, which Python's type checker may take for an int.
_wide = cast(Callable[[Any], int], np.int64)

_BLOCK = 512
# Its type is that of a function of the compiler; within compiled code it takes and gives a number.
_trailing_zeros = cast(Callable[[int], int], numbers.trailing_zeros)

_SIDE = 1 << TILE_SHIFT
_UNITS_PER_DEGREE = 1e7


# Rows of the desk: the points of a block, and those among them that need a record.
_X, _Y, _TILE, _TABLE, _WORD, _NUMBER, _AT = range(7)


@inlined
def _number(records: Int16s, at: int) -> int:
    """Read a number of two places."""
    return (_wide(records[at]) & 0xFFFF) | (_wide(records[at + 1]) << 16)


@inlined
def _either(records: Int16s, at: int, wide: int) -> int:
    return _number(records, at) if wide else _wide(records[at])


@inlined
def _bits_in_narrow(
    records: Int16s, at: int, steps: int, edges: int, x: int, y: int, base: int
) -> int:
    """Return the candidates that cover a point of a cell, x and y from the cell's corner."""
    odd, on = base, 0
    for _ in range(steps):
        if y >= records[at]:
            odd ^= _wide(records[at + 1])
        at += 2
    for _ in range(edges):
        ax, ay = _wide(records[at]), _wide(records[at + 1])
        bx, by = _wide(records[at + 2]), _wide(records[at + 3])
        bits = _wide(records[at + 4])
        at += 5
        left = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
        odd ^= bits if (y >= ay) & (y < by) & (left < 0) else 0
        if left == 0 and ay <= y <= by and min(ax, bx) <= x <= max(ax, bx):
            on |= bits
    return odd | on


@inlined
def _bits_in_wide(
    records: Int16s, at: int, steps: int, edges: int, x: int, y: int, base: int
) -> int:
    """Do the same where numbers take two places."""
    odd, on = base, 0
    for _ in range(steps):
        if y >= _number(records, at):
            odd ^= _wide(records[at + 2])
        at += 3
    for _ in range(edges):
        ax, ay = _number(records, at), _number(records, at + 2)
        bx, by = _number(records, at + 4), _number(records, at + 6)
        bits = _wide(records[at + 8])
        at += 9
        if y < ay or y > by:
            continue
        left = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
        if y < by and left < 0:
            odd ^= bits
        if left == 0 and min(ax, bx) <= x <= max(ax, bx):
            on |= bits
    return odd | on


@compiled
def _read_records(
    records: Int16s, tables: Int32s, waiting: int, desk: Int64s, basic: Int32s, exclusive: Int32s
) -> None:
    """Find the points that need a record."""
    for k in range(waiting):
        i, at, table = desk[_NUMBER, k], desk[_AT, k], desk[_TABLE, k]
        x, y = desk[_X, k], desk[_Y, k]
        found, found_exclusive, more = NONE, NONE, 1
        while more:
            head, base = _wide(records[at]), _wide(records[at + 1])
            count, basics, wide = head & 31, (head >> 5) & 31, (head >> 10) & 1
            more = head >> 11
            if wide:
                steps, edges = _number(records, at + 2), _number(records, at + 4)
                names = at + 6
                at = names + 2 * count
                bits = _bits_in_wide(records, at, steps, edges, x, y, base)
                at += 3 * steps + 9 * edges
            else:
                steps, edges = _wide(records[at + 2]), _wide(records[at + 3])
                names = at + 4
                at = names + count
                bits = _bits_in_narrow(records, at, steps, edges, x, y, base)
                at += 2 * steps + 5 * edges
            bits &= (1 << count) - 1
            of_basic = bits & ((1 << basics) - 1)
            if of_basic and found == NONE:
                name = names + (_trailing_zeros(of_basic) << wide)
                found = _wide(tables[table + _either(records, name, wide)])
            if bits != of_basic and found_exclusive == NONE:
                name = names + (_trailing_zeros(bits ^ of_basic) << wide)
                found_exclusive = _wide(tables[table + _either(records, name, wide)])
        basic[i], exclusive[i] = found, found_exclusive


@compiled
def _read_words(index: CellIndex, desk: Int64s, size: int) -> None:
    """Look up what the raster says about the points that lie on the desk.

    The loops are apart so that nothing stands between one read from afar and the next.
    """
    shift_x, shift_y = _wide(index.shift_x), _wide(index.shift_y)
    tile_x, tile_y = shift_x + TILE_SHIFT, shift_y + TILE_SHIFT
    stride = index.columns + 1
    page, words = index.page, index.words
    for i in range(size):
        x, y = desk[_X, i], desk[_Y, i]
        desk[_TILE, i] = (y >> tile_y) * stride + (x >> tile_x)
        desk[_WORD, i] = ((y >> shift_y) & (_SIDE - 1)) << TILE_SHIFT | (x >> shift_x) & (_SIDE - 1)
    for i in range(size):
        tile = desk[_TILE, i]
        desk[_WORD, i] += _wide(page[2 * tile]) * TILE_CELLS
        desk[_TABLE, i] = page[2 * tile + 1]
    for i in range(size):
        desk[_WORD, i] = words[desk[_WORD, i]]


@compiled
def _answer(index: CellIndex, desk: Int64s, size: int, basic: Int32s, exclusive: Int32s) -> int:
    """Answer the points whose word is an answer; return how many wait for a record."""
    tables = index.tables
    waiting = 0
    for i in range(size):
        word = desk[_WORD, i]
        pair = desk[_TABLE, i] + 2 * max(word, 0)
        basic[i], exclusive[i] = tables[pair], tables[pair + 1]
        desk[_NUMBER, waiting] = i
        waiting += word < 0
    return waiting


@compiled
def _find_block(
    index: CellIndex, desk: Int64s, size: int, basic: Int32s, exclusive: Int32s
) -> None:
    """Find the points that lie on the desk, given as offsets from the index's corner."""
    _read_words(index, desk, size)
    waiting = _answer(index, desk, size, basic, exclusive)
    tables, records, record_start = index.tables, index.records, index.record_start
    in_cell_x, in_cell_y = (1 << _wide(index.shift_x)) - 1, (1 << _wide(index.shift_y)) - 1
    for k in range(waiting):
        i = desk[_NUMBER, k]
        desk[_X, k], desk[_Y, k] = desk[_X, i] & in_cell_x, desk[_Y, i] & in_cell_y
        desk[_TABLE, k] = desk[_TABLE, i]
        start, distance = _wide(record_start[desk[_TILE, i]]), ~desk[_WORD, i]
        if start < 0:
            distance = _wide(tables[~start + 1 + distance])
            start = _wide(tables[~start])
        desk[_AT, k] = (start + distance) * UNIT
    look = 0
    for k in range(waiting):
        look ^= records[desk[_AT, k]] ^ records[desk[_AT, k] + LOOK_AHEAD]
    desk[_TILE, 0] = look  # or the look would be left out
    _read_records(records, tables, waiting, desk, basic, exclusive)


@compiled
def find_units(index: CellIndex, x: Int64s, y: Int64s, basic: Int32s, exclusive: Int32s) -> None:
    """Find many points given in lattice units.

    Parameters
    ----------
    index
        Of both layers.
    x, y
        int64 (p,), lattice units.
    basic, exclusive
        int32 (p,): take the answers.
    """
    desk = np.empty((7, _BLOCK), np.int64)
    east = _wide(index.columns) << (index.shift_x + TILE_SHIFT)
    north = _wide(index.rows) << (index.shift_y + TILE_SHIFT)
    for start in range(0, len(x), _BLOCK):
        stop = min(start + _BLOCK, len(x))
        for i in range(stop - start):
            px, py = x[start + i] - index.west, y[start + i] - index.south
            inside = (px >= 0) & (px < east) & (py >= 0) & (py < north)
            desk[_X, i] = px if inside else east
            desk[_Y, i] = py if inside else 0
        _find_block(index, desk, stop - start, basic[start:stop], exclusive[start:stop])


@compiled
def find_degrees(
    index: CellIndex,
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    basic: Int32s,
    exclusive: Int32s,
) -> None:
    """Find many points given in degrees, each rounded to the lattice first.

    Parameters
    ----------
    index
        Of both layers.
    lon, lat
        float64 (p,), degrees; NaN and infinity are in no grid.
    basic, exclusive
        int32 (p,): take the answers.
    """
    desk = np.empty((7, _BLOCK), np.int64)
    west, south = float(index.west), float(index.south)
    east = float(_wide(index.columns) << (index.shift_x + TILE_SHIFT))
    north = float(_wide(index.rows) << (index.shift_y + TILE_SHIFT))
    for start in range(0, len(lon), _BLOCK):
        stop = min(start + _BLOCK, len(lon))
        for i in range(stop - start):
            px = np.rint(lon[start + i] * _UNITS_PER_DEGREE) - west
            py = np.rint(lat[start + i] * _UNITS_PER_DEGREE) - south
            # False for NaN, so that nothing is turned into an integer that is none.
            inside = (px >= 0.0) & (px < east) & (py >= 0.0) & (py < north)
            desk[_X, i] = _wide(px if inside else east)
            desk[_Y, i] = _wide(py if inside else 0.0)
        _find_block(index, desk, stop - start, basic[start:stop], exclusive[start:stop])
