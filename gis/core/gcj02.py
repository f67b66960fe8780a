"""GCJ-02 and BD-09, the shifted coordinates of Chinese consumer maps, both ways.

Phones, WeChat and Amap give GCJ-02, Baidu gives BD-09. Both are smooth distortions of WGS 84
by some 500 m and 1,200 m. The forward formulas are public; the inverses are found by
iteration, to better than 1e-9 degrees.

Source: no standard is public; the constants are those on which PRCoords, coord-convert and
geoChina agree, whose results the tests repeat.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_A = 6378245.0
_E2 = 0.00669342162296594323
_WEST, _EAST, _SOUTH, _NORTH = 72.004, 137.8347, 0.8293, 55.8271

# Each step shrinks the error by a factor of about 150: four steps give 2e-11 degrees, the
# fifth the limit of a double.
_GCJ_STEPS = 5
_BD_STEPS = 3
_BD_PI = np.pi * 3000.0 / 180.0


def gcj02_from_wgs84(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift WGS 84 (or CGCS2000) positions to GCJ-02.

    Parameters
    ----------
    lon, lat
        Degrees, of one shape.

    Returns
    -------
    tuple of ndarray
        Longitudes and latitudes in GCJ-02; outside the rectangle of China unchanged.
    """
    inside = _in_rectangle(lon, lat)
    d_lon, d_lat = _shift(lon, lat)
    return np.where(inside, lon + d_lon, lon), np.where(inside, lat + d_lat, lat)


def wgs84_from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Take GCJ-02 positions back to WGS 84 (or CGCS2000).

    Parameters
    ----------
    lon, lat
        Degrees in GCJ-02, of one shape.

    Returns
    -------
    tuple of ndarray
        Longitudes and latitudes; the error is below 1e-12 degrees. Outside the rectangle of
        China unchanged.
    """
    # The rectangle is tested once, on the input: inside the iteration a point near its edge
    # would jump back and forth.
    inside = _in_rectangle(lon, lat)
    found_lon, found_lat = lon, lat
    for _ in range(_GCJ_STEPS):
        d_lon, d_lat = _shift(found_lon, found_lat)
        found_lon, found_lat = lon - d_lon, lat - d_lat
    return np.where(inside, found_lon, lon), np.where(inside, found_lat, lat)


def bd09_from_gcj02(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Shift GCJ-02 positions to BD-09.

    Parameters
    ----------
    lon, lat
        Degrees in GCJ-02, of one shape.

    Returns
    -------
    tuple of ndarray
        Longitudes and latitudes in BD-09.
    """
    radius = np.hypot(lon, lat) + 2e-5 * np.sin(lat * _BD_PI)
    angle = np.arctan2(lat, lon) + 3e-6 * np.cos(lon * _BD_PI)
    return radius * np.cos(angle) + 0.0065, radius * np.sin(angle) + 0.006


def gcj02_from_bd09(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Take BD-09 positions back to GCJ-02.

    Parameters
    ----------
    lon, lat
        Degrees in BD-09, of one shape.

    Returns
    -------
    tuple of ndarray
        Longitudes and latitudes in GCJ-02; the error is below 1e-11 degrees.
    """
    x, y = lon - 0.0065, lat - 0.006
    radius = np.hypot(x, y) - 2e-5 * np.sin(y * _BD_PI)
    angle = np.arctan2(y, x) - 3e-6 * np.cos(x * _BD_PI)
    found_lon, found_lat = radius * np.cos(angle), radius * np.sin(angle)
    # The closed form is 14 cm off; each correction by the forward formula gains two digits.
    for _ in range(_BD_STEPS):
        bd_lon, bd_lat = bd09_from_gcj02(found_lon, found_lat)
        found_lon, found_lat = found_lon + (lon - bd_lon), found_lat + (lat - bd_lat)
    return found_lon, found_lat


def _in_rectangle(lon: Floats, lat: Floats) -> NDArray[np.bool_]:
    return (lon >= _WEST) & (lon <= _EAST) & (lat >= _SOUTH) & (lat <= _NORTH)


def _shift(lon: Floats, lat: Floats) -> tuple[Floats, Floats]:
    """Return GCJ-02 minus WGS 84, in degrees."""
    pi = np.pi
    x, y = lon - 105.0, lat - 35.0
    common = 20.0 * np.sin(6.0 * pi * x) + 20.0 * np.sin(2.0 * pi * x)
    root = np.sqrt(np.abs(x))
    north_m = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north_m += (
        common
        + 20.0 * np.sin(pi * y)
        + 40.0 * np.sin(pi * y / 3.0)
        + 160.0 * np.sin(pi * y / 12.0)
        + 320.0 * np.sin(pi * y / 30.0)
    ) * (2.0 / 3.0)
    east_m = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east_m += (
        common
        + 20.0 * np.sin(pi * x)
        + 40.0 * np.sin(pi * x / 3.0)
        + 150.0 * np.sin(pi * x / 12.0)
        + 300.0 * np.sin(pi * x / 30.0)
    ) * (2.0 / 3.0)
    phi = np.radians(lat)
    m = 1.0 - _E2 * np.sin(phi) ** 2
    d_lat = north_m * 180.0 / (_A * (1.0 - _E2) / (m * np.sqrt(m)) * pi)
    d_lon = east_m * 180.0 / (_A / np.sqrt(m) * np.cos(phi) * pi)
    return d_lon, d_lat
