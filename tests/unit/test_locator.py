"""The locator: promise 1, on a county and at its doors."""

from __future__ import annotations

import numpy as np
import pytest
import shapely
from numpy.typing import NDArray

from gis.core.cells import sorting
from gis.core.errors import Invalid
from gis.core.geodesy import GEOD
from gis.core.lattice import lattice_geometry, to_degrees, to_lattice
from gis.core.locator import NO_GRID, Layer, Locator
from tests.cases import shapes
from tests.cases.tilings import wiggly

GRIDS = wiggly(20, 20, seed=2)
RNG = np.random.default_rng(7)
# Codes in an order that has nothing to do with the places.
CODES = [f"4114211022{n:05d}" for n in RNG.permutation(len(GRIDS))]
BASIC = Layer(CODES, np.arange(len(GRIDS)) + 1000, GRIDS)


def overlay() -> Layer:
    """Return exclusive grids that lie across basic borders and touch one another."""
    corner = to_lattice(shapely.get_coordinates(GRIDS[RNG.integers(0, len(GRIDS), 40)])[::7])
    boxes = [shapely.box(x, y, x + 9_000, y + 7_000) for x, y in corner]
    boxes += [shapely.box(x + 9_000, y, x + 12_000, y + 7_000) for x, y in corner]
    polygons = np.asarray(shapely.transform(np.array(boxes, dtype=object), to_degrees))
    codes = [f"x{n:04d}" for n in RNG.permutation(len(polygons))]
    return Layer(codes, np.arange(len(polygons)) + 50_000, polygons)


EXCLUSIVE = overlay()
NOTHING = Layer([], np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object))
LOCATOR = Locator.build(BASIC, EXCLUSIVE, 7)


def by_shapely(layer: Layer, points: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find the covering polygon of the lowest code with GEOS, in lattice units."""
    shape = lattice_geometry(layer.polygons)
    at, polygon = shapely.STRtree(shape).query(
        shapely.points(points.astype(np.float64)), predicate="intersects"
    )
    order = np.argsort(np.array(layer.codes))
    rank = np.argsort(order)
    lowest = np.full(len(points), len(order))
    np.minimum.at(lowest, at, rank[polygon])
    return np.append(order, -1)[lowest]


def test_in_process_and_shapely_agree_on_borders_vertices_and_elsewhere() -> None:
    vertices = to_lattice(shapely.get_coordinates(GRIDS))
    middles = (vertices[:-1] + vertices[1:]) // 2
    beside = vertices + np.array([1, 0])
    corners = to_lattice(shapely.get_coordinates(EXCLUSIVE.polygons))
    west, south, east, north = to_lattice(shapely.total_bounds(GRIDS))
    anywhere = RNG.integers((west - 900, south - 900), (east + 900, north + 900), (30_000, 2))
    points = np.concatenate([vertices, middles, beside, corners, anywhere])
    located = LOCATOR.locate_lattice(points[:, 0], points[:, 1])
    expected = by_shapely(BASIC, points), by_shapely(EXCLUSIVE, points)
    assert len(points) > 90_000
    for answer, oracle in zip((located.basic, located.exclusive), expected, strict=True):
        assert (answer == oracle).all()
        assert (oracle >= 0).any()
        assert (oracle < 0).any()


def test_degrees_and_lattice_units_give_the_same_and_rounding_comes_first() -> None:
    units = to_lattice(shapely.get_coordinates(GRIDS))[::3]
    exact = LOCATOR.locate_lattice(units[:, 0], units[:, 1])
    blurred = to_degrees(units) + RNG.uniform(-4.9e-8, 4.9e-8, units.shape)
    rounded = LOCATOR.locate(blurred[:, 0], blurred[:, 1])
    assert (exact.basic == rounded.basic).all()
    assert (exact.exclusive == rounded.exclusive).all()


def test_threads_change_nothing() -> None:
    west, south, east, north = shapely.total_bounds(GRIDS)
    lon, lat = RNG.uniform(west, east, 100_001), RNG.uniform(south, north, 100_001)
    one, three = LOCATOR.locate(lon, lat), LOCATOR.locate(lon, lat, threads=3)
    assert (one.basic == three.basic).all()
    assert (one.exclusive == three.exclusive).all()


@pytest.mark.parametrize("count", [1, 511, 512, 513, 20_000])
@pytest.mark.parametrize("threads", [1, 3])
def test_points_in_the_order_of_tiles_get_the_same_answers(
    count: int, threads: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    west, south, east, north = shapely.total_bounds(GRIDS)
    vertices = shapely.get_coordinates(GRIDS)
    lon, lat = RNG.uniform(west - 0.01, east + 0.01, count), RNG.uniform(south, north, count)
    some = RNG.random(count) < 0.4
    lon[some], lat[some] = vertices[RNG.integers(0, len(vertices), some.sum())].T
    lon[::97], lat[5::101] = np.nan, [np.inf, -1e300, 500.0][count % 3]
    plain = LOCATOR.locate(lon, lat)
    monkeypatch.setattr(sorting, "LEAST_BYTES", 0)
    monkeypatch.setattr(sorting, "CELLS_PER_POINT", 1 << 40)
    monkeypatch.setattr(sorting, "_MOST_POINTS", 7001)
    assert sorting.pays_in_order(LOCATOR.index, count)
    ordered = LOCATOR.locate(lon, lat, threads=threads)
    assert (plain.basic == ordered.basic).all()
    assert (plain.exclusive == ordered.exclusive).all()
    assert LOCATOR.locate([], [], threads=threads).basic.shape == (0,)


def test_answers_can_be_written_to_given_arrays() -> None:
    west, south, east, north = shapely.total_bounds(GRIDS)
    lon, lat = RNG.uniform(west, east, (40, 50)), RNG.uniform(south, north, (40, 50))
    out = np.full((40, 50), -7, np.int32), np.full((40, 50), -7, np.int32)
    located = LOCATOR.locate(lon, lat, out=out)
    fresh = LOCATOR.locate(lon, lat)
    assert located.basic is out[0]
    assert (out[0] == fresh.basic).all()
    assert (out[1] == fresh.exclusive).all()
    with pytest.raises(Invalid):
        LOCATOR.locate(lon[0], lat[0], out=out)


def test_the_order_of_the_layer_changes_nothing() -> None:
    order = RNG.permutation(len(GRIDS))
    turned = Layer([CODES[i] for i in order], BASIC.grid_ids[order], GRIDS[order])
    points = to_lattice(shapely.get_coordinates(GRIDS))
    other = Locator.build(turned, NOTHING, 7).locate_lattice(points[:, 0], points[:, 1])
    mine = LOCATOR.locate_lattice(points[:, 0], points[:, 1])
    assert (other.basic_codes == mine.basic_codes).all()
    assert (other.basic_ids == mine.basic_ids).all()


def test_the_lowest_code_wins_on_a_shared_border() -> None:
    left, right = shapes.box(0, 0, 1000, 1000), shapes.box(1000, 0, 2000, 1000)
    lon, lat = 115.0001, 34.50005
    for codes, winner in ((["1", "2"], "1"), (["2", "1"], "1"), (["10", "9"], "10")):
        layer = Layer(codes, np.arange(2), np.array([left, right]))
        located = Locator.build(layer, NOTHING, 1).locate([lon], [lat])
        assert located.basic_codes.tolist() == [winner]


def test_exclusive_is_recorded_beside_basic_and_is_responsible() -> None:
    whole, school = shapes.box(0, 0, 1000, 1000), shapes.box(100, 100, 300, 300)
    basic = Layer(["b"], np.array([5]), np.array([whole]))
    exclusive = Layer(["e"], np.array([9]), np.array([school]))
    located = Locator.build(basic, exclusive, 1).locate(
        [115.00002, 115.00005, 115.1], [34.50002, 34.50005, 34.5]
    )
    assert located.basic_ids.tolist() == [5, 5, NO_GRID]
    assert located.exclusive_ids.tolist() == [9, NO_GRID, NO_GRID]
    assert located.responsible_ids.tolist() == [9, 5, NO_GRID]
    assert located.basic_codes.tolist() == ["b", "b", None]
    assert located.exclusive_codes.tolist() == ["e", None, None]
    assert located.responsible_codes.tolist() == ["e", "b", None]


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf, 1e300, 200.0])
def test_what_is_no_position_is_in_no_grid(bad: float) -> None:
    lon, lat = shapely.get_coordinates(GRIDS[0])[0]
    located = LOCATOR.locate([bad, lon, lon], [lat, bad, lat])
    assert located.basic.tolist()[:2] == [-1, -1]
    assert located.basic[2] >= 0


def test_shapes_of_input_are_kept() -> None:
    lon, lat = GRIDS[0].representative_point().coords[0]
    assert LOCATOR.locate(lon, lat).basic.shape == ()
    assert LOCATOR.locate(np.full((2, 3), lon), np.full((2, 3), lat)).basic.shape == (2, 3)
    assert LOCATOR.locate([], []).basic.shape == (0,)
    with pytest.raises(Invalid):
        LOCATOR.locate([lon, lon], [lat])


def test_empty_layers_answer_none() -> None:
    empty = Locator.build(NOTHING, NOTHING, 3)
    located = empty.locate([115.0], [34.5])
    assert (located.basic.tolist(), located.exclusive.tolist()) == ([-1], [-1])
    assert located.responsible_ids.tolist() == [NO_GRID]
    assert empty.edge_distance_m(115.0, 34.5) is None
    assert empty.near(115.0, 34.5, 1000.0) == []
    assert empty.generation == 3


@pytest.mark.parametrize(
    "layer",
    [
        Layer(["a", "a"], np.arange(2), np.array([shapes.SQUARE, shapes.ISLAND])),
        Layer(["a"], np.arange(2), np.array([shapes.SQUARE])),
        Layer(["a"], np.arange(1), np.array([shapely.Point(115, 34)])),
        Layer(["a"], np.arange(1), np.array([None])),
    ],
    ids=["code twice", "lengths differ", "a point", "missing"],
)
def test_wrong_layers_are_refused(layer: Layer) -> None:
    with pytest.raises(Invalid):
        Locator.build(layer, NOTHING, 1)


@pytest.mark.parametrize("name", shapes.VALID)
def test_every_valid_shape_can_be_a_grid(name: str) -> None:
    shape = shapes.VALID[name]
    layer = Layer(["a"], np.array([1]), np.array([shape]))
    vertices = to_lattice(shapely.get_coordinates(shape))
    points = (vertices[:, None, :] + RNG.integers(-500, 500, (len(vertices), 200, 2))).reshape(
        -1, 2
    )
    points = np.concatenate([vertices, points])
    located = Locator.build(layer, NOTHING, 1).locate_lattice(points[:, 0], points[:, 1])
    assert (located.basic == by_shapely(layer, points)).all()
    assert (located.basic[: len(vertices)] == 0).all()


def test_edges_as_long_as_a_province_do_not_overflow() -> None:
    wide = shapely.Polygon([(110, 31), (117, 31), (117, 36.5), (110.0000001, 36.5)])
    layer = Layer(["a"], np.array([1]), np.array([wide]))
    points = RNG.integers(to_lattice([110, 31]), to_lattice([117, 36.5]), (5000, 2))
    located = Locator.build(layer, NOTHING, 1).locate_lattice(points[:, 0], points[:, 1])
    assert (located.basic == by_shapely(layer, points)).all()


def test_edge_distance_is_that_to_the_border_of_the_responsible_grid() -> None:
    for grid in GRIDS[:40]:
        lon, lat = grid.representative_point().coords[0]
        located = LOCATOR.locate([lon], [lat])
        layer, index = BASIC, int(located.basic[0])
        if located.exclusive[0] >= 0:
            layer, index = EXCLUSIVE, int(located.exclusive[0])
        line = shapely.segmentize(layer.polygons[index].boundary, 1e-6)
        xy = shapely.get_coordinates(line)
        _, _, metres = GEOD.inv(np.full(len(xy), lon), np.full(len(xy), lat), *xy.T)
        measured = LOCATOR.edge_distance_m(lon, lat)
        assert measured == pytest.approx(metres.min(), rel=2e-3, abs=0.01)
    assert LOCATOR.edge_distance_m(0.0, 0.0) is None


def test_near_lists_the_other_grids_by_distance() -> None:
    left, right = shapes.box(0, 0, 1000, 1000), shapes.box(1000, 0, 2000, 1000)
    school = shapes.box(1500, 0, 1800, 300)
    basic = Layer(["l", "r"], np.array([1, 2]), np.array([left, right]))
    locator = Locator.build(basic, Layer(["s"], np.array([3]), np.array([school])), 1)
    east, north = (115.0000900, 34.5000500)
    found = locator.near(east, north, 20.0)
    assert [(n.layer, n.code, n.grid_id) for n in found] == [
        ("basic", "r", 2),
        ("exclusive", "s", 3),
    ]
    _, _, to_right = GEOD.inv(east, north, 115.0001, north)
    assert found[0].distance_m == pytest.approx(to_right, rel=1e-3)
    assert [n.code for n in locator.near(east, north, 1.0)] == ["r"]
    assert locator.near(east, north, 0.5) == []
    on_border = locator.near(115.0001, north, 0.0)
    assert [(n.code, n.distance_m) for n in on_border] == [("r", 0.0)]
