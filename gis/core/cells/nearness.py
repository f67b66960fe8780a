"""Distances between a point and the grids around it."""

from __future__ import annotations

import numpy as np

from gis.core.cells.shape import TILE_SHIFT, CellIndex, Int32s, Int64s, Outlines
from gis.core.geodesy import metres_per_degree
from gis.core.lattice import UNITS_PER_DEGREE, to_lattice

# With more tiles than this, looking at the boxes of all grids is quicker.
_MOST_TILES = 256


def edges_of(outlines: Outlines, number: int) -> tuple[Int64s, Int64s]:
    """Return the edges of a grid.

    Parameters
    ----------
    outlines
        The borders.
    number
        The grid.

    Returns
    -------
    tuple of ndarray of int64
        Both ends (e, 2), offsets from the index's corner; the grid is on the left.
    """
    first, last = outlines.grid_ring[number]
    rings = outlines.ring_start[first : last + 1]
    vertices = outlines.vertices[rings[0] : rings[-1]].astype(np.int64)
    within = np.ones(len(vertices) - 1, dtype=np.bool_)
    within[rings[1:-1] - rings[0] - 1] = False  # from one ring to the next there is no edge
    return vertices[:-1][within], vertices[1:][within]


def border_distance_m(
    index: CellIndex, outlines: Outlines, number: int, lon: float, lat: float
) -> tuple[float, bool]:
    """Measure to the nearest edge of a grid, in the plane that touches the point.

    Parameters
    ----------
    index, outlines
        The index.
    number
        The grid.
    lon, lat
        Degrees.

    Returns
    -------
    tuple of float and bool
        Metres, to a part in a thousand within 10 km; and whether the grid covers the point
        (rounded to the lattice), which is exact.
    """
    point = to_lattice((lon, lat)) - (index.west, index.south)
    tail, head = edges_of(outlines, number)
    a, b = tail - point, head - point
    left = a[:, 0] * (b - a)[:, 1] - a[:, 1] * (b - a)[:, 0]
    upward = a[:, 1] < b[:, 1]
    east = ((a[:, 1] <= 0) != (b[:, 1] <= 0)) & ((left > 0) == upward)
    between = ((np.minimum(a, b) <= 0) & (np.maximum(a, b) >= 0)).all(axis=1)
    covers = bool(((left == 0) & between).any() or east.sum() % 2)
    scale = np.array(metres_per_degree(lat)).ravel() / UNITS_PER_DEGREE
    near, along = a * scale, (b - a) * scale
    share = -(near * along).sum(axis=1) / (along * along).sum(axis=1)
    nearest = near + np.clip(share, 0.0, 1.0)[:, None] * along
    return float(np.hypot(nearest[:, 0], nearest[:, 1]).min()), covers


def numbers_around(
    index: CellIndex, outlines: Outlines, basics: int, point: tuple[float, float], reach_m: float
) -> Int32s:
    """Find the grids whose boxes lie within a distance of a point.

    Parameters
    ----------
    index, outlines, basics
        The index.
    point
        Degrees.
    reach_m
        Metres.

    Returns
    -------
    ndarray of int32
        Numbers, ascending.
    """
    at = to_lattice(point) - (index.west, index.south)
    # A little more, for the metres of a degree change over the distance.
    reach = 1.01 * reach_m / np.array(metres_per_degree(point[1])).ravel() * UNITS_PER_DEGREE
    low, high = np.floor(at - reach), np.ceil(at + reach)
    numbers = _numbers_in_tiles(index, outlines, basics, low, high)
    boxes = outlines.boxes[numbers]
    meets = ((boxes[:, :2] <= high) & (boxes[:, 2:] >= low)).all(axis=1)
    return numbers[meets]


def _numbers_in_tiles(
    index: CellIndex, outlines: Outlines, basics: int, low: Int64s, high: Int64s
) -> Int32s:
    size = np.array([1 << (index.shift_x + TILE_SHIFT), 1 << (index.shift_y + TILE_SHIFT)])
    most = np.array([index.columns, index.rows]) - 1
    first = np.maximum(np.floor(low / size), 0).astype(np.int64)
    last = np.minimum(np.floor(high / size), most).astype(np.int64)
    if (last < first).any():
        return np.zeros(0, dtype=np.int32)
    if (last - first + 1).prod() > _MOST_TILES:
        return np.arange(len(outlines.order), dtype=np.int32)
    found = [
        grids_of_tile(index, basics, row * (index.columns + 1) + column)
        for row in range(first[1], last[1] + 1)
        for column in range(first[0], last[0] + 1)
    ]
    return np.unique(np.concatenate(found)).astype(np.int32)


def grids_of_tile(index: CellIndex, basics: int, tile: int) -> Int32s:
    """Return the numbers of the grids that touch a tile.

    Parameters
    ----------
    index, basics
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
    return numbers
