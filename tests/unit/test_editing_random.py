"""Random operations on random tilings, judged by other means than those that made them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import event, given, settings
from hypothesis import strategies as st

from gis.core.coverage import tiling_defects
from gis.core.editing import (
    MOVED_MARGIN_DEGREES,
    GridState,
    Neighbourhood,
    Plan,
    as_document,
    changed_outlines,
    moved,
    parse_operation,
    plan,
    states_of,
)
from gis.core.errors import EditRefused, Invalid
from gis.core.lattice import to_degrees, to_lattice
from tests.cases import shapes
from tests.cases.neighbourhoods import (
    EAST,
    WEST,
    covers_exactly,
    neighbourhood,
    owner_exactly,
    rules,
    tiles_alike,
    twice_area,
    whole,
)
from tests.cases.patchworks import patchworks
from tests.cases.tilings import ORIGIN

TINY = {"min_area_m2": 0.0, "min_width_m": 0.0}
STRICT, FREE = rules(**TINY), rules(WEST, EAST, **TINY)
WIGGLY = neighbourhood(4, 3, steps=3)


def board(shapes: Any) -> Neighbourhood:
    """Return grids of two townships by turns."""
    townships = [WEST if i % 2 else EAST for i in range(len(shapes))]
    return Neighbourhood(
        GridState(f"{township}200{i:03d}", "rural", f"{township}200", shape, f"G{i}")
        for i, (shape, township) in enumerate(zip(shapes, townships, strict=True))
    )


boards = st.one_of(st.just(WIGGLY), patchworks().map(lambda drawn: board(drawn[0])))


class Planner:
    """Draws operations for a neighbourhood."""

    def __init__(self, draw: st.DrawFn, hood: Neighbourhood) -> None:
        self.draw, self.hood = draw, hood
        self.codes = [grid.code for grid in hood]
        self.box = to_lattice(shapely.total_bounds([g.geometry for g in hood])).tolist()

    def grid(self) -> str:
        return str(self.draw(st.sampled_from(self.codes)))

    def vertex(self, grid: str) -> list[float]:
        xy = shapely.get_coordinates(self.hood[grid].geometry)
        return [float(number) for number in xy[self.draw(st.integers(0, len(xy) - 1))]]

    def place(self) -> list[float]:
        west, south, east, north = self.box
        margin = (east - west) // 4 + 1
        x = self.draw(st.integers(west - margin, east + margin))
        y = self.draw(st.integers(south - margin, north + margin))
        return [x / 1e7, y / 1e7]

    def line(self, grid: str) -> list[list[float]]:
        """Draw a line through a grid: from and to anywhere, often by way of vertices."""
        some = st.booleans()
        middle = [
            self.vertex(grid) if self.draw(some) else self.place()
            for _ in range(self.draw(st.integers(0, 2)))
        ]
        return [self.place(), *middle, self.place()]

    def two(self) -> tuple[str, str]:
        return self.grid(), self.grid()

    def operation(self) -> dict[str, Any]:
        kinds = ["move", "insert", "delete", "reshape", "split", "merge", "transfer", "give"]
        kind = self.draw(st.sampled_from(kinds))
        return getattr(self, kind)()  # type: ignore[no-any-return]

    def move(self) -> dict[str, Any]:
        start = self.vertex(self.grid())
        return {"op": "move_vertices", "moves": [[start, self.place()]]}

    def insert(self) -> dict[str, Any]:
        part = shapely.get_parts(self.hood[self.grid()].geometry)[0]
        xy = shapely.get_coordinates(part.exterior).tolist()
        i = self.draw(st.integers(0, len(xy) - 2))
        on = np.round(np.mean(xy[i : i + 2], axis=0), 7).tolist()
        at = on if self.draw(st.booleans()) else self.place()
        return {"op": "insert_vertices", "inserts": [{"segment": xy[i : i + 2], "at": at}]}

    def delete(self) -> dict[str, Any]:
        return {"op": "delete_vertices", "vertices": [self.vertex(self.grid())]}

    def reshape(self) -> dict[str, Any]:
        grid = self.grid()
        ends = self.vertex(grid), self.vertex(grid)
        return {"op": "reshape", "grid": grid, "line": [ends[0], self.place(), ends[1]]}

    def split(self) -> dict[str, Any]:
        grid = self.grid()
        identity = self.draw(st.sampled_from(["new", "keep"]))
        pieces, exact = self.draw(st.integers(2, 4)), self.draw(st.booleans())
        return {
            "op": "split", "grid": grid, "line": self.line(grid), "identity": identity,
            "pieces": pieces, "exact_end": exact,
        }  # fmt: skip

    def merge(self) -> dict[str, Any]:
        one, other = self.two()
        return {"op": "merge", "grids": [one, other]}

    def transfer(self) -> dict[str, Any]:
        source, target = self.two()
        return {"op": "transfer", "from": source, "to": target, "line": self.line(source)}

    def give(self) -> dict[str, Any]:
        source, target = self.two()
        polygon = [self.place() for _ in range(3)]
        return {"op": "transfer", "from": source, "to": target, "polygon": polygon}


def hold(before: Neighbourhood, result: Plan, *, is_free: bool) -> None:
    """Judge a plan by exact area, chain, GEOS and the grids' own rules."""
    after = result.after
    assert tiles_alike(before, after)
    assert is_free or changed_outlines(result.changes) == {}
    assert twice_area(whole(after)) == twice_area(whole(before))
    assert shapely.is_valid([g.geometry for g in after]).all()
    assert all(part.exterior.is_ccw for g in after for part in g.geometry.geoms)
    kinds = {d.kind for d in tiling_defects(whole(after), [g.code for g in after])}
    assert kinds <= {"gap"}  # boards may have holes, which stay what they were
    if shapely.coverage_is_valid(whole(before)):
        assert shapely.coverage_is_valid(whole(after))


def hold_moved(before: Neighbourhood, result: Plan, random: Any) -> None:
    """Hold that a point's owner changes only in the faces that moved, and there to whom told."""
    old, new = states_of(result.changes)
    faces = moved(old, new)
    shapes = np.array([face.polygon for face in faces], dtype=object)
    vertices = to_lattice(shapely.get_coordinates([g.geometry for g in (*old, *new)]))
    points = np.concatenate([vertices, (vertices[1:] + vertices[:-1]) // 2]).tolist()
    for x, y in random.sample(points, min(15, len(points))):
        was, now = owner_exactly(before, x, y), owner_exactly(result.after, x, y)
        place = shapely.Point(to_degrees([x, y]))
        near = shapely.dwithin(shapes, place, MOVED_MARGIN_DEGREES) if len(shapes) else []
        if was != now:
            assert np.any(near), (x, y, was, now)
        inside = [face for face in faces if face.polygon.contains_properly(place)]
        deep = [f for f in inside if f.polygon.boundary.distance(place) > MOVED_MARGIN_DEGREES]
        for face in deep:
            assert (was, now) == (face.from_code, face.to_code)


@settings(max_examples=60)
@given(boards, st.data(), st.randoms(use_true_random=False))
def test_whatever_is_accepted_tiles_and_moves_only_what_it_tells(
    hood: Neighbourhood, data: st.DataObject, random: Any
) -> None:
    hold_operations(hood, data, random)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(max_examples=600)
@given(boards, st.data(), st.randoms(use_true_random=False))
def test_whatever_is_accepted_tiles_in_the_long_run(
    hood: Neighbourhood, data: st.DataObject, random: Any
) -> None:
    hold_operations(hood, data, random)


def hold_operations(hood: Neighbourhood, data: st.DataObject, random: Any) -> None:
    """Draw operations, plan them, and judge what is accepted."""
    for _ in range(3):
        is_free = data.draw(st.booleans())
        document = Planner(data.draw, hood).operation()
        by = FREE if is_free else STRICT
        try:
            result = plan(hood, parse_operation(document), by)
        except EditRefused as refused:
            event(f"{document['op']} refused: {refused.faults[0].code.value}")
            for fault in refused.faults:
                if fault.fix is not None:
                    remedied = plan(hood, parse_operation(fault.fix), by)
                    hold(hood, remedied, is_free=is_free)
            continue
        except Invalid as error:
            assert error.extra["field"]  # noqa: PT017 - what was drawn may be no operation at all
            continue
        event(f"{document['op']} accepted")
        hold(hood, result, is_free=is_free)
        hold_moved(hood, result, random)
        again = parse_operation(as_document(result.operation))
        assert plan(hood, again, by).changes == result.changes
        hood = result.after


@given(st.integers(-5, 1005), st.integers(-5, 1005))
def test_the_oracle_knows_a_square_with_a_hole(x: int, y: int) -> None:
    in_shell, in_hole = 0 <= x <= 1000 and 0 <= y <= 1000, 300 < x < 600 and 300 < y < 600
    px, py = (ORIGIN + np.array([x, y])).tolist()
    assert covers_exactly(shapes.WITH_HOLE, px, py) == (in_shell and not in_hole)
