"""Positions in two columns of a file, in the coordinate system that the user has named."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.core.crs import ACCEPTED, Crs, CrsKind, parse_crs
from gis.core.datum import Bounds, Verdict, check_bounds, to_cgcs2000
from gis.core.errors import UnknownCrs
from gis.core.lattice import canonical
from gis.tabular.cells import numbers
from gis.tabular.headers import Field
from gis.tabular.report import Note
from gis.tabular.table import Table
from gis.tabular.verdicts import Reason, Verdicts

Floats = NDArray[np.float64]

POSITION_FIELDS = (
    Field("x", ("lon", "lng", "longitude", "经度", "东经", "X坐标", "横坐标"), required=True),
    Field("y", ("lat", "latitude", "纬度", "北纬", "Y坐标", "纵坐标"), required=True),
)

_UNPROJECTABLE = Reason(
    "坐标超出该坐标系的适用范围", "cannot be a position in the coordinate system named"
)
MAX_ACCURACY_M = 1_000_000
_NO_ACCURACY = Reason(
    f"不在 0 至 {MAX_ACCURACY_M} 米之间", f"lies outside 0 … {MAX_ACCURACY_M} metres"
)
_NORTHING = (2.0e6, 6.0e6)
"""Gauss-Krüger northings of China, in metres; eastings are smaller or carry a zone number."""
_SURVEY_SHARE = 0.5


@dataclass(frozen=True, slots=True)
class Positions:
    """Positions of a file.

    Attributes
    ----------
    lon, lat
        CGCS2000, canonical degrees; NaN where refused.
    x, y
        As given, x the longitude or easting.
    crs
        Coordinate system of ``x`` and ``y``.
    """

    lon: Floats
    lat: Floats
    x: Floats
    y: Floats
    crs: Crs


def require_crs(name: str | None) -> Crs:
    """Return the coordinate system that the user named; there is no default.

    Raises
    ------
    UnknownCrs
        None was named, or one that is not accepted; lists what is.
    """
    if name is None or not name.strip():
        raise UnknownCrs(
            f"the coordinate system of the positions is not named; add --crs with one of: "
            f"{ACCEPTED}. Phones and WeChat give GCJ-02 by default, GPS devices EPSG:4326",
            zh=f"未指明坐标系；请用 --crs 指定其一：{ACCEPTED}。"
            "手机、微信定位默认是 GCJ-02，GPS 设备为 EPSG:4326",
        )
    return parse_crs(name)


def read_positions(
    table: Table, crs: Crs, bounds: Bounds, verdicts: Verdicts, notes: list[Note]
) -> Positions:
    """Read, check and convert the positions of a file.

    Parameters
    ----------
    table
        With the fields ``x`` and ``y``.
    crs
        Their coordinate system.
    bounds
        Box of the deployment.
    verdicts
        Takes the refusals: text, empty, NaN, swapped, not in degrees, outside the box.
    notes
        Takes a note when x and y were exchanged because they follow the surveyors' custom.

    Returns
    -------
    Positions
    """
    x = numbers(table, "x", verdicts, required=True)
    y = numbers(table, "y", verdicts, required=True)
    labels = table.label("x"), table.label("y")
    if crs.kind is CrsKind.PROJECTED and _is_survey_order(x, y):
        x, y = y, x
        notes.append(
            Note(
                f"列“{labels[0]}”为北坐标、“{labels[1]}”为东坐标（测绘习惯 X 向北），已对调",
                f"{labels[0]} holds northings and {labels[1]} eastings (x north, as surveyors "
                "write): exchanged",
            )
        )
    known = np.isfinite(x) & np.isfinite(y)
    lon, lat = _converted(x, y, crs)
    shown = (table.column("x"), table.column("y"))
    label = f"{labels[0]}, {labels[1]}"
    lost = known & ~(np.isfinite(lon) & np.isfinite(lat))
    verdict = np.where(known & ~lost, check_bounds(lon, lat, bounds), np.int8(Verdict.OK))
    verdicts.refuse(lost, label, shown, _UNPROJECTABLE)
    for kind, reason in _reasons(bounds, crs).items():
        verdicts.refuse(verdict == kind, label, shown, reason)
    good = known & ~lost & (verdict == Verdict.OK)
    lon, lat = np.where(good, lon, np.nan), np.where(good, lat, np.nan)
    lon[good], lat[good] = canonical(lon[good]), canonical(lat[good])
    return Positions(lon, lat, x, y, crs)


def read_accuracy_m(table: Table, verdicts: Verdicts) -> Floats:
    """Read how far the true places may be from the positions.

    Parameters
    ----------
    table
        With or without the field ``position_accuracy_m``.
    verdicts
        Takes the refusals: not a number, negative, larger than any map.

    Returns
    -------
    ndarray of float64
        Metres, shape (n,); NaN where not said or refused.
    """
    field = "position_accuracy_m"
    metres = numbers(table, field, verdicts, required=False)
    strange = (metres < 0) | (metres > MAX_ACCURACY_M)
    verdicts.refuse(strange, table.label(field), table.column(field), _NO_ACCURACY)
    return np.where(strange, np.nan, metres)


def _converted(x: Floats, y: Floats, crs: Crs) -> tuple[Floats, Floats]:
    # What lies outside the degrees is a verdict of its own, not a matter for the conversion.
    if crs.kind in (CrsKind.GCJ02, CrsKind.BD09):
        odd = (np.abs(x) > 180) | (np.abs(y) > 90)
        lon, lat = to_cgcs2000(np.where(odd, np.nan, x), np.where(odd, np.nan, y), crs)
        return np.where(odd, x, lon), np.where(odd, y, lat)
    return to_cgcs2000(x, y, crs)


def _is_survey_order(x: Floats, y: Floats) -> bool:
    """Tell whether x is the northing, by magnitude, for most of the rows."""
    known = np.isfinite(x) & np.isfinite(y)
    low, high = _NORTHING
    swapped = known & (x >= low) & (x < high) & ((y < low) | (y >= high))
    return bool(known.any()) and float(swapped.sum()) > _SURVEY_SHARE * float(known.sum())


def _reasons(bounds: Bounds, crs: Crs) -> dict[Verdict, Reason]:
    box = f"{bounds.west}–{bounds.east}, {bounds.south}–{bounds.north}"
    return {
        Verdict.NOT_DEGREES: Reason(
            f"不可能是经纬度（度）；如为米制坐标，请用 --crs 指明，如 EPSG:4547（当前 {crs.name}）",
            "cannot be longitude and latitude in degrees; if these are metres, name their system "
            f"with --crs, such as EPSG:4547 (now {crs.name})",
        ),
        Verdict.SWAPPED: Reason(
            f"超出范围 {box}；经度和纬度可能写反了",
            f"lies outside {box}; longitude and latitude are probably swapped",
        ),
        Verdict.OUTSIDE: Reason(
            f"超出本部署范围 {box}", f"lies outside the box of this deployment, {box}"
        ),
        Verdict.NOT_FINITE: Reason("不是有限数", "is not a pair of finite numbers"),
    }
