"""Every way to be refused: its code, its message in both languages, its place and its remedy."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.ops import split as naive_split

from gis.core.chain import same_footprint
from gis.core.editing import Fault, FaultCode, Neighbourhood, Plan, Rules, parse_operation, plan
from gis.core.editing.documents import geojson_of
from gis.core.editing.judging import judge
from gis.core.editing.sketch import Sketch
from gis.core.errors import EditRefused
from gis.core.geodesy import area_m2
from gis.settings import ROOT
from tests.cases import shapes
from tests.cases.neighbourhoods import (
    EAST,
    WEST,
    at,
    code,
    neighbourhood,
    rules,
    tiles_alike,
    with_shapes,
)

HOOD = neighbourhood()
A, NORTH, EASTERN, SOUTH = code(1, 1), code(1, 2), code(2, 1), code(1, 0)


def refused(
    document: dict[str, Any], hood: Neighbourhood = HOOD, by: Rules | None = None
) -> tuple[Fault, ...]:
    """Return the faults for which an operation is refused."""
    with pytest.raises(EditRefused) as caught:
        plan(hood, parse_operation(document), by or rules())
    error = caught.value
    assert error.detail.startswith(error.faults[0].detail)
    assert error.extra["errors"] == [fault.as_document() for fault in error.faults]
    json.dumps(error.extra, allow_nan=False)
    for fault in error.faults:
        assert fault.severity == "error"
        assert fault.zh != fault.detail
        assert (fault.measure is None) == (fault.unit is None)
        if fault.geometry is not None:
            assert np.isfinite(shapely.bounds(fault.geometry)).all()
    return error.faults


def only(faults: tuple[Fault, ...], kind: FaultCode) -> Fault:
    (fault,) = faults
    assert fault.code is kind
    return fault


def remedied(fault: Fault, hood: Neighbourhood = HOOD, by: Rules | None = None) -> Plan:
    """Do what a fault offers."""
    assert fault.fix is not None
    result = plan(hood, parse_operation(json.loads(json.dumps(fault.fix))), by or rules())
    assert tiles_alike(hood, result.after)
    return result


def ring(grid: str) -> list[list[float]]:
    xy = shapely.get_coordinates(HOOD[grid].geometry.geoms[0].exterior)
    return [list(vertex) for vertex in xy[:-1].tolist()]


def shifted(vertex: list[float], east: float, north: float) -> list[float]:
    return [round(vertex[0] + east, 7), round(vertex[1] + north, 7)]


def replacing(grid: str, shape: Any) -> dict[str, Any]:
    return {"op": "replace", "grids": [{"grid": grid, "geometry": geojson_of(shape)}]}


def with_vertex(grid: str, index: int, east: float, north: float) -> Any:
    """Return a grid with one vertex moved, on its side only."""
    vertices = ring(grid)
    vertices[index] = shifted(vertices[index], east, north)
    return shapely.Polygon(vertices)


def test_a_border_that_crosses_itself_is_shown() -> None:
    middle = ring(A)[2]
    document = {"op": "move_vertices", "moves": [[middle, shifted(middle, 0, 0.02)]]}
    fault = only(refused(document), FaultCode.GEOM_INVALID)
    assert fault.zh.startswith("网格“网格11”(411421102200006):边界自相交,位于 ")
    assert fault.geometry.distance(HOOD[A].geometry) < 0.001


def test_a_line_that_crosses_itself_is_shown() -> None:
    line = [at(0.5, 1.5), at(1.8, 1.5), at(1.8, 1.8), at(1.5, 1.2)]
    fault = only(refused({"op": "split", "grid": A, "line": line}), FaultCode.GEOM_INVALID)
    assert "与自身相交" in fault.zh
    crossing = shapely.intersection(shapely.LineString(line[:2]), shapely.LineString(line[2:]))
    assert fault.geometry.distance(crossing) < 1e-9
    back = [at(0.5, 1.5), at(1.8, 1.5), at(0.7, 1.5)]
    only(refused({"op": "split", "grid": A, "line": back}), FaultCode.GEOM_INVALID)


def test_a_vertex_dragged_across_its_own_grid_flips_it() -> None:
    west, east = [115.0, 34.5], [115.006, 34.5]
    top = [115.003, 34.503]
    triangle = shapely.Polygon([west, east, top])
    around = shapely.box(114.99, 34.49, 115.02, 34.52).difference(triangle)
    hood = with_shapes([triangle, around])
    document = {"op": "move_vertices", "moves": [[top, [115.003, 34.497]]]}
    fault = refused(document, hood)[0]
    assert fault.code is FaultCode.FLIPPED
    assert fault.zh == f"顶点移出了网格“G1”({WEST}200001),网格被翻转,请撤销。"


def test_a_ring_that_collapses_is_refused() -> None:
    triangle = shapely.Polygon([(115.0, 34.5), (115.006, 34.5), (115.003, 34.503)])
    around = shapely.box(114.99, 34.49, 115.02, 34.52).difference(triangle)
    hood = with_shapes([triangle, around])
    document = {"op": "delete_vertices", "vertices": [[115.0, 34.5]]}
    faults = refused(document, hood)
    assert {fault.code for fault in faults} == {FaultCode.GEOM_INVALID}
    assert len(faults) == 2


def test_a_segment_may_not_be_too_long() -> None:
    south, middle, north = [115.0, 34.0], [115.0, 34.15], [115.0, 34.3]
    west = shapely.Polygon([[114.9, 34.1], south, middle, north, [114.9, 34.2]])
    east = shapely.Polygon([[115.1, 34.1], [115.1, 34.2], north, middle, south])
    hood = with_shapes([west, east])
    faults = refused({"op": "delete_vertices", "vertices": [middle]}, hood)
    assert [fault.code for fault in faults] == [FaultCode.GEOM_INVALID] * 2
    assert all("超过 20 公里" in fault.zh for fault in faults)
    assert faults[0].geometry.equals(shapely.LineString([south, north]))


def test_a_naive_split_is_refused_by_the_verdict_itself() -> None:
    """Pieces of one grid whose new nodes the neighbours lack: a gap and an overlap of a hair."""
    line = shapely.LineString([at(1.5, 0.5), at(1.6, 2.4)])
    pieces = naive_split(HOOD[A].geometry.geoms[0], line).geoms
    operation = parse_operation({"op": "split", "grid": A, "line": [at(1.5, 0.5), at(1.6, 2.4)]})
    sketch = Sketch(HOOD, rules(), "basic", operation)
    sketch.retire(A)
    for piece, serial in zip(pieces, (500, 501), strict=True):
        rounded = shapely.transform(piece, lambda xy: np.rint(xy * 1e7) / 1e7)
        sketch.put(replace(HOOD[A], code=f"{WEST}200{serial}", geometry=rounded))
    with pytest.raises(EditRefused) as caught:
        judge(sketch)
    faults = caught.value.faults
    assert {fault.code for fault in faults} <= {FaultCode.GAP, FaultCode.OVERLAP}
    assert {grid for fault in faults for grid in fault.grids} >= {SOUTH, NORTH}
    assert all(0 < fault.measure < 10 for fault in faults)


@pytest.mark.parametrize("north", [0.0005, -0.0005])
def test_a_one_sided_edit_is_refused_with_the_two_sided_one_as_its_remedy(north: float) -> None:
    """A one-way comparison of chains once accepted this."""
    moved = with_vertex(A, 2, 0, north)
    assert not same_footprint([HOOD[A].geometry], [moved])
    fault = only(refused(replacing(A, moved)), FaultCode.GAP if north > 0 else FaultCode.OVERLAP)
    assert set(fault.grids) == {A, SOUTH}
    change = abs(float((area_m2([moved]) - area_m2([HOOD[A].geometry]))[0]))
    assert fault.measure == pytest.approx(change)
    assert f"{change:,.1f} ㎡" in fault.zh
    assert ("空隙" if north > 0 else "重叠") in fault.zh
    assert area_m2([fault.geometry])[0] == pytest.approx(change)
    result = remedied(fault)
    assert result.after[A].geometry.equals(moved)
    assert [(c.code, c.action) for c in result.changes] == [(SOUTH, "modify"), (A, "modify")]


def test_gaps_and_overlaps_are_remedied_together() -> None:
    vertices = ring(A)
    vertices[1] = shifted(vertices[1], 0, 0.0004)
    vertices[3] = shifted(vertices[3], 0, -0.0004)
    document = replacing(A, shapely.Polygon(vertices))
    with pytest.raises(EditRefused, match=r"and 1 more") as caught:
        plan(HOOD, parse_operation(document), rules())
    assert "另有 1 处" in caught.value.detail_zh
    faults = refused(document)
    assert {fault.code for fault in faults} == {FaultCode.GAP, FaultCode.OVERLAP}
    assert faults[0].fix == faults[1].fix
    result = remedied(faults[0])
    assert result.after[A].geometry.equals(shapely.Polygon(vertices))


def test_a_gap_goes_to_the_neighbour_with_the_longest_border_on_it() -> None:
    corner, beside = ring(A)[0], ring(A)[1]
    cut = shapely.Polygon([shifted(corner, 0.002, 0.0003), *ring(A)[1:]])
    fault = only(refused(replacing(A, cut), by=rules(WEST, EAST)), FaultCode.GAP)
    result = remedied(fault, by=rules(WEST, EAST))
    (taker,) = {c.code for c in result.changes if c.action == "modify"} - {A}
    lengths = {
        grid: shapely.intersection(fault.geometry.boundary, HOOD[grid].geometry.boundary).length
        for grid in fault.grids
        if grid != A
    }
    assert taker == max(lengths, key=lengths.__getitem__)
    assert len(lengths) > 1
    assert shapely.LineString([corner, beside]).length > 0


def test_two_replacements_that_overlap_have_no_remedy() -> None:
    document = {
        "op": "replace",
        "grids": [
            {"grid": grid, "geometry": geojson_of(shape)}
            for grid, shape in (
                (A, with_vertex(A, 2, 0, -0.0005)),
                (SOUTH, HOOD[SOUTH].geometry),
            )
        ],
    }
    assert only(refused(document), FaultCode.OVERLAP).fix is None


def test_a_missing_neighbour_makes_the_edit_impossible_rather_than_wrong() -> None:
    alone = Neighbourhood([HOOD[A]])
    middle = ring(A)[2]
    document = {"op": "move_vertices", "moves": [[middle, shifted(middle, 0, -0.0004)]]}
    only(refused(document, alone), FaultCode.OUTSIDE_TOWN)


def test_the_outline_of_a_township_moves_only_within_the_scope_of_both() -> None:
    vertex = ring(A)[7]
    document = {"op": "move_vertices", "moves": [[vertex, shifted(vertex, 0.0004, 0)]]}
    named = replace(rules(), names={WEST: "白泉镇", EAST: "城关镇"})
    for by in (named, replace(named, scope=frozenset([WEST]))):
        fault = only(refused(document, by=by), FaultCode.OUTSIDE_TOWN)
        gained = area_m2([with_vertex(A, 7, 0.0004, 0)]) - area_m2([HOOD[A].geometry])
        assert fault.measure == pytest.approx(float(gained[0]))
        assert fault.zh == (
            f"白泉镇的乡镇界将变动,从城关镇划入 {fault.measure:,.0f} ㎡;跨乡镇调整需各方审核。"
        )
    both = plan(HOOD, parse_operation(document), rules(WEST, EAST))
    assert {change.code for change in both.changes} == {A, EASTERN}


@pytest.mark.parametrize(
    "document",
    [
        {"op": "merge", "grids": [A, EASTERN]},
        {"op": "set_attributes", "grid": A, "division_code": EAST + "200"},
        {"op": "transfer", "from": A, "to": EASTERN,
         "polygon": [at(1.7, 1.3), at(2.5, 1.3), at(2.5, 1.7), at(1.7, 1.7)]},
    ],
    ids=lambda document: document["op"],
)  # fmt: skip
def test_whatever_crosses_a_township_needs_its_scope(document: dict[str, Any]) -> None:
    fault = refused(document)[0]
    assert fault.code is FaultCode.OUTSIDE_TOWN
    assert fault.measure is not None
    assert fault.measure > 1000
    plan(HOOD, parse_operation(document), rules(WEST, EAST))


def test_a_vertex_taken_from_a_straight_outline_is_a_change_of_it() -> None:
    west = shapes.box(0, 0, 60_000, 60_000)
    node = [115.006, 34.503]
    east = shapes.box(60_000, 0, 120_000, 60_000)
    left = shapely.Polygon(np.insert(shapely.get_coordinates(west), 2, node, axis=0))
    right = shapely.Polygon(np.insert(shapely.get_coordinates(east), 4, node, axis=0))
    two = with_shapes([left, right])
    hood = Neighbourhood(
        [two[f"{WEST}200001"], replace(two[f"{WEST}200002"], division_code=f"{EAST}200")]
    )
    document = {"op": "delete_vertices", "vertices": [node]}
    fault = only(refused(document, hood), FaultCode.OUTSIDE_TOWN)
    assert fault.measure == 0.0
    plan(hood, parse_operation(document), rules(WEST, EAST))


def test_the_edge_of_the_county_stays_to_the_vertex() -> None:
    straight = with_shapes([shapes.box(0, 0, 60_000, 60_000)])
    document = {
        "op": "insert_vertices",
        "inserts": [{"segment": [[115.0, 34.5], [115.006, 34.5]], "at": [115.002, 34.5]}],
    }
    fault = only(refused(document, straight), FaultCode.OUTSIDE_TOWN)
    assert "外部边界" in fault.zh
    assert fault.geometry.length > 0
    vertex = ring(code(0, 1))[-2]
    moved = {"op": "move_vertices", "moves": [[vertex, shifted(vertex, -0.0004, 0)]]}
    fault = only(refused(moved), FaultCode.OUTSIDE_TOWN)
    assert "不属于任何网格" in fault.zh
    assert fault.measure is not None
    assert fault.measure > 100


def test_pieces_that_are_too_small_are_measured() -> None:
    line = [at(1.03, 0.5), at(1.03, 2.4)]
    big = rules(min_area_m2=30_000, min_width_m=1)
    faults = refused({"op": "split", "grid": A, "line": line}, by=big)
    fault = only(faults, FaultCode.MIN_AREA)
    assert fault.measure == pytest.approx(area_m2([fault.geometry])[0])
    assert fault.zh.endswith(f"仅 {fault.measure:,.0f} ㎡,小于最小面积 30,000 ㎡。")


def test_slivers_are_measured_by_the_largest_circle_in_them() -> None:
    line = [at(1.05, 0.5), at(1.05, 2.4)]
    wide = rules(min_area_m2=1, min_width_m=60)
    fault = only(refused({"op": "split", "grid": A, "line": line}, by=wide), FaultCode.SLIVER)
    assert fault.measure is not None
    assert 5 < fault.measure < 60
    assert f"最宽处仅 {fault.measure:.1f} 米" in fault.zh


def test_a_grid_that_was_too_small_before_may_grow() -> None:
    strict = rules(min_area_m2=1e9, min_width_m=1e4)
    middle = ring(A)[2]
    for north, kinds in ((-0.0004, {SOUTH}), (0.0004, {A})):
        document = {"op": "move_vertices", "moves": [[middle, shifted(middle, 0, north)]]}
        faults = refused(document, by=strict)
        assert {fault.code for fault in faults} == {FaultCode.MIN_AREA}
        assert {grid for fault in faults for grid in fault.grids} == kinds


def test_grids_that_do_not_touch_are_not_merged() -> None:
    apart = refused({"op": "merge", "grids": [A, code(1, 3)]})
    fault = only(apart, FaultCode.MULTIPART)
    assert fault.zh.startswith("合并的网格不相邻")
    assert fault.grids == (A, code(1, 3), f"{WEST}200500")
    diagonal = refused({"op": "merge", "grids": [A, code(0, 0)]})
    only(diagonal, FaultCode.MULTIPART)


def test_a_transfer_may_not_tear_a_grid_in_two() -> None:
    line = [at(1.4, 0.6), at(1.4, 2.4), at(1.6, 2.4), at(1.6, 0.6)]
    through = {"op": "transfer", "from": A, "to": NORTH, "polygon": line}
    fault = only(refused(through), FaultCode.MULTIPART)
    assert fault.grids == (A,)
    assert fault.measure == 2.0
    island = [at(1.4, 1.4), at(1.6, 1.4), at(1.6, 1.6), at(1.4, 1.6)]
    fault = only(
        refused({"op": "transfer", "from": A, "to": NORTH, "polygon": island}), FaultCode.MULTIPART
    )
    assert fault.grids == (NORTH,)


def test_a_line_into_more_pieces_than_meant_offers_them() -> None:
    line = [at(1.3, 0.5), at(1.3, 1.6), at(1.6, 1.6), at(1.6, 0.5), at(1.8, 0.5), at(1.8, 2.5)]
    fault = only(refused({"op": "split", "grid": A, "line": line}), FaultCode.MULTIPART)
    assert "分成 3 块,而不是 2 块" in fault.zh
    created = [c for c in remedied(fault).changes if c.action == "create"]
    assert len(created) == 3


@pytest.mark.parametrize(
    "line",
    [
        [at(1.4, 1.4), at(1.6, 2.3)],
        [at(1.4, 1.4), at(1.6, 1.6)],
        [at(0.7, 1.5), at(1.5, 1.5), at(1.6, 1.6)],
    ],
    ids=["begins inside", "inside", "ends inside"],
)
def test_a_line_that_does_not_cut_through_is_drawn_on(line: list[list[float]]) -> None:
    fault = only(refused({"op": "split", "grid": A, "line": line}), FaultCode.CUT_MISSES)
    assert fault.zh == f"分割线未贯穿网格“网格11”({A}),请从边界外画到边界外。"
    assert fault.geometry.equals(shapely.LineString(line))
    assert any(change.action == "create" for change in remedied(fault).changes)


@pytest.mark.parametrize(
    "document",
    [
        {"op": "split", "grid": A, "line": [at(3.2, 3.2), at(3.6, 3.6)]},
        {"op": "split", "grid": A, "line": [at(1.5, 0.8), at(1.5, 0.9)]},
        {"op": "transfer", "from": A, "to": NORTH, "line": [at(3.2, 3.2), at(3.6, 3.6)]},
        {"op": "transfer", "from": A, "to": code(3, 3), "line": [at(1.5, 0.5), at(1.5, 2.5)]},
        {"op": "transfer", "from": A, "to": NORTH,
         "polygon": [at(3.1, 3.1), at(3.5, 3.1), at(3.5, 3.5)]},
        {"op": "reshape", "grid": A, "line": [at(1.4, 1.4), at(1.6, 1.6)]},
        {"op": "reshape", "grid": A, "line": [at(1.4, 1.4), at(1.6, 2.6)]},
    ],
)  # fmt: skip
def test_what_misses_is_refused(document: dict[str, Any]) -> None:
    fault = only(refused(document), FaultCode.CUT_MISSES)
    assert A in fault.grids
    assert fault.fix is None


def test_a_cut_whose_ends_snap_to_one_vertex_misses() -> None:
    """On an outline the ends have nowhere else to go."""
    vertex = ring(A)[7]
    line = [shifted(vertex, 0.0005, -0.0001), shifted(vertex, -0.0003, 0.0)]
    only(
        refused({"op": "split", "grid": A, "line": [*line, shifted(vertex, 0.0005, 0.0001)]}),
        FaultCode.CUT_MISSES,
    )


def test_everything_of_a_grid_is_merged_not_transferred() -> None:
    polygon = [at(0.7, 0.7), at(2.4, 0.7), at(2.4, 2.4), at(0.7, 2.4)]
    document = {"op": "transfer", "from": A, "to": NORTH, "polygon": polygon}
    fault = only(refused(document), FaultCode.MIN_AREA)
    assert fault.zh == f"网格“网格11”({A})将被全部划出,请改用合并。"
    result = remedied(fault)
    assert {c.code: c.action for c in result.changes} == {A: "retire", NORTH: "modify"}


def test_a_stretch_past_a_corner_is_transferred() -> None:
    outward = [at(1.3, 1.3), at(1.3, 0.6), at(0.6, 0.6), at(0.6, 1.4), at(1.3, 1.4)]
    fault = only(refused({"op": "reshape", "grid": A, "line": outward}), FaultCode.CORNER)
    assert "多个网格的交点" in fault.zh
    result = remedied(fault)
    assert result.after[A].geometry.contains(shapely.Point(at(0.9, 0.9)))
    assert result.operation.op == "transfer"
    inward = [ring(A)[-3], at(1.3, 1.3), ring(A)[3]]
    fault = only(refused({"op": "reshape", "grid": A, "line": inward}), FaultCode.CORNER)
    result = remedied(fault)
    assert not result.after[A].geometry.intersects(shapely.Point(at(1.15, 1.15)))


def test_a_corner_is_not_deleted() -> None:
    fault = only(refused({"op": "delete_vertices", "vertices": [ring(A)[0]]}), FaultCode.CORNER)
    assert set(fault.grids) == {A, SOUTH, code(0, 1), code(0, 0)}


GONE = f"{WEST}200099"
NOWHERE = [115.3, 34.9]


@pytest.mark.parametrize(
    "document",
    [
        {"op": "split", "grid": GONE, "line": [NOWHERE, at(1, 1)]},
        {"op": "reshape", "grid": GONE, "line": [NOWHERE, at(1, 1)]},
        {"op": "merge", "grids": [A, GONE]},
        {"op": "transfer", "from": A, "to": GONE, "line": [NOWHERE, at(1, 1)]},
        {"op": "transfer", "from": GONE, "to": A, "line": [NOWHERE, at(1, 1)]},
        {"op": "retire", "grid": GONE},
        {"op": "set_attributes", "grid": GONE, "name": "无"},
        {"op": "replace", "grids": [{"grid": GONE, "geometry": geojson_of(shapes.SQUARE)}]},
        {"op": "move_vertices", "moves": [[NOWHERE, at(1, 1)]]},
        {"op": "delete_vertices", "vertices": [NOWHERE]},
        {"op": "insert_vertices", "inserts": [{"segment": [NOWHERE, at(1, 1)], "at": at(2, 2)}]},
    ],
    ids=lambda document: document["op"],
)
def test_what_is_gone_is_told(document: dict[str, Any]) -> None:
    fault = only(refused(document), FaultCode.STALE)
    assert "刷新地图" in fault.zh


def test_every_code_is_explained() -> None:
    page = (ROOT / "docs" / "editing.md").read_text(encoding="utf-8")
    for kind in FaultCode:
        assert f"| `{kind.value}` |" in page, kind
