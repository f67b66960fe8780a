"""Build the index of a locator (`gis.core.cells.shape`) from polygons."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.core.cells.drawing import Drawing, Tiles, draw_tiles, list_tiles
from gis.core.cells.shape import (
    LOOK_AHEAD,
    TILE_CELLS,
    TILE_SHIFT,
    UNIT,
    CellIndex,
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


def outlines_of(
    rings: Rings, boxes: Int64s, raster: Raster, answer: Int32s, basics: int
) -> Outlines:
    """Keep the borders of grids as offsets from a raster's corner.

    Parameters
    ----------
    rings, boxes
        Of all grids by rank.
    raster
        Of the index.
    answer
        int32 (n,): the grids' indices in their layers.
    basics
        How many of them are basic grids.

    Returns
    -------
    Outlines
    """
    corner = np.array([raster.west, raster.south])
    return Outlines(
        (rings.xy - corner).astype(np.int32),
        rings.start.astype(np.int32),
        rings.is_shell,
        np.searchsorted(rings.polygon, np.arange(len(answer) + 1)).astype(np.int32),
        (boxes - np.tile(corner, 2)).astype(np.int32),
        answer,
        rank_of(answer, basics),
    )


def rank_of(answer: Int32s, basics: int) -> Int32s:
    """Return the rank of each grid, as in `gis.core.cells.shape.Outlines`."""
    rank = np.empty(len(answer), dtype=np.int32)
    rank[answer[:basics]] = np.arange(basics)
    rank[basics + answer[basics:]] = np.arange(basics, len(answer))
    return rank


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
    drawing = drawing_of(raster, outlines, basics)
    grids = np.arange(len(outlines.answer), dtype=np.int32)
    start, entries = entries_of(drawing, grids, raster.tiles)
    wanted = np.flatnonzero(np.diff(start))
    drawn = draw_many(drawing, wanted, start, entries, threads)
    return assembled(raster, wanted, drawn)


def drawing_of(raster: Raster, outlines: Outlines, basics: int) -> Drawing:
    """Return what the drawing needs, in the one form that is compiled."""
    return Drawing(
        read_only(outlines.vertices),
        read_only(outlines.ring_start),
        read_only(outlines.grid_ring),
        read_only(outlines.boxes),
        read_only(outlines.answer),
        basics,
        raster.shift_x,
        raster.shift_y,
        raster.columns,
        raster.rows,
    )


def entries_of(drawing: Drawing, grids: Int32s, tiles: int) -> tuple[Int64s, Int64s]:
    """List the grids of each tile.

    Parameters
    ----------
    drawing
        What is drawn.
    grids
        Which of its grids, ascending.
    tiles
        How many tiles there are.

    Returns
    -------
    tuple of ndarray of int64
        Where the entries of each tile begin (tiles + 1), and the entries (see `list_tiles`).
    """
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
    with ThreadPoolExecutor(max(1, threads)) as pool:
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
    page[:, 1] = 3  # the table of "no grid", which comes first
    record_start = np.zeros(raster.tiles, dtype=np.int32)
    words = [np.zeros(TILE_CELLS, dtype=np.int16)]
    tables = [np.array([1, 0, 0, -1, -1], dtype=np.int32)]
    blocks, table, units, at = 0, len(tables[0]), 0, 0
    for part in drawn:
        count = len(part.record_start)
        here = wanted[at : at + count]
        own = part.page.reshape(-1, 2)
        page[here, 0] = np.where(own[:, 0] > 0, own[:, 0] + blocks, 0)
        page[here, 1] = own[:, 1] + table
        record_start[here], moved = moved_records(part.record_start, part.tables, table, units)
        words.append(part.words[TILE_CELLS:])
        tables.append(moved)
        blocks += len(part.words) // TILE_CELLS - 1
        table, units, at = table + len(moved), units + len(part.records) // UNIT, at + count
    # A query looks a little ahead of where a record begins.
    records = [part.records for part in drawn] + [np.zeros(LOOK_AHEAD, dtype=np.int16)]
    return CellIndex(
        *raster,
        read_only(page.ravel()),
        read_only(record_start),
        read_only(np.concatenate(words)),
        read_only(np.concatenate(tables)),
        read_only(np.concatenate(records)),
    )


def moved_records(
    start: Int32s, tables: Int32s, table: int, units: int
) -> tuple[NDArray[np.int32], Int32s]:
    """Return where records begin, and the tables, with others before them.

    Parameters
    ----------
    start, tables
        As in `gis.core.cells.shape.CellIndex`.
    table, units
        How far tables and records move.

    Returns
    -------
    tuple of ndarray of int32
        The new `start` and the new `tables`.
    """
    far = start < 0
    if far.any():
        tables = tables.copy()
        tables[~start[far]] += units
    return np.where(far, start - table, start + units).astype(np.int32), tables
