"""From the shapes of a file to canonical polygons; whatever changes a shape is counted."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

from gis.core.crs import Crs
from gis.core.datum import Bounds, to_cgcs2000
from gis.core.errors import Invalid
from gis.core.lattice import degrees_geometry, lattice_geometry
from gis.tabular import Note, Reason, Verdicts

BOX_MARGIN = 0.1
"""Part of its size by which shapes may stand over the deployment's box."""

_POLYGONS = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
_PLACE = re.compile(r"\[(-?[\d.e+]+) (-?[\d.e+]+)\]")

_MISSING = Reason("没有图形", "has no shape")
_NOT_AREA = Reason("不是面图形（多边形）", "is not a polygon")
_NOT_FINITE = Reason("坐标含 NaN 或无穷大", "has coordinates that are not finite numbers")
_COLLAPSED = Reason(
    "图形或其中一环过小过窄，取整到 1e-7 度后消失",
    "is so small or thin, or a ring of it, that rounding to 1e-7° removes it",
)
_TWISTED = Reason(
    "图形自相交或环重复（位置见“值”列）", "crosses itself or repeats a ring (place: see value)"
)


@dataclass(frozen=True, slots=True)
class Shapes:
    """Polygons of a file.

    Attributes
    ----------
    polygons
        Object array (n,): Polygons and MultiPolygons in canonical CGCS2000 degrees, shells
        counter-clockwise; None where refused.
    faults
        Where shapes cross themselves: index → (lon, lat).
    """

    polygons: NDArray[Any]
    faults: dict[int, tuple[float, float]]


def canonical_shapes(
    shapes: NDArray[Any], crs: Crs, bounds: Bounds, verdicts: Verdicts, notes: list[Note]
) -> Shapes:
    """Convert, round, check and orient the shapes of a file.

    Parameters
    ----------
    shapes
        Object array (n,) in the system of the file.
    crs
        That system.
    bounds
        Box of the deployment.
    verdicts
        Takes the refusals.
    notes
        Takes what was changed: points that fell together, several parts.

    Returns
    -------
    Shapes
    """
    kinds = shapely.get_type_id(shapes)
    missing = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    verdicts.refuse(missing, "geometry", _type_names(shapes), _MISSING)
    verdicts.refuse(
        ~missing & ~np.isin(kinds, _POLYGONS), "geometry", _type_names(shapes), _NOT_AREA
    )
    good = ~missing & np.isin(kinds, _POLYGONS)
    degrees = np.full(len(shapes), None, dtype=object)
    degrees[good] = _converted(shapes[good], crs)
    # shapely.is_valid_input is not asked: bounds are NaN exactly where a coordinate is.
    finite = np.isfinite(shapely.bounds(degrees)).all(axis=1) & _all_finite(degrees)
    verdicts.refuse(good & ~finite, "geometry", _type_names(shapes), _NOT_FINITE)
    good &= finite
    good &= ~_refuse_outside(degrees, good, bounds, verdicts)
    rounded = np.full(len(shapes), None, dtype=object)
    rounded[good] = lattice_geometry(degrees[good])
    cleaned, collapsed = _without_repeats(rounded)
    verdicts.refuse(collapsed, "geometry", _type_names(rounded), _COLLAPSED)
    good &= ~collapsed
    _note_rounding(rounded, cleaned, notes)
    faults = _refuse_invalid(cleaned, good, verdicts)
    good &= verdicts.accepted
    polygons = np.full(len(shapes), None, dtype=object)
    polygons[good] = shapely.orient_polygons(degrees_geometry(cleaned[good]))
    _note_parts(polygons, notes)
    return Shapes(polygons, faults)


def _converted(shapes: NDArray[Any], crs: Crs) -> NDArray[Any]:
    def convert(xy: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.column_stack(to_cgcs2000(xy[:, 0], xy[:, 1], crs))

    try:
        return np.asarray(shapely.transform(shapes, convert))
    except GEOSException as error:
        # A position that the projection cannot have comes back as NaN, and no ring closes on that.
        raise Invalid(
            f"the coordinates of the file do not fit {crs.name}; look at its numbers and name the"
            " system that they are in: --crs",
            zh=f"文件中的坐标与 {crs.name} 不符；请核对数值并用 --crs 指定正确的坐标系",
        ) from error


def _all_finite(shapes: NDArray[Any]) -> NDArray[np.bool_]:
    xy, owner = shapely.get_coordinates(shapes, return_index=True)
    bad = np.zeros(len(shapes), dtype=bool)
    bad[owner[~np.isfinite(xy).all(axis=1)]] = True
    return ~bad


def _refuse_outside(
    degrees: NDArray[Any], good: NDArray[np.bool_], bounds: Bounds, verdicts: Verdicts
) -> NDArray[np.bool_]:
    wide = BOX_MARGIN * (bounds.east - bounds.west)
    high = BOX_MARGIN * (bounds.north - bounds.south)
    boxes = shapely.bounds(degrees)
    with np.errstate(invalid="ignore"):
        inside = (boxes[:, 0] >= bounds.west - wide) & (boxes[:, 2] <= bounds.east + wide)
        inside &= (boxes[:, 1] >= bounds.south - high) & (boxes[:, 3] <= bounds.north + high)
    outside: NDArray[np.bool_] = good & ~inside
    shown = np.array([f"{b[0]:.5f}, {b[1]:.5f}" for b in boxes], dtype=object)
    box = f"{bounds.west}–{bounds.east}, {bounds.south}–{bounds.north}"
    verdicts.refuse(
        outside,
        "geometry",
        shown,
        Reason(
            f"超出本部署范围 {box}（坐标系不对？）",
            f"lies outside the box of this deployment, {box} (another coordinate system?)",
        ),
    )
    return outside


def _refuse_invalid(
    cleaned: NDArray[Any], good: NDArray[np.bool_], verdicts: Verdicts
) -> dict[int, tuple[float, float]]:
    invalid = good & ~shapely.is_valid(cleaned)
    faults: dict[int, tuple[float, float]] = {}
    shown = np.full(len(cleaned), "", dtype=object)
    for index in np.flatnonzero(invalid):
        place = _PLACE.search(shapely.is_valid_reason(cleaned[index]))
        if place:
            lon, lat = float(place.group(1)) / 1e7, float(place.group(2)) / 1e7
            faults[int(index)] = (lon, lat)
            shown[index] = f"{lon:.7f}, {lat:.7f}"
    verdicts.refuse(invalid, "geometry", shown, _TWISTED)
    return faults


def _without_repeats(
    rounded: NDArray[Any],
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Remove points that fell together, and tell which shapes vanish by that, as a whole.

    Not the area is asked: that of a symmetric bow-tie is 0 as well.
    """
    cleaned = rounded.copy()
    collapsed = shapely.area(shapely.convex_hull(rounded)) == 0
    for index in np.flatnonzero(~collapsed & ~shapely.is_missing(rounded)):
        try:
            cleaned[index] = shapely.remove_repeated_points(rounded[index], 0.0)
        except GEOSException:  # one of its rings has fewer than three points left
            collapsed[index] = True
    return cleaned, collapsed


def _note_rounding(rounded: NDArray[Any], cleaned: NDArray[Any], notes: list[Note]) -> None:
    before, after = shapely.get_num_coordinates(rounded), shapely.get_num_coordinates(cleaned)
    count = int((before - after).sum())
    if count:
        notes.append(
            Note(f"取整后重合的点删去 {count} 个", f"points that fell together removed: {count}")
        )


def _note_parts(polygons: NDArray[Any], notes: list[Note]) -> None:
    many = int((shapely.get_num_geometries(polygons) > 1).sum())
    if many:
        notes.append(
            Note(f"由多块组成的网格 {many} 个", f"grids that consist of several parts: {many}")
        )


def _type_names(shapes: NDArray[Any]) -> NDArray[Any]:
    names = np.full(len(shapes), "", dtype=object)
    names[:] = ["" if shape is None else shape.geom_type for shape in shapes]
    return names
