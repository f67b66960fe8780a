"""From any accepted coordinate system to CGCS2000 longitude and latitude, and back.

WGS 84 (EPSG:4326, CRS84) is taken as identical to CGCS2000 (EPSG:4490): the ellipsoids differ
by 0.1 mm, and the drift of the plates since 2000 (about 0.7 m) is below the accuracy of a
phone. Everywhere x is the longitude or easting and y the latitude or northing, although the
EPSG register and Chinese survey sheets put the northing first.

Source: EPSG register v11 (CGCS2000 and its Gauss-Krüger zones); `gis.core.gcj02`.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer

from gis.core import gcj02
from gis.core.crs import Crs, CrsKind, parse_crs

__all__ = [
    "Bounds",
    "Crs",
    "Verdict",
    "check_bounds",
    "explain_verdict",
    "from_cgcs2000",
    "parse_crs",
    "to_cgcs2000",
]

Floats = NDArray[np.float64]


def to_cgcs2000(x: ArrayLike, y: ArrayLike, crs: Crs | str | int) -> tuple[Floats, Floats]:
    """Convert positions to CGCS2000 longitude and latitude.

    Parameters
    ----------
    x, y
        Longitudes or eastings, and latitudes or northings, of shapes that broadcast; degrees
        or metres as the system has it.
    crs
        The coordinate system of the positions.

    Returns
    -------
    tuple of ndarray
        Longitudes and latitudes in degrees (EPSG:4490). A position that the projection cannot
        take, and NaN and infinity, become NaN.

    Raises
    ------
    UnknownCrs
        If the system is not known or not accepted.
    """
    system = parse_crs(crs)
    a, b = _pair(x, y)
    if system.kind is CrsKind.GEOGRAPHIC:
        return a, b
    if system.kind is CrsKind.PROJECTED:
        return _project(a, b, system, inverse=True)
    if system.kind is CrsKind.BD09:
        a, b = gcj02.gcj02_from_bd09(a, b)
    return gcj02.wgs84_from_gcj02(a, b)


def from_cgcs2000(lon: ArrayLike, lat: ArrayLike, crs: Crs | str | int) -> tuple[Floats, Floats]:
    """Convert CGCS2000 longitude and latitude to another coordinate system.

    Parameters
    ----------
    lon, lat
        Degrees (EPSG:4490), of shapes that broadcast.
    crs
        The coordinate system wanted.

    Returns
    -------
    tuple of ndarray
        x (longitude or easting) and y (latitude or northing) in the system's unit; NaN where
        there is no answer.

    Raises
    ------
    UnknownCrs
        If the system is not known or not accepted.
    """
    system = parse_crs(crs)
    a, b = _pair(lon, lat)
    if system.kind is CrsKind.GEOGRAPHIC:
        return a, b
    if system.kind is CrsKind.PROJECTED:
        return _project(a, b, system, inverse=False)
    a, b = gcj02.gcj02_from_wgs84(a, b)
    if system.kind is CrsKind.BD09:
        a, b = gcj02.bd09_from_gcj02(a, b)
    return a, b


def _pair(x: ArrayLike, y: ArrayLike) -> tuple[Floats, Floats]:
    a, b = np.broadcast_arrays(np.asarray(x, np.float64), np.asarray(y, np.float64))
    good = np.isfinite(a) & np.isfinite(b)
    return np.where(good, a, np.nan), np.where(good, b, np.nan)


def _project(a: Floats, b: Floats, system: Crs, *, inverse: bool) -> tuple[Floats, Floats]:
    assert system.epsg is not None  # noqa: S101 - projected systems always have a code
    transformer = _transformer(system.epsg)
    direction = "INVERSE" if inverse else "FORWARD"
    u, v = transformer.transform(np.atleast_1d(a), np.atleast_1d(b), direction=direction)
    u, v = np.reshape(u, a.shape), np.reshape(v, a.shape)
    good = np.isfinite(u) & np.isfinite(v)
    return np.where(good, u, np.nan), np.where(good, v, np.nan)


@cache
def _transformer(epsg: int) -> Transformer:
    # Each projection is fed with its own geographic system, so that PROJ never searches for a
    # datum shift between WGS 84 and CGCS2000: it knows none, and ours is the identity.
    geographic = 4326 if epsg == 3857 else 4490
    return Transformer.from_crs(geographic, epsg, always_xy=True)


@dataclass(frozen=True, slots=True)
class Bounds:
    """A box of longitudes and latitudes, in degrees, its edges included."""

    west: float
    south: float
    east: float
    north: float


class Verdict(IntEnum):
    """What `check_bounds` says of one position."""

    OK = 0
    NOT_FINITE = 1
    NOT_DEGREES = 2
    SWAPPED = 3
    OUTSIDE = 4


def check_bounds(lon: ArrayLike, lat: ArrayLike, bounds: Bounds) -> NDArray[np.int8]:
    """Check positions against the box of the deployment.

    A position in GCJ-02 that was named WGS 84 lies half a kilometre off and mostly still in the
    box: that cannot be seen from one position and is not guessed here.

    Parameters
    ----------
    lon, lat
        Degrees (EPSG:4490), of shapes that broadcast.
    bounds
        The box that positions must lie in.

    Returns
    -------
    ndarray of int8
        A `Verdict` for each position.
    """
    x, y = np.broadcast_arrays(np.asarray(lon, np.float64), np.asarray(lat, np.float64))
    verdict = np.full(x.shape, Verdict.OUTSIDE, dtype=np.int8)
    verdict[(np.abs(x) > 180.0) | (np.abs(y) > 90.0)] = Verdict.NOT_DEGREES
    verdict[_within(y, x, bounds)] = Verdict.SWAPPED
    verdict[_within(x, y, bounds)] = Verdict.OK
    verdict[~(np.isfinite(x) & np.isfinite(y))] = Verdict.NOT_FINITE
    return verdict


def explain_verdict(
    verdict: Verdict | int, lon: float, lat: float, bounds: Bounds
) -> tuple[str, str]:
    """Say in words why a position was refused, and what may be wrong.

    Parameters
    ----------
    verdict
        What `check_bounds` said; not ``OK``.
    lon, lat
        The position, in degrees.
    bounds
        The box it was checked against.

    Returns
    -------
    tuple of str
        An English and a Chinese sentence.
    """
    box = f"{bounds.west}–{bounds.east}, {bounds.south}–{bounds.north}"
    if verdict == Verdict.NOT_FINITE:
        return (
            f"The position ({lon}, {lat}) is not a pair of finite numbers.",
            f"位置({lon}, {lat})不是有效数字。",
        )
    if verdict == Verdict.SWAPPED:
        return (
            f"The position ({lon}, {lat}) lies outside {box}; lon and lat may be swapped.",
            f"位置({lon}, {lat})超出范围 {box};经度和纬度可能写反了。",
        )
    if verdict == Verdict.NOT_DEGREES:
        return (
            f"({lon}, {lat}) cannot be longitude and latitude in degrees; if these are metres, "
            "name their coordinate system, such as EPSG:4547.",
            f"({lon}, {lat})不可能是经纬度(度);若为米制坐标,请注明坐标系,如 EPSG:4547。",
        )
    return (
        f"The position ({lon}, {lat}) lies outside the box of this deployment, {box}.",
        f"位置({lon}, {lat})超出本部署范围 {box}。",
    )


def _within(x: Floats, y: Floats, box: Bounds) -> NDArray[np.bool_]:
    return (x >= box.west) & (x <= box.east) & (y >= box.south) & (y <= box.north)
