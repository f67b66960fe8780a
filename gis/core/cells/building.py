"""Build the index of a locator (`gis.core.cells.shape`) from polygons."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np

from gis.core.cells.drawing import Drawing, Tiles, draw_tiles, list_tiles
from gis.core.cells.shape import (
    LOOK_AHEAD,
    NO_GRID_TABLE,
    NONE,
    TILE_CELLS,
    TILE_SHIFT,
    UNIT,
    CellIndex,
    Int16s,
    Int32s,
    Int64s,
    Outlines,
    read_only,
)
from gis.core.errors import Invalid
from gis.core.rings import Rings

# Measured: with fewer cells more points need a record, with more the index outgrows memory
# (of a province) or the processor's cache (of a county). They count on the boxes of grids, which
# cover the ground nearly twice.
_CELLS_PER_GRID = 200
_CELLS_PER_VERTEX = 3.5
_FEW_CELLS = 1 << 22
_CELLS_PER_GRID_OF_FEW = 600
_LARGEST_EXTENT = (1 << 31) - 1
_TILES_AT_ONCE = 256


class Raster(NamedTuple):
    """Where the cells lie; the fields are those of `gis.core.cells.shape.CellIndex`."""

    west: int
    south: int
    shift_x: int
    shift_y: int
    columns: int
    rows: int

    @property
    def tiles(self) -> int:
        """How many tiles there are, with the empty column."""
        return self.rows * (self.columns + 1)


def raster_for(boxes: Int64s, vertices: int) -> Raster:
    """Choose the cells.

    Parameters
    ----------
    boxes
        int64 (n, 4): west, south, east, north of every grid, lattice units.
    vertices
        How many vertices they have together.

    Returns
    -------
    Raster
        Its corner is a corner of a tile in a division of the whole world, so that it stays where
        it is when the outline changes a little.

    Raises
    ------
    Invalid
        If the grids lie more than 200 degrees apart.
    """
    grids = len(boxes)
    if grids == 0:
        return Raster(0, 0, 0, 0, 0, 1)
    low, high = boxes[:, :2].min(axis=0), boxes[:, 2:].max(axis=0)
    sizes = (boxes[:, 2:] - boxes[:, :2] + 1).astype(np.float64)
    area = min(float(sizes.prod(axis=1).sum()), float((high - low + 1.0).prod()))
    cells = max(grids * _CELLS_PER_GRID, vertices * _CELLS_PER_VERTEX)
    cells = max(cells, min(grids * _CELLS_PER_GRID_OF_FEW, _FEW_CELLS))
    # Halving the cells in one direction at a time.
    halvings = int(np.log2(max(area / cells, 1.0)))
    shift_x, shift_y = halvings - halvings // 2, halvings // 2
    tile_x, tile_y = 1 << (shift_x + TILE_SHIFT), 1 << (shift_y + TILE_SHIFT)
    west, south = int(low[0]) // tile_x * tile_x, int(low[1]) // tile_y * tile_y
    columns, rows = (int(high[0]) - west) // tile_x + 1, (int(high[1]) - south) // tile_y + 1
    if max((columns + 1) * tile_x, rows * tile_y) > _LARGEST_EXTENT:
        raise Invalid("A layer may not be wider than 200 degrees.", zh="图层宽度不得超过 200 度。")
    return Raster(west, south, shift_x, shift_y, columns, rows)


def boxes_of(rings: Rings, grids: int) -> Int64s:
    """Return the box of each grid.

    Parameters
    ----------
    rings
        Of all grids.
    grids
        How many they are.

    Returns
    -------
    ndarray of int64
        West, south, east, north (n, 4), lattice units.
    """
    boxes = np.zeros((grids, 4), dtype=np.int64)
    if grids:
        start = rings.start[np.searchsorted(rings.polygon, np.arange(grids))]
        boxes[:, :2] = np.minimum.reduceat(rings.xy, start)
        boxes[:, 2:] = np.maximum.reduceat(rings.xy, start)
    return boxes


def outlines_of(rings: Rings, boxes: Int64s, raster: Raster, order: Int32s) -> Outlines:
    """Keep the borders of grids as offsets from a raster's corner.

    Parameters
    ----------
    rings, boxes
        Of all grids by number.
    raster
        Of the index.
    order
        int32 (n,): the numbers of the grids by rank.

    Returns
    -------
    Outlines
    """
    corner = np.array([raster.west, raster.south])
    first = np.searchsorted(rings.polygon, np.arange(len(order) + 1)).astype(np.int32)
    return Outlines(
        (rings.xy - corner).astype(np.int32),
        rings.start.astype(np.int32),
        rings.is_shell,
        np.column_stack([first[:-1], first[1:]]),
        (boxes - np.tile(corner, 2)).astype(np.int32),
        order,
    )


def build_index(
    rings: Rings, order: Int32s, basics: int, threads: int
) -> tuple[CellIndex, Outlines]:
    """Index grids.

    Parameters
    ----------
    rings
        Of all grids by number.
    order
        int32 (n,): the numbers by rank.
    basics
        How many of the grids are basic ones.
    threads
        How many threads may work on it.

    Returns
    -------
    tuple of CellIndex and Outlines

    Raises
    ------
    Invalid
        If the grids lie more than 200 degrees apart.
    """
    boxes = boxes_of(rings, len(order))
    raster = raster_for(boxes, len(rings.xy))
    outlines = outlines_of(rings, boxes, raster, order)
    outlines = Outlines(*(read_only(array) for array in outlines))
    return draw_index(raster, outlines, basics, threads), outlines


def draw_index(raster: Raster, outlines: Outlines, basics: int, threads: int) -> CellIndex:
    """Draw all tiles.

    Parameters
    ----------
    raster
        Where the cells lie.
    outlines
        What is drawn.
    basics
        How many of the grids are basic ones.
    threads
        How many threads may work on it.

    Returns
    -------
    CellIndex
    """
    drawing = drawing_of(raster, outlines, basics, outlines.order)
    start, entries = entries_of(drawing, raster.tiles)
    wanted = np.flatnonzero(np.diff(start))
    drawn = draw_many(drawing, wanted, start, entries, threads)
    return assembled(raster, wanted, drawn)


def drawing_of(raster: Raster, outlines: Outlines, basics: int, numbers: Int32s) -> Drawing:
    """Return what the drawing needs, in the one form that is compiled.

    Parameters
    ----------
    raster
        Where the cells lie.
    outlines
        The borders.
    basics
        How many of all grids are basic ones.
    numbers
        int32: the grids to draw, in the order of their ranks.

    Returns
    -------
    Drawing
    """
    is_basic = numbers < basics
    return Drawing(
        read_only(outlines.vertices),
        read_only(outlines.ring_start),
        read_only(outlines.grid_ring[numbers]),
        read_only(outlines.boxes[numbers]),
        read_only(np.where(is_basic, numbers, numbers - basics).astype(np.int32)),
        int(is_basic.sum()),
        raster.shift_x,
        raster.shift_y,
        raster.columns,
        raster.rows,
    )


def entries_of(drawing: Drawing, tiles: int) -> tuple[Int64s, Int64s]:
    """List the grids of each tile.

    Parameters
    ----------
    drawing
        What is drawn.
    tiles
        How many tiles there are.

    Returns
    -------
    tuple of ndarray of int64
        Where the entries of each tile begin (tiles + 1), and the entries (see `list_tiles`).
    """
    grids = np.arange(len(drawing.answer), dtype=np.int32)
    state = np.zeros(tiles, dtype=np.int64)
    start = np.zeros(tiles + 1, dtype=np.int64)
    nothing = np.zeros(0, dtype=np.int64)
    list_tiles(drawing, grids, state, start[1:], nothing, True)
    np.cumsum(start, out=start)
    entries = np.empty(start[-1], dtype=np.int64)
    list_tiles(drawing, grids, state, start[:-1].copy(), entries, False)
    return start, entries


def draw_many(
    drawing: Drawing, tiles: Int64s, start: Int64s, entries: Int64s, threads: int
) -> list[Tiles]:
    """Draw tiles, some at a time.

    Parameters
    ----------
    drawing
        What is drawn.
    tiles
        int64 (t,): which tiles.
    start, entries
        From `entries_of`.
    threads
        How many threads may work on it.

    Returns
    -------
    list of Tiles
        In the order of the tiles.
    """

    def draw(some: Int64s) -> Tiles:
        size = start[some + 1] - start[some]
        own = np.concatenate([[0], np.cumsum(size)])
        taken = np.arange(own[-1]) + np.repeat(start[some] - own[:-1], size)
        return draw_tiles(drawing, some, own, entries[taken])

    parts = [tiles[i : i + _TILES_AT_ONCE] for i in range(0, len(tiles), _TILES_AT_ONCE)]
    if min(len(parts), threads) <= 1:
        return [draw(part) for part in parts]
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(draw, parts))


def assembled(raster: Raster, wanted: Int64s, drawn: list[Tiles]) -> CellIndex:
    """Put tiles together.

    Parameters
    ----------
    raster
        Where the cells lie.
    wanted
        int64: which tiles were drawn, ascending.
    drawn
        They.

    Returns
    -------
    CellIndex
        A tile that was not drawn has no grid.
    """
    page = np.zeros((raster.tiles, 2), dtype=np.int32)
    page[:, 1] = NO_GRID_TABLE
    record_start = np.zeros(raster.tiles, dtype=np.int32)
    empty = np.array([1, 0, 0, NONE, NONE], dtype=np.int32)
    added = set_tiles(page, record_start, wanted, drawn, (1, len(empty), 0))
    words = np.concatenate([np.zeros(TILE_CELLS, dtype=np.int16), added.words])
    return CellIndex(
        *raster,
        read_only(page.ravel()),
        read_only(record_start),
        read_only(words),
        read_only(np.concatenate([empty, added.tables])),
        read_only(added.records),
    )


def sizes_of(drawn: list[Tiles]) -> dict[str, int]:
    """Say how much `set_tiles` will return, by the name of the array."""
    return {
        "words": sum(len(part.words) - TILE_CELLS for part in drawn),
        "tables": sum(len(part.tables) for part in drawn),
        "records": sum(len(part.records) for part in drawn) + LOOK_AHEAD,
    }


class Added(NamedTuple):
    """What tiles bring, as in `gis.core.cells.shape.CellIndex`."""

    words: Int16s
    tables: Int32s
    records: Int16s


def set_tiles(
    page: Int32s,
    record_start: Int32s,
    tiles: Int64s,
    drawn: list[Tiles],
    place: tuple[int, int, int],
) -> Added:
    """Let the raster lead to tiles.

    Parameters
    ----------
    page, record_start
        int32 (tiles, 2) and (tiles,): as in `gis.core.cells.shape.CellIndex`; changed.
    tiles
        int64: which tiles were drawn.
    drawn
        They, in this order.
    place
        Where they come to stand: block of words, place in the tables, unit of the records.

    Returns
    -------
    Added
        What has to stand there.
    """
    blocks, table, units = place
    words, tables, records, at = [], [], [], 0
    for part in drawn:
        here = tiles[at : at + len(part.record_start)]
        own = part.page.reshape(-1, 2)
        # Block 0 of each part is the common one.
        page[here, 0] = np.where(own[:, 0] > 0, own[:, 0] + blocks - 1, 0)
        page[here, 1] = own[:, 1] + table
        far = part.record_start < 0
        own_tables = part.tables.copy() if far.any() else part.tables
        own_tables[~part.record_start[far]] += units
        start = part.record_start
        record_start[here] = np.where(far, start - table, start + units)
        words.append(part.words[TILE_CELLS:])
        tables.append(own_tables)
        records.append(part.records)
        blocks += len(part.words) // TILE_CELLS - 1
        table, units, at = (
            table + len(own_tables),
            units + len(part.records) // UNIT,
            at + len(here),
        )
    # A query looks a little ahead of where a record begins.
    records.append(np.zeros(LOOK_AHEAD, dtype=np.int16))
    return Added(
        np.concatenate(words or [np.zeros(0, np.int16)]),
        np.concatenate(tables or [np.zeros(0, np.int32)]),
        np.concatenate(records),
    )
