"""Fill the tiles of an index (`gis.core.cells.shape`). All loops here are compiled.

They stand in one file because numba renews its cache when a function's own file changes, and
does not look at the files of the functions that it calls.
"""

# ruff: noqa: PLR0917  compiled functions take arrays one by one, and by position

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, cast

import numpy as np

from gis.core.cells.shape import (
    MOST_CANDIDATES,
    NONE,
    TILE_CELLS,
    TILE_SHIFT,
    UNIT,
    Int16s,
    Int32s,
    Int64s,
)
from gis.core.compiled import compiled, inlined

# A number of 64 bits, which Python's type checker may take for an int.
_wide = cast(Callable[[Any], int], np.int64)

_SIDE = 1 << TILE_SHIFT
_FULL = (1 << _SIDE) - 1
_LEAST16, _MOST16 = -(1 << 15), (1 << 15) - 1
# Beyond this, looking for an edge that another grid shares costs more than listing it twice.
_MOST_SOUGHT = 256


class Drawing(NamedTuple):
    """What is drawn: grids in the order of their ranks, and the raster.

    `answer` is each grid's index in its layer; the others are as in `gis.core.cells.shape`.
    """

    vertices: Int32s
    ring_start: Int32s
    grid_ring: Int32s
    boxes: Int32s
    answer: Int32s
    basics: int
    shift_x: int
    shift_y: int
    columns: int
    rows: int


class Tiles(NamedTuple):
    """Consecutive tiles; the starts count from the beginning of these arrays."""

    page: Int32s
    record_start: Int32s
    words: Int16s
    tables: Int32s
    records: Int16s


@inlined
def _upward(vertices: Int32s, j: int) -> tuple[int, int, int, int]:
    """Return the edge from vertex j to the next, lower (then western) end first."""
    ax, ay = _wide(vertices[j, 0]), _wide(vertices[j, 1])
    bx, by = _wide(vertices[j + 1, 0]), _wide(vertices[j + 1, 1])
    if ay > by or (ay == by and ax > bx):
        return bx, by, ax, ay
    return ax, ay, bx, by


@compiled
def _columns_touched(
    ax: int, ay: int, bx: int, by: int, row: int, shift_x: int, shift_y: int
) -> tuple[int, int]:
    """Return the first and last column that an upward edge may touch in a row of cells."""
    west, east = min(ax, bx), max(ax, bx)
    if ay < by:
        enter = max(ay, row << shift_y) - ay
        leave = min(by, (row + 1) << shift_y) - ay
        # Floors are enough: a place between two lattice points is in the column of the left one.
        at_enter = ax + (bx - ax) * enter // (by - ay)
        at_leave = ax + (bx - ax) * leave // (by - ay)
        west = max(west, min(at_enter, at_leave))
        east = min(east, max(at_enter, at_leave))
    return west >> shift_x, east >> shift_x


@compiled
def _first_column_east(ax: int, ay: int, bx: int, by: int, y: int, shift_x: int) -> int:
    """Return the first column whose west side lies east of where an upward edge crosses y."""
    crossing = ax + (bx - ax) * (y - ay) // (by - ay)
    return (crossing >> shift_x) + 1


@compiled
def _note_edge(
    drawing: Drawing, edge: tuple[int, int, int, int], first: int, last: int, state: Int64s
) -> None:
    """Note in `state` which tiles an edge touches (1), and from which one on it is west (2)."""
    ax, ay, bx, by = edge
    tile_x, tile_y = drawing.shift_x + TILE_SHIFT, drawing.shift_y + TILE_SHIFT
    for row in range(ay >> tile_y, (by >> tile_y) + 1):
        start = row * (drawing.columns + 1)
        low, high = _columns_touched(ax, ay, bx, by, row, tile_x, tile_y)
        for column in range(low, high + 1):
            state[start + column] |= 1
        y = row << tile_y
        if ay <= y < by:
            column = max(_first_column_east(ax, ay, bx, by, y, tile_x), first)
            if column <= last:
                state[start + column] ^= 2


@compiled
def list_tiles(
    drawing: Drawing, grids: Int32s, state: Int64s, place: Int64s, out: Int64s, counting: bool
) -> None:
    """List for each tile the grids that touch it.

    Parameters
    ----------
    drawing
        What is drawn.
    grids
        int32: ranks of the grids to list, ascending.
    state
        int64 (tiles): zeros, and zeros again afterwards.
    place
        int64 (tiles): the next free place of each tile; while counting, how many it needs.
    out
        int64: takes ``rank << 1 | covers``, where ``covers`` is the parity of the tile's corner.
    counting
        Only count.
    """
    tile_x, tile_y = drawing.shift_x + TILE_SHIFT, drawing.shift_y + TILE_SHIFT
    for rank in grids:
        box = drawing.boxes[rank]
        first, last = box[0] >> tile_x, box[2] >> tile_x
        for ring in range(drawing.grid_ring[rank, 0], drawing.grid_ring[rank, 1]):
            for j in range(drawing.ring_start[ring], drawing.ring_start[ring + 1] - 1):
                _note_edge(drawing, _upward(drawing.vertices, j), first, last, state)
        for row in range(box[1] >> tile_y, (box[3] >> tile_y) + 1):
            covers = 0
            for column in range(first, last + 1):
                tile = row * (drawing.columns + 1) + column
                covers ^= state[tile] >> 1
                if state[tile] & 1 or covers:
                    if not counting:
                        out[place[tile]] = rank << 1 | covers
                    place[tile] += 1
                state[tile] = 0


class _Sheet(NamedTuple):
    """One tile at work: its corner, its grids, and one row of 32 bits for each row of cells.

    Bits of `covers` say that the parity of the cell's corner is odd for the grid; bits of
    `touched` that a border of the grid touches the cell.
    """

    x: int
    y: int
    grids: Int64s
    covers: Int64s
    touched: Int64s


@compiled
def _note_corners(drawing: Drawing, sheet: _Sheet, k: int, edge: tuple[int, int, int, int]) -> None:
    """Turn over the corners of cells east of an edge, and those that see an edge elsewhere end."""
    ax, ay, bx, by = edge
    size_y = 1 << drawing.shift_y
    north = sheet.y + (_SIDE << drawing.shift_y)
    for x, y in ((ax, ay), (bx, by)):
        if x < sheet.x and sheet.y < y < north:
            for row in range((y - sheet.y + size_y - 1) >> drawing.shift_y, _SIDE):
                sheet.covers[k, row] ^= _FULL
    low = max(0, (ay - sheet.y + size_y - 1) >> drawing.shift_y)
    for row in range(low, _SIDE):
        y = sheet.y + (row << drawing.shift_y)
        if y >= by:
            break
        column = _first_column_east(ax, ay, bx, by, y, drawing.shift_x)
        column = max(0, column - (sheet.x >> drawing.shift_x))
        if column < _SIDE:
            sheet.covers[k, row] ^= (_FULL << column) & _FULL
        if row == 0 and column == 0:
            # West of the tile's corner: the corner's parity, which all rows start from, has it.
            sheet.covers[k, :] ^= _FULL


@compiled
def _note_touched(
    drawing: Drawing,
    sheet: _Sheet,
    found: tuple[int, int],
    edge: tuple[int, int, int, int],
    sightings: Int32s,
    used: int,
) -> int:
    """Add the cells that an edge touches to the sightings; return how many there are then."""
    k, j = found
    ax, ay, bx, by = edge
    column0, row0 = sheet.x >> drawing.shift_x, sheet.y >> drawing.shift_y
    low, high = (ay >> drawing.shift_y) - row0, (by >> drawing.shift_y) - row0
    for row in range(max(low, 0), min(high, _SIDE - 1) + 1):
        first, last = _columns_touched(ax, ay, bx, by, row0 + row, drawing.shift_x, drawing.shift_y)
        for column in range(max(first - column0, 0), min(last - column0, _SIDE - 1) + 1):
            sightings[used, 0] = row * _SIDE + column
            sightings[used, 1] = j
            sightings[used, 2] = k
            used += 1
            sheet.touched[k, row] |= 1 << column
    return used


@compiled
def _see_tile(drawing: Drawing, sheet: _Sheet, sightings: Int32s) -> tuple[int, Int32s]:
    """Draw all grids of a tile; return the sightings: cell, edge and grid, by grid."""
    used = 0
    east = sheet.x + (_SIDE << drawing.shift_x) - 1
    north = sheet.y + (_SIDE << drawing.shift_y) - 1
    for k in range(len(sheet.grids)):
        rank = sheet.grids[k] >> 1
        sheet.covers[k, :] = _FULL if sheet.grids[k] & 1 else 0
        sheet.touched[k, :] = 0
        for ring in range(drawing.grid_ring[rank, 0], drawing.grid_ring[rank, 1]):
            for j in range(drawing.ring_start[ring], drawing.ring_start[ring + 1] - 1):
                edge = _upward(drawing.vertices, j)
                ax, ay, bx, by = edge
                if ay > north or by < sheet.y or min(ax, bx) > east or max(ax, bx) < sheet.x:
                    continue
                _note_corners(drawing, sheet, k, edge)
                if used + TILE_CELLS > len(sightings):
                    more = np.empty((2 * len(sightings), 3), np.int32)
                    more[:used] = sightings[:used]
                    sightings = more
                used = _note_touched(drawing, sheet, (k, j), edge, sightings, used)
    return used, sightings


@compiled
def _by_cell(sightings: Int32s, used: int) -> tuple[Int64s, Int64s]:
    """Return where each cell begins, and the sightings in the order of cells, then grids."""
    start = np.zeros(TILE_CELLS + 1, np.int64)
    for i in range(used):
        start[sightings[i, 0] + 1] += 1
    for cell in range(TILE_CELLS):
        start[cell + 1] += start[cell]
    place = start[:-1].copy()
    order = np.empty(used, np.int64)
    for i in range(used):
        cell = sightings[i, 0]
        order[place[cell]] = i
        place[cell] += 1
    return start, order


@compiled
def _first_whole(sheet: _Sheet, low: int, high: int, row: int, bit: int) -> int:
    """Return the first of the grids low..high that covers a whole cell; `high` if none does."""
    for k in range(low, high):
        if sheet.covers[k, row] & bit and not sheet.touched[k, row] & bit:
            return k
    return high


@compiled
def _choose(
    sheet: _Sheet, basics: int, cell: int, seen: Int32s, candidates: Int64s
) -> tuple[int, int]:
    """List the grids that may be the answer in a cell; return how many, and how many basic.

    A grid after one of its layer that covers the whole cell cannot be the answer.
    """
    row, bit = cell // _SIDE, 1 << (cell % _SIDE)
    count, count_basic, at = 0, 0, 0
    for low, high in ((0, basics), (basics, len(sheet.grids))):
        whole = _first_whole(sheet, low, high, row, bit)
        while at < len(seen) and seen[at] < high:
            k = seen[at]
            at += 1
            if k < whole and (count == 0 or candidates[count - 1] != k):
                candidates[count] = k
                count += 1
        if whole < high:
            candidates[count] = whole
            count += 1
        if high == basics:
            count_basic = count
    return count, count_basic


class _Listed(NamedTuple):
    """Edges (lower and upper end from the cell's corner, bits) and steps (latitude, bits)."""

    edges: Int64s
    steps: Int64s


@compiled
def _list_edges(
    drawing: Drawing, corner: tuple[int, int], chosen: Int64s, seen: Int32s, listed: _Listed
) -> int:
    """List the edges of the chosen grids, a shared one once; return how many."""
    edges, count, bit = listed.edges, 0, 0
    for i in range(len(seen)):
        while bit < len(chosen) and chosen[bit] < seen[i, 2]:
            bit += 1
        if bit == len(chosen):
            break
        if chosen[bit] != seen[i, 2]:
            continue
        ax, ay, bx, by = _upward(drawing.vertices, seen[i, 1])
        ax, ay, bx, by = ax - corner[0], ay - corner[1], bx - corner[0], by - corner[1]
        at = 0 if count < _MOST_SOUGHT else count
        while at < count and not (
            edges[at, 0] == ax
            and edges[at, 1] == ay
            and edges[at, 2] == bx
            and edges[at, 3] == by
            and not edges[at, 4] & (1 << bit)
        ):
            at += 1
        if at == count:
            edges[at, 0], edges[at, 1], edges[at, 2], edges[at, 3] = ax, ay, bx, by
            edges[at, 4] = 0
            count += 1
        edges[at, 4] |= 1 << bit
    return count


@compiled
def _list_steps(listed: _Listed, count: int, height: int) -> int:
    """List where the parity of the edges that are not listed changes; return how many.

    Such an edge ends, at a latitude of the cell and west of it, where a listed one begins.
    """
    steps, used = listed.steps, 0
    for i in range(count):
        for end in (0, 2):
            x, y = listed.edges[i, end], listed.edges[i, end + 1]
            if x >= 0 or y <= 0 or y >= height:
                continue
            at = 0 if used < _MOST_SOUGHT else used
            while at < used and steps[at, 0] != y:
                at += 1
            if at == used:
                steps[at, 0], steps[at, 1] = y, 0
                used += 1
            steps[at, 1] ^= listed.edges[i, 4]
    kept = 0
    for i in range(used):
        if steps[i, 1]:
            steps[kept, 0], steps[kept, 1] = steps[i, 0], steps[i, 1]
            kept += 1
    return kept


@compiled
def _base(sheet: _Sheet, chosen: Int64s, cell: int, listed: _Listed, count: int) -> int:
    """Return the bits of the cell's corner without the listed edges."""
    row, column = cell // _SIDE, cell % _SIDE
    base = 0
    for bit in range(len(chosen)):
        base |= ((sheet.covers[chosen[bit], row] >> column) & 1) << bit
    for i in range(count):
        ax, ay = listed.edges[i, 0], listed.edges[i, 1]
        bx, by = listed.edges[i, 2], listed.edges[i, 3]
        if ay <= 0 < by and (bx - ax) * -ay + ax * (by - ay) < 0:
            base ^= listed.edges[i, 4]
    return base


@inlined
def _put(records: Int16s, at: int, value: int, wide: int) -> int:
    """Write a number; return the next free place."""
    records[at] = np.int16(value)
    if wide:
        records[at + 1] = np.int16(value >> 16)
    return at + 1 + wide


@compiled
def _is_wide(listed: _Listed, counts: tuple[int, int], most: int, height: int) -> bool:
    """Tell whether some number needs more than one place."""
    if max(most, counts[0], counts[1], height - 1) > _MOST16:
        return True
    for i in range(counts[0]):
        for c in range(4):
            if not _LEAST16 <= listed.edges[i, c] <= _MOST16:
                return True
    return False


@compiled
def _write_record(
    records: Int16s, at: int, head: int, base: int, chosen: Int64s, listed: _Listed,
    counts: tuple[int, int], wide: int,
) -> int:  # fmt: skip
    """Write a record; return the next free place."""
    records[at] = np.int16(head)
    records[at + 1] = np.int16(base)
    at = _put(records, at + 2, counts[1], wide)
    at = _put(records, at, counts[0], wide)
    for k in chosen:
        at = _put(records, at, k, wide)
    for i in range(counts[1]):
        at = _put(records, at, listed.steps[i, 0], wide)
        records[at] = np.int16(listed.steps[i, 1])
        at += 1
    for i in range(counts[0]):
        for c in range(4):
            at = _put(records, at, listed.edges[i, c], wide)
        records[at] = np.int16(listed.edges[i, 4])
        at += 1
    return at


@compiled
def _draw_cell(
    drawing: Drawing, sheet: _Sheet, cell: int, seen: Int32s, candidates: Int64s,
    counted: tuple[int, int], pairs: int, listed: _Listed, records: Int16s, at: int,
) -> int:  # fmt: skip
    """Write the records of a cell; return the next free place."""
    row, column = cell // _SIDE, cell % _SIDE
    x, y = sheet.x + (column << drawing.shift_x), sheet.y + (row << drawing.shift_y)
    height = 1 << drawing.shift_y
    count, basics = counted
    for first in range(0, count, MOST_CANDIDATES):
        last = min(first + MOST_CANDIDATES, count)
        chosen = candidates[first:last]
        edges = _list_edges(drawing, (x, y), chosen, seen, listed)
        base = _base(sheet, chosen, cell, listed, edges)
        counts = (edges, _list_steps(listed, edges, height))
        places = chosen + 2 * pairs
        wide = 1 if _is_wide(listed, counts, places.max(), height) else 0
        head = last - first | max(0, min(basics, last) - first) << 5 | wide << 10
        head |= (1 if last < count else 0) << 11
        at = _write_record(records, at, head, base, places, listed, counts, wide)
    while at % UNIT:
        records[at] = 0
        at += 1
    return at


@compiled
def _pair_of(sheet: _Sheet, basics: int, cell: int) -> tuple[int, int]:
    """Return the grids of a cell that no border crosses, `NONE` for none."""
    row, bit = cell // _SIDE, 1 << (cell % _SIDE)
    basic = _first_whole(sheet, 0, basics, row, bit)
    exclusive = _first_whole(sheet, basics, len(sheet.grids), row, bit)
    return (
        basic if basic < basics else NONE,
        exclusive if exclusive < len(sheet.grids) else NONE,
    )


@compiled
def _draw_pairs(sheet: _Sheet, basics: int, start: Int64s, words: Int16s, pairs: Int64s) -> int:
    """Fill the words of the cells that no border crosses; return how many pairs there are."""
    count, latest = 0, 0
    for cell in range(TILE_CELLS):
        if start[cell + 1] > start[cell]:
            continue
        basic, exclusive = _pair_of(sheet, basics, cell)
        if count == 0 or pairs[latest, 0] != basic or pairs[latest, 1] != exclusive:
            latest = 0
            while latest < count and not (
                pairs[latest, 0] == basic and pairs[latest, 1] == exclusive
            ):
                latest += 1
            if latest == count:
                pairs[count, 0], pairs[count, 1] = basic, exclusive
                count += 1
        words[cell] = np.int16(latest)
    return count


@compiled
def _write_table(
    drawing: Drawing, sheet: _Sheet, basics: int, pairs: Int64s, tables: Int32s, at: int
) -> int:
    """Write the table of a tile; return the next free place."""
    tables[at], tables[at + 1] = len(pairs), basics
    tables[at + 2] = len(sheet.grids) - basics
    at += 3
    for i in range(len(pairs)):
        for side in (0, 1):
            k = pairs[i, side]
            tables[at] = NONE if k == NONE else drawing.answer[sheet.grids[k] >> 1]
            at += 1
    for k in range(len(sheet.grids)):
        tables[at] = drawing.answer[sheet.grids[k] >> 1]
        at += 1
    return at


@compiled
def _with_room32(array: Int32s, used: int, more: int) -> Int32s:
    if used + more <= len(array):
        return array
    larger = np.empty(2 * len(array) + more, np.int32)
    larger[:used] = array[:used]
    return larger


@compiled
def _with_room16(array: Int16s, used: int, more: int) -> Int16s:
    if used + more <= len(array):
        return array
    larger = np.empty(2 * len(array) + more, np.int16)
    larger[:used] = array[:used]
    return larger


@compiled
def _sheet_of(drawing: Drawing, tile: int, grids: Int64s) -> _Sheet:
    column, row = tile % (drawing.columns + 1), tile // (drawing.columns + 1)
    return _Sheet(
        _wide(column) << (drawing.shift_x + TILE_SHIFT),
        _wide(row) << (drawing.shift_y + TILE_SHIFT),
        grids,
        np.empty((len(grids), _SIDE), np.int64),
        np.empty((len(grids), _SIDE), np.int64),
    )


@compiled
def _basics_of(drawing: Drawing, grids: Int64s) -> int:
    count = 0
    while count < len(grids) and grids[count] >> 1 < drawing.basics:
        count += 1
    return count


@compiled
def _draw_records(
    drawing: Drawing, sheet: _Sheet, basics: int, pairs: int, seen: Int32s, start: Int64s,
    begin: Int64s, records: Int16s, used: int,
) -> int:  # fmt: skip
    """Write the records of a tile, and where each begins; return the next free place."""
    most = 0
    for cell in range(TILE_CELLS):
        most = max(most, start[cell + 1] - start[cell])
    listed = _Listed(np.empty((most, 5), np.int64), np.empty((2 * most, 2), np.int64))
    candidates = np.empty(most + 2, np.int64)
    for cell in range(TILE_CELLS):
        begin[cell] = used
        if start[cell + 1] > start[cell]:
            here = seen[start[cell] : start[cell + 1]]
            counted = _choose(sheet, basics, cell, here[:, 2], candidates)
            used = _draw_cell(
                drawing, sheet, cell, here, candidates, counted, pairs, listed, records, used
            )
    return used


@compiled
def _link_records(
    start: Int64s, begin: Int64s, used: int, words: Int16s, tables: Int32s, at: int
) -> int:
    """Let the words lead to the records; return the next free place of the table.

    Where 15 bits do not reach, the records are numbered and the table says where they begin.
    """
    first = begin[0]
    far = (used - first) // UNIT > _MOST16
    if far:
        tables[at] = first // UNIT
        at += 1
    number = 0
    for cell in range(TILE_CELLS):
        if start[cell + 1] > start[cell]:
            distance = (begin[cell] - first) // UNIT
            words[cell] = np.int16(~(number if far else distance))
            if far:
                tables[at + number] = distance
            number += 1
    return at + number if far else at


@compiled
def draw_tiles(drawing: Drawing, tiles: Int64s, entry_start: Int64s, entries: Int64s) -> Tiles:
    """Draw tiles.

    Parameters
    ----------
    drawing
        What is drawn.
    tiles
        int64 (t,): which tiles.
    entry_start
        int64 (t + 1,): their parts of `entries`.
    entries
        int64: from `list_tiles`.

    Returns
    -------
    Tiles
        Of these t tiles. Block 0 is the common one of tiles with one answer.
    """
    page = np.zeros(2 * len(tiles), np.int32)
    record_start = np.zeros(len(tiles), np.int32)
    words = np.zeros(TILE_CELLS * 64, np.int16)
    tables = np.empty(1 << 12, np.int32)
    records = np.zeros(1 << 16, np.int16)
    sightings = np.empty((1 << 14, 3), np.int32)
    blocks, table, used = 1, 0, 0
    pairs = np.empty((TILE_CELLS, 2), np.int64)
    begin = np.empty(TILE_CELLS, np.int64)
    for t in range(len(tiles)):
        sheet = _sheet_of(drawing, tiles[t], entries[entry_start[t] : entry_start[t + 1]])
        basics = _basics_of(drawing, sheet.grids)
        seen, sightings = _see_tile(drawing, sheet, sightings)
        start, order = _by_cell(sightings, seen)
        words = _with_room16(words, TILE_CELLS * blocks, TILE_CELLS)
        block = words[TILE_CELLS * blocks : TILE_CELLS * (blocks + 1)]
        count = _draw_pairs(sheet, basics, start, block, pairs)
        tables = _with_room32(tables, table, 4 + 3 * TILE_CELLS + len(sheet.grids))
        page[2 * t + 1] = table + 3
        table = _write_table(drawing, sheet, basics, pairs[:count], tables, table)
        record_start[t] = used // UNIT
        if seen == 0 and count == 1:
            continue  # block 0 answers
        records = _with_room16(records, used, 24 * seen + 32 * TILE_CELLS)
        end = _draw_records(
            drawing, sheet, basics, count, sightings[order], start, begin, records, used
        )
        linked = _link_records(start, begin, end, block, tables, table)
        if linked > table:
            record_start[t] = ~table
        page[2 * t] = blocks
        blocks, table, used = blocks + 1, linked, end
    return Tiles(
        page,
        record_start,
        words[: TILE_CELLS * blocks],
        tables[:table],
        records[:used],
    )
