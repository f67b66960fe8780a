"""Moving, inserting and deleting vertices, on all sides of a border at once."""

from __future__ import annotations

from gis.core.editing.borders import Borders, Nodes, Segment
from gis.core.editing.faults import Fault, FaultCode, error, refusal
from gis.core.editing.model import Neighbourhood, Rules
from gis.core.editing.operations import (
    DeleteVertices,
    Insertion,
    InsertVertices,
    MoveVertices,
    Point,
)
from gis.core.editing.sketch import Sketch, missing_vertices, place, place_text


def move_vertices(base: Neighbourhood, operation: MoveVertices, rules: Rules) -> Sketch:
    """Move vertices in every grid that has them.

    Raises
    ------
    EditRefused
        A vertex is not there (any more).
    """
    sketch = Sketch(base, rules, operation.layer, operation)
    borders = base.borders(operation.layer)
    holders = {start: borders.holders(start) for start, _ in operation.moves}
    _require_held(holders)
    moved: dict[Point, Point | None] = dict(operation.moves)
    for code in sorted({code for codes in holders.values() for code in codes}):
        sketch.redraw(code, moved, {})
    return sketch


def insert_vertices(base: Neighbourhood, operation: InsertVertices, rules: Rules) -> Sketch:
    """Insert vertices between two that follow one another, on both sides.

    Raises
    ------
    EditRefused
        No border runs straight from the one to the other (any more).
    """
    sketch = Sketch(base, rules, operation.layer, operation)
    borders = base.borders(operation.layer)
    on_border: Nodes = {}
    for one in operation.inserts:
        sides: tuple[Segment, Segment] = (one.start, one.end), (one.end, one.start)
        owners = [borders.owner(*side) for side in sides]
        if not any(owners):
            raise refusal([_no_segment(one)])
        if _is_between(one):
            on_border.update({side: [one.at] for side in sides})
            continue
        for owner in filter(None, owners):
            sketch.redraw(owner, {}, {side: [one.at] for side in sides})
    sketch.add_nodes(on_border)
    return sketch


def delete_vertices(base: Neighbourhood, operation: DeleteVertices, rules: Rules) -> Sketch:
    """Delete vertices in every grid that has them.

    Raises
    ------
    EditRefused
        A vertex is not there (any more), or three borders meet in it.
    """
    sketch = Sketch(base, rules, operation.layer, operation)
    borders = base.borders(operation.layer)
    holders = {vertex: borders.holders(vertex) for vertex in operation.vertices}
    _require_held(holders)
    corners = [vertex for vertex in holders if len(borders.beside(vertex)) > 2]
    if corners:
        raise refusal([_corner(borders, vertex) for vertex in corners])
    for code in sorted({code for codes in holders.values() for code in codes}):
        sketch.redraw(code, dict.fromkeys(operation.vertices), {})
    return sketch


def _require_held(holders: dict[Point, list[str]]) -> None:
    nobody = [vertex for vertex, codes in holders.items() if not codes]
    if nobody:
        raise refusal(missing_vertices(nobody))


def _is_between(one: Insertion) -> bool:
    """Tell whether a new vertex lies exactly on its segment, so that nothing moves."""
    (ax, ay), (bx, by), (x, y) = one.start, one.end, one.at
    if (bx - ax) * (y - ay) != (by - ay) * (x - ax):
        return False
    along = (x - ax) * (bx - ax) + (y - ay) * (by - ay)
    return 0 < along < (bx - ax) ** 2 + (by - ay) ** 2


def _no_segment(one: Insertion) -> Fault:
    between = f"{place_text(one.start)} and {place_text(one.end)}"
    return error(
        FaultCode.STALE,
        f"No border runs straight between {between} (any more); load the map anew.",
        f"{place_text(one.start)} 与 {place_text(one.end)} 之间已没有边界线段,请刷新地图。",
        geometry=place(one.at),
    )


def _corner(borders: Borders, vertex: Point) -> Fault:
    codes = tuple(sorted(borders.holders(vertex)))
    return error(
        FaultCode.CORNER,
        f"Borders of several grids meet at {place_text(vertex)}; the corner can be moved, not"
        " deleted.",
        f"{place_text(vertex)} 是多条边界的交点,可以移动,不能删除。",
        grids=codes,
        geometry=place(vertex),
    )
