"""Build the index of one layer (`gis.core.cell_index`)."""

from __future__ import annotations

import numpy as np

from gis.core.cell_index import NONE, CellIndex, Int32s, fill_cells
from gis.core.errors import Invalid
from gis.core.lattice import Geometries
from gis.core.rings import Ints, Rings, extract_rings

# Measured on county tilings: with fewer cells more points need tests, with more the raster
# leaves the processor's cache.
_CELLS_PER_GRID = 200
_MOST_CELLS = 1 << 24
_LARGEST_EXTENT = (1 << 31) - 1


def build_cell_index(polygons: Geometries, codes: list[str]) -> CellIndex:
    """Index the grids of a layer.

    Parameters
    ----------
    polygons
        Valid polygons of shape (n,), lon/lat in degrees, canonical.
    codes
        Their codes, unique.

    Returns
    -------
    CellIndex
        Answers are indices into ``polygons``.

    Raises
    ------
    Invalid
        If one is not a polygon, or the layer is wider than 214 degrees.
    """
    order = np.array(sorted(range(len(codes)), key=codes.__getitem__), dtype=np.int32)
    if len(order) == 0:
        return _empty()
    rings = extract_rings(polygons[order])
    corner = rings.xy.min(axis=0)
    extent = rings.xy.max(axis=0) - corner
    if extent.max() > _LARGEST_EXTENT:
        raise Invalid("A layer may not be wider than 214 degrees.", zh="图层宽度不得超过 214 度。")
    shift = _shift_for(extent, len(order))
    columns, rows = int(extent[0] >> shift) + 1, int(extent[1] >> shift) + 1
    edges, owner = _edges_of(rings, corner)
    edge_start = np.searchsorted(owner, np.arange(len(order) + 1)).astype(np.int32)
    band_start, first_row, band_edge_start, band_edges = _bands(edges, owner, edge_start, shift)
    bare = CellIndex(
        int(corner[0]),
        int(corner[1]),
        shift,
        columns,
        rows,
        np.full(columns * rows, NONE, dtype=np.int32),
        np.zeros(1, dtype=np.int32),
        np.zeros(0, dtype=np.int32),
        edges,
        edge_start,
        _boxes(edges, edge_start),
        band_start,
        first_row,
        band_edge_start,
        band_edges,
        order,
    )
    cells, list_start, listed = fill_cells(bare)
    return bare._replace(cells=cells, list_start=list_start, listed=listed)


def _empty() -> CellIndex:
    none = np.zeros(0, dtype=np.int32)
    zero = np.zeros(1, dtype=np.int32)
    four = np.zeros((0, 4), dtype=np.int32)
    return CellIndex(
        0, 0, 0, 0, 0, none, zero, none, four, zero, four, zero, none, zero, none, none
    )


def _shift_for(extent: Ints, grids: int) -> int:
    cells = min(grids * _CELLS_PER_GRID, _MOST_CELLS)
    wide, high = float(extent[0]) + 1.0, float(extent[1]) + 1.0
    side = max(np.sqrt(wide * high / cells), 1.0)
    shift = int(np.ceil(np.log2(side)))
    while ((extent[0] >> shift) + 1) * ((extent[1] >> shift) + 1) > _MOST_CELLS:
        shift += 1  # very long and thin layers
    return shift


def _edges_of(rings: Rings, corner: Ints) -> tuple[Int32s, Ints]:
    """Return all edges as offsets from the corner, and the rank of each."""
    ring_of = np.repeat(np.arange(len(rings.polygon)), np.diff(rings.start))
    same = ring_of[1:] == ring_of[:-1]
    offset = (rings.xy - corner).astype(np.int32)
    edges = np.column_stack([offset[:-1][same], offset[1:][same]])
    return np.ascontiguousarray(edges), rings.polygon[ring_of[1:][same]]


def _boxes(edges: Int32s, edge_start: Int32s) -> Int32s:
    # Rings are closed: their tails are all their vertices.
    low = np.minimum.reduceat(edges[:, :2], edge_start[:-1])
    high = np.maximum.reduceat(edges[:, :2], edge_start[:-1])
    return np.column_stack([low, high])


def _bands(
    edges: Int32s, owner: Ints, edge_start: Int32s, shift: int
) -> tuple[Int32s, Int32s, Int32s, Int32s]:
    """Sort each grid's edges into the rows of cells that they touch."""
    low = edges[:, (1, 3)].min(axis=1) >> shift
    high = edges[:, (1, 3)].max(axis=1) >> shift
    first_row = np.minimum.reduceat(low, edge_start[:-1])
    height = np.maximum.reduceat(high, edge_start[:-1]) - first_row + 1
    band_start = np.concatenate([[0], np.cumsum(height)])
    span = high - low + 1
    edge = np.repeat(np.arange(len(edges)), span)
    step = np.arange(len(edge)) - np.repeat(np.cumsum(span) - span, span)
    band = (band_start[owner] - first_row[owner] + low)[edge] + step
    in_band = np.argsort(band, kind="stable")
    count = np.bincount(band, minlength=band_start[-1])
    band_edge_start = np.concatenate([[0], np.cumsum(count)])
    return (
        band_start.astype(np.int32),
        first_row.astype(np.int32),
        band_edge_start.astype(np.int32),
        edge[in_band].astype(np.int32),
    )
