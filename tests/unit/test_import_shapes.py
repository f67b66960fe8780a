"""From the shapes of a file to canonical polygons that tile."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.boundaries.reading.mending import mend_borders
from gis.boundaries.reading.reference import candidates, resolve_crs
from gis.boundaries.reading.shapes import canonical_shapes
from gis.core.coverage import tiling_defects
from gis.core.crs import CGCS2000, parse_crs
from gis.core.datum import Bounds, from_cgcs2000
from gis.core.errors import UnknownCrs
from gis.tabular import Note, Verdicts
from tests import factories

BOX = Bounds(114.9, 34.4, 115.1, 34.6)


def basic() -> np.ndarray:
    return factories.grids().geometry.to_numpy()[:12]


def kinds(count: int) -> pd.DataFrame:
    return pd.DataFrame({"kind": ["rural"] * count})


def in_crs(shapes: np.ndarray, name: str) -> np.ndarray:
    return shapely.transform(
        shapes, lambda xy: np.column_stack(from_cgcs2000(xy[:, 0], xy[:, 1], name))
    )


@given(st.integers(0, 10_000))
def test_borders_rounded_on_each_side_are_joined(seed: int) -> None:
    """Every grid has its own copy of every node, off by up to a lattice unit each."""
    rng = np.random.default_rng(seed)

    def shake(xy: np.ndarray) -> np.ndarray:
        off = rng.integers(-1, 2, (len(xy) - 1, 2))
        return (np.rint(xy * 1e7) + np.vstack([off, off[:1]])) / 1e7

    shaken = np.array([shapely.transform(shape, shake) for shape in basic()], dtype=object)
    codes = list(factories.grids()["code"][:12])
    notes: list[Note] = []
    mended = mend_borders(shaken, kinds(12), 0.05, notes)
    assert tiling_defects(mended, codes) == []
    moved = shapely.hausdorff_distance(mended, shaken)
    assert (moved <= 4e-7).all()
    untouched = mend_borders(shaken, kinds(12), 0.0, [])
    assert bool(tiling_defects(untouched, codes)) == bool(tiling_defects(shaken, codes))


@given(st.integers(1, 99), st.integers(-3, 3))
def test_a_node_beside_a_straight_border_bends_it(percent: int, off: int) -> None:
    """One side has a node in the middle of the other's straight line, a few centimetres off."""
    shapes = basic()
    xy = np.rint(shapely.get_coordinates(shapes[0]) * 1e7)
    node = np.rint(xy[2] + (xy[3] - xy[2]) * percent / 100) + np.array([off, 0])
    shapes[0] = shapely.Polygon(np.insert(xy, 3, node, axis=0) / 1e7)
    codes = list(factories.grids()["code"][:12])
    notes: list[Note] = []
    assert tiling_defects(mend_borders(shapes, kinds(12), 0.05, notes), codes) == []
    assert notes


def test_what_tiles_is_left_alone() -> None:
    notes: list[Note] = []
    shapes = basic()
    mended = mend_borders(shapes, kinds(12), 0.05, notes)
    assert all(a is b for a, b in zip(mended, shapes, strict=True))
    assert notes == []


def test_near_nodes_of_an_outer_border_that_tiles_are_left_alone() -> None:
    """Two nodes a centimetre apart are nothing torn."""
    shapes = basic()
    xy = np.rint(shapely.get_coordinates(shapes[0]) * 1e7)
    shapes[0] = shapely.Polygon(np.insert(xy, 1, xy[0] + (1, -1), axis=0) / 1e7)
    notes: list[Note] = []
    mended = mend_borders(shapes, kinds(12), 0.05, notes)
    assert all(a is b for a, b in zip(mended, shapes, strict=True))
    assert notes == []


def test_a_wide_gap_is_not_closed() -> None:
    shapes = basic()
    xy = shapely.get_coordinates(shapes[0])
    xy[3] -= (1e-5, 0)
    shapes[0] = shapely.Polygon(xy)
    codes = list(factories.grids()["code"][:12])
    assert tiling_defects(mend_borders(shapes, kinds(12), 0.05, []), codes)


@pytest.mark.parametrize(
    "shape",
    [
        None,
        shapely.Point(115, 34.5),
        shapely.LineString([(115, 34.5), (115.01, 34.5)]),
        shapely.Polygon(),
        shapely.Polygon([(115, 34.5), (115.01, 34.5), (115.02, 34.5)]),
        shapely.Polygon([(115, 34.5), (115.00000001, 34.5), (115, 34.50000001)]),
        shapely.Polygon([(115, 34.5), (115.01, 34.51), (115.01, 34.5), (115.0, 34.51)]),
        shapely.Polygon([(115, 34.5), (115.01, float("inf")), (115.01, 34.51)]),
        shapely.Polygon([(34.5, 115.0), (34.51, 115.0), (34.5, 115.01)]),
        shapely.Polygon([(608179, 3836398), (608279, 3836398), (608179, 3836498)]),
    ],
)
def test_shapes_that_are_no_grids(shape: shapely.Geometry | None) -> None:
    verdicts = Verdicts(np.array([1, 2]))
    shapes = np.array([basic()[0], shape], dtype=object)
    found = canonical_shapes(shapes, CGCS2000, BOX, verdicts, [])
    assert verdicts.refused.tolist() == [False, True]
    assert found.polygons[1] is None
    assert shapely.equals_identical(found.polygons[0], basic()[0])


@pytest.mark.parametrize(
    "name", ["EPSG:4490", "EPSG:4547", "EPSG:4526", "EPSG:3857", "gcj02", "bd09"]
)
def test_the_right_system_fits_best(name: str) -> None:
    """With stored borders the right system comes first, whatever else puts it into the box."""
    borders = shapely.multilinestrings(shapely.get_parts(shapely.boundary(basic())))
    listed = candidates(in_crs(basic(), name), BOX, borders)
    best = listed[0]
    right = parse_crs(name)
    assert best.border_m == pytest.approx(0, abs=0.01)
    assert right.name in [c.crs.name for c in listed if c.border_m < best.border_m + 0.01]
    assert all(candidate.share_inside > 0.5 for candidate in listed)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("EPSG:4326", "EPSG:4326"),
        ("EPSG:4490", "EPSG:4490"),
        ("EPSG:4526", "EPSG:4526"),
        (
            'GEOGCS["GCS_China_Geodetic_Coordinate_System_2000",DATUM["D_China_2000",'
            'SPHEROID["CGCS2000",6378137.0,298.257222101]],PRIMEM["Greenwich",0.0],'
            'UNIT["Degree",0.0174532925199433]]',
            "EPSG:4490",
        ),
        (
            'PROJCS["CGCS2000_3_Degree_GK_CM_114E",GEOGCS["GCS_China_Geodetic_Coordinate_System'
            '_2000",DATUM["D_China_2000",SPHEROID["CGCS2000",6378137.0,298.257222101]],'
            'PRIMEM["Greenwich",0.0],UNIT["Degree",0.0174532925199433]],'
            'PROJECTION["Gauss_Kruger"],PARAMETER["False_Easting",500000.0],'
            'PARAMETER["False_Northing",0.0],PARAMETER["Central_Meridian",114.0],'
            'PARAMETER["Scale_Factor",1.0],PARAMETER["Latitude_Of_Origin",0.0],UNIT["Meter",1.0]]',
            "EPSG:4547",
        ),
    ],
)
def test_what_files_say(said: str, expected: str) -> None:
    found = resolve_crs(said)
    assert found is not None
    assert found.name == expected


@pytest.mark.parametrize("said", ["EPSG:4610", "EPSG:2382", "EPSG:4214", "EPSG:2434", "EPSG:32650"])
def test_systems_that_are_not_accepted(said: str) -> None:
    with pytest.raises(UnknownCrs):
        resolve_crs(said)
