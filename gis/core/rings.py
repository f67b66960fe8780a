"""Polygons as flat arrays of directed segments on the lattice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray

from gis.core.errors import Invalid
from gis.core.lattice import Geometries, to_lattice

Ints = NDArray[np.int64]

_POLYGON, _MULTIPOLYGON = 3, 6

# A vertex is packed into one uint64, longitude above latitude, so that vertices sort and
# compare as single numbers. The offsets make every unit of ±180° × ±90° positive.
_X_OFFSET = 1_800_000_000
_Y_OFFSET = 900_000_000


@dataclass(frozen=True, slots=True)
class Rings:
    """The rings of polygons, each turned so that the polygon's inside is on its left.

    Shells run counter-clockwise, holes clockwise; repeated points are left out; the closing
    point is kept.

    Attributes
    ----------
    xy
        int64 (v, 2), lattice units.
    start
        int64 (r + 1,): ring i is ``xy[start[i]:start[i + 1]]``.
    polygon, part
        int64 (r,): the polygon of each ring, and its part counted through all polygons.
    is_shell
        bool (r,).
    """

    xy: Ints
    start: Ints
    polygon: Ints
    part: Ints
    is_shell: NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Segments:
    """Directed segments with the polygon's inside on the left.

    Attributes
    ----------
    tail, head
        uint64 (s,): packed vertices, see `unpack`.
    polygon
        int64 (s,): the polygon that each belongs to.
    """

    tail: NDArray[np.uint64]
    head: NDArray[np.uint64]
    polygon: Ints


def as_polygons(polygons: ArrayLike) -> Geometries:
    """Return an object array of Polygons and MultiPolygons.

    Parameters
    ----------
    polygons
        One geometry or a sequence of them.

    Returns
    -------
    ndarray of object
        Shape (n,).

    Raises
    ------
    Invalid
        If one of them is missing or is neither a Polygon nor a MultiPolygon.
    """
    array = np.atleast_1d(np.asarray(polygons, dtype=object))
    wrong = ~np.isin(shapely.get_type_id(array), (_POLYGON, _MULTIPOLYGON))
    if wrong.any():
        index = int(np.flatnonzero(wrong)[0])
        raise Invalid(
            f"Geometry {index} is not a Polygon or MultiPolygon.",
            zh=f"第 {index} 个图形不是面(Polygon 或 MultiPolygon)。",
        )
    return array


def extract_rings(polygons: ArrayLike) -> Rings:
    """Read polygons into rings on the lattice.

    Parameters
    ----------
    polygons
        Polygons or MultiPolygons of shape (n,), lon/lat in degrees.

    Returns
    -------
    Rings
        All their rings, in the order of the polygons, each shell before its holes.

    Raises
    ------
    Invalid
        If one is not a polygon, or a coordinate is not finite.
    """
    array = as_polygons(polygons)
    parts, part_polygon = shapely.get_parts(array, return_index=True)
    rings, ring_part = shapely.get_rings(parts, return_index=True)
    is_shell = np.ones(len(rings), dtype=bool)
    is_shell[1:] = ring_part[1:] != ring_part[:-1]
    degrees, ring_of = shapely.get_coordinates(rings, return_index=True)
    xy = to_lattice(degrees)
    repeated = np.zeros(len(xy), dtype=bool)
    repeated[1:] = (ring_of[1:] == ring_of[:-1]) & (xy[1:] == xy[:-1]).all(axis=1)
    xy, ring_of = xy[~repeated], ring_of[~repeated]
    start = np.searchsorted(ring_of, np.arange(len(rings) + 1))
    clockwise = _twice_areas(xy, ring_of, len(rings)) < 0
    xy = xy[_turned(start, ring_of, clockwise == is_shell)]
    return Rings(xy, start, part_polygon[ring_part], ring_part, is_shell)


def segments_of(rings: Rings) -> Segments:
    """Return the directed segments of all rings.

    Parameters
    ----------
    rings
        Rings with the inside on the left.

    Returns
    -------
    Segments
        In the order of the rings.
    """
    packed = pack(rings.xy)
    ring_of = np.repeat(np.arange(len(rings.polygon)), np.diff(rings.start))
    same = ring_of[1:] == ring_of[:-1]
    return Segments(packed[:-1][same], packed[1:][same], rings.polygon[ring_of[1:][same]])


def pack(xy: Ints) -> NDArray[np.uint64]:
    """Pack vertices into single numbers that sort by longitude, then latitude.

    Parameters
    ----------
    xy
        int64 (n, 2), lattice units.

    Returns
    -------
    ndarray of uint64
        Shape (n,).

    Raises
    ------
    Invalid
        If a vertex lies beyond ±180° or ±90°.
    """
    x, y = xy[:, 0] + _X_OFFSET, xy[:, 1] + _Y_OFFSET
    if len(xy) and (min(x.min(), y.min()) < 0 or x.max() > 2 * _X_OFFSET or y.max() > _X_OFFSET):
        raise Invalid(
            "A vertex lies beyond ±180° or ±90°; coordinates must be degrees.",
            zh="有顶点超出 ±180° 或 ±90°;坐标须以度为单位。",
        )
    return (x.astype(np.uint64) << np.uint64(32)) | y.astype(np.uint64)


def pack_vertex(x: int, y: int) -> np.uint64:
    """Pack one vertex, as `pack` does.

    Parameters
    ----------
    x, y
        Lattice units within ±180° and ±90°.

    Returns
    -------
    numpy.uint64
    """
    return np.uint64((x + _X_OFFSET) << 32 | (y + _Y_OFFSET))


def unpack(packed: NDArray[np.uint64]) -> Ints:
    """Undo `pack`.

    Parameters
    ----------
    packed
        uint64 of shape (n,).

    Returns
    -------
    ndarray of int64
        Vertices (n, 2), lattice units.
    """
    x = (packed >> np.uint64(32)).astype(np.int64) - _X_OFFSET
    y = (packed & np.uint64(0xFFFFFFFF)).astype(np.int64) - _Y_OFFSET
    return np.column_stack([x, y])


def _twice_areas(xy: Ints, ring_of: Ints, count: int) -> Ints:
    """Return twice the signed area of each ring, exactly.

    Integer sums may wrap on the way, but wrap back: the result is right whenever it fits itself.
    """
    same = ring_of[1:] == ring_of[:-1]
    a, b = xy[:-1][same], xy[1:][same]
    cross = a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]
    total = np.zeros(count, dtype=np.int64)
    np.add.at(total, ring_of[1:][same], cross)
    return total


def _turned(start: Ints, ring_of: Ints, reverse: NDArray[np.bool_]) -> Ints:
    """Return the order of vertices that reverses the marked rings in place."""
    order = np.arange(len(ring_of))
    mirrored = start[ring_of] + start[ring_of + 1] - 1 - order
    return np.where(reverse[ring_of], mirrored, order)
