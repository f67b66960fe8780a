"""Operations from JSON and back: what is wrong is named by its member."""

from __future__ import annotations

import contextlib
import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gis.core.editing import Transfer, as_document, parse_operation
from gis.core.editing.fields import MAX_VERTICES
from gis.core.errors import Invalid
from gis.settings import ROOT

A, B = "411421102200001", "411421102200002"
SQUARE = [[115.0, 34.5], [115.1, 34.5], [115.1, 34.6], [115.0, 34.6], [115.0, 34.5]]
HOLE = [[115.02, 34.52], [115.02, 34.54], [115.04, 34.54], [115.02, 34.52]]
AREA = {"type": "Polygon", "coordinates": [SQUARE, HOLE]}
P, Q, R = [115.1234567, 34.1234567], [115.2, 34.2], [115.15, 34.15]

DOCUMENTS: list[dict[str, Any]] = [
    {"op": "move_vertices", "moves": [[P, Q]]},
    {"op": "move_vertices", "moves": [[P, Q], [Q, P]], "layer": "exclusive"},
    {"op": "insert_vertices", "inserts": [{"segment": [P, Q], "at": [115.15, 34.15]}]},
    {"op": "delete_vertices", "vertices": [P]},
    {"op": "reshape", "grid": A, "line": [P, Q], "stretch": P, "exact_end": True},
    {"op": "split", "grid": A, "line": [P, Q]},
    {
        "op": "split", "grid": A, "line": [P, Q], "identity": "keep", "keep": Q, "pieces": 3,
        "codes": [A, B], "names": ["东", "西"], "exact_end": True,
    },
    {"op": "merge", "grids": [A, B]},
    {"op": "merge", "grids": [A, B], "keep": A, "name": "合"},
    {"op": "merge", "grids": [A, B], "code": "411421102200003"},
    {"op": "transfer", "from": A, "to": B, "line": [P, Q], "take": P},
    {"op": "transfer", "from": [A, "411421102200003"], "to": B, "polygon": SQUARE[:-1]},
    {"op": "draw", "geometry": AREA, "division_code": "411421102200", "name": "学校"},
    {"op": "retire", "grid": A},
    {"op": "replace", "grids": [{"grid": A, "geometry": AREA}], "retired": [B]},
    {
        "op": "replace",
        "grids": [
            {"grid": A, "geometry": AREA, "kind": "rural", "division_code": "411421102200",
             "name": "新"},
        ],
    },
    {"op": "set_attributes", "grid": A, "name": "新名", "attributes": {"colour": None}},
    {"op": "set_attributes", "grid": A, "kind": "community", "division_code": "411421102201"},
]  # fmt: skip


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda d: d["op"])
def test_documents_are_read_and_written_alike(document: dict[str, Any]) -> None:
    operation = parse_operation(document)
    written = as_document(operation)
    assert parse_operation(json.loads(json.dumps(written))) == operation
    assert {key for key, value in document.items() if value not in (None, False)} == set(written)


@given(st.lists(st.tuples(*[st.integers(-900_000_000, 900_000_000)] * 2), min_size=2, unique=True))
def test_vertices_come_back_to_the_unit(line: list[tuple[int, int]]) -> None:
    degrees = [[x / 1e7, y / 1e7] for x, y in line]
    operation = parse_operation({"op": "split", "grid": A, "line": degrees})
    assert operation.line == tuple(line)  # type: ignore[union-attr]
    assert as_document(operation)["line"] == degrees


def test_a_closing_vertex_may_be_given_or_left_out() -> None:
    document = {"op": "transfer", "from": A, "to": B}
    closed = parse_operation({**document, "polygon": SQUARE})
    opened = parse_operation({**document, "polygon": SQUARE[:-1]})
    assert closed == opened
    assert isinstance(closed, Transfer)
    assert closed.sources == (A,)


def test_drawn_areas_are_turned_the_right_way_round() -> None:
    drawn = {"type": "Polygon", "coordinates": [SQUARE[::-1], HOLE[::-1]]}
    one, other = (
        parse_operation({"op": "draw", "geometry": area, "division_code": "411421102200"})
        for area in (AREA, drawn)
    )
    assert one.geometry.normalize() == other.geometry.normalize()  # type: ignore[union-attr]
    assert one.geometry.geoms[0].exterior.is_ccw  # type: ignore[union-attr]


SPLIT = {"op": "split", "grid": A, "line": [P, Q]}
MERGE = {"op": "merge", "grids": [A, B]}
TRANSFER = {"op": "transfer", "from": A, "to": B, "line": [P, Q]}
NAN = float("nan")


@pytest.mark.parametrize(
    ("document", "field"),
    [
        ([], "operation"),
        ({}, "op"),
        ({"op": "explode"}, "op"),
        ({"op": ["split"]}, "op"),
        ({"op": "split", "line": [P, Q]}, "grid"),
        ({**SPLIT, "grid": 411421102200001}, "grid"),
        ({**SPLIT, "grid": "41142110220000"}, "grid"),
        ({**SPLIT, "grid": "٤" * 15}, "grid"),
        ({**SPLIT, "colour": 1}, "colour"),
        ({**SPLIT, "line": "wkt"}, "line"),
        ({**SPLIT, "line": []}, "line"),
        ({**SPLIT, "line": [P, P]}, "line"),
        ({**SPLIT, "line": [P, [1.0]]}, "line[1]"),
        ({**SPLIT, "line": [P, [1.0, 2.0, 3.0]]}, "line[1]"),
        ({**SPLIT, "line": [P, ["115", "34"]]}, "line[1]"),
        ({**SPLIT, "line": [P, None]}, "line[1]"),
        ({**SPLIT, "line": [P, [115.0, None]]}, "line[1]"),
        ({**SPLIT, "line": [P, [NAN, 34.0]]}, "line[1]"),
        ({**SPLIT, "line": [P, [115.0, float("inf")]]}, "line[1]"),
        ({**SPLIT, "line": [P, [10**400, 34.0]]}, "line[1]"),
        ({**SPLIT, "line": [P, [True, False]]}, "line[1]"),
        ({**SPLIT, "line": [P, [180.0000001, 34.0]]}, "line[1]"),
        ({**SPLIT, "line": [P, [115.0, -90.5]]}, "line[1]"),
        ({**SPLIT, "line": [P, Q, [115.12345678, 34.0]]}, "line[2]"),
        ({**SPLIT, "pieces": 1}, "pieces"),
        ({**SPLIT, "pieces": True}, "pieces"),
        ({**SPLIT, "identity": "both"}, "identity"),
        ({**SPLIT, "codes": [A, A]}, "codes"),
        ({**SPLIT, "names": ["好", " "]}, "names[1]"),
        ({**SPLIT, "names": ["a\nb"]}, "names[0]"),
        ({**SPLIT, "names": ["长" * 101]}, "names[0]"),
        ({**SPLIT, "exact_end": 1}, "exact_end"),
        ({**MERGE, "grids": [A]}, "grids"),
        ({**MERGE, "grids": [A, A]}, "grids"),
        ({**MERGE, "keep": "411421102200009"}, "keep"),
        ({**MERGE, "keep": A, "code": "411421102200009"}, "code"),
        ({**TRANSFER, "to": A}, "to"),
        ({**TRANSFER, "polygon": SQUARE}, "line"),
        ({"op": "transfer", "from": A, "to": B}, "line"),
        ({"op": "transfer", "from": A, "to": B, "polygon": [P, Q, P]}, "polygon"),
        ({"op": "move_vertices", "moves": [[P, Q], [P, P]]}, "moves"),
        ({"op": "move_vertices", "moves": [[P, Q, P]]}, "moves[0]"),
        ({"op": "move_vertices", "moves": [[P, Q]], "layer": "top"}, "layer"),
        ({"op": "insert_vertices", "inserts": [{"segment": [P, Q]}]}, "inserts[0].at"),
        ({"op": "insert_vertices", "inserts": [{"segment": [P, Q], "at": Q}]}, "inserts[0].at"),
        (
            {"op": "insert_vertices", "inserts": [{"segment": [P, Q], "at": R, "z": 1}]},
            "inserts[0].z",
        ),
        (
            {
                "op": "insert_vertices",
                "inserts": [{"segment": [P, Q], "at": R}, {"segment": [Q, P], "at": R}],
            },
            "inserts",
        ),
        ({"op": "draw", "geometry": AREA, "division_code": "411421"}, "division_code"),
        (
            {"op": "draw", "geometry": {"type": "Point"}, "division_code": "4" * 12},
            "geometry.type",
        ),
        (
            {
                "op": "draw",
                "geometry": {"type": "Polygon", "coordinates": [SQUARE, [P, Q]]},
                "division_code": "4" * 12,
            },
            "geometry.coordinates[1]",
        ),
        (
            {
                "op": "draw",
                "geometry": {"type": "MultiPolygon", "coordinates": [[SQUARE], [[P, Q, [NAN, 1]]]]},
                "division_code": "4" * 12,
            },
            "geometry.coordinates[1][0][2]",
        ),
        ({"op": "replace", "grids": []}, "grids"),
        (
            {"op": "replace", "grids": [{"grid": A, "geometry": AREA}], "retired": [A]},
            "grids",
        ),
        ({"op": "set_attributes", "grid": A}, "name"),
        ({"op": "set_attributes", "grid": A, "attributes": [1]}, "attributes"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(document: Any, field: str) -> None:
    with pytest.raises(Invalid) as caught:
        parse_operation(document)
    assert caught.value.extra["field"] == field
    assert field in caught.value.detail
    assert field in caught.value.detail_zh
    assert caught.value.detail_zh != caught.value.detail


def test_too_many_vertices_are_refused_before_they_are_read() -> None:
    with pytest.raises(Invalid, match="more than 1000000 vertices"):
        parse_operation({**SPLIT, "line": [None] * (MAX_VERTICES + 1)})


@given(
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
        lambda inner: (
            st.lists(inner, max_size=4)
            | st.dictionaries(
                st.sampled_from(["op", "grid", "line", "geometry", "type", "coordinates"]), inner
            )
        ),
        max_leaves=20,
    ),
    st.sampled_from(DOCUMENTS),
)
def test_nothing_but_invalid_is_raised(junk: Any, document: dict[str, Any]) -> None:
    for key in document:
        with contextlib.suppress(Invalid):
            parse_operation({**document, key: junk})


def test_the_examples_of_the_page_are_operations() -> None:
    page = (ROOT / "docs" / "editing.md").read_text(encoding="utf-8")
    decoder, seen = json.JSONDecoder(), set()
    for block in re.findall(r"```json\n(.*?)```", page, flags=re.DOTALL):
        text = block.strip()
        while text:
            document, end = decoder.raw_decode(text)
            seen.add(parse_operation(document).op)
            text = text[end:].strip()
    assert seen == {document["op"] for document in DOCUMENTS}
