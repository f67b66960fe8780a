"""The rarer forms of the index's records: wide ones, chains of them, and far ones."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis.core.cells.shape import TILE_CELLS
from gis.core.lattice import lattice_geometry, to_degrees, to_lattice
from gis.core.locator import NO_LAYER, Layer, Locator
from tests.cases import triangles
from tests.cases.tilings import ORIGIN, wiggly

RINGS = st.lists(st.tuples(*[st.integers(-9, 40)] * 2), min_size=3, max_size=7)


def layer_of(rings: list[Any], prefix: str = "g") -> Layer:
    polygons = np.array([shapely.Polygon(to_degrees(ring)) for ring in rings], dtype=object)
    codes = [f"{prefix}{i:04d}" for i in range(len(polygons))]
    return Layer(codes, np.arange(len(rings)), polygons)


def lowest(layer: Layer, points: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find the covering polygon of the lowest code with GEOS, in lattice units."""
    tree = shapely.STRtree(lattice_geometry(layer.polygons))
    at, grid = tree.query(shapely.points(points.astype(float)), predicate="intersects")
    found = np.full(len(points), len(layer.codes))
    np.minimum.at(found, at, grid)  # the codes of these tests ascend
    return np.where(found == len(layer.codes), -1, found)


def assert_right(locator: Locator, points: NDArray[np.int64]) -> None:
    located = locator.locate_lattice(points[:, 0], points[:, 1])
    assert (located.basic == lowest(locator.basic, points)).all()
    assert (located.exclusive == lowest(locator.exclusive, points)).all()
    assert (located.basic >= 0).any()


def around(locator: Locator, rng: np.random.Generator, count: int = 4000) -> NDArray[np.int64]:
    """Points anywhere, on vertices and beside them."""
    vertices = to_lattice(
        np.concatenate(
            [
                shapely.get_coordinates(np.asarray(layer.polygons, dtype=object))
                for layer in (locator.basic, locator.exclusive)
            ]
        )
    )
    low, high = vertices.min(axis=0) - 9, vertices.max(axis=0) + 9
    some = vertices[rng.integers(0, len(vertices), count)]
    beside = some + rng.integers(-1, 2, some.shape)
    return np.concatenate([rng.integers(low, high, (count, 2)), some, beside])


def kinds(locator: Locator) -> tuple[bool, bool, bool]:
    """Tell whether there is a wide record, a chain of them, and a tile of far ones."""
    index = locator.index
    wide = chained = False
    for tile in np.flatnonzero(index.page[0::2]).tolist():
        block = index.words[TILE_CELLS * index.page[2 * tile] :][:TILE_CELLS]
        start = int(index.record_start[tile])
        for word in block[block < 0].tolist():
            if start < 0:
                at = int(index.tables[~start]) + int(index.tables[~start + 1 + ~word])
            else:
                at = start + ~word
            head = int(index.records[4 * at])
            wide |= bool(head >> 10 & 1)
            chained |= bool(head >> 11 & 1)
    return wide, chained, bool((index.record_start < 0).any())


def test_many_grids_that_lie_over_one_another() -> None:
    rng = np.random.default_rng(5)
    rings = [ORIGIN + triangle for triangle in triangles.through_one_place(900, rng)]
    locator = Locator.build(layer_of(rings), layer_of(rings[:30], "x"), 1)
    assert kinds(locator) == (True, True, True)
    assert_right(locator, around(locator, rng))


def test_a_star_of_forty_grids_that_meet_in_one_point() -> None:
    angle = np.linspace(0, 2 * np.pi, 41)[:-1]
    rim = ORIGIN + np.rint(20_000 * np.column_stack([np.cos(angle), np.sin(angle)])).astype(int)
    rings = [np.array([ORIGIN, rim[i], rim[(i + 1) % 40]]) for i in range(40)]
    locator = Locator.build(layer_of(rings), NO_LAYER, 1)
    assert kinds(locator)[1]
    assert_right(locator, around(locator, np.random.default_rng(6)))
    assert locator.locate_lattice(*ORIGIN).basic == 0


def test_edges_across_a_province_and_a_grid_of_a_few_metres_beside_them() -> None:
    far = np.array([[0, 0], [60_000_000, 7], [59_999_993, 50_000_000], [3, 49_999_999]])
    small = np.array([[0, 0], [300, 0], [300, 300]]) + 20_000_000
    rings = [ORIGIN + far[[0, 1, 2]], ORIGIN + far[[0, 2, 3]], ORIGIN + small]
    locator = Locator.build(layer_of(rings), layer_of(rings[2:], "x"), 1)
    assert kinds(locator)[0]
    assert_right(locator, around(locator, np.random.default_rng(7)))


@pytest.mark.parametrize("units", [1, 7, 120, 5000])
def test_spikes_slits_and_collinear_vertices(units: int) -> None:
    shape = np.array(
        [(0, 0), (9, 0), (18, 0), (36, 0), (36, 36), (19, 36), (18, 1), (17, 36), (0, 36), (0, 9)]
    )
    spike = np.array([(36, 0), (99, 1), (36, 2)])
    rings = [ORIGIN + shape * units, ORIGIN + spike * units]
    locator = Locator.build(layer_of(rings), NO_LAYER, 1)
    low, high = ORIGIN - 2 * units, ORIGIN + 101 * units
    anywhere = np.random.default_rng(8).integers(low, high, (20_000, 2))
    assert_right(locator, np.concatenate([around(locator, np.random.default_rng(9)), anywhere]))


@settings(max_examples=80, deadline=None)
@given(
    st.lists(RINGS, min_size=1, max_size=9),
    st.sampled_from([1, 3, 50, 7777, 3_000_000]),
    st.integers(0, 1 << 40),
)
def test_any_valid_polygons_over_one_another(drawn: Any, units: int, seed: int) -> None:
    rings = [np.array(points) * units + ORIGIN for points in drawn]
    rings = [ring for ring in rings if shapely.is_valid(shapely.Polygon(ring))]
    rings = [ring for ring in rings if shapely.Polygon(ring).area > 0]
    if not rings:
        return
    locator = Locator.build(layer_of(rings), layer_of(rings[::2], "x"), 1)
    points = around(locator, np.random.default_rng(seed), 400)
    located = locator.locate_lattice(points[:, 0], points[:, 1])
    shape = lattice_geometry(locator.basic.polygons)
    covers = shapely.covers(shape[:, None], shapely.points(points.astype(float)))
    assert (located.basic == np.where(covers.any(axis=0), covers.argmax(axis=0), -1)).all()


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_ten_million_points() -> None:
    """GEOS is asked in lattice units, where it is exact."""
    grids = wiggly(60, 58, seed=4)
    locator = Locator.build(layer_of([to_lattice(g.exterior.coords) for g in grids]), NO_LAYER, 1)
    rng = np.random.default_rng(10)
    vertices = to_lattice(shapely.get_coordinates(grids))
    low, high = vertices.min(axis=0) - 500, vertices.max(axis=0) + 500
    for _ in range(20):
        near = vertices[rng.integers(0, len(vertices), 250_000)]
        near += rng.integers(-9, 10, near.shape)
        points = np.concatenate([rng.integers(low, high, (250_000, 2)), near])
        located = locator.locate_lattice(points[:, 0], points[:, 1], threads=2)
        assert (located.basic == lowest(locator.basic, points)).all()
