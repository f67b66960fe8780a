"""Positions at the door: named coordinate system in, canonical CGCS2000 out."""

from __future__ import annotations

from dataclasses import dataclass

from gis.core.crs import CrsKind, parse_crs
from gis.core.datum import Bounds, Verdict, check_bounds, explain_verdict, to_cgcs2000
from gis.core.errors import OutOfBounds
from gis.core.lattice import UNITS_PER_DEGREE, canonical


@dataclass(frozen=True, slots=True)
class Position:
    """A position as it was given.

    Attributes
    ----------
    x, y
        Longitude or easting, and latitude or northing, in the unit of `crs`.
    crs
        Name of the coordinate system.
    accuracy_m
        Radius in metres within which the true place lies; None where it was not said.
    """

    x: float
    y: float
    crs: str
    accuracy_m: float | None = None


def place_on_earth(position: Position, bounds: Bounds) -> tuple[float, float, Verdict]:
    """Return a position as it is stored, and how it lies to the deployment.

    Parameters
    ----------
    position
        As given.
    bounds
        The deployment's box.

    Returns
    -------
    tuple
        Canonical CGCS2000 longitude and latitude in degrees, and ``OK`` or ``OUTSIDE``.

    Raises
    ------
    UnknownCrs
        The coordinate system is not known, or refused.
    OutOfBounds
        It is no place on earth; says whether longitude and latitude may be swapped.
    """
    crs = parse_crs(position.crs)
    if crs.kind is CrsKind.GEOGRAPHIC and _inside(position.x, position.y, bounds):
        # What nearly all ask: without arrays, for one number at a time they take long.
        return _canonical(position.x), _canonical(position.y), Verdict.OK
    lon, lat = (float(value) for value in to_cgcs2000(position.x, position.y, crs))
    verdict = Verdict(int(check_bounds(lon, lat, bounds)))
    on_earth = abs(lon) <= 180 and abs(lat) <= 90
    if not on_earth:
        # A projection that has no answer gives NaN: then what was given says more.
        nowhere = verdict is Verdict.NOT_FINITE
        shown = (position.x, position.y) if nowhere else (lon, lat)
        raise _out_of_bounds(verdict, shown, bounds)
    return float(canonical(lon)), float(canonical(lat)), verdict


def _inside(lon: float, lat: float, bounds: Bounds) -> bool:
    return bounds.west <= lon <= bounds.east and bounds.south <= lat <= bounds.north


def _canonical(degrees: float) -> float:
    return round(degrees * UNITS_PER_DEGREE) / UNITS_PER_DEGREE


def place_in_deployment(position: Position, bounds: Bounds) -> tuple[float, float]:
    """Return a position as it is stored, if it lies in the deployment's box.

    Parameters
    ----------
    position
        As given.
    bounds
        The deployment's box.

    Returns
    -------
    tuple of float
        Canonical CGCS2000 longitude and latitude, degrees.

    Raises
    ------
    UnknownCrs
        The coordinate system is not known, or refused.
    OutOfBounds
        It lies outside; says whether longitude and latitude may be swapped.
    """
    lon, lat, verdict = place_on_earth(position, bounds)
    if verdict is not Verdict.OK:
        raise _out_of_bounds(verdict, (lon, lat), bounds)
    return lon, lat


def _out_of_bounds(verdict: Verdict, shown: tuple[float, float], bounds: Bounds) -> OutOfBounds:
    english, chinese = explain_verdict(verdict, *shown, bounds)
    reason = verdict.name.lower().replace("_", "-")
    return OutOfBounds(english, zh=chinese, verdict=reason)
