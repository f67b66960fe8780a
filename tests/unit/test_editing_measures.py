"""Figures for previews: compactness, parts, and who moves where."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from gis.core.editing import (
    compactness,
    contiguity,
    moved,
    parse_operation,
    plan,
    states_of,
)
from gis.core.geodesy import area_m2, metres_per_degree
from tests.cases import shapes
from tests.cases.neighbourhoods import WEST, at, code, neighbourhood, rules, with_shapes

HOOD = neighbourhood()
A, NORTH, SOUTH = code(1, 1), code(1, 2), code(1, 0)


def on_ground(width_m: float, height_m: float) -> shapely.Polygon:
    east, north = metres_per_degree(34.5)
    return shapely.box(115, 34.5, 115 + width_m / float(east), 34.5 + height_m / float(north))


def test_compactness_is_that_of_plane_figures() -> None:
    angle = np.linspace(0, 2 * np.pi, 721)[:-1]
    east, north = metres_per_degree(34.5)
    circle = shapely.Polygon(
        np.column_stack(
            [115 + 500 / float(east) * np.cos(angle), 34.5 + 500 / float(north) * np.sin(angle)]
        )
    )
    square, strip = on_ground(500, 500), on_ground(1000, 10)
    found = compactness([circle, square, strip])
    assert found == pytest.approx([1.0, np.pi / 4, np.pi * 10_000 * 4 / 2020**2], rel=1e-3)
    with_hole = square.difference(shapely.box(115.001, 34.501, 115.002, 34.502))
    assert compactness(with_hole)[0] < np.pi / 4


def test_parts_are_counted() -> None:
    found = contiguity([shapes.SQUARE, shapes.TWO_PARTS, shapes.TOUCHING_PARTS])
    assert found.tolist() == [1, 2, 2]


def test_nothing_moves_where_nothing_changes() -> None:
    assert moved(HOOD, HOOD) == []
    assert moved([], []) == []
    copies = shapely.from_wkb(shapely.to_wkb([grid.geometry for grid in HOOD]))
    again = [replace(grid, geometry=copy) for grid, copy in zip(HOOD, copies, strict=True)]
    assert moved(HOOD, again) == []


def test_all_of_a_split_grid_moves_to_its_pieces_but_what_keeps_the_code() -> None:
    document = {"op": "split", "grid": A, "line": [at(1.3, 0.5), at(1.3, 2.4)]}
    new = plan(HOOD, parse_operation(document), rules())
    faces = moved(*states_of(new.changes))
    pieces = [f for f in faces if f.from_code == A and (f.to_code or "").startswith(f"{WEST}2005")]
    assert {face.to_code for face in pieces} == {f"{WEST}200500", f"{WEST}200501"}
    # The rest is what nodes moved by less than a centimetre.
    rest = [face.polygon for face in faces if face not in pieces]
    assert area_m2(rest).sum() < 5
    kept = plan(HOOD, parse_operation({**document, "identity": "keep"}), rules())
    (piece,) = [f for f in moved(*states_of(kept.changes)) if area_m2([f.polygon])[0] > 5]
    assert (piece.from_code, piece.to_code) == (A, f"{WEST}200500")
    hairlines = piece.polygon.symmetric_difference(kept.after[f"{WEST}200500"].geometry)
    assert area_m2([hairlines])[0] < 5


def test_a_redrawn_border_moves_faces_both_ways() -> None:
    line = [at(1.2, 0.7), at(1.2, 1.3), at(1.5, 1.3), at(1.5, 0.8), at(1.8, 0.8), at(1.8, 1.3)]
    result = plan(HOOD, parse_operation({"op": "reshape", "grid": A, "line": line}), rules())
    faces = moved(*states_of(result.changes))
    assert {(face.from_code, face.to_code) for face in faces} == {(A, SOUTH), (SOUTH, A)}
    for grid, other in ((A, SOUTH), (SOUTH, A)):
        lost = sum(area_m2([f.polygon])[0] for f in faces if f.from_code == grid)
        won = sum(area_m2([f.polygon])[0] for f in faces if f.from_code == other)
        change = area_m2([result.after[grid].geometry]) - area_m2([HOOD[grid].geometry])
        assert won - lost == pytest.approx(change[0], abs=0.1)


@given(st.integers(1, 999), st.integers(1, 999))
def test_faces_do_not_overlap_and_cover_what_changed(x: int, y: int) -> None:
    """Two borders that cross between lattice points."""
    before = with_shapes([shapes.box(0, 0, 1000, 500), shapes.box(0, 500, 1000, 1000)])
    left, right = [115.0, (345_000_000 + x) / 1e7], [115.0001, (345_000_000 + y) / 1e7]
    south = [[115.0, 34.5], [115.0001, 34.5], right, left]
    north = [left, right, [115.0001, 34.5001], [115.0, 34.5001]]
    after = with_shapes([shapely.Polygon(south), shapely.Polygon(north)])
    faces = moved(before, after)
    union = shapely.union_all([face.polygon for face in faces])
    assert union.area == pytest.approx(sum(face.polygon.area for face in faces), abs=1e-18)
    lower = f"{WEST}200001"
    gained = [face.polygon.area for face in faces if face.to_code == lower]
    lost = [face.polygon.area for face in faces if face.from_code == lower]
    change = after[lower].geometry.area - before[lower].geometry.area
    assert sum(gained) - sum(lost) == pytest.approx(change, abs=1e-17)
