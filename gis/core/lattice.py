"""The integer lattice on which every exact decision is made.

A stored coordinate is the double ``n / 1e7`` with an integer ``n`` (about 1.1 cm on the
ground). The integer ``n`` is its *lattice unit*. Two stored coordinates are equal exactly when
their units are equal, and a cross product of units fits an ``int64``, so questions such as "is
this point on that border?" have one answer and need no tolerance.

Rounding is ``rint(degrees * 1e7)``: to the nearest unit, halves to the even unit.

Source: ADR 0002.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.geometry.base import BaseGeometry

from gis.core.errors import Invalid

UNITS_PER_DEGREE = 10_000_000
"""Lattice units in a degree."""

Geometries = NDArray[Any]
"""An object array of shapely geometries."""


def to_lattice(degrees: ArrayLike) -> NDArray[np.int64]:
    """Round degrees to lattice units.

    Parameters
    ----------
    degrees
        Longitudes or latitudes of any shape, in degrees.

    Returns
    -------
    ndarray of int64
        Units of the same shape: ``rint(degrees * 1e7)``, halves to the even unit.

    Raises
    ------
    Invalid
        If a value is NaN or infinite.

    Examples
    --------
    >>> int(to_lattice(115.18090004))
    1151809000
    """
    values = np.asarray(degrees, dtype=np.float64)
    if not np.isfinite(values).all():
        raise Invalid("A coordinate is not a finite number.", zh="坐标不是有效数字(NaN 或无穷大)。")
    return np.rint(values * UNITS_PER_DEGREE).astype(np.int64)


def to_degrees(units: ArrayLike) -> NDArray[np.float64]:
    """Turn lattice units into canonical degrees.

    Parameters
    ----------
    units
        Integer lattice units of any shape.

    Returns
    -------
    ndarray of float64
        ``units / 1e7``: the doubles that are stored.
    """
    return np.asarray(units, dtype=np.float64) / UNITS_PER_DEGREE


def canonical(degrees: ArrayLike) -> NDArray[np.float64]:
    """Round degrees to the canonical doubles ``n / 1e7``.

    Parameters
    ----------
    degrees
        Longitudes or latitudes of any shape, in degrees.

    Returns
    -------
    ndarray of float64
        The nearest canonical values, of the same shape.

    Raises
    ------
    Invalid
        If a value is NaN or infinite.
    """
    return to_degrees(to_lattice(degrees))


def is_canonical(degrees: ArrayLike) -> NDArray[np.bool_]:
    """Tell which values are canonical doubles.

    Parameters
    ----------
    degrees
        Longitudes or latitudes of any shape, in degrees.

    Returns
    -------
    ndarray of bool
        True where the value is exactly ``n / 1e7``; False for NaN and infinity.
    """
    values = np.asarray(degrees, dtype=np.float64)
    with np.errstate(invalid="ignore"):
        rounded = np.rint(values * UNITS_PER_DEGREE) / UNITS_PER_DEGREE
    return np.asarray(np.isfinite(values) & (rounded == values))


def lattice_geometry(geometries: ArrayLike | BaseGeometry) -> Geometries:
    """Round geometries to the lattice, with the units themselves as coordinates.

    GEOS works in doubles, which hold these integers exactly.

    Parameters
    ----------
    geometries
        Geometries of any shape, lon/lat in degrees; a third dimension is dropped.

    Returns
    -------
    ndarray of object
        Geometries of the same shape whose coordinates are integer-valued doubles. They may be
        invalid where the input is finer than the lattice.

    Raises
    ------
    Invalid
        If a coordinate is NaN or infinite.
    """
    array = np.asarray(geometries, dtype=object)
    return np.asarray(shapely.transform(array, lambda xy: to_lattice(xy).astype(np.float64)))


def degrees_geometry(geometries: ArrayLike | BaseGeometry) -> Geometries:
    """Turn geometries in lattice units into canonical degrees.

    Parameters
    ----------
    geometries
        Geometries of any shape whose coordinates are lattice units.

    Returns
    -------
    ndarray of object
        The geometries of the same shape in lon/lat degrees.
    """
    array = np.asarray(geometries, dtype=object)
    return np.asarray(shapely.transform(array, to_degrees))
