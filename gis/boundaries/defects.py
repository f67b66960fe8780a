"""What is wrong with grids, where, by how much: as sentences and as GeoJSON."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely

from gis.boundaries.rules import overlapping_pairs
from gis.core.coverage import Defect, DefectKind
from gis.core.defects import KIND_ZH
from gis.core.geodesy import area_m2, length_m
from gis.core.lattice import Geometries, lattice_geometry, to_degrees
from gis.tabular import unwritable

DIGITS = 7


def summarise(defects: Sequence[Defect]) -> tuple[str, str]:
    """Count defects by kind, with their areas, in English and in Chinese.

    Parameters
    ----------
    defects
        At least one.

    Returns
    -------
    tuple of str
    """
    count = Counter(defect.kind for defect in defects)
    area: Counter[DefectKind] = Counter()
    for defect in defects:
        area[defect.kind] += defect.area_m2  # type: ignore[assignment]  # sums of floats
    english = ", ".join(f"{n} {kind.value} ({area[kind]:.2f} m²)" for kind, n in count.items())
    chinese = "、".join(
        f"{KIND_ZH[kind]} {n} 处（{area[kind]:.2f} 平方米）" for kind, n in count.items()
    )
    return f"the grids do not tile: {english}", f"网格未能无缝拼接：{chinese}"


def shape_defects(faults: Mapping[int, tuple[float, float]], codes: Sequence[str]) -> list[Defect]:
    """Return shapes that cross themselves as defects.

    Parameters
    ----------
    faults
        Number of the grid → longitude and latitude of the crossing.
    codes
        Codes of all grids.
    """
    return [
        Defect(
            kind=DefectKind.INVALID,
            geometry=shapely.Point(lon, lat),
            area_m2=0.0,
            width_m=0.0,
            codes=(codes[index],),
            detail=f"Grid {codes[index]} crosses itself at {lon:.7f}, {lat:.7f}.",
            detail_zh=f"网格 {codes[index]} 在 {lon:.7f}, {lat:.7f} 处自相交。",
        )
        for index, (lon, lat) in faults.items()
    ]


def exclusive_overlaps(polygons: Geometries, codes: Sequence[str]) -> list[Defect]:
    """Find exclusive grids that overlap one another.

    Parameters
    ----------
    polygons
        Object array (n,), canonical degrees.
    codes
        Their codes.

    Returns
    -------
    list of Defect
        One for each pair. That they overlap is exact; the shape shown is rounded.
    """
    shapes = lattice_geometry(polygons)
    pairs = overlapping_pairs(shapes, shapes).tolist()
    return [_overlap(shapes, codes, one, other) for one, other in pairs if one < other]


def _overlap(shapes: Geometries, codes: Sequence[str], one: int, other: int) -> Defect:
    common = shapely.intersection(shapes[one], shapes[other])
    at = to_degrees(shapely.get_coordinates(shapely.point_on_surface(common))[0])
    areas = [part for part in shapely.get_parts(common) if part.area > 0]
    shape = shapely.transform(shapely.multipolygons(areas), lambda xy: xy / 1e7)
    area, perimeter = float(area_m2([shape])[0]), float(length_m([shape])[0])
    names = tuple(sorted((codes[one], codes[other])))
    return Defect(
        kind=DefectKind.OVERLAP,
        geometry=shape,
        area_m2=area,
        width_m=2 * area / perimeter if perimeter else 0.0,
        codes=names,
        detail=f"Exclusive grids {names[0]} and {names[1]} overlap at {at[0]:.7f}, {at[1]:.7f} "
        f"({area:.2f} m²).",
        detail_zh=f"专属网格 {names[0]} 与 {names[1]} 在 {at[0]:.7f}, {at[1]:.7f} 处重叠"
        f"（面积 {area:.2f} 平方米）。",
    )


def write_defects(defects: Iterable[Defect], path: Path) -> None:
    """Write defects as GeoJSON (longitude, latitude), to be looked at on a map.

    Parameters
    ----------
    defects
        Defects; one without a geometry becomes a feature without one.
    path
        The file to write.

    Raises
    ------
    Unavailable
        It cannot be written.
    """
    write_features([(defect.geometry, defect_properties(defect)) for defect in defects], path)


def defect_properties(defect: Defect) -> dict[str, Any]:
    """Return what a defect says besides its geometry."""
    return {
        "kind": defect.kind.value,
        "area_m2": round(defect.area_m2, 3),
        "width_m": round(defect.width_m, 3),
        "codes": list(defect.codes),
        "detail": defect.detail,
        "detail_zh": defect.detail_zh,
    }


def write_features(features: Iterable[tuple[Any, dict[str, Any]]], path: Path) -> None:
    """Write geometries with their properties as a GeoJSON FeatureCollection.

    Parameters
    ----------
    features
        Geometry (degrees) or None, and properties.
    path
        The file to write.

    Raises
    ------
    Unavailable
        It cannot be written.
    """
    document = {
        "type": "FeatureCollection",
        "features": [
            {"type": "Feature", "geometry": _geojson(geometry), "properties": properties}
            for geometry, properties in features
        ],
    }
    try:
        path.write_bytes(orjson.dumps(document))
    except OSError as error:
        raise unwritable(path, error) from error


def _geojson(geometry: Any) -> Any:
    if geometry is None or not np.isfinite(shapely.bounds(geometry)).all():
        return None
    rounded = shapely.transform(geometry, lambda xy: np.round(xy, DIGITS))
    return orjson.loads(shapely.to_geojson(rounded))
