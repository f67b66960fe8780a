"""Named geometries that every geometry function has to meet."""

from __future__ import annotations

import shapely
from shapely import MultiPolygon, Polygon

U = 1e-7
"""One lattice unit in degrees."""


def _at(*xy: tuple[int, int]) -> list[tuple[float, float]]:
    """Place lattice offsets near Minquan."""
    return [((1_150_000_000 + x) / 1e7, (345_000_000 + y) / 1e7) for x, y in xy]


def box(west: int, south: int, east: int, north: int) -> Polygon:
    """Return a box given by lattice offsets."""
    return Polygon(_at((west, south), (east, south), (east, north), (west, north)))


SQUARE = box(0, 0, 1000, 1000)
CLOCKWISE = SQUARE.reverse()
WITH_HOLE = Polygon(
    _at((0, 0), (1000, 0), (1000, 1000), (0, 1000)),
    [_at((300, 300), (600, 300), (600, 600), (300, 600))],
)
ISLAND = box(300, 300, 600, 600)
TWO_PARTS = MultiPolygon([box(0, 0, 100, 100), box(500, 500, 700, 600)])
TOUCHING_PARTS = MultiPolygon([box(0, 0, 100, 100), box(100, 100, 200, 200)])
HOLE_TOUCHING_SHELL = Polygon(
    _at((0, 0), (1000, 0), (1000, 1000), (0, 1000)),
    [_at((0, 0), (500, 300), (300, 500))],
)
BOW_TIE = Polygon(_at((0, 0), (1000, 1000), (1000, 0), (0, 1000)))
SLIVER = Polygon(_at((0, 0), (100_000, 1), (50_000, 1)))
REPEATED_POINT = Polygon(_at((0, 0), (1000, 0), (1000, 0), (1000, 1000), (0, 1000)))
WITH_Z = shapely.force_3d(SQUARE, 42.0)
FINER_THAN_LATTICE = shapely.transform(SQUARE, lambda xy: xy + 0.3 * U)
EMPTY = Polygon()
FAR_EAST = Polygon([(179.9, 10.0), (180.0, 10.0), (180.0, 10.1), (179.9, 10.1)])

VALID = {
    "square": SQUARE,
    "clockwise": CLOCKWISE,
    "with hole": WITH_HOLE,
    "two parts": TWO_PARTS,
    "touching parts": TOUCHING_PARTS,
    "hole touching shell": HOLE_TOUCHING_SHELL,
    "sliver": SLIVER,
    "repeated point": REPEATED_POINT,
    "with z": WITH_Z,
    "far east": FAR_EAST,
}
"""Usable as grids."""

LEFT_OF_T = box(0, 0, 1000, 1000)
RIGHT_OF_T = Polygon(_at((1000, 0), (2000, 0), (2000, 1000), (1000, 1000), (1000, 400)))
"""Two grids that share an edge, with a vertex on the right side only."""
