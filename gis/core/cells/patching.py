"""Draw anew only the tiles that a change touches (`gis.core.cells.shape`)."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from gis.core.cells.building import (
    Raster,
    assembled,
    draw_index,
    draw_many,
    drawing_of,
    entries_of,
    moved_records,
    rank_of,
    raster_for,
)
from gis.core.cells.drawing import Tiles, renumber
from gis.core.cells.shape import (
    LOOK_AHEAD,
    NONE,
    TILE_CELLS,
    UNIT,
    Bytes,
    CellIndex,
    Int32s,
    Int64s,
    Outlines,
)
from gis.core.rings import Rings


@dataclass(frozen=True, slots=True)
class Revision:
    """What becomes of the grids.

    Attributes
    ----------
    source
        int64 (n,): for each new rank the old rank of a grid that stays as it is, or ``~k`` for
        grid k of `rings`.
    rings
        The borders of the new and changed grids.
    answer
        int32 (n,): the new index of each rank in its layer.
    basics
        How many of the grids are basic ones.
    """

    source: Int64s
    rings: Rings
    answer: Int32s
    basics: int


@dataclass(frozen=True, slots=True)
class _Held:
    """An index with its outlines."""

    index: CellIndex
    outlines: Outlines
    basics: int

    @property
    def raster(self) -> Raster:
        index = self.index
        return Raster(
            index.west, index.south, index.shift_x, index.shift_y, index.columns, index.rows
        )


def patch_index(
    index: CellIndex, outlines: Outlines, basics: int, revision: Revision, threads: int
) -> tuple[CellIndex, Outlines]:
    """Change some grids of an index.

    Parameters
    ----------
    index, outlines
        As they are; they stay so.
    basics
        How many of the grids are basic ones.
    revision
        What changes.
    threads
        How many threads may work on it.

    Returns
    -------
    tuple of CellIndex and Outlines
        The same, to the bit, as built anew.

    Raises
    ------
    Invalid
        If the grids come to lie more than 200 degrees apart.
    """
    old = _Held(index, outlines, basics)
    absolute = _revised(old, revision)
    raster = raster_for(absolute.boxes, len(absolute.vertices))  # type: ignore[arg-type]
    corner = np.array([raster.west, raster.south])
    new = Outlines(
        (absolute.vertices - corner).astype(np.int32),
        absolute.ring_start,
        absolute.is_shell,
        absolute.grid_ring,
        (absolute.boxes - np.tile(corner, 2)).astype(np.int32),
        revision.answer,
        rank_of(revision.answer, revision.basics),
    )
    if raster != old.raster:
        return draw_index(raster, new, revision.basics, threads), new
    return _patched(old, _Held(index, new, revision.basics), revision.source, threads), new


class _Parts:
    """Outlines under way, in lattice units, grid by grid."""

    def __init__(self) -> None:
        self.xy: list[Int64s] = [np.zeros((0, 2), dtype=np.int64)]
        self.sizes: list[Int64s] = [np.zeros(0, dtype=np.int64)]
        self.is_shell: list[Bytes] = [np.zeros(0, dtype=np.bool_)]
        self.rings: list[Int64s] = [np.zeros(0, dtype=np.int64)]
        self.boxes: list[Int64s] = [np.zeros((0, 4), dtype=np.int64)]


def _revised(old: _Held, revision: Revision) -> Outlines:
    """Return the outlines after the change, in lattice units from 0."""
    parts = _Parts()
    source = revision.source
    # Runs of grids that stay and stand next to one another as before are copied in one piece.
    breaks = np.flatnonzero((np.diff(source) != 1) | (source[1:] <= 0)) + 1
    for first, last in pairwise([0, *breaks.tolist(), len(source)]):
        if first == last:
            continue
        if source[first] >= 0:
            _add_kept(parts, old, int(source[first]), int(source[first]) + last - first)
        else:
            _add_new(parts, revision.rings, int(~source[first]))
    return Outlines(
        np.concatenate(parts.xy),
        _starts(np.concatenate(parts.sizes)),
        np.concatenate(parts.is_shell),
        _starts(np.concatenate(parts.rings)),
        np.concatenate(parts.boxes),
        revision.answer,
        revision.answer,
    )


def _starts(sizes: Int64s) -> Int32s:
    return np.concatenate([[0], np.cumsum(sizes)]).astype(np.int32)


def _add_kept(parts: _Parts, old: _Held, first: int, last: int) -> None:
    outlines, corner = old.outlines, np.array([old.index.west, old.index.south])
    rings = slice(outlines.grid_ring[first], outlines.grid_ring[last])
    start = outlines.ring_start[rings.start : rings.stop + 1].astype(np.int64)
    parts.xy.append(outlines.vertices[start[0] : start[-1]] + corner)
    parts.sizes.append(np.diff(start))
    parts.is_shell.append(outlines.is_shell[rings])
    parts.rings.append(np.diff(outlines.grid_ring[first : last + 1]).astype(np.int64))
    parts.boxes.append(outlines.boxes[first:last] + np.tile(corner, 2))


def _add_new(parts: _Parts, rings: Rings, grid: int) -> None:
    own = slice(*np.searchsorted(rings.polygon, [grid, grid + 1]).tolist())
    start = rings.start[own.start : own.stop + 1]
    xy = rings.xy[start[0] : start[-1]]
    parts.xy.append(xy)
    parts.sizes.append(np.diff(start))
    parts.is_shell.append(rings.is_shell[own])
    parts.rings.append(np.array([own.stop - own.start]))
    parts.boxes.append(np.concatenate([xy.min(axis=0), xy.max(axis=0)])[None, :])


def _patched(old: _Held, new: _Held, source: Int64s, threads: int) -> CellIndex:
    """Draw the tiles that changed grids touch or touched, and copy the others."""
    raster, kept = old.raster, source[source >= 0]
    gone = np.setdiff1d(np.arange(len(old.outlines.answer)), kept).astype(np.int32)
    come = np.flatnonzero(source < 0).astype(np.int32)
    was, will = (drawing_of(raster, held.outlines, held.basics) for held in (old, new))
    touched = np.zeros(raster.tiles, dtype=np.bool_)
    for drawing, grids in ((was, gone), (will, come)):
        touched |= np.diff(entries_of(drawing, grids, raster.tiles)[0]) > 0
    new_rank = np.full(len(old.outlines.answer), NONE, dtype=np.int32)
    new_rank[kept] = np.flatnonzero(source >= 0)
    beside = new_rank[_ranks_in(old, np.flatnonzero(touched))]
    grids = np.union1d(come, beside[beside != NONE]).astype(np.int32)
    start, entries = entries_of(will, grids, raster.tiles)
    redrawn = touched & (np.diff(start) > 0)
    drawn = {
        tile: part
        for tile in np.flatnonzero(redrawn).tolist()
        for part in draw_many(will, np.array([tile]), start, entries, threads)
    }
    had = old.index.page[1::2] != 3
    wanted = np.flatnonzero(redrawn | (had & ~touched))
    tables = _renumbered(old, new, new_rank, np.flatnonzero(had & ~touched))
    return assembled(raster, wanted, _in_order(old.index, tables, wanted, drawn))


def _ranks_in(held: _Held, tiles: Int64s) -> Int32s:
    """Return the ranks of the grids that touch tiles."""
    found = [grids_of_tile(held.index, held.outlines, held.basics, int(tile)) for tile in tiles]
    return np.unique(np.concatenate([*found, np.zeros(0, dtype=np.int32)]))


def grids_of_tile(index: CellIndex, outlines: Outlines, basics: int, tile: int) -> Int32s:
    """Return the ranks of the grids that touch a tile.

    Parameters
    ----------
    index, outlines, basics
        The index.
    tile
        Which tile.

    Returns
    -------
    ndarray of int32
    """
    at = int(index.page[2 * tile + 1])
    pairs, own_basics, exclusives = index.tables[at - 3 : at].tolist()
    first = at + 2 * pairs
    numbers = index.tables[first : first + own_basics + exclusives].copy()
    numbers[own_basics:] += basics
    return outlines.rank[numbers]


def _renumbered(old: _Held, new: _Held, new_rank: Int32s, tiles: Int64s) -> Int32s:
    """Return the old tables with the new numbers of the grids, right for the tiles that stay."""
    numbers = []
    for first, last in ((0, old.basics), (old.basics, len(new_rank))):
        rank = new_rank[first:last]
        number = np.full(last - first + 1, NONE, dtype=np.int32)
        number[old.outlines.answer[first:last]] = np.where(
            rank == NONE, NONE, new.outlines.answer[rank]
        )
        numbers.append(number)
    tables = old.index.tables.copy()
    renumber(tables, old.index.page[2 * tiles + 1].astype(np.int64), *numbers)
    return tables


def _in_order(
    index: CellIndex, tables: Int32s, wanted: Int64s, drawn: dict[int, Tiles]
) -> list[Tiles]:
    """Return the drawn tiles and the runs of old ones between them, in the order of tiles."""
    had = np.flatnonzero(index.page[1::2] != 3)
    place = np.searchsorted(had, wanted)
    is_new = np.isin(wanted, list(drawn))
    breaks = np.flatnonzero(is_new[1:] | is_new[:-1] | (np.diff(place) != 1)) + 1
    parts = []
    for first, last in pairwise([0, *breaks.tolist(), len(wanted)]):
        if first == last:
            continue
        if is_new[first]:
            parts.append(drawn[int(wanted[first])])
        else:
            parts.append(_run(index, tables, had, int(place[first]), int(place[last - 1]) + 1))
    return parts


def _run(index: CellIndex, tables: Int32s, had: Int64s, first: int, last: int) -> Tiles:
    """Cut consecutive tiles out of an index."""
    own = index.page.reshape(-1, 2)[had[first:last]]
    table, units = int(own[0, 1]) - 3, _units_before(index, had, first)
    table_end = int(index.page[2 * had[last] + 1]) - 3 if last < len(had) else len(tables)
    blocks = own[own[:, 0] > 0, 0]
    block, block_end = (int(blocks[0]), int(blocks[-1]) + 1) if len(blocks) else (1, 1)
    page = np.column_stack([np.where(own[:, 0] > 0, own[:, 0] - block + 1, 0), own[:, 1] - table])
    start = index.record_start[had[first:last]]
    moved, own_tables = moved_records(
        np.where(start < 0, start + table, start), tables[table:table_end], 0, -units
    )
    return Tiles(
        page.ravel().astype(np.int32),
        moved,
        # The block before the first one stands for block 0, which every part has.
        index.words[(block - 1) * TILE_CELLS : block_end * TILE_CELLS],
        own_tables,
        index.records[UNIT * units : UNIT * _units_before(index, had, last)],
    )


def _units_before(index: CellIndex, had: Int64s, place: int) -> int:
    """Return where the records of a tile begin, or where all of them end."""
    if place == len(had):
        return (len(index.records) - LOOK_AHEAD) // UNIT
    start = int(index.record_start[had[place]])
    return int(index.tables[~start]) if start < 0 else start
