"""Shared arcs: rings put together again, neighbours, dissolving, simplifying."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from numpy.typing import NDArray

from gis.core.adjacency import EAST, NORTH, SOUTH, WEST, contacts, main_neighbours, neighbours
from gis.core.arcs import NOBODY, Arcs, extract_arcs
from gis.core.chain import chain_residual
from gis.core.coverage import tiling_defects
from gis.core.dissolve import dissolve, simplify
from gis.core.errors import Invalid, NotTiling
from gis.core.geodesy import length_m
from tests.cases import shapes
from tests.cases.patchworks import patchworks
from tests.cases.tilings import codes_for, wiggly

COLUMNS, ROWS = 8, 6
COUNTY = wiggly(COLUMNS, ROWS, seed=3)


def put_together(arcs: Arcs, polygon: int) -> Any:
    """Build a polygon from its arc references as a reader of TopoJSON does."""
    parts = []
    for part in arcs.rings(polygon):
        rings = []
        for references in part:
            ring: list[list[int]] = []
            for reference in references:
                line = arcs.arc(reference) if reference >= 0 else arcs.arc(~reference)[::-1]
                assert not ring or ring[-1] == line[0].tolist()
                ring.extend(line.tolist()[1 if ring else 0 :])
            assert ring[0] == ring[-1]
            rings.append(np.array(ring) / 1e7)
        parts.append(shapely.Polygon(rings[0], rings[1:]))
    return shapely.normalize(shapely.MultiPolygon(parts))


def whole(polygon: Any) -> Any:
    parts = shapely.get_parts(shapely.force_2d(polygon))
    return shapely.normalize(shapely.MultiPolygon(list(parts)))


def test_a_county_is_put_together_from_arcs_kept_once() -> None:
    arcs = extract_arcs(COUNTY)
    assert [put_together(arcs, i) for i in range(len(COUNTY))] == [whole(g) for g in COUNTY]
    sides = COLUMNS * (ROWS + 1) + ROWS * (COLUMNS + 1)
    assert len(arcs) == sides - 4  # at the four corners two sides make one arc
    used = np.bincount(np.where(arcs.reference < 0, ~arcs.reference, arcs.reference))
    inner = (arcs.left != NOBODY) & (arcs.right != NOBODY)
    assert (used == np.where(inner, 2, 1)).all()


@pytest.mark.parametrize("name", shapes.VALID)
def test_every_valid_shape_is_put_together(name: str) -> None:
    arcs = extract_arcs([shapes.VALID[name]])
    expected = shapely.remove_repeated_points(shapes.VALID[name])
    assert put_together(arcs, 0) == whole(expected)


def test_an_island_in_a_hole_shares_the_closed_arc() -> None:
    arcs = extract_arcs([shapes.WITH_HOLE, shapes.ISLAND])
    ((shell, (hole,)),) = arcs.rings(0)
    assert arcs.rings(1) == [[[~hole]]]
    assert shell != [hole]
    assert {arcs.left[hole], arcs.right[hole]} == {0, 1}


def test_no_polygons_no_arcs() -> None:
    nothing = np.array([], dtype=object)
    arcs = extract_arcs(nothing)
    assert len(arcs) == 0
    assert arcs.arcs == []
    assert neighbours(arcs).pairs.shape == (0, 2)
    assert contacts(nothing).shape == (0, 2)
    assert main_neighbours(arcs).shape == (0, 4)


@settings(max_examples=80, deadline=None)
@given(patchworks())
def test_random_tilings(tiling: tuple[NDArray[Any], NDArray[Any]]) -> None:
    grids, _ = tiling
    arcs = extract_arcs(grids)
    assert [put_together(arcs, i) for i in range(len(grids))] == [whole(g) for g in grids]
    found = neighbours(arcs)
    bordering = {}
    for i in range(len(grids)):
        for j in range(i + 1, len(grids)):
            line = grids[i].boundary.intersection(grids[j].boundary)
            if line.length > 0:
                lines = [p for p in shapely.get_parts(line) if p.geom_type == "LineString"]
                bordering[i, j] = float(length_m(lines).sum())
    assert [tuple(pair) for pair in found.pairs.tolist()] == list(bordering)
    assert found.shared_m == pytest.approx(list(bordering.values()), rel=1e-6)
    touching = {tuple(pair) for pair in contacts(grids).tolist()}
    assert touching >= set(bordering)
    everyone = range(len(grids))
    assert touching == {
        (i, j) for i in everyone for j in everyone if i < j and grids[i].intersects(grids[j])
    }


def test_sides_of_a_board() -> None:
    found = main_neighbours(extract_arcs(COUNTY))
    middle = 3 * ROWS + 2
    assert found[middle, EAST] == middle + ROWS
    assert found[middle, SOUTH] == middle - 1
    assert found[middle, WEST] == middle - ROWS
    assert found[middle, NORTH] == middle + 1
    assert found[0].tolist() == [ROWS, NOBODY, NOBODY, 1]


def test_dissolving_keeps_every_vertex_of_the_outline() -> None:
    groups = np.array([f"t{i // ROWS % 3}" for i in range(len(COUNTY))])
    keys, outlines = dissolve(COUNTY, groups)
    assert keys.tolist() == ["t0", "t1", "t2"]
    assert all(outline.geom_type == "MultiPolygon" for outline in outlines)
    assert [len(outline.geoms) for outline in outlines] == [3, 3, 2]
    for key, outline in zip(keys, outlines, strict=True):
        assert len(chain_residual(COUNTY[groups == key], outline=outline)) == 0
    assert tiling_defects(outlines, list(keys)) == []


@settings(max_examples=60, deadline=None)
@given(patchworks())
def test_dissolving_cells_gives_the_grids_back(tiling: tuple[Any, Any]) -> None:
    grids, cells = tiling
    middle = shapely.point_on_surface(cells)
    group = np.array([int(np.flatnonzero(shapely.covers(grids, p))[0]) for p in middle])
    keys, outlines = dissolve(cells, group)
    assert keys.tolist() == list(range(len(grids)))
    assert shapely.equals(outlines, grids).all()
    assert shapely.is_valid(outlines).all()


def test_overlapping_polygons_are_not_dissolved() -> None:
    with pytest.raises(NotTiling) as caught:
        dissolve([shapes.SQUARE, shapes.ISLAND], ["a", "a"])
    assert caught.value.extra["group"] == "a"
    with pytest.raises(Invalid):
        dissolve([shapes.SQUARE], ["a", "b"])


@pytest.mark.parametrize("tolerance_m", [5.0, 40.0, 400.0])
def test_simplified_grids_still_tile_and_share_their_arcs(tolerance_m: float) -> None:
    coarse = simplify(COUNTY, tolerance_m)
    assert tiling_defects(coarse, codes_for(coarse)) == []
    before, after = shapely.get_num_coordinates(COUNTY), shapely.get_num_coordinates(coarse)
    assert after.sum() < before.sum()
    known = {tuple(xy) for xy in shapely.get_coordinates(COUNTY).tolist()}
    assert {tuple(xy) for xy in shapely.get_coordinates(coarse).tolist()} <= known
    nodes = {tuple(arc[0].tolist()) for arc in extract_arcs(COUNTY).arcs}
    inner = {
        n for n in nodes if not shapely.touches(shapely.Point(np.array(n) / 1e7), coarse).sum() < 3
    }
    assert len(inner) == (COLUMNS - 1) * (ROWS - 1)
