"""What each operation does: who changes, what is settled and told, and that all still tile."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.ops import split as naive_split

from gis.core.chain import same_footprint
from gis.core.coverage import tiling_defects
from gis.core.editing import (
    FaultCode,
    GridState,
    Neighbourhood,
    Plan,
    Rules,
    changed_outlines,
    parse_operation,
    plan,
    reach,
)
from gis.core.editing.documents import geojson_of
from gis.core.errors import EditRefused, Invalid
from gis.core.geodesy import area_m2
from tests.cases import shapes
from tests.cases.neighbourhoods import (
    EAST,
    WEST,
    at,
    code,
    neighbourhood,
    rules,
    tiles_alike,
    twice_area,
    whole,
    with_shapes,
)
from tests.cases.tilings import ORIGIN

HOOD = neighbourhood()
A, NORTH, EASTERN, WESTERN = code(1, 1), code(1, 2), code(2, 1), code(0, 1)
#: Cuts grid A from south to north, and from west to east (where the other township begins).
UPRIGHT = [at(1.5, 0.5), at(1.6, 2.4)]
ACROSS = [at(0.6, 1.5), at(2.4, 1.6)]


def done(document: dict[str, Any], hood: Neighbourhood = HOOD, by: Rules | None = None) -> Plan:
    """Plan an operation and hold what must hold after every one."""
    result = plan(hood, parse_operation(document), by or rules())
    after = whole(result.after)
    assert tiles_alike(hood, result.after)
    assert twice_area(after) == twice_area(whole(hood))
    assert shapely.coverage_is_valid(after)
    assert tiling_defects(after, [g.code for g in result.after if g.layer == "basic"]) == []
    for change in result.changes:
        assert change.before == hood.get(change.code)
        assert change.after == result.after.get(change.code)
    # What is kept is replayed to the same end.
    assert plan(hood, result.operation, by or rules()).changes == result.changes
    # Nothing but what it asks for is looked at.
    seen = hood.near(reach(result.operation))
    assert plan(seen, result.operation, by or rules()).changes == result.changes
    return result


def actions(result: Plan) -> dict[str, str]:
    return {change.code: change.action for change in result.changes}


def told(result: Plan) -> list[FaultCode]:
    return [fault.code for fault in result.auto_fixes]


def ring(grid: str, hood: Neighbourhood = HOOD) -> list[list[float]]:
    """Return the shell of a grid, counter-clockwise from its south-western corner."""
    xy = shapely.get_coordinates(hood[grid].geometry.geoms[0].exterior)
    return [list(vertex) for vertex in xy[:-1].tolist()]


def shifted(vertex: list[float], east: float, north: float) -> list[float]:
    return [round(vertex[0] + east, 7), round(vertex[1] + north, 7)]


def test_a_split_retires_the_grid_and_gives_its_neighbours_the_new_nodes() -> None:
    result = done({"op": "split", "grid": A, "line": UPRIGHT})
    new = [f"{WEST}200500", f"{WEST}200501"]
    assert actions(result) == {
        A: "retire", **dict.fromkeys(new, "create"), code(1, 0): "node_only", NORTH: "node_only",
    }  # fmt: skip
    assert [(one.parent, one.child) for one in result.lineage] == [(A, one) for one in new]
    western, eastern = (result.after[one] for one in new)
    assert western.geometry.centroid.x < eastern.geometry.centroid.x
    assert (western.kind, western.division_code) == (HOOD[A].kind, HOOD[A].division_code)
    assert western.name == "网格11-1"
    assert result.operation.codes == tuple(new)  # type: ignore[union-attr]
    (fixed,) = result.auto_fixes
    assert fixed.code is FaultCode.HAIRLINE
    assert fixed.severity == "fixed"
    assert fixed.grids == (code(1, 0), NORTH)
    assert fixed.zh.startswith("已自动补齐公共边节点 2 处")
    assert fixed.measure is not None
    assert fixed.measure < 0.012
    nodes = shapely.get_coordinates(fixed.geometry)
    for point, neighbour in zip(nodes[nodes[:, 1].argsort()], fixed.grids, strict=True):
        assert (shapely.get_coordinates(result.after[neighbour].geometry) == point).all(1).any()


def test_a_carve_off_keeps_the_identity_of_the_largest_piece_or_the_named_one() -> None:
    carved = {"op": "split", "grid": A, "line": [at(1.2, 0.5), at(1.2, 2.4)], "identity": "keep"}
    result = done({**carved, "names": ["新村"]})
    assert actions(result)[A] == "modify"
    assert result.after[A].name == HOOD[A].name
    assert result.after[f"{WEST}200500"].name == "新村"
    kept, cut = area_m2([result.after[A].geometry, result.after[f"{WEST}200500"].geometry])
    assert kept > cut
    other = done({**carved, "keep": at(1.1, 1.5)})
    assert area_m2([other.after[A].geometry])[0] == pytest.approx(cut)
    with pytest.raises(Invalid, match="keep"):
        plan(HOOD, parse_operation({**carved, "keep": at(3.5, 3.5)}), rules())


def test_codes_and_names_of_pieces_can_be_given() -> None:
    codes = [f"{WEST}200801", f"{WEST}200802"]
    asked = {"op": "split", "grid": A, "line": UPRIGHT, "codes": codes, "names": ["甲", "乙"]}
    result = done(asked)
    assert [result.after[one].name for one in codes] == ["甲", "乙"]
    for bad in (codes[:1], [codes[0], NORTH]):
        with pytest.raises(Invalid):
            plan(HOOD, parse_operation({**asked, "codes": bad}), rules())


def test_codes_given_far_away_are_not_given_again() -> None:
    far = [*HOOD, replace(HOOD[code(3, 3)], code=f"{WEST}200500", geometry=shapes.FAR_EAST)]
    result = plan(
        Neighbourhood(far), parse_operation({"op": "split", "grid": A, "line": UPRIGHT}), rules()
    )
    assert {f"{WEST}200501", f"{WEST}200502"} <= set(actions(result))


def test_a_cut_that_ends_on_the_outline_of_a_township_snaps_to_its_nearest_vertex() -> None:
    result = done({"op": "split", "grid": A, "line": ACROSS})
    assert EASTERN not in actions(result)
    assert told(result) == [FaultCode.SNAPPED, FaultCode.HAIRLINE]
    snapped = result.auto_fixes[0]
    start, end = shapely.get_coordinates(snapped.geometry)
    assert (shapely.get_coordinates(HOOD[EASTERN].geometry) == end).all(axis=1).any()
    assert snapped.measure == pytest.approx(
        shapely.distance(*shapely.points([start, end])) * 1e5, rel=0.2
    )
    assert f"{snapped.measure:.1f} 米" in snapped.zh
    assert tiles_alike(HOOD, result.after, EAST)


def test_an_exact_end_gives_the_other_township_a_node_and_nothing_else() -> None:
    result = done({"op": "split", "grid": A, "line": ACROSS, "exact_end": True})
    assert told(result) == [FaultCode.HAIRLINE]
    assert actions(result)[EASTERN] == "node_only"
    before, after = HOOD[EASTERN].geometry, result.after[EASTERN].geometry
    assert shapely.get_num_coordinates(after) == shapely.get_num_coordinates(before) + 1
    assert area_m2([after])[0] == pytest.approx(area_m2([before])[0], abs=2.0)
    # Within the scope of both townships nothing has to snap.
    assert changed_outlines(result.changes) == {}
    free = done({"op": "split", "grid": A, "line": ACROSS}, by=rules(WEST, EAST))
    assert free.changes == result.changes


def test_an_end_on_the_outline_of_the_county_snaps_even_where_it_is_to_be_exact() -> None:
    line = [at(0.5, -0.5), at(0.5, 1.5)]
    result = done({"op": "split", "grid": code(0, 0), "line": line, "exact_end": True})
    assert told(result) == [FaultCode.SNAPPED, FaultCode.HAIRLINE]


def test_a_cut_from_corner_to_corner_needs_no_nodes() -> None:
    corners = ring(A)[0], ring(A)[10]
    outside = [shifted(corners[0], -0.001, -0.001), *corners, shifted(corners[1], 0.001, 0.001)]
    for line in (corners, outside):
        result = done({"op": "split", "grid": A, "line": list(line)})
        assert sorted(actions(result).values()) == ["create", "create", "retire"]
        assert result.auto_fixes == ()


def test_a_ring_drawn_inside_carves_an_enclave_and_warns() -> None:
    line = [at(*xy) for xy in ((1.4, 1.4), (1.6, 1.4), (1.6, 1.6), (1.4, 1.6), (1.4, 1.4))]
    result = done({"op": "split", "grid": A, "line": line, "identity": "keep"})
    assert [fault.code for fault in result.warnings] == [FaultCode.ENCLAVE]
    assert len(result.after[A].geometry.geoms[0].interiors) == 1


def test_the_grid_around_an_enclave_is_split_past_it_and_the_enclave_gets_nodes() -> None:
    island = shapes.box(30_000, 30_000, 60_000, 60_000)
    around = shapes.box(0, 0, 100_000, 100_000).difference(island)
    hood = with_shapes([around, island, shapes.box(100_000, 0, 200_000, 100_000)])
    line = [[115.0045, 34.4], [115.0044, 34.6]]
    by = rules(min_width_m=1)
    # Here both outer ends meet the edge of all that is known, and snap to its corners.
    result = done({"op": "split", "grid": f"{WEST}200001", "line": line}, hood, by)
    assert actions(result)[f"{WEST}200002"] == "node_only"
    assert sorted(actions(result).values()) == ["create", "create", "node_only", "retire"]
    assert told(result)[:2] == [FaultCode.SNAPPED] * 2


def test_several_pieces_are_cut_when_they_are_meant() -> None:
    line = [at(*xy) for xy in ((1.3, 0.5), (1.3, 1.6), (1.6, 1.6), (1.6, 0.5))]
    once = done({"op": "split", "grid": A, "line": line})
    assert list(actions(once).values()).count("create") == 2
    twice = [*line, at(1.8, 0.5), at(1.8, 2.5)]
    result = done({"op": "split", "grid": A, "line": twice, "pieces": 3})
    assert list(actions(result).values()).count("create") == 3


def test_parts_that_the_line_leaves_alone_stay_with_the_largest_piece() -> None:
    left, right = shapes.box(0, 0, 60_000, 60_000), shapes.box(120_000, 0, 150_000, 60_000)
    between = shapes.box(60_000, 0, 120_000, 60_000)
    hood = with_shapes([shapely.MultiPolygon([left, right]), between])
    corner, opposite = [115.0, 34.5], [115.006, 34.506]
    by = rules(min_area_m2=100, min_width_m=1)
    result = done({"op": "split", "grid": f"{WEST}200001", "line": [corner, opposite]}, hood, by)
    created = [result.after[one] for one, action in actions(result).items() if action == "create"]
    assert sorted(len(state.geometry.geoms) for state in created) == [1, 2]


def test_a_merge_makes_a_new_grid_or_keeps_one() -> None:
    result = done({"op": "merge", "grids": [A, NORTH], "name": "合并"})
    new = f"{WEST}200500"
    assert actions(result) == {A: "retire", NORTH: "retire", new: "create"}
    assert result.after[new].name == "合并"
    assert {(one.parent, one.child, one.operation) for one in result.lineage} == {
        (A, new, "merge"), (NORTH, new, "merge"),
    }  # fmt: skip
    kept = done({"op": "merge", "grids": [A, NORTH], "keep": A})
    assert actions(kept) == {A: "modify", NORTH: "retire"}
    assert kept.after[A].geometry == result.after[new].geometry
    given = done({"op": "merge", "grids": [A, NORTH], "code": f"{WEST}200700"})
    assert actions(given)[f"{WEST}200700"] == "create"


def test_grids_around_another_are_merged_into_one_with_a_hole() -> None:
    ring_of = [code(c, r) for c in (0, 1, 2) for r in (0, 1, 2) if (c, r) != (1, 1)]
    result = done({"op": "merge", "grids": ring_of}, by=rules(WEST, EAST))
    assert {FaultCode.ENCLAVE, FaultCode.VILLAGE_LINE} <= {w.code for w in result.warnings}


def test_multipart_grids_are_merged_where_they_touch() -> None:
    parts = shapely.MultiPolygon(
        [shapes.box(0, 0, 60_000, 60_000), shapes.box(120_000, 0, 180_000, 60_000)]
    )
    hood = with_shapes([parts, shapes.box(60_000, 0, 120_000, 60_000)])
    result = done({"op": "merge", "grids": [g.code for g in hood]}, hood)
    (merged,) = result.after
    assert len(merged.geometry.geoms) == 1


def test_a_merge_between_townships_is_planned_within_the_scope_of_both() -> None:
    document = {"op": "merge", "grids": [A, EASTERN], "keep": A}
    result = done(document, by=rules(WEST, EAST))
    assert result.after[A].division_code.startswith(WEST)
    assert set(changed_outlines(result.changes)) == {WEST, EAST}
    assert [fault.code for fault in result.warnings] == [FaultCode.VILLAGE_LINE]


@pytest.mark.parametrize("take", [None, at(1.5, 1.9)])
def test_a_piece_is_transferred_by_a_line(take: list[float] | None) -> None:
    line = [at(1.3, 2.4), at(1.3, 1.7), at(1.7, 1.7), at(1.7, 2.4)]
    result = done({"op": "transfer", "from": A, "to": NORTH, "line": line, "take": take})
    assert actions(result) == {A: "modify", NORTH: "modify"}
    piece = HOOD[A].geometry.intersection(result.after[NORTH].geometry)
    assert piece.intersects(shapely.Point(at(1.5, 1.9)))
    (link,) = result.lineage
    assert (link.parent, link.child) == (A, NORTH)


def test_pieces_of_several_grids_are_transferred_by_a_polygon() -> None:
    polygon = [at(*xy) for xy in ((0.6, 1.6), (1.5, 1.6), (1.5, 2.5), (0.6, 2.5))]
    result = done({"op": "transfer", "from": [A, WESTERN], "to": NORTH, "polygon": polygon})
    changed = {one for one, action in actions(result).items() if action == "modify"}
    assert changed == {A, WESTERN, NORTH}
    gained = area_m2([result.after[NORTH].geometry]) - area_m2([HOOD[NORTH].geometry])
    assert 0 < gained[0] < area_m2([shapely.Polygon(polygon)])[0]


def test_a_dragged_vertex_moves_on_both_sides_and_a_corner_on_all() -> None:
    corner, middle = ring(A)[0], ring(A)[2]
    moved = done({"op": "move_vertices", "moves": [[middle, shifted(middle, 0, 0.0004)]]})
    assert actions(moved) == {A: "modify", code(1, 0): "modify"}
    result = done({"op": "move_vertices", "moves": [[corner, shifted(corner, 0.0003, 0.0003)]]})
    assert set(actions(result)) == {A, WESTERN, code(1, 0), code(0, 0)}


def test_vertices_change_places_at_once() -> None:
    left, right = [115.0003, 34.5], [115.0007, 34.5]
    lower = shapes.box(0, -60_000, 10_000, 0)
    upper = shapely.Polygon([(115.0, 34.5), left, right, (115.001, 34.5), (115.0005, 34.503)])
    lower = shapely.Polygon([(115.0, 34.5), (115.0005, 34.497), (115.001, 34.5), right, left])
    hood = with_shapes([upper, lower])
    left_to, right_to = [115.0003, 34.5001], left
    document = {"op": "move_vertices", "moves": [[left, left_to], [right, right_to]]}
    result = done(document, hood)
    for grid in result.after:
        assert {tuple(left_to), tuple(right_to)} <= set(grid.geometry.geoms[0].exterior.coords)


def test_a_vertex_dropped_on_the_next_one_vanishes_on_both_sides() -> None:
    first, second = ring(A)[2:4]
    result = done({"op": "move_vertices", "moves": [[first, second]]})
    for grid in (A, code(1, 0)):
        before, after = HOOD[grid].geometry, result.after[grid].geometry
        assert shapely.get_num_coordinates(after) == shapely.get_num_coordinates(before) - 1


def test_inserted_vertices_come_on_both_sides_and_go_again() -> None:
    segment = ring(A)[2:4]
    middle = np.round(np.mean(segment, axis=0), 7)
    pulled = shifted(middle.tolist(), 0.0, 0.0004)
    document = {"op": "insert_vertices", "inserts": [{"segment": segment, "at": pulled}]}
    result = done(document)
    assert actions(result) == {A: "modify", code(1, 0): "modify"}
    back = done({"op": "delete_vertices", "vertices": [pulled]}, result.after)
    assert {g.code: g.geometry.normalize() for g in back.after} == {
        g.code: g.geometry.normalize() for g in HOOD
    }


def test_a_vertex_inserted_exactly_on_its_segment_changes_no_grid() -> None:
    upper = shapes.box(0, 0, 60_000, 60_000)
    lower = shapes.box(0, -60_000, 60_000, 0)
    hood = with_shapes([upper, lower])
    segment = [[115.0, 34.5], [115.006, 34.5]]
    document = {"op": "insert_vertices", "inserts": [{"segment": segment, "at": [115.002, 34.5]}]}
    result = done(document, hood)
    assert set(actions(result).values()) == {"node_only"}


def test_a_stretch_is_redrawn_for_both_sides() -> None:
    line = [at(1.3, 0.7), at(1.3, 1.3), at(1.6, 1.25), at(1.6, 0.7)]
    result = done({"op": "reshape", "grid": A, "line": line})
    assert actions(result) == {A: "modify", code(1, 0): "modify"}
    assert result.after[A].geometry.disjoint(shapely.Point(at(1.45, 1.2)))
    assert result.after[code(1, 0)].geometry.contains(shapely.Point(at(1.45, 1.2)))


def test_the_stretch_to_be_redrawn_can_be_named() -> None:
    island = shapes.box(30_000, 30_000, 60_000, 60_000)
    around = shapes.box(0, 0, 100_000, 100_000).difference(island)
    hood = with_shapes([around, island])
    line = [[115.003, 34.503], [115.0048, 34.5042], [115.006, 34.506]]
    by = rules(min_width_m=0, min_area_m2=0)
    kept = []
    for stretch in ([115.006, 34.503], [115.003, 34.506]):
        document = {"op": "reshape", "grid": f"{WEST}200002", "line": line, "stretch": stretch}
        result = done(document, hood, by)
        kept.append(result.after[f"{WEST}200002"].geometry)
    assert shapely.area(shapely.intersection(*kept)) == 0
    assert shapely.equals(shapely.union(*kept), island)


def test_a_line_that_comes_back_to_where_it_began_is_refused() -> None:
    start, end = ring(A)[1], ring(A)[3]
    line = [start, at(1.5, 1.3), start, at(1.4, 1.2), end]
    with pytest.raises(EditRefused, match="elf-intersection"):
        plan(HOOD, parse_operation({"op": "reshape", "grid": A, "line": line}), rules())


def test_attributes_change_without_touching_the_border() -> None:
    hood = Neighbourhood(replace(g, attributes={"a": 1, "b": 2}) for g in HOOD)
    document = {
        "op": "set_attributes",
        "grid": A,
        "name": "新名",
        "attributes": {"a": None, "c": 3},
    }
    result = done({**document, "kind": "community"}, hood)
    (change,) = result.changes
    assert change.after == replace(
        hood[A], name="新名", kind="community", attributes={"b": 2, "c": 3}
    )
    village = done({"op": "set_attributes", "grid": A, "division_code": WEST + "201"})
    assert [fault.code for fault in village.warnings] == [FaultCode.VILLAGE_LINE]


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"op": "set_attributes", "grid": A, "kind": "exclusive"}, "exclusive layer"),
        ({"op": "set_attributes", "grid": A, "division_code": "411422102200"}, "another county"),
        ({"op": "retire", "grid": A}, "merge it"),
    ],
)
def test_what_makes_no_sense_is_told(document: dict[str, Any], words: str) -> None:
    with pytest.raises(Invalid, match=words):
        plan(HOOD, parse_operation(document), rules())


def replacement(**geometries: Any) -> dict[str, Any]:
    grids = [{"grid": one, "geometry": geojson_of(shape)} for one, shape in geometries.items()]
    return {"op": "replace", "grids": grids}


def test_a_naive_split_does_not_fit_and_is_mended_with_its_neighbours_nodes() -> None:
    """A line split by GEOS puts a node in the grid that its neighbours lack."""
    pieces = naive_split(HOOD[A].geometry.geoms[0], shapely.LineString(UPRIGHT)).geoms
    rounded = [shapely.transform(piece, lambda xy: np.rint(xy * 1e7) / 1e7) for piece in pieces]
    assert not same_footprint([HOOD[A].geometry], rounded)
    document = replacement(**{A: rounded[0], f"{WEST}200600": rounded[1]})
    document["grids"][1] |= {"kind": "rural", "division_code": HOOD[A].division_code}
    result = done(document)
    assert actions(result) == {
        A: "modify", f"{WEST}200600": "create", code(1, 0): "node_only", NORTH: "node_only",
    }  # fmt: skip
    assert told(result) == [FaultCode.HAIRLINE]
    assert [(one.parent, one.child) for one in result.lineage] == [(A, f"{WEST}200600")]


def test_a_replacement_without_a_neighbours_node_gets_it() -> None:
    upper = shapes.box(0, 0, 60_000, 60_000)
    lower = shapely.Polygon(
        [(115.0, 34.494), (115.006, 34.494), (115.006, 34.5), (115.002, 34.5), (115.0, 34.5)]
    )
    first = np.insert(shapely.get_coordinates(upper), 1, [115.002, 34.5], axis=0)
    hood = with_shapes([shapely.Polygon(first), lower])
    result = done(replacement(**{f"{WEST}200001": upper}), hood)
    assert result.changes == ()
    assert told(result) == [FaultCode.HAIRLINE]


def test_an_import_merges_and_splits_at_once() -> None:
    union = shapely.union_all([HOOD[A].geometry, HOOD[NORTH].geometry])
    document = {**replacement(**{A: union}), "retired": [NORTH]}
    result = done(document)
    assert actions(result) == {A: "modify", NORTH: "retire"}
    assert [(one.parent, one.child) for one in result.lineage] == [(NORTH, A)]


def test_grids_of_both_layers_do_not_mix() -> None:
    school = GridState(f"{WEST}200901", "exclusive", f"{WEST}200", shapely.box(115, 34.5, 116, 35))
    hood = Neighbourhood([*HOOD, school])
    with pytest.raises(Invalid, match="different layers"):
        plan(hood, parse_operation({"op": "merge", "grids": [A, school.code]}), rules())


def test_a_grid_of_200_000_vertices_is_split_and_moved() -> None:
    teeth = 50_000
    x = np.arange(2 * teeth + 1) * 20
    y = np.where(np.arange(len(x)) % 2, 5_000, 0) + np.arange(len(x)) % 7
    y[0] = y[-1] = 0
    comb = np.column_stack([x, y])
    width = int(x[-1])

    def closed(xy: np.ndarray[Any, Any]) -> shapely.Polygon:
        return shapely.Polygon((xy + ORIGIN) / 1e7)

    north = np.array([0, 200_000])
    upper = closed(np.concatenate([comb, [[width, 200_000]], comb[::-1] + north]))
    lower = closed(np.concatenate([[[0, -90_000], [width, -90_000]], comb[::-1]]))
    hood = with_shapes([upper, lower])
    assert shapely.get_num_coordinates(hood[f"{WEST}200001"].geometry) > 200_000
    tooth = [115 + 20 * 2001 / 1e7, 34.5 + (5_000 + 2001 % 7) / 1e7]
    vertex = [round(number, 7) for number in tooth]
    moved = plan(
        hood,
        parse_operation({"op": "move_vertices", "moves": [[vertex, shifted(vertex, 0, 0.0001)]]}),
        rules(),
    )
    assert set(actions(moved).values()) == {"modify"}
    line = [[115.0998, 34.49], [115.1002, 34.53]]
    cut = plan(
        hood, parse_operation({"op": "split", "grid": f"{WEST}200001", "line": line}), rules()
    )
    assert list(actions(cut).values()).count("create") == 2
    assert tiles_alike(hood, cut.after)
