"""From many positions in any accepted system to their grids: every wrong one says why."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from gis.core.crs import Crs, CrsKind, parse_crs
from gis.core.datum import Bounds, Verdict, check_bounds, to_cgcs2000
from gis.core.errors import UnknownCrs
from gis.core.locator import Locator
from gis.tabular.verdicts import Reason

Floats = NDArray[np.float64]

_NOT_FINITE = Reason("不是有效的一对数字", "is not a pair of finite numbers")
_NO_DEGREES = Reason(
    "不可能是经纬度（度）；若为米制坐标，请注明其坐标系，如 EPSG:4547",
    "cannot be longitude and latitude in degrees; if these are metres, name their coordinate "
    "system, such as EPSG:4547",
)
_UNPROJECTABLE = Reason(
    "坐标超出该坐标系的适用范围", "cannot be a position in the coordinate system named"
)
_NAMELESS = Reason(
    "该点未注明坐标系，请求或文件亦未注明",
    "names no coordinate system, and nothing names one for all",
)


@dataclass(frozen=True, slots=True)
class Answers:
    """The grids of many positions; every array has shape (n,).

    A position on earth that lies in no grid is no mistake: it has neither a grid nor a fault.

    Attributes
    ----------
    lon, lat
        CGCS2000 degrees, not yet rounded to the lattice; NaN where faulty.
    basic, exclusive
        int32: indices into the locator's layers, -1 for none.
    fault
        int16: 0, or one more than the index into `reasons`.
    reasons
        What is wrong with the faulty positions.
    """

    lon: Floats
    lat: Floats
    basic: NDArray[np.int32]
    exclusive: NDArray[np.int32]
    fault: NDArray[np.int16]
    reasons: tuple[Reason, ...]


def only_seen(answers: Answers, locator: Locator, seen: Set[int] | None) -> Answers:
    """Return answers that speak of some grids only, as if there were no others.

    Parameters
    ----------
    answers
        Of the locator.
    locator
        Tells the ids of its grids.
    seen
        Ids of the grids that may be spoken of; None for all.

    Returns
    -------
    Answers
    """
    if seen is None:
        return answers
    ids = np.fromiter(seen, np.int64, len(seen))
    return replace(
        answers,
        basic=_only(answers.basic, np.isin(locator.basic.grid_ids, ids)),
        exclusive=_only(answers.exclusive, np.isin(locator.exclusive.grid_ids, ids)),
    )


def _only(index: NDArray[np.int32], kept: NDArray[np.bool_]) -> NDArray[np.int32]:
    # One more entry, so that "none" (-1) reads something.
    return np.where(np.append(kept, False)[index], index, np.int32(-1))


def locate_many(
    locator: Locator,
    x: ArrayLike,
    y: ArrayLike,
    crs: Crs | str | Sequence[str | None] | NDArray[Any] | None,
    bounds: Bounds,
    *,
    threads: int = 1,
) -> Answers:
    """Find the grids of many positions.

    Parameters
    ----------
    locator
        Of the boundaries that are meant.
    x, y
        Longitudes or eastings, and latitudes or northings, shape (n,); NaN where missing.
    crs
        Name of their coordinate system, or one name (or None) for each position.
    bounds
        The deployment's box; only to see swapped longitudes and latitudes.
    threads
        How many threads may work on it.

    Returns
    -------
    Answers

    Raises
    ------
    UnknownCrs
        The one system of all positions is not known, or refused.
    """
    a, b = np.asarray(x, np.float64), np.asarray(y, np.float64)
    if crs is None or isinstance(crs, str | Crs):
        lon, lat, fault, reasons = _placed(a, b, parse_crs(crs or ""), bounds)
    else:
        lon, lat, fault, reasons = _placed_each(a, b, crs, bounds)
    located = locator.locate(lon, lat, threads=threads)
    return Answers(lon, lat, located.basic, located.exclusive, fault, reasons)


def _placed(
    x: Floats, y: Floats, crs: Crs, bounds: Bounds
) -> tuple[Floats, Floats, NDArray[np.int16], tuple[Reason, ...]]:
    """Return CGCS2000 positions, NaN where faulty."""
    lon, lat = _converted(x, y, crs)
    fault = np.zeros(len(x), dtype=np.int16)
    if _all_inside(lon, lat, bounds):
        return lon, lat, fault, ()
    verdict = check_bounds(lon, lat, bounds)
    numbers = np.isfinite(x) & np.isfinite(y)
    fault[verdict == Verdict.NOT_FINITE] = 1
    fault[(verdict == Verdict.NOT_FINITE) & numbers] = 2
    fault[verdict == Verdict.NOT_DEGREES] = 3
    fault[verdict == Verdict.SWAPPED] = 4
    reasons = (_NOT_FINITE, _UNPROJECTABLE, _NO_DEGREES, _swapped(bounds))
    wrong = fault != 0
    return np.where(wrong, np.nan, lon), np.where(wrong, np.nan, lat), fault, reasons


def _converted(x: Floats, y: Floats, crs: Crs) -> tuple[Floats, Floats]:
    if crs.kind in (CrsKind.GCJ02, CrsKind.BD09):
        # What lies outside the degrees is a verdict of its own, not a matter for the conversion.
        odd = (np.abs(x) > 180) | (np.abs(y) > 90)
        lon, lat = to_cgcs2000(np.where(odd, np.nan, x), np.where(odd, np.nan, y), crs)
        return np.where(odd, x, lon), np.where(odd, y, lat)
    return to_cgcs2000(x, y, crs)


def _all_inside(lon: Floats, lat: Floats, bounds: Bounds) -> bool:
    if not len(lon):
        return True
    # Minimum and maximum are NaN where anything is, and then no comparison holds.
    return bool(
        lon.min() >= bounds.west
        and lon.max() <= bounds.east
        and lat.min() >= bounds.south
        and lat.max() <= bounds.north
    )


def _placed_each(
    x: Floats, y: Floats, crs: Any, bounds: Bounds
) -> tuple[Floats, Floats, NDArray[np.int16], tuple[Reason, ...]]:
    """Place positions that name their own systems, one system at a time."""
    lon, lat = np.full(len(x), np.nan), np.full(len(x), np.nan)
    fault = np.zeros(len(x), dtype=np.int16)
    reasons: list[Reason] = [_NAMELESS]
    codes, names = pd.factorize(np.asarray(crs, dtype=object))
    fault[codes < 0] = 1
    for index, name in enumerate(names.tolist()):
        at = np.flatnonzero(codes == index)
        try:
            lon[at], lat[at], its_fault, its_reasons = _placed(
                x[at], y[at], parse_crs(str(name)), bounds
            )
        except UnknownCrs as error:
            its_fault, its_reasons = (
                np.ones(len(at), np.int16),
                (Reason(error.detail_zh, error.detail),),
            )
        fault[at] = np.where(its_fault == 0, 0, its_fault + len(reasons))
        reasons.extend(its_reasons)
    return lon, lat, fault, tuple(reasons)


def _swapped(bounds: Bounds) -> Reason:
    box = f"{bounds.west}–{bounds.east}, {bounds.south}–{bounds.north}"
    return Reason(
        f"超出范围 {box}；经度和纬度可能写反了",
        f"lies outside {box}; longitude and latitude may be swapped",
    )
