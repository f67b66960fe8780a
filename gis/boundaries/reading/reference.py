"""In which coordinate system a file is: as it says, as the user says, or what would fit."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS
from pyproj.exceptions import CRSError

from gis.core.crs import GAUSS_KRUGER, Crs, parse_crs
from gis.core.datum import Bounds, to_cgcs2000
from gis.core.errors import UnknownCrs
from gis.core.geodesy import distance_m

SAMPLE = 2_000
"""Vertices tried for each candidate."""
MEASURED = 200
"""Of these, from all over the file, how many are measured against the stored borders."""
PLAUSIBLE_SHARE = 0.5
SHOWN = 6

_OLD_DATUMS = re.compile(r"(xian|beijing)_?\s*(1980|1954|80|54)", re.IGNORECASE)
_SAME_DATUMS = re.compile(r"china.?2000|cgcs.?2000|wgs.?(19)?84|world geodetic system 1984", re.I)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A coordinate system that a file without one might be in.

    Attributes
    ----------
    crs
        The system.
    share_inside
        Share of the vertices that come to lie in the deployment's box.
    border_m
        Median distance of vertices to the borders stored already, in metres; NaN without any.
    """

    crs: Crs
    share_inside: float
    border_m: float


def resolve_crs(said: str | Crs | None) -> Crs | None:
    """Return the accepted system that the text of a file means; None where it says nothing.

    Parameters
    ----------
    said
        ``EPSG:…``, WKT or a name such as ``GCJ-02``, as read from the file.

    Raises
    ------
    UnknownCrs
        The system is not accepted: Xian 80 and Beijing 54 with their reason, others by name.
    """
    if said is None or isinstance(said, Crs):
        return said
    try:
        system = CRS.from_user_input(said)
    except CRSError:
        return parse_crs(said[:120])
    geodetic = system.geodetic_crs
    datum = " ".join(
        str(part.name) for part in (geodetic, geodetic and geodetic.datum) if part is not None
    )
    old = _OLD_DATUMS.search(datum.replace("-", " "))
    if old:
        return parse_crs(f"{old.group(1)}{'80' if '80' in old.group(2) else '54'}".lower())
    code = system.to_epsg(min_confidence=25)
    if system.is_geographic and _SAME_DATUMS.search(datum):
        return parse_crs(code if code in (4326, 4490) else 4490)
    return parse_crs(code if code is not None else system.name)


def require_reference(
    said: Crs | None,
    named: str | None,
    shapes: NDArray[Any],
    bounds: Bounds,
    borders: Any | None,
) -> Crs:
    """Return the system to use; without one, refuse and list what would fit.

    Parameters
    ----------
    said
        What the file says.
    named
        What the user says (``--crs``); goes first.
    shapes
        Geometries of the file, in its own coordinates.
    bounds
        Box of the deployment.
    borders
        Borders stored already (a line geometry in degrees), or None.

    Raises
    ------
    UnknownCrs
        Nobody says which system it is; ``extra["candidates"]`` lists those that fit.
    """
    if named is not None:
        return parse_crs(named)
    if said is not None:
        return said
    listed = candidates(shapes, bounds, borders)
    raise UnknownCrs(
        "the file does not say its coordinate system (no .prj). "
        f"{describe_candidates(listed, zh=False)}",
        zh=f"文件没有说明坐标系（缺少 .prj）。{describe_candidates(listed, zh=True)}",
        candidates=[candidate.crs.name for candidate in listed],
    )


def candidates(shapes: NDArray[Any], bounds: Bounds, borders: Any | None) -> list[Candidate]:
    """List the systems in which most vertices fall into the deployment's box, best first.

    Parameters
    ----------
    shapes, bounds, borders
        As for `require_reference`.

    Returns
    -------
    list of Candidate
        By distance to the stored borders where there are any, else by the share inside.
    """
    xy = _sample(shapes)
    found = []
    for name in ("EPSG:4490", "gcj02", "bd09", *GAUSS_KRUGER, 3857):
        crs = parse_crs(name)
        share, lon, lat = _share_inside(xy, crs, bounds)
        if share > PLAUSIBLE_SHARE:
            found.append(Candidate(crs, share, _border_distance(lon, lat, borders)))
    return sorted(found, key=lambda c: (np.nan_to_num(c.border_m), -c.share_inside))


def fit_of(shapes: NDArray[Any], crs: Crs, bounds: Bounds, borders: Any | None) -> Candidate:
    """Say how well a file fits in one system.

    Parameters
    ----------
    shapes, bounds, borders
        As for `require_reference`.
    crs
        The system.

    Returns
    -------
    Candidate
    """
    share, lon, lat = _share_inside(_sample(shapes), crs, bounds)
    return Candidate(crs, share, _border_distance(lon, lat, borders) if share else float("nan"))


def title_of(crs: Crs) -> str:
    """Return what the EPSG register calls a system; its own name where it is not there."""
    return _title(crs.epsg) if crs.epsg else crs.name


def _sample(shapes: NDArray[Any]) -> NDArray[np.float64]:
    xy = shapely.get_coordinates(shapes[~shapely.is_missing(shapes)])
    xy = xy[np.isfinite(xy).all(axis=1)]
    return np.asarray(xy[:: max(len(xy) // SAMPLE, 1)])


def describe_candidates(listed: list[Candidate], *, zh: bool) -> str:
    """Say which systems would fit, and what to type."""
    if not listed:
        return (
            "没有一种受支持的坐标系能使数据落入本部署范围；请向数据提供方询问坐标系"
            if zh
            else "None of the accepted systems puts it into the deployment's box; ask its source"
        )
    rows = [_describe(candidate, zh=zh) for candidate in listed[:SHOWN]]
    first = listed[0].crs.name
    if zh:
        return f"可能的坐标系（按吻合程度）：{'；'.join(rows)}。确认后请输入：--crs {first}"
    return f"What would fit, best first: {'; '.join(rows)}. When you are sure, type: --crs {first}"


def _describe(candidate: Candidate, *, zh: bool) -> str:
    name = candidate.crs.name
    title = f" ({_title(candidate.crs.epsg)})" if candidate.crs.epsg else ""
    inside = f"{candidate.share_inside:.0%}"
    near = ""
    if np.isfinite(candidate.border_m):
        near = (
            f"，距现有边界 {candidate.border_m:.1f} 米"
            if zh
            else f", {candidate.border_m:.1f} m from the stored borders"
        )
    return f"{name}{title} {inside} {'在范围内' if zh else 'inside'}{near}"


@cache
def _title(epsg: int) -> str:
    return str(CRS.from_epsg(epsg).name)


def _share_inside(xy: Any, crs: Crs, bounds: Bounds) -> tuple[float, Any, Any]:
    if len(xy) == 0:
        return 0.0, xy, xy
    is_degrees = bool((np.abs(xy) <= 180).all())
    if is_degrees != (crs.kind not in ("projected",)):
        return 0.0, xy, xy
    lon, lat = to_cgcs2000(xy[:, 0], xy[:, 1], crs)
    with np.errstate(invalid="ignore"):
        inside = (lon >= bounds.west) & (lon <= bounds.east)
        inside &= (lat >= bounds.south) & (lat <= bounds.north)
    return float(inside.mean()), lon, lat


def _border_distance(lon: Any, lat: Any, borders: Any | None) -> float:
    if borders is None:
        return float("nan")
    good = np.isfinite(lon) & np.isfinite(lat)
    points = shapely.points(lon[good], lat[good])
    points = points[:: max(len(points) // MEASURED, 1)]
    nearest = shapely.get_coordinates(shapely.shortest_line(points, borders)).reshape(-1, 2, 2)
    metres = distance_m(nearest[:, 0, 0], nearest[:, 0, 1], nearest[:, 1, 0], nearest[:, 1, 1])
    return float(np.median(metres))
