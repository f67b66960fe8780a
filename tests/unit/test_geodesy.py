"""Areas and lengths against PROJ's geodesics."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from pyproj import Geod

from gis.core.geodesy import area_m2, distance_m, length_m, metres_per_degree
from tests.cases import shapes
from tests.cases.tilings import wiggly

COUNTY = wiggly(20, 20, seed=6)
PROJ = Geod(ellps="GRS80")  # CGCS2000 differs by 0.1 mm in the minor axis


def by_proj(polygon: Any) -> tuple[float, float]:
    area, perimeter = PROJ.geometry_area_perimeter(shapely.geometry.polygon.orient(polygon))
    return float(area), float(perimeter)


def test_areas_and_perimeters_agree_with_proj() -> None:
    expected = np.array([by_proj(grid) for grid in COUNTY])
    assert area_m2(COUNTY) == pytest.approx(expected[:, 0], rel=1e-8)
    assert length_m(COUNTY) == pytest.approx(expected[:, 1], rel=1e-9)


def test_a_county_outline_with_long_edges_agrees_with_proj() -> None:
    outline = shapely.Polygon(
        [(114.8, 34.5), (115.0, 34.45), (115.2, 34.6), (115.1, 34.8), (114.85, 34.7)]
    )
    assert float(area_m2([outline])[0]) == pytest.approx(by_proj(outline)[0], rel=1e-8)


def test_areas_of_a_tiling_add_up_to_its_outline() -> None:
    outline = shapely.coverage_union_all(COUNTY)
    assert area_m2(COUNTY).sum() == pytest.approx(float(area_m2([outline])[0]), rel=1e-12)


def test_orientation_does_not_matter_and_holes_are_taken_off() -> None:
    square, turned, holed, island = area_m2(
        [shapes.SQUARE, shapes.CLOCKWISE, shapes.WITH_HOLE, shapes.ISLAND]
    )
    assert square == pytest.approx(turned, rel=1e-12)
    assert holed == pytest.approx(square - island, rel=1e-9)
    parts = shapely.get_parts(shapes.TWO_PARTS)
    assert area_m2([shapes.TWO_PARTS])[0] == pytest.approx(area_m2(parts).sum(), rel=1e-12)


def test_nothing_has_no_size() -> None:
    assert area_m2([shapes.EMPTY, None]).tolist() == [0.0, 0.0]
    assert area_m2([]).shape == (0,)
    assert length_m([shapes.EMPTY]).tolist() == [0.0]


def test_lines_are_measured_as_lines_and_polygons_with_their_holes() -> None:
    line = shapely.LineString([(115.0, 34.5), (115.1, 34.5), (115.1, 34.6)])
    steps = distance_m([115.0, 115.1], [34.5, 34.5], [115.1, 115.1], [34.5, 34.6])
    assert length_m([line])[0] == pytest.approx(steps.sum(), rel=1e-12)
    holed = length_m([shapes.WITH_HOLE])[0]
    assert holed == pytest.approx(length_m([shapes.SQUARE, shapes.ISLAND]).sum(), rel=1e-12)


def test_metres_per_degree() -> None:
    east, north = metres_per_degree(34.65)
    assert float(east) / 1000 == pytest.approx(
        float(distance_m(115.0, 34.65, 115.001, 34.65)), rel=1e-6
    )
    assert float(north) / 1000 == pytest.approx(
        float(distance_m(115.0, 34.6495, 115.0, 34.6505)), rel=1e-6
    )
