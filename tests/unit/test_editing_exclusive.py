"""Exclusive grids: inside one township, over no other exclusive grid, without tiling."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from gis.core.editing import (
    FaultCode,
    GridState,
    Neighbourhood,
    moved,
    parse_operation,
    plan,
    states_of,
)
from gis.core.editing.documents import geojson_of
from gis.core.errors import EditRefused, Invalid
from gis.core.geodesy import area_m2
from tests.cases.neighbourhoods import EAST, WEST, at, code, neighbourhood, rules

BASIC = neighbourhood()
SCHOOL = f"{WEST}200901"
VILLAGE = f"{WEST}200"


def square(west: float, south: float, east: float, north: float) -> Any:
    return shapely.Polygon([at(west, south), at(east, south), at(east, north), at(west, north)])


SCHOOL_SHAPE = square(0.5, 0.5, 1.0, 1.0)
HOOD = Neighbourhood([*BASIC, GridState(SCHOOL, "exclusive", VILLAGE, SCHOOL_SHAPE, "实验小学")])


def drawing(shape: Any, division: str = VILLAGE, **members: Any) -> dict[str, Any]:
    return {
        "op": "draw", "geometry": geojson_of(shape), "division_code": division, **members,
    }  # fmt: skip


def refusal(document: dict[str, Any], **sizes: float) -> Any:
    with pytest.raises(EditRefused) as caught:
        plan(HOOD, parse_operation(document), rules(**sizes))
    (fault,) = caught.value.faults
    return fault


def test_a_school_is_drawn_over_basic_grids_and_retired() -> None:
    shape = square(1.0, 1.0, 1.5, 1.5)  # touches the first one in a corner
    result = plan(HOOD, parse_operation(drawing(shape, name="医院")), rules())
    (change,) = result.changes
    assert (change.action, change.code) == ("create", f"{WEST}200902")
    assert change.after is not None
    assert (change.after.kind, change.after.name) == ("exclusive", "医院")
    assert plan(HOOD, result.operation, rules()).changes == result.changes
    gone = plan(result.after, parse_operation({"op": "retire", "grid": change.code}), rules())
    assert [c.action for c in gone.changes] == ["retire"]
    assert gone.after == HOOD


def test_what_moves_into_and_out_of_an_exclusive_grid_is_told() -> None:
    shape = square(1.2, 1.2, 1.5, 1.5)
    drawn = plan(HOOD, parse_operation(drawing(shape)), rules())
    (face,) = moved(*states_of(drawn.changes))
    assert (face.from_code, face.to_code) == (None, f"{WEST}200902")
    assert face.polygon.equals(shape)
    retired = plan(HOOD, parse_operation({"op": "retire", "grid": SCHOOL}), rules())
    (face,) = moved(*states_of(retired.changes))
    assert (face.from_code, face.to_code) == (SCHOOL, None)
    assert face.polygon.equals(SCHOOL_SHAPE)


def test_it_may_not_overlap_another() -> None:
    shape = square(0.9, 0.9, 1.5, 1.5)
    fault = refusal(drawing(shape, name="医院"))
    common = area_m2([shapely.intersection(shape, SCHOOL_SHAPE)])[0]
    assert fault.code is FaultCode.OVERLAP
    assert fault.grids == (SCHOOL, f"{WEST}200902")
    assert fault.measure == pytest.approx(common)
    assert fault.zh == (
        f"专属网格“医院”({WEST}200902)与“实验小学”({SCHOOL})重叠 {common:,.0f} ㎡。"
    )


@pytest.mark.parametrize(
    ("shape", "division"),
    [
        (square(1.5, 1.5, 2.5, 2.5), VILLAGE),  # over two townships
        (square(-0.9, 0.1, 0.3, 0.4), VILLAGE),  # reaches beyond all grids
        (square(5, 5, 5.5, 5.5), VILLAGE),  # lies beyond all grids
        (square(1.1, 1.1, 1.5, 1.5), f"{EAST}200"),  # in another township than it says
        (square(1.5, 1.5, 2.5, 2.5), "411421000000"),  # the county's own: still one township
    ],
)
def test_it_lies_inside_one_township_its_own(shape: Any, division: str) -> None:
    fault = refusal(drawing(shape, division))
    assert fault.code is FaultCode.OUTSIDE_TOWN
    assert fault.measure > 100
    assert fault.geometry.area > 0


def test_a_countys_own_exclusive_grid_may_lie_in_any_township() -> None:
    shape = square(1.1, 1.1, 1.5, 1.5)
    result = plan(HOOD, parse_operation(drawing(shape, "411421000000")), rules())
    assert result.changes[0].code == "411421000000901"


def test_it_has_a_least_area_of_its_own_and_crosses_nothing() -> None:
    shape = square(1.2, 1.2, 1.21, 1.21)
    fault = refusal(drawing(shape), min_width_m=0)
    assert fault.code is FaultCode.MIN_AREA
    plan(HOOD, parse_operation(drawing(shape)), rules(min_width_m=0, min_exclusive_area_m2=1))
    bow_tie = shapely.Polygon([at(1.2, 1.2), at(1.6, 1.6), at(1.6, 1.2), at(1.2, 1.6)])
    assert refusal(drawing(bow_tie)).code is FaultCode.GEOM_INVALID


def test_its_code_is_its_own() -> None:
    shape = square(1.2, 1.2, 1.5, 1.5)
    given = plan(HOOD, parse_operation(drawing(shape, code=f"{WEST}200950")), rules())
    assert given.changes[0].code == f"{WEST}200950"
    with pytest.raises(Invalid, match="belongs to a grid already"):
        plan(HOOD, parse_operation(drawing(shape, code=SCHOOL)), rules())


def test_its_border_is_edited_alone_and_never_that_of_basic_grids() -> None:
    corner, moved_to = at(0.5, 0.5), at(0.6, 0.6)
    move = {"op": "move_vertices", "moves": [[corner, moved_to]], "layer": "exclusive"}
    line = [at(0.7, 0.4), at(0.7, 1.2)]
    redrawn = [at(0.5, 0.6), at(0.4, 0.7), at(0.5, 0.8)]
    for document in (
        move,
        {"op": "split", "grid": SCHOOL, "line": line},
        {"op": "reshape", "grid": SCHOOL, "line": redrawn},
    ):
        result = plan(HOOD, parse_operation(document), rules())
        assert {(c.before or c.after).layer for c in result.changes} == {"exclusive"}  # type: ignore[union-attr]
        assert [g for g in result.after if g.layer == "basic"] == list(BASIC)
    fault = refusal({**move, "layer": "basic"})
    assert fault.code is FaultCode.STALE


def test_a_replacement_is_judged_by_the_same_rules() -> None:
    over = square(0.5, 0.5, 2.5, 0.9)
    document = {"op": "replace", "grids": [{"grid": SCHOOL, "geometry": geojson_of(over)}]}
    assert refusal(document).code is FaultCode.OUTSIDE_TOWN
    inside = square(0.5, 0.5, 1.2, 1.2)
    document["grids"][0]["geometry"] = geojson_of(inside)  # type: ignore[index]
    assert plan(HOOD, parse_operation(document), rules()).after[SCHOOL].geometry.equals(inside)


def test_basic_grids_are_edited_below_it_without_touching_it() -> None:
    line = [at(0.7, -0.5), at(0.7, 1.5)]
    result = plan(HOOD, parse_operation({"op": "split", "grid": code(0, 0), "line": line}), rules())
    assert SCHOOL not in {change.code for change in result.changes}
