"""Exact tiling: what tiles is accepted, whatever does not is found and explained."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis.core.chain import chain_residual, same_footprint, signed_chain
from gis.core.coverage import (
    DefectKind,
    insert_missing_nodes,
    outline_of,
    require_tiling,
    tiling_defects,
)
from gis.core.errors import Invalid, NotTiling
from gis.core.geodesy import area_m2
from tests.cases import shapes
from tests.cases.patchworks import patchworks
from tests.cases.tilings import codes_for, wiggly

Grids = NDArray[Any]

COUNTY = wiggly(8, 8, seed=1)
COUNTY.flags.writeable = False
OUTLINE = shapely.coverage_union_all(COUNTY)
MIDDLE = 27


def kinds(grids: Grids, **options: Any) -> list[str]:
    return [defect.kind.value for defect in tiling_defects(grids, codes_for(grids), **options)]


def moved_vertex(grids: Grids, units: int) -> Grids:
    """Move one vertex of one grid, on its side only."""
    result = grids.copy()
    xy = np.rint(shapely.get_coordinates(result[MIDDLE]) * 1e7)
    xy[5, 1] += units
    result[MIDDLE] = shapely.Polygon(xy / 1e7)
    return result


def with_nan(grid: Any) -> Any:
    xy = shapely.get_coordinates(grid)
    xy[3] = np.nan
    with np.errstate(invalid="ignore"):
        return shapely.Polygon(xy)


@pytest.mark.parametrize("outline", [None, OUTLINE], ids=["no outline", "outline"])
def test_an_exact_tiling_has_no_defects(outline: Any) -> None:
    assert kinds(COUNTY, outline=outline) == []
    require_tiling(COUNTY, codes_for(COUNTY), outline=outline)


def test_the_outline_is_the_union_with_its_vertices() -> None:
    outline = outline_of(COUNTY)
    assert outline is not None
    assert shapely.equals(outline, OUTLINE)
    assert len(chain_residual(COUNTY, outline=outline)) == 0
    assert outline_of(np.append(COUNTY, COUNTY[3])) is None


def test_orientation_of_rings_does_not_matter() -> None:
    turned = np.array([grid.reverse() for grid in COUNTY])
    assert kinds(turned) == []


@pytest.mark.parametrize("outline", [None, OUTLINE], ids=["no outline", "outline"])
@pytest.mark.parametrize("units", [1, 500, -500])
def test_a_one_sided_edit_is_found(units: int, outline: Any) -> None:
    grids = moved_vertex(COUNTY, units)
    defects = tiling_defects(grids, codes_for(grids), outline=outline)
    assert defects
    assert {d.kind for d in defects} <= {DefectKind.GAP, DefectKind.OVERLAP}
    assert all(codes_for(grids)[MIDDLE] in d.codes for d in defects)
    # the defects' areas make up for the change of the grid's own area
    overlap = sum(d.area_m2 for d in defects if d.kind is DefectKind.OVERLAP)
    gap = sum(d.area_m2 for d in defects if d.kind is DefectKind.GAP)
    change = float((area_m2(grids) - area_m2(COUNTY))[MIDDLE])
    assert overlap - gap == pytest.approx(change, abs=0.01)


def test_the_chain_comparison_is_signed() -> None:
    """A one-way comparison of chains once let a one-sided edit through."""
    edited = moved_vertex(COUNTY, 500)
    assert not same_footprint(COUNTY, edited)
    assert not same_footprint(edited, COUNTY)
    doubled = np.append(COUNTY, COUNTY[:1])
    assert not same_footprint(COUNTY, doubled)
    assert not same_footprint(doubled, COUNTY)


def test_a_local_edit_keeps_the_tiling_exactly_when_the_chains_agree() -> None:
    two = COUNTY[[MIDDLE, MIDDLE + 1]]
    one = shapely.coverage_union_all(two)
    assert same_footprint(two, [one])
    rest = np.delete(COUNTY, [MIDDLE, MIDDLE + 1])
    assert kinds(np.append(rest, one), outline=OUTLINE) == []


@pytest.mark.parametrize("outline", [None, OUTLINE], ids=["no outline", "outline"])
def test_a_duplicate_is_an_overlap_of_both(outline: Any) -> None:
    grids = np.append(COUNTY, COUNTY[MIDDLE])
    (defect,) = tiling_defects(grids, codes_for(grids), outline=outline)
    assert defect.kind is DefectKind.OVERLAP
    assert defect.codes == (codes_for(grids)[MIDDLE], codes_for(grids)[-1])
    assert defect.area_m2 == pytest.approx(float(area_m2(COUNTY)[MIDDLE]))
    assert shapely.equals(defect.geometry, COUNTY[MIDDLE])


@pytest.mark.parametrize("outline", [None, OUTLINE], ids=["no outline", "outline"])
def test_a_missing_grid_is_a_gap_with_its_neighbours(outline: Any) -> None:
    grids = np.delete(COUNTY, MIDDLE)
    (defect,) = tiling_defects(grids, codes_for(grids), outline=outline)
    assert defect.kind is DefectKind.GAP
    assert defect.area_m2 == pytest.approx(float(area_m2(COUNTY)[MIDDLE]))
    assert 0 < defect.width_m < np.sqrt(defect.area_m2)
    assert len(defect.codes) == 8
    assert defect.codes[0] in defect.detail
    assert defect.codes[0] in defect.detail_zh


def test_an_enclave_may_be_allowed() -> None:
    grids = np.delete(COUNTY, MIDDLE)
    assert kinds(grids, allowed_holes=COUNTY[MIDDLE]) == []
    with_hole = outline_of(grids)
    assert kinds(grids, outline=with_hole) == []
    assert kinds(COUNTY, allowed_holes=COUNTY[MIDDLE]) == []


def test_without_an_outline_grids_may_lie_apart() -> None:
    apart = np.array([shapes.SQUARE, shapes.box(5000, 0, 6000, 1000)])
    assert kinds(apart) == []


def test_a_part_outside_the_outline_is_found() -> None:
    outline = shapely.coverage_union_all(np.delete(COUNTY, 0))
    (defect,) = tiling_defects(COUNTY, codes_for(COUNTY), outline=outline)
    assert defect.kind is DefectKind.OUTSIDE
    assert defect.codes == (codes_for(COUNTY)[0],)


@pytest.mark.parametrize(
    ("damage", "expected"),
    [
        (lambda _: None, "invalid"),
        (lambda _: shapes.EMPTY, "invalid"),
        (lambda _: shapes.BOW_TIE, "invalid"),
        (lambda g: g.exterior, "invalid"),
        (with_nan, "invalid"),
        (lambda _: shapely.box(115.0, 34.5, 115.3, 34.6), "invalid"),
        (lambda g: shapely.transform(g, lambda xy: xy + 3e-9), "not_canonical"),
    ],
    ids=["missing", "empty", "bow-tie", "line", "nan", "long segment", "finer"],
)
def test_unusable_grids_are_named(damage: Callable[[Any], Any], expected: str) -> None:
    grids = COUNTY.copy()
    grids[MIDDLE] = damage(grids[MIDDLE])
    defects = tiling_defects(grids, codes_for(grids))
    assert defects[0].kind == expected
    assert defects[0].codes == (codes_for(grids)[MIDDLE],)
    assert defects[0].detail_zh != defects[0].detail


def test_the_place_of_a_self_crossing_is_told_and_is_no_gap_besides() -> None:
    grids = COUNTY.copy()
    xy = shapely.get_coordinates(grids[MIDDLE])
    loop = np.array([(30, 30), (30, 0), (0, 30)]) * shapes.U
    grids[MIDDLE] = shapely.Polygon(np.insert(xy, 11, xy[10] + loop, axis=0))
    assert not shapely.is_valid(grids[MIDDLE])
    first, *others = tiling_defects(grids, codes_for(grids))
    assert first.kind is DefectKind.INVALID
    assert shapely.distance(first.geometry, COUNTY[MIDDLE]) < 1e-4
    assert sum(d.area_m2 for d in others) < 0.01 * area_m2(COUNTY)[MIDDLE]


def test_a_vertex_on_one_side_only_is_a_hairline_and_can_be_mended() -> None:
    grids = np.array([shapes.LEFT_OF_T, shapes.RIGHT_OF_T])
    (defect,) = tiling_defects(grids, ["a", "b"])
    assert (defect.kind, defect.codes, defect.area_m2) == (DefectKind.HAIRLINE, ("a", "b"), 0.0)
    assert "115.0001000, 34.5000400" in defect.detail
    mended = insert_missing_nodes(grids)
    assert kinds(mended) == []
    assert shapely.equals(mended, grids).all()
    assert mended[1] is grids[1]
    assert shapely.get_num_coordinates(mended).tolist() == [6, 6]


def test_nodes_are_inserted_in_order_on_both_sides_and_in_holes() -> None:
    ring = shapely.Polygon(
        shapely.get_coordinates(shapes.SQUARE), [shapely.get_coordinates(shapes.ISLAND)]
    )
    below, above = shapes.box(300, 300, 600, 400), shapes.box(300, 400, 600, 600)
    grids = np.array([ring, below, above])
    assert kinds(grids) == ["hairline", "hairline"]
    mended = insert_missing_nodes(grids)
    assert kinds(mended) == []
    assert shapely.equals(mended, grids).all()


def test_nodes_of_the_outline_are_nobodys_concern() -> None:
    left, right = shapes.box(0, 0, 1000, 1000), shapes.box(1000, 0, 2000, 1000)
    assert kinds(np.array([left, right]), outline=shapes.box(0, 0, 2000, 1000)) == []


def test_a_vertex_beside_the_line_is_not_inserted() -> None:
    xy = shapely.get_coordinates(shapes.RIGHT_OF_T)
    xy[4, 0] += shapes.U
    grids = np.array([shapes.LEFT_OF_T, shapely.Polygon(xy)])
    assert kinds(insert_missing_nodes(grids)) == kinds(grids)


def test_refusal_summarises_in_both_languages() -> None:
    grids = np.append(np.delete(COUNTY, MIDDLE), COUNTY[0])
    with pytest.raises(NotTiling) as caught:
        require_tiling(grids, codes_for(grids))
    assert "gap 1" in caught.value.detail
    assert "overlap 1" in caught.value.detail
    assert "空隙 1 处" in caught.value.detail_zh
    assert {d.kind for d in caught.value.extra["defects"]} == {"gap", "overlap"}


def test_nothing_tiles_nothing() -> None:
    nothing = np.array([], dtype=object)
    assert tiling_defects(nothing, []) == []
    (defect,) = tiling_defects(nothing, [], outline=shapes.SQUARE)
    assert defect.kind is DefectKind.GAP


@pytest.mark.parametrize("name", shapes.VALID)
def test_every_valid_shape_tiles_itself(name: str) -> None:
    shape = shapes.VALID[name]
    if name != "two parts":
        assert len(chain_residual([shape], outline=shape)) == 0
    assert tiling_defects(np.array([shape]), ["a"], allowed_holes=shapely.convex_hull(shape)) == []


def test_chains_of_points_and_lines_are_refused() -> None:
    with pytest.raises(Invalid):
        signed_chain([shapely.Point(115, 34)])


@given(patchworks(), st.data())
def test_random_tilings_are_accepted_and_random_damage_is_found(
    tiling: tuple[Grids, Grids], data: st.DataObject
) -> None:
    grids, cells = tiling
    whole = shapely.coverage_union_all(cells)
    assert kinds(grids, outline=whole) == []
    assert kinds(grids, allowed_holes=shapely.box(*whole.bounds)) == []
    taken = data.draw(st.integers(0, len(cells) - 1))
    damaged = np.append(grids, cells[taken])
    found = tiling_defects(damaged, codes_for(damaged), outline=whole)
    overlap = shapely.union_all([d.geometry for d in found if d.kind is DefectKind.OVERLAP])
    assert overlap.symmetric_difference(cells[taken]).area < 1e-6 * cells[taken].area
    missing = tiling_defects(
        cells[np.arange(len(cells)) != taken], codes_for(cells)[1:], outline=whole
    )
    assert [d.kind for d in missing] == [DefectKind.GAP]
