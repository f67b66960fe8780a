"""Draw anew only the tiles that a change touches (`gis.core.cells.shape`).

What is drawn stands behind what is there (`gis.core.cells.shelves`); only the arrays of a few bytes
a tile or a grid are copied.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gis.core.cells.building import (
    Raster,
    boxes_of,
    draw_many,
    drawing_of,
    entries_of,
    set_tiles,
    sizes_of,
)
from gis.core.cells.nearness import grids_of_tile
from gis.core.cells.shape import (
    NO_GRID_TABLE,
    TILE_CELLS,
    TILE_SHIFT,
    UNIT,
    Bytes,
    CellIndex,
    Int32s,
    Int64s,
    Outlines,
    read_only,
)
from gis.core.cells.shelves import Shelves
from gis.core.rings import Rings


@dataclass(frozen=True, slots=True)
class Renumbered:
    """What becomes of the numbers of a layer.

    Attributes
    ----------
    before, after
        How many grids there are.
    numbers
        int64 (c,): the numbers below `after` that are of another grid than before, or of a changed
        one.
    sources
        int64 (c,): the old numbers of these grids, or ``~k`` for a new or changed grid k.
    """

    before: int
    after: int
    numbers: Int64s
    sources: Int64s

    def source(self) -> Int64s:
        """Return the source of every number."""
        source = np.arange(self.after)
        source[self.numbers] = self.sources
        return source

    def left(self) -> Int64s:
        """Return the old numbers that are not of the same, unchanged grid any more."""
        gone = np.arange(self.after, self.before)
        return np.concatenate([self.numbers[self.numbers < self.before], gone])


@dataclass(frozen=True, slots=True)
class Revision:
    """What becomes of the grids.

    Attributes
    ----------
    basic, exclusive
        The numbers of the layers, each from 0.
    rings
        The borders of the new and changed grids, first the basic ones.
    new_basics
        How many of these are basic ones.
    order
        int32 (n,): the new numbers by rank.
    """

    basic: Renumbered
    exclusive: Renumbered
    rings: Rings
    new_basics: int
    order: Int32s

    def changed(self) -> tuple[Int64s, Int64s]:
        """Return the changed numbers of both layers, and their sources."""
        basic, exclusive = self.basic, self.exclusive
        return np.concatenate([basic.numbers, basic.after + exclusive.numbers]), np.concatenate(
            [basic.sources, self._sources(exclusive.sources)]
        )

    def source(self) -> Int64s:
        """Return the source of every number of both layers."""
        return np.concatenate([self.basic.source(), self._sources(self.exclusive.source())])

    def left(self) -> Int64s:
        """Return the old numbers of both layers that are not of the same grid any more."""
        return np.concatenate([self.basic.left(), self.basic.before + self.exclusive.left()])

    def _sources(self, sources: Int64s) -> Int64s:
        return np.where(sources >= 0, sources + self.basic.before, sources - self.new_basics)


@dataclass(frozen=True, slots=True)
class Held:
    """An index with what it is made of.

    Attributes
    ----------
    index, outlines
        The index.
    basics
        How many of the grids are basic ones.
    shelves
        Where its growing arrays stand.
    """

    index: CellIndex
    outlines: Outlines
    basics: int
    shelves: Shelves

    @property
    def raster(self) -> Raster:
        """Where the cells lie."""
        index = self.index
        return Raster(
            index.west, index.south, index.shift_x, index.shift_y, index.columns, index.rows
        )


def fits(held: Held, revision: Revision) -> bool:
    """Tell whether a change can be patched in: few grids, all inside the raster.

    Parameters
    ----------
    held
        What is there.
    revision
        What changes.

    Returns
    -------
    bool
    """
    raster, rings = held.raster, revision.rings
    grids = len(revision.order)
    if grids == 0 or len(revision.left()) + len(revision.changed()[0]) > max(_FEW, grids // 4):
        return False
    corner = np.array([raster.west, raster.south])
    size = np.array([raster.columns << raster.shift_x, raster.rows << raster.shift_y]) << TILE_SHIFT
    xy = rings.xy - corner
    return bool(((xy >= 0) & (xy < size)).all())


# So many grids are patched in, however few there are.
_FEW = 64


def patch_index(held: Held, revision: Revision, threads: int) -> Held:
    """Change some grids of an index.

    Parameters
    ----------
    held
        What is there; it stays so.
    revision
        What changes; it has to fit (`fits`).
    threads
        How many threads may work on it.

    Returns
    -------
    Held
        It gives the same answers as one built anew.
    """
    new = _revised(held, revision)
    touched, around = _touched(held, new, revision)
    will = drawing_of(new.raster, new.outlines, new.basics, around)
    start, entries = entries_of(will, new.raster.tiles)
    tiles = np.flatnonzero(touched & (np.diff(start) > 0))
    drawn = draw_many(will, tiles, start, entries, threads)
    page = held.index.page.reshape(-1, 2).copy()
    record_start = held.index.record_start.copy()
    page[touched], record_start[touched] = (0, NO_GRID_TABLE), 0
    shelves, places = new.shelves.take(sizes_of(drawn))
    at = (places["words"] // TILE_CELLS, places["tables"], places["records"] // UNIT)
    added = set_tiles(page, record_start, tiles, drawn, at)
    index = held.index._replace(
        page=read_only(page.ravel()),
        record_start=read_only(record_start),
        words=shelves.put("words", places["words"], added.words),
        tables=shelves.put("tables", places["tables"], added.tables),
        records=shelves.put("records", places["records"], added.records),
    )
    return Held(index, new.outlines, new.basics, shelves)


def _revised(held: Held, revision: Revision) -> Held:
    """Return the outlines after the change, and the index still as it was."""
    old, rings = held.outlines, revision.rings
    corner = np.array([held.index.west, held.index.south])
    shelves, places = held.shelves.take({"vertices": len(rings.xy)})
    at, end = places["vertices"], int(old.ring_start[-1])
    vertices = shelves.put("vertices", at, (rings.xy - corner).astype(np.int32))
    # What another patch of the same index has put in between is a ring of no grid.
    gap = np.array([at] if at > end else [], dtype=np.int32)
    first_ring = len(old.is_shell) + len(gap)
    own = np.arange(rings.polygon[-1] + 1 if len(rings.polygon) else 0)
    spans = first_ring + np.searchsorted(rings.polygon, np.column_stack([own, own + 1]))
    own_boxes = boxes_of(rings, len(own)) - np.tile(corner, 2)
    outlines = Outlines(
        vertices,
        read_only(np.concatenate([old.ring_start, gap, (at + rings.start[1:]).astype(np.int32)])),
        read_only(np.concatenate([old.is_shell, np.zeros(len(gap), np.bool_), rings.is_shell])),
        read_only(_by_number(old.grid_ring, spans, revision)),
        read_only(_by_number(old.boxes, own_boxes, revision)),
        read_only(revision.order),
    )
    return Held(held.index, outlines, revision.basic.after, shelves)


def _by_number(old: Int32s, own: Int64s, revision: Revision) -> Int32s:
    """Return rows by new number, from those of old numbers and those of new and changed grids."""
    rows, first, old_first = np.empty((len(revision.order), old.shape[1]), np.int32), 0, 0
    for layer in (revision.basic, revision.exclusive):
        same = min(layer.before, layer.after)
        rows[first : first + same] = old[old_first : old_first + same]
        first, old_first = first + layer.after, old_first + layer.before
    numbers, sources = revision.changed()
    kept = sources >= 0
    rows[numbers[kept]], rows[numbers[~kept]] = old[sources[kept]], own[~sources[~kept]]
    return rows


def _touched(old: Held, new: Held, revision: Revision) -> tuple[Bytes, Int32s]:
    """Return which tiles to draw, and by rank the new numbers of the grids that may touch them.

    A tile is drawn where a grid comes, goes, changes, or gets another number.
    """
    was, will = revision.left().astype(np.int32), revision.changed()[0].astype(np.int32)
    touched = np.zeros(new.raster.tiles, dtype=np.bool_)
    for held, numbers in ((old, np.sort(was)), (new, np.sort(will))):
        drawing = drawing_of(held.raster, held.outlines, held.basics, numbers)
        touched |= np.diff(entries_of(drawing, new.raster.tiles)[0]) > 0
    is_around = np.zeros(len(revision.order), dtype=np.bool_)
    for tile in np.flatnonzero(touched).tolist():
        beside = np.setdiff1d(grids_of_tile(old.index, old.basics, tile), was)
        is_around[np.where(beside < old.basics, beside, beside - old.basics + new.basics)] = True
    is_around[will] = True
    order = new.outlines.order
    return touched, order[is_around[order]]


def rings_of(held: Held, revision: Revision) -> Rings:
    """Return the rings of all grids after a change, without those that are of no grid.

    Parameters
    ----------
    held
        What is there.
    revision
        What changes.

    Returns
    -------
    Rings
        By new number.
    """
    old, rings, source = held.outlines, revision.rings, revision.source()
    corner = np.array([held.index.west, held.index.south])
    xy = np.concatenate([old.vertices + corner, rings.xy])
    start = np.concatenate([old.ring_start, len(old.vertices) + rings.start])
    is_shell = np.concatenate([old.is_shell, [False], rings.is_shell])
    own = np.arange(-int(source.min(initial=0)))
    new = np.searchsorted(rings.polygon, np.column_stack([own, own + 1])) + len(old.is_shell) + 1
    spans = np.concatenate([old.grid_ring, new])[
        np.where(source >= 0, source, len(old.grid_ring) + ~source)
    ]
    ring = _ranges(spans[:, 0], spans[:, 1])
    return Rings(
        xy[_ranges(start[ring], start[ring + 1])],
        np.concatenate([[0], np.cumsum(start[ring + 1] - start[ring])]),
        np.repeat(np.arange(len(source)), spans[:, 1] - spans[:, 0]),
        np.cumsum(is_shell[ring]) - 1,
        is_shell[ring],
    )


def _ranges(first: Int64s, last: Int64s) -> Int64s:
    """Return the numbers from each first to before each last."""
    sizes = (last - first).astype(np.int64)
    ends = np.cumsum(sizes)
    numbers: Int64s = np.arange(int(sizes.sum()), dtype=np.int64)
    numbers += np.repeat(first - (ends - sizes), sizes)
    return numbers
