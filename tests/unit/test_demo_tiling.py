"""The demo's schematic geometry: exact, nested, the right size, and always the same."""

from __future__ import annotations

from collections import Counter
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
import shapely

from gis.core.errors import Invalid
from gis.core.geodesy import area_m2
from gis.core.lattice import is_canonical
from gis.demo.land.exclusive import Exclusives, lay_exclusive
from gis.demo.land.layout import Region
from gis.demo.land.outline import Outline, make_outline, shrink_bounds
from gis.demo.land.tiling import Tiling, tile

MINQUAN = (114.8232, 34.5269, 115.4611, 34.8625)
MINQUAN_M2 = 1237.69e6
BOXES = {
    "minquan": (MINQUAN, MINQUAN_M2),
    "xiangcheng": ((114.6742, 33.0509, 115.0698, 33.5052), 1081.12e6),
    "hongqi": ((113.8654, 35.2029, 114.0931, 35.3472), 154.56e6),
    "yangying": ((112.10, 32.93, 112.24, 33.07), 110e6),
    "henan": ((110.35, 31.38, 116.65, 36.37), 165_592e6),
}


def grow(counts: tuple[int, ...], rng: np.random.Generator, *, urban: bool = False) -> Region:
    """Make a tree with about counts[k] children at depth k, the first of them urban."""
    if not counts:
        return Region(weight=0.15 if urban else 1.0, urban=urban)
    number = max(1, counts[0] + int(rng.integers(-1, 2)))
    children = tuple(
        grow(counts[1:], rng, urban=urban or (len(counts) < 4 and k == 0)) for k in range(number)
    )
    return Region(children, weight=sum(child.weight for child in children), urban=urban)


def leaf_paths(root: Region) -> list[tuple[int, ...]]:
    """Give the path of each leaf, depth first, written without recursion."""
    paths: list[tuple[int, ...]] = []
    stack: list[tuple[Region, tuple[int, ...]]] = [(root, ())]
    while stack:
        region, path = stack.pop()
        if not region.children:
            paths.append(path)
        stack += [(child, (*path, k)) for k, child in enumerate(region.children)][::-1]
    return paths


def small_tiling(seed: int, counts: tuple[int, ...] = (5, 6, 5)) -> tuple[Region, Outline, Tiling]:
    rng = np.random.default_rng(seed)
    root = grow(counts, rng)
    area = 0.42e6 * len(leaf_paths(root))
    bounds = shrink_bounds(MINQUAN, area / MINQUAN_M2)
    outline = make_outline(bounds, area, rng)
    return root, outline, tile(root, outline, rng)


def units(polygon: shapely.Polygon) -> list[tuple[int, int]]:
    """Read a shell as integers through exact fractions, independently of gis.core."""
    return [
        (round(Fraction(x) * 10**7), round(Fraction(y) * 10**7)) for x, y in polygon.exterior.coords
    ]


def twice_area(ring: list[tuple[int, int]]) -> int:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(ring))


def chain(rings: list[list[tuple[int, int]]]) -> Counter[tuple[tuple[int, int], tuple[int, int]]]:
    """Add up directed segments; what an opposite one cancels is left out."""
    total: Counter[tuple[tuple[int, int], tuple[int, int]]] = Counter()
    for ring in rings:
        for a, b in pairwise(ring):
            total[min((a, b), (b, a))] += 1 if a < b else -1
    return Counter({segment: count for segment, count in total.items() if count})


def assert_tiles(tiling: Tiling) -> None:
    """Check by integers alone that the grids tile the outline."""
    rings = [units(polygon) for polygon in tiling.polygons]
    border = units(tiling.outline)
    assert all(twice_area(ring) > 0 for ring in rings)
    assert sum(map(twice_area, rings)) == twice_area(border)
    assert chain(rings) == chain([border])
    assert shapely.is_valid(tiling.polygons).all()
    assert all(len(polygon.interiors) == 0 for polygon in tiling.polygons)


@pytest.mark.parametrize("name", BOXES)
def test_an_outline_fills_its_box_exactly_and_has_its_area(name: str) -> None:
    bounds, area = BOXES[name]
    if name == "henan":
        bounds, area = shrink_bounds(bounds, 0.02), area * 0.02
    outline = make_outline(bounds, area, np.random.default_rng(1)).polygon
    assert outline.bounds == bounds
    assert float(area_m2(np.array([outline]))[0]) == pytest.approx(area, rel=1e-4)
    assert outline.is_valid
    assert outline.exterior.is_ccw
    assert len(outline.interiors) == 0
    assert is_canonical(shapely.get_coordinates(outline)).all()


def test_an_outline_looks_like_a_county() -> None:
    for seed in range(4):
        outline = make_outline(MINQUAN, MINQUAN_M2, np.random.default_rng(seed)).polygon
        # A rectangle, a disc and an ellipse are convex; a star is far from it.
        assert 0.8 < outline.area / outline.convex_hull.area < 0.985


def test_a_fraction_of_a_box_keeps_its_middle_and_proportions() -> None:
    west, south, east, north = shrink_bounds(MINQUAN, 0.25)
    assert (west + east) / 2 == pytest.approx((MINQUAN[0] + MINQUAN[2]) / 2)
    assert (east - west) / (MINQUAN[2] - MINQUAN[0]) == pytest.approx(0.5, abs=1e-6)
    assert (north - south) / (MINQUAN[3] - MINQUAN[1]) == pytest.approx(0.5, abs=1e-6)
    assert shrink_bounds(MINQUAN, 1.0) == MINQUAN


@pytest.mark.parametrize("share", [0.05, 0.95])
def test_an_area_that_no_outline_in_the_box_can_have_is_refused(share: float) -> None:
    with pytest.raises(Invalid, match="no outline of"):
        make_outline(MINQUAN, MINQUAN_M2 / 0.57 * share, np.random.default_rng(1))


@pytest.mark.parametrize(
    ("seed", "counts"),
    [(1, (5, 6, 5)), (2, (12, 12)), (3, (2, 3, 4, 5)), (4, (4, 5, 14)), (5, (40,)), (6, (1, 1, 9))],
)
def test_grids_of_any_depth_tile_the_outline(seed: int, counts: tuple[int, ...]) -> None:
    root, outline, tiling = small_tiling(seed, counts)
    assert len(tiling.polygons) == len(leaf_paths(root))
    assert tiling.outline is outline.polygon
    assert_tiles(tiling)


def test_a_single_grid_is_the_outline() -> None:
    rng = np.random.default_rng(3)
    outline = make_outline(MINQUAN, MINQUAN_M2, rng)
    tiling = tile(Region((Region(),)), outline, rng)
    assert tiling.polygons[0].equals(outline.polygon)


def test_the_grids_of_every_region_form_one_piece_without_holes() -> None:
    root, _, tiling = small_tiling(7)
    paths = leaf_paths(root)
    for depth in (1, 2):
        for region in {path[:depth] for path in paths}:
            own = [
                units(tiling.polygons[k]) for k, path in enumerate(paths) if path[:depth] == region
            ]
            lines = shapely.linestrings([list(segment) for segment in chain(own)])
            pieces = shapely.get_parts(shapely.polygonize(lines))
            assert len(pieces) == 1
            assert pieces[0].area * 2 == pytest.approx(sum(map(twice_area, own)))


def test_grids_have_the_size_and_shape_that_was_asked_for() -> None:
    _, outline, tiling = small_tiling(8, (6, 7, 6))
    vertices = shapely.get_num_coordinates(tiling.polygons) - 1
    assert 50 <= vertices.mean() <= 70
    assert is_canonical(shapely.get_coordinates(tiling.polygons)).all()
    assert shapely.is_ccw(shapely.get_exterior_ring(tiling.polygons)).all()
    areas = area_m2(tiling.polygons)
    assert areas.sum() == pytest.approx(float(area_m2(np.array([outline.polygon]))[0]), rel=1e-9)
    inscribed = shapely.length(shapely.maximum_inscribed_circle(tiling.polygons, tolerance=1e-5))
    # A disc has 0.56; a strip ten times as long as wide has 0.16.
    assert (inscribed * 100_000 / np.sqrt(areas)).min() > 0.16


def test_borders_are_not_straight() -> None:
    _, _, tiling = small_tiling(9)
    hulls = shapely.area(shapely.convex_hull(tiling.polygons))
    assert np.median(shapely.area(tiling.polygons) / hulls) < 0.97


def test_urban_grids_are_small_and_lie_together() -> None:
    urban = tuple(Region(weight=0.15, urban=True) for _ in range(8))
    rural = tuple(Region() for _ in range(8))
    town = tuple(Region(urban, weight=1.2, urban=True) for _ in range(4))
    root = Region((*town, *(Region(rural, weight=8.0) for _ in range(16))))
    rng = np.random.default_rng(10)
    bounds = shrink_bounds(MINQUAN, 0.05)
    tiling = tile(root, make_outline(bounds, 0.05 * MINQUAN_M2, rng), rng)
    areas = area_m2(tiling.polygons)
    assert np.median(areas[:32]) < 0.3 * np.median(areas[32:])
    built = shapely.union_all(tiling.polygons[:32])
    assert built.area / built.convex_hull.area > 0.5
    assert built.distance(tiling.outline.exterior) > 0


def test_weights_decide_about_areas() -> None:
    weights = (1.0, 2.0, 4.0)
    root = Region(
        tuple(Region((Region(weight=w),) * 2, weight=w) for w in weights for _ in range(4))
    )
    rng = np.random.default_rng(11)
    bounds = shrink_bounds(MINQUAN, 0.02)
    areas = area_m2(tile(root, make_outline(bounds, 0.02 * MINQUAN_M2, rng), rng).polygons)
    small, middle, large = areas.reshape(3, 8).mean(axis=1)
    assert 1.3 < middle / small < 3.0
    assert 1.3 < large / middle < 3.0


def test_each_village_has_its_centre_in_itself() -> None:
    root, _, tiling = small_tiling(12)
    assert len(tiling.centres) == len({path[:-1] for path in leaf_paths(root)})
    for number, centre in enumerate(tiling.centres):
        own = tiling.polygons[tiling.village_of_leaf == number]
        assert shapely.intersects_xy(own, *centre).any()


def test_the_same_seed_gives_the_same_map_and_another_seed_another() -> None:
    first, again, other = (small_tiling(seed)[2] for seed in (13, 13, 14))
    assert shapely.equals_identical(first.polygons, again.polygons).all()
    assert (first.centres == again.centres).all()
    assert first.outline != other.outline


@pytest.fixture(scope="module")
def town() -> tuple[list[tuple[int, ...]], Tiling, Exclusives]:
    root, _, tiling = small_tiling(15, (6, 8, 6))
    paths = leaf_paths(root)
    exclusives = lay_exclusive(
        tiling,
        [path[0] for path in paths],
        tiling.village_of_leaf,
        count=60,
        rng=np.random.default_rng(1),
    )
    return paths, tiling, exclusives


def test_exclusive_grids_are_sound_and_apart(
    town: tuple[list[tuple[int, ...]], Tiling, Exclusives],
) -> None:
    _, _, laid = town
    assert len(laid.polygons) == 60
    assert shapely.is_valid(laid.polygons).all()
    assert is_canonical(shapely.get_coordinates(laid.polygons)).all()
    vertices = shapely.get_num_coordinates(laid.polygons) - 1
    assert vertices.min() >= 4
    assert vertices.max() <= 40
    assert set(laid.kinds) == {"school", "hospital", "park", "market"}
    pairs = shapely.STRtree(laid.polygons).query(laid.polygons, predicate="intersects")
    assert (pairs[0] == pairs[1]).all()
    west, south, east, north = shapely.bounds(laid.polygons).T
    across = np.maximum((east - west) * 91_500, (north - south) * 110_900)
    assert across.min() >= 40
    assert across.max() <= 800


def test_exclusive_grids_stay_in_their_township_and_some_cross_grid_borders(
    town: tuple[list[tuple[int, ...]], Tiling, Exclusives],
) -> None:
    paths, tiling, laid = town
    crossing = 0
    for k, polygon in enumerate(laid.polygons):
        under = np.flatnonzero(shapely.intersects(tiling.polygons, polygon))
        assert {paths[leaf][0] for leaf in under} == {laid.township[k]}
        villages = {int(tiling.village_of_leaf[leaf]) for leaf in under}
        assert villages == {laid.village[k]} if laid.village[k] >= 0 else len(villages) > 1
        assert polygon.within(shapely.union_all(tiling.polygons[under]))
        assert laid.crossing[k] == (len(under) > 1)
        crossing += len(under) > 1
    assert 0.2 < crossing / len(laid.polygons) < 0.55


def test_too_many_exclusive_grids_are_refused() -> None:
    _, _, tiling = small_tiling(16, (2, 2))
    zeros = np.zeros(len(tiling.polygons), dtype=int)
    with pytest.raises(Invalid, match="no room"):
        lay_exclusive(tiling, zeros, zeros, count=5000, rng=np.random.default_rng(1))


def test_a_county_of_the_size_of_minquan_tiles() -> None:
    rng = np.random.default_rng(17)
    root = grow((19, 28, 6), rng)
    outline = make_outline(MINQUAN, MINQUAN_M2, rng)
    tiling = tile(root, outline, rng)
    assert len(tiling.polygons) > 2500
    assert_tiles(tiling)
    assert 50 <= (shapely.get_num_coordinates(tiling.polygons) - 1).mean() <= 70
