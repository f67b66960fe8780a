"""Drafts: operations one after the other, and anew on newer boundaries."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import shapely

from gis.core.editing import (
    FaultCode,
    Neighbourhood,
    Operation,
    fold,
    free_serials,
    parse_operation,
    plan,
    rebase,
)
from gis.core.errors import EditRefused, Invalid
from tests.cases.neighbourhoods import WEST, at, code, neighbourhood, rules, tiles_alike

HOOD = neighbourhood()
A, NORTH, SOUTH, FAR = code(1, 1), code(1, 2), code(1, 0), code(3, 3)
FIRST, SECOND, THIRD = (f"{WEST}200{serial}" for serial in (500, 501, 502))
SPLIT = {"op": "split", "grid": A, "line": [at(1.5, 0.5), at(1.6, 2.4)]}


def operations(*documents: dict[str, Any]) -> list[Operation]:
    return [parse_operation(document) for document in documents]


def vertex(grid: str, index: int = 2) -> list[float]:
    return list(shapely.get_coordinates(HOOD[grid].geometry)[index].tolist())


def pulled(grid: str, index: int = 2, north: float = 0.0004) -> dict[str, Any]:
    x, y = vertex(grid, index)
    return {"op": "move_vertices", "moves": [[[x, y], [x, round(y + north, 7)]]]}


def test_later_operations_see_what_earlier_ones_did() -> None:
    merge = {"op": "merge", "grids": [SECOND, NORTH], "keep": NORTH}
    folded = fold(HOOD, operations(SPLIT, merge), rules())
    assert len(folded.plans) == 2
    assert {c.code: c.action for c in folded.changes} == {
        A: "retire", FIRST: "create", NORTH: "modify", SOUTH: "node_only",
    }  # fmt: skip
    assert {(one.parent, one.child) for one in folded.lineage} == {
        (A, FIRST), (A, NORTH), (NORTH, NORTH),
    }  # fmt: skip
    assert tiles_alike(HOOD, folded.after)
    assert folded.after == HOOD.after(folded.changes)


def test_what_was_made_and_unmade_is_left_out() -> None:
    there = pulled(A)
    (start, end) = there["moves"][0]
    back = {"op": "move_vertices", "moves": [[end, start]]}
    folded = fold(HOOD, operations(there, back), rules())
    assert folded.changes == ()
    assert folded.lineage == ()
    assert fold(HOOD, [], rules()).after == HOOD
    again = {"op": "merge", "grids": [FIRST, SECOND]}
    folded = fold(HOOD, operations(SPLIT, again), rules())
    assert {(one.parent, one.child) for one in folded.lineage} == {(A, THIRD)}
    assert {c.code: c.action for c in folded.changes if c.action != "node_only"} == {
        A: "retire", THIRD: "create",
    }  # fmt: skip


def test_a_code_is_never_given_twice_in_a_draft() -> None:
    again = {"op": "merge", "grids": [FIRST, SECOND], "keep": FIRST}
    split = {**SPLIT, "grid": FIRST}
    folded = fold(HOOD, operations(SPLIT, again, split), rules())
    given = [c.code for one in folded.plans for c in one.changes if c.action == "create"]
    assert len(given) == len(set(given)) == 4


def test_what_plans_settle_replays_alike_without_an_undone_operation() -> None:
    other = {"op": "split", "grid": code(0, 1), "line": [at(0.5, 0.5), at(0.5, 2.4)]}
    both = fold(HOOD, operations(SPLIT, other), rules())
    settled = [one.operation for one in both.plans]
    undone = fold(HOOD, settled[1:], rules())
    names = {c.code for c in undone.changes if c.action == "create"}
    assert names == {c.code for c in both.plans[1].changes if c.action == "create"}


def test_the_operation_that_is_refused_is_numbered() -> None:
    with pytest.raises(EditRefused) as caught:
        fold(HOOD, operations(SPLIT, {**SPLIT, "pieces": 2}), rules())
    assert caught.value.extra["operation"] == 1
    assert caught.value.faults[0].code is FaultCode.STALE


def test_an_operation_on_other_grids_is_clean() -> None:
    newer = plan(HOOD, parse_operation(pulled(FAR)), rules()).after
    (found,) = rebase(HOOD, newer, operations(SPLIT), rules())
    assert (found.state, found.reason) == ("clean", None)
    assert found.plan is not None
    assert tiles_alike(newer, found.plan.after)


def test_an_operation_on_a_changed_grid_is_clean_where_its_vertices_are_still_there() -> None:
    newer = plan(HOOD, parse_operation(pulled(A)), rules()).after
    split, moved = rebase(HOOD, newer, operations(SPLIT, pulled(A, 3)), rules())
    assert split.state == moved.state == "clean"
    assert moved.plan is not None
    assert tiles_alike(newer, moved.plan.after)


def test_what_was_taken_away_is_a_conflict_and_the_rest_goes_on() -> None:
    newer = plan(HOOD, parse_operation(pulled(A)), rules()).after
    gone, fine = rebase(HOOD, newer, operations(pulled(A, north=0.0002), SPLIT), rules())
    assert gone.state == "conflict"
    assert isinstance(gone.reason, EditRefused)
    assert gone.reason.faults[0].code is FaultCode.STALE
    assert gone.plan is None
    assert fine.state == "clean"


def test_what_stands_on_a_conflict_is_one_too() -> None:
    newer = plan(HOOD, parse_operation({"op": "merge", "grids": [A, NORTH]}), rules()).after
    taken = {code_ for code_ in (g.code for g in newer) if code_ not in HOOD}
    assert taken == {FIRST}
    later = {"op": "set_attributes", "grid": SECOND, "name": "东片"}
    split, named = rebase(HOOD, newer, operations(SPLIT, later), rules())
    assert split.state == named.state == "conflict"


def test_an_operation_that_would_hit_other_grids_is_a_conflict() -> None:
    attached = plan(
        HOOD,
        parse_operation({"op": "merge", "grids": [SOUTH, code(0, 0)], "keep": code(0, 0)}),
        rules(),
    )
    split, moved = rebase(HOOD, attached.after, operations(SPLIT, pulled(A)), rules())
    assert split.state == "clean"  # its neighbours only get nodes
    assert moved.state == "conflict"
    assert moved.reason is not None
    assert moved.reason.extra["codes"] == sorted([SOUTH, code(0, 0)])
    assert SOUTH in moved.reason.detail_zh


def test_a_draft_that_never_held_cannot_be_rebased() -> None:
    with pytest.raises(EditRefused):
        rebase(HOOD, HOOD, operations({**SPLIT, "line": [at(3, 3), at(4, 4)]}), rules())


def test_a_division_runs_out_of_codes() -> None:
    village = f"{WEST}200"
    taken = {f"{village}{serial:03d}" for serial in range(1, 901)}
    assert next(free_serials(village, "exclusive", taken)) == f"{village}901"
    with pytest.raises(Invalid, match="no free grid code"):
        next(free_serials(village, "rural", taken))
    none = replace(rules(), free_codes=lambda division, kind: free_serials(division, kind, taken))
    with pytest.raises(Invalid, match="no free grid code"):
        plan(HOOD, parse_operation(SPLIT), none)


def test_neighbourhoods_compare_by_their_grids() -> None:
    assert Neighbourhood(reversed(list(HOOD))) == HOOD
    assert Neighbourhood([]) != HOOD
    assert len(Neighbourhood([])) == 0
    with pytest.raises(EditRefused):
        plan(Neighbourhood([]), parse_operation(SPLIT), rules())
