"""Read an index (`gis.core.cells.shape`): the grids of many points. All loops are compiled.

Points go through in blocks, in short loops that hold nothing up: what cell each lies in; what its
tile and its word say; a look at the first places of the records that are needed, so that memory
delivers many at a time; and the records, nearly all of which have two edges at most and are
decided without a branch that a processor could guess wrong. A point in a cell that no border
crosses costs one read that may have to come from afar.

Where the index is larger than any cache and the points are many, `gis.core.cells.sorting` lets them
come in the order of tiles; `count_tiles`, `put_in_order`, `find_in_order` and `take_in_turn` are
its loops.

The loops stand in one file because numba renews its cache when a function's own file changes,
and does not look at the files of the functions that it calls.
"""

# ruff: noqa: PLR0917  compiled functions take arrays one by one, and by position

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np
from numba.cpython.unsafe import numbers
from numpy.typing import NDArray

from gis.core.cells.shape import (
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

# Numbers of 64 and 32 bits, which Python's type checker may take for ints. Arrays are indexed with
# unsigned numbers where time counts: a signed one is first asked whether it counts from the end.
_wide = cast(Callable[[Any], int], np.int64)
_short = cast(Callable[[Any], int], np.int32)
_at = cast(Callable[[Any], int], np.uint64)

Floats = NDArray[np.float64]
UInt16s = NDArray[np.uint16]

BLOCK = 512
"""Points that lie on the desk at a time."""

# Its type is that of a function of the compiler; within compiled code it takes and gives a number.
_trailing_zeros = cast(Callable[[int], int], numbers.trailing_zeros)

_SIDE = 1 << TILE_SHIFT
_UNITS_PER_DEGREE = 1e7
# Adding and subtracting it rounds a number below 2 ** 51 to an integer, halves to the even one, as
# `np.rint` does, but several numbers at a time. What is larger stays far outside any raster.
_ROUNDING = 1.5 * 2.0**52
# A look this far behind a record's beginning touches the next line of memory.
_LOOK = 20

# Rows of what is left for the general loop: the point's number, its place, table and record.
_POINT, _X, _Y, _TABLE, _AT = range(5)


class _Desk(NamedTuple):
    """The points of a block, from the index's corner, and what is known of each."""

    x: Int32s
    y: Int32s
    tile: Int32s
    word: Int32s
    table: Int32s
    waiting: Int32s
    record: Int64s
    rest: Int64s


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
    records: Int16s, tables: Int32s, rest: Int64s, size: int, basic: Int32s, exclusive: Int32s
) -> None:
    """Read the records of the first points of `rest`, whatever these records look like."""
    for k in range(size):
        i, at, table = rest[_POINT, k], rest[_AT, k], rest[_TABLE, k]
        x, y = rest[_X, k], rest[_Y, k]
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
def _new_desk() -> _Desk:
    return _Desk(
        np.empty(BLOCK, np.int32),
        np.empty(BLOCK, np.int32),
        np.empty(BLOCK, np.int32),
        np.empty(BLOCK, np.int32),
        np.empty(BLOCK, np.int32),
        np.empty(BLOCK + 1, np.int32),
        np.empty(BLOCK, np.int64),
        np.empty((5, BLOCK), np.int64),
    )


@compiled
def _lay_degrees(index: CellIndex, lon: Floats, lat: Floats, x: Int32s, y: Int32s) -> None:
    """Round points to the lattice; those outside lie in the empty column at the east."""
    west, south = float(index.west), float(index.south)
    east = float(_wide(index.columns) << (index.shift_x + TILE_SHIFT))
    north = float(_wide(index.rows) << (index.shift_y + TILE_SHIFT))
    for i in range(len(lon)):
        px = ((lon[i] * _UNITS_PER_DEGREE) + _ROUNDING) - _ROUNDING - west
        py = ((lat[i] * _UNITS_PER_DEGREE) + _ROUNDING) - _ROUNDING - south
        # False for NaN, so that nothing is turned into an integer that is none.
        inside = (px >= 0.0) & (px < east) & (py >= 0.0) & (py < north)
        x[i] = _short(px if inside else east)
        y[i] = _short(py if inside else 0.0)


@compiled
def _lay_units(index: CellIndex, units_x: Int64s, units_y: Int64s, x: Int32s, y: Int32s) -> None:
    east = _wide(index.columns) << (index.shift_x + TILE_SHIFT)
    north = _wide(index.rows) << (index.shift_y + TILE_SHIFT)
    for i in range(len(units_x)):
        px, py = units_x[i] - index.west, units_y[i] - index.south
        inside = (px >= 0) & (px < east) & (py >= 0) & (py < north)
        x[i] = _short(px if inside else east)
        y[i] = _short(py if inside else 0)


@compiled
def _read_words(index: CellIndex, desk: _Desk, size: int) -> None:
    """Look up what the raster says about the points that lie on the desk.

    The loops are apart so that nothing stands between one read from afar and the next.
    """
    x, y, tile, word, table = desk.x, desk.y, desk.tile, desk.word, desk.table
    page, words = index.page, index.words
    shift_x, shift_y = _short(index.shift_x), _short(index.shift_y)
    tile_x, tile_y = _short(index.shift_x + TILE_SHIFT), _short(index.shift_y + TILE_SHIFT)
    stride, inner = _short(index.columns + 1), _short(_SIDE - 1)
    for i in range(size):
        tile[i] = _short((y[i] >> tile_y) * stride + (x[i] >> tile_x))
        row, column = (y[i] >> shift_y) & inner, (x[i] >> shift_x) & inner
        word[i] = _short((row << _short(TILE_SHIFT)) | column)
    for i in range(size):
        at = _at(tile[i]) * _at(2)
        word[i] += page[at] * _short(TILE_CELLS)
        table[i] = page[at + _at(1)]
    for i in range(size):
        word[i] = _short(words[_at(word[i])])


@compiled
def _answer(index: CellIndex, desk: _Desk, size: int, basic: Int32s, exclusive: Int32s) -> int:
    """Answer the points whose word is an answer; return how many wait for a record."""
    tables, word, table, waiting = index.tables, desk.word, desk.table, desk.waiting
    count = _at(0)
    for i in range(size):
        pair = _at(table[i] + _short(2) * max(word[i], _short(0)))
        basic[i], exclusive[i] = tables[pair], tables[pair + _at(1)]
        waiting[count] = _short(i)
        count += _at(word[i] < 0)
    return _wide(count)


@compiled
def _go_to_records(index: CellIndex, desk: _Desk, count: int) -> None:
    """Find the records of the points that wait, and have a look at each."""
    tables, records, record_start = index.tables, index.records, index.record_start
    for k in range(count):
        i = _at(desk.waiting[k])
        start, distance = _wide(record_start[_at(desk.tile[i])]), ~_wide(desk.word[i])
        if start < 0:
            distance = _wide(tables[_at(~start + 1 + distance)])
            start = _wide(tables[_at(~start)])
        desk.record[k] = (start + distance) * UNIT
    look = 0
    for k in range(count):
        at = _at(desk.record[k])
        look ^= records[at] ^ records[at + _at(_LOOK)]
    desk.rest[0, 0] = look  # or the look would be left out


@compiled
def _read_short_records(
    index: CellIndex, desk: _Desk, count: int, basic: Int32s, exclusive: Int32s
) -> int:
    """Read records of one or two edges and at most one step; return how many others are left.

    Both edges and the step are always read and reckoned, and counted if they are there. A point on
    an edge is left to the others too.
    """
    tables, records, rest = index.tables, index.records, desk.rest
    in_cell_x, in_cell_y = (1 << _wide(index.shift_x)) - 1, (1 << _wide(index.shift_y)) - 1
    left_over = 0
    for k in range(count):
        i, at = _at(desk.waiting[k]), _at(desk.record[k])
        x, y, table = _wide(desk.x[i]) & in_cell_x, _wide(desk.y[i]) & in_cell_y, desk.table[i]
        head, odd = _wide(records[at]), _wide(records[at + _at(1)])
        steps, edges = _wide(records[at + _at(2)]), _wide(records[at + _at(3)])
        candidates, basics = head & 31, (head >> 5) & 31
        names = at + _at(4)
        e = names + _at(candidates)
        odd ^= _wide(records[e + _at(1)]) if (steps == 1) & (y >= _wide(records[e])) else 0
        e += _at(2 * (steps & 1))
        ax, ay = _wide(records[e]), _wide(records[e + _at(1)])
        bx, by = _wide(records[e + _at(2)]), _wide(records[e + _at(3)])
        bits = _wide(records[e + _at(4)])
        one = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
        odd ^= bits if (y >= ay) & (y < by) & (one < 0) else 0
        e += _at(5)
        ax, ay = _wide(records[e]), _wide(records[e + _at(1)])
        bx, by = _wide(records[e + _at(2)]), _wide(records[e + _at(3)])
        bits = _wide(records[e + _at(4)])
        two = (bx - ax) * (y - ay) - (x - ax) * (by - ay)
        odd ^= bits if (edges == 2) & (y >= ay) & (y < by) & (two < 0) else 0
        is_short = ((head >> 10) == 0) & ((steps | 1) == 1) & ((edges == 1) | (edges == 2))
        if is_short & (one != 0) & ((two != 0) | (edges == 1)):
            odd &= (1 << candidates) - 1
            of_basic = odd & ((1 << basics) - 1)
            found, found_exclusive = _short(NONE), _short(NONE)
            if of_basic:
                name = records[names + _at(_trailing_zeros(of_basic))]
                found = tables[_at(table + name)]
            if odd != of_basic:
                name = records[names + _at(_trailing_zeros(odd ^ of_basic))]
                found_exclusive = tables[_at(table + name)]
            basic[i], exclusive[i] = found, found_exclusive
        else:
            rest[_POINT, left_over], rest[_X, left_over], rest[_Y, left_over] = _wide(i), x, y
            rest[_TABLE, left_over], rest[_AT, left_over] = _wide(table), _wide(at)
            left_over += 1
    return left_over


@compiled
def _find_block(index: CellIndex, desk: _Desk, size: int, basic: Int32s, exclusive: Int32s) -> None:
    """Find the points that lie on the desk, given as offsets from the index's corner."""
    _read_words(index, desk, size)
    waiting = _answer(index, desk, size, basic, exclusive)
    _go_to_records(index, desk, waiting)
    left = _read_short_records(index, desk, waiting, basic, exclusive)
    _read_records(index.records, index.tables, desk.rest, left, basic, exclusive)


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
    desk = _new_desk()
    for start in range(0, len(x), BLOCK):
        stop = min(start + BLOCK, len(x))
        _lay_units(index, x[start:stop], y[start:stop], desk.x, desk.y)
        _find_block(index, desk, stop - start, basic[start:stop], exclusive[start:stop])


@compiled
def find_degrees(
    index: CellIndex, lon: Floats, lat: Floats, basic: Int32s, exclusive: Int32s
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
    desk = _new_desk()
    for start in range(0, len(lon), BLOCK):
        stop = min(start + BLOCK, len(lon))
        _lay_degrees(index, lon[start:stop], lat[start:stop], desk.x, desk.y)
        _find_block(index, desk, stop - start, basic[start:stop], exclusive[start:stop])


@compiled
def count_tiles(
    index: CellIndex, lon: Floats, lat: Floats, shift: int, heap: UInt16s, counts: Int64s
) -> None:
    """Tell which heap each point belongs to: the points of ``2 ** shift`` consecutive tiles.

    Parameters
    ----------
    index
        Of both layers.
    lon, lat
        float64 (p,), degrees.
    shift
        How many tiles make a heap; there are at most 65,536 heaps.
    heap
        uint16 (p,): takes the heaps.
    counts
        int64 (heaps,): is raised by the points of each heap.
    """
    x, y = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    tile_x, tile_y = _short(index.shift_x + TILE_SHIFT), _short(index.shift_y + TILE_SHIFT)
    stride, by = _short(index.columns + 1), _short(shift)
    for start in range(0, len(lon), BLOCK):
        stop = min(start + BLOCK, len(lon))
        _lay_degrees(index, lon[start:stop], lat[start:stop], x, y)
        here = heap[start:stop]
        for i in range(stop - start):
            here[i] = np.uint16(((y[i] >> tile_y) * stride + (x[i] >> tile_x)) >> by)
        for i in range(stop - start):
            counts[_at(here[i])] += 1


@compiled
def put_in_order(
    index: CellIndex, lon: Floats, lat: Floats, heap: UInt16s, place: Int64s, points: Int64s
) -> None:
    """Put points on their heaps, as places from the index's corner, east and north.

    Parameters
    ----------
    index
        Of both layers.
    lon, lat
        float64 (p,), degrees.
    heap
        uint16 (p,): from `count_tiles`.
    place
        int64 (heaps,): the next free place of each heap; is moved on.
    points
        int64: takes the points, two numbers of 32 bits in one.
    """
    x, y = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    for start in range(0, len(lon), BLOCK):
        stop = min(start + BLOCK, len(lon))
        _lay_degrees(index, lon[start:stop], lat[start:stop], x, y)
        here = heap[start:stop]
        for i in range(stop - start):
            at = _at(here[i])
            points[_at(place[at])] = (_wide(x[i]) << 32) | _wide(y[i])
            place[at] += 1


@compiled
def find_in_order(index: CellIndex, points: Int64s) -> None:
    """Find points that lie in heaps; the answers take their place.

    Parameters
    ----------
    index
        Of both layers.
    points
        int64 (p,): from `put_in_order`; becomes the exclusive and the basic answer in one.
    """
    desk = _new_desk()
    basic, exclusive = np.empty(BLOCK, np.int32), np.empty(BLOCK, np.int32)
    for start in range(0, len(points), BLOCK):
        here = points[start : start + BLOCK]
        for i in range(len(here)):
            desk.x[i], desk.y[i] = _short(here[i] >> 32), _short(here[i])
        _find_block(index, desk, len(here), basic, exclusive)
        for i in range(len(here)):
            here[i] = (_wide(exclusive[i]) << 32) | (_wide(basic[i]) & 0xFFFFFFFF)


@compiled
def take_in_turn(
    heap: UInt16s, place: Int64s, points: Int64s, basic: Int32s, exclusive: Int32s
) -> None:
    """Take the answers from the heaps in the order in which the points came.

    Parameters
    ----------
    heap
        uint16 (p,): from `count_tiles`.
    place
        int64 (heaps,): where each heap begins; is moved on.
    points
        int64: from `find_in_order`.
    basic, exclusive
        int32 (p,): take the answers.
    """
    for i in range(len(heap)):
        at = _at(heap[i])
        both = points[_at(place[at])]
        place[at] += 1
        basic[i], exclusive[i] = _short(both), _short(both >> 32)
