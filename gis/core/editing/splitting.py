"""Splitting grids, merging them, and giving pieces of one to another."""

from __future__ import annotations

from dataclasses import replace
from itertools import islice
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.editing.borders import multi
from gis.core.editing.carving import carve, union_of
from gis.core.editing.documents import as_document
from gis.core.editing.faults import Fault, FaultCode, error, refusal
from gis.core.editing.model import Descent, GridState, Neighbourhood, Rules
from gis.core.editing.operations import Merge, Point, Split
from gis.core.editing.sketch import Sketch, known_grid, place
from gis.core.errors import Invalid
from gis.core.geodesy import area_m2
from gis.core.lattice import lattice_geometry

_EXTENSION = 1.02


def split(base: Neighbourhood, operation: Split, rules: Rules) -> Sketch:
    """Cut a grid into pieces that are grids.

    Raises
    ------
    EditRefused
        The line does not cut it, cuts it into another number of pieces, or crosses itself.
    """
    state = known_grid(base, operation.grid)
    sketch = Sketch(base, rules, state.layer, operation)
    pieces = carve(sketch, state.code, operation.line, exact_end=operation.exact_end)
    cut = pieces.faces[pieces.is_cut]
    if len(cut) < 2:
        raise refusal([_misses(operation, state)])
    if len(cut) != operation.pieces:
        raise refusal([_other_number(operation, state, len(cut))])
    main = _main_piece(cut, operation)
    shapes = [multi(shape) for shape in cut]
    rest = pieces.faces[~pieces.is_cut]  # parts that the line leaves alone go with the main one
    if len(rest):
        shapes[main] = union_of([cut[main], *rest], state)
        sketch_parts = len(rest) + 1
    keeps = operation.identity == "keep"
    new = [i for i in range(len(shapes)) if not (keeps and i == main)]
    codes = _settled_codes(sketch, operation, state, len(new))
    if not keeps:
        sketch.retire(state.code)
    names = (*operation.names, *[""] * len(new))
    for i, code, name in zip(new, codes, names, strict=False):
        label = name or f"{state.name}-{new.index(i) + 1}"
        sketch.put(replace(state, code=code, geometry=shapes[i], name=label))
        sketch.lineage.append(Descent(state.code, code, operation.op))
        if i == main and len(rest):
            sketch.parts_allowed[code] = sketch_parts
    if keeps:
        sketch.draw(state.code, shapes[main])
        sketch.lineage.append(Descent(state.code, state.code, operation.op))
    sketch.operation = replace(operation, codes=tuple(codes))
    return sketch


def merge(base: Neighbourhood, operation: Merge, rules: Rules) -> Sketch:
    """Unite grids of one layer into one.

    Raises
    ------
    EditRefused
        A grid is not there.
    Invalid
        They are of both layers.
    """
    states = [known_grid(base, code) for code in operation.grids]
    require_one_layer(states)
    sketch = Sketch(base, rules, states[0].layer, operation)
    areas = area_m2([state.geometry for state in states])
    heir = states[int(areas.argmax())]
    if operation.keep is not None:
        heir = known_grid(base, operation.keep)
    union = union_of([state.geometry for state in states], heir)
    code = operation.keep or operation.code or free_codes(sketch, heir, 1)[0]
    if operation.keep is None:
        require_new(base, [code])
        sketch.operation = replace(operation, code=code)
    for state in states:
        if state.code != code:
            sketch.retire(state.code)
        sketch.lineage.append(Descent(state.code, code, operation.op))
    parts = sum(len(state.geometry.geoms) for state in states)
    sketch.parts_allowed[code] = parts - len(states) + 1
    sketch.put(replace(heir, code=code, geometry=union, name=operation.name or heir.name))
    return sketch


def require_one_layer(states: list[GridState]) -> None:
    """Raise unless grids are all basic or all exclusive.

    Raises
    ------
    Invalid
        Names one of each.
    """
    other = next((state for state in states if state.layer != states[0].layer), None)
    if other is not None:
        raise Invalid(
            f"grids {states[0].label} and {other.label} are of different layers",
            zh=f"网格{states[0].label_zh}与{other.label_zh}不属于同一图层(基础/专属)",
            field="grids",
        )


def free_codes(sketch: Sketch, state: GridState, number: int) -> list[str]:
    """Return codes for new grids of a grid's division and kind."""
    offered = sketch.rules.free_codes(state.division_code, state.kind)
    return list(islice((code for code in offered if not sketch.base.is_taken(code)), number))


def require_new(base: Neighbourhood, codes: list[str]) -> None:
    """Raise when a code for a new grid is that of a grid.

    Raises
    ------
    Invalid
        Names it.
    """
    for code in codes:
        if base.is_taken(code):
            raise Invalid(
                f"code {code} belongs to a grid already",
                zh=f"网格编码 {code} 已被使用",
                field="code",
            )


def _settled_codes(sketch: Sketch, operation: Split, state: GridState, number: int) -> list[str]:
    codes = list(operation.codes) or free_codes(sketch, state, number)
    if len(codes) != number:
        raise Invalid(
            f"{number} codes are needed for the new grids, not {len(codes)}",
            zh=f"新网格需要 {number} 个编码,给出了 {len(codes)} 个",
            field="codes",
        )
    require_new(sketch.base, codes)
    return codes


def _main_piece(cut: NDArray[Any], operation: Split) -> int:
    """Return the piece that keeps the identity: the one with the given place, or the largest."""
    if operation.keep is None:
        return int(area_m2(cut).argmax())
    at = faces_at(cut, operation.keep)
    if len(at) == 0:
        raise Invalid(
            "keep: lies in no piece of the grid.",
            zh="keep:该点不在网格的任何一块内。",
            field="keep",
        )
    return int(at[0])


def faces_at(faces: NDArray[Any], vertex: Point) -> NDArray[np.intp]:
    """Return the faces that cover a place."""
    return np.flatnonzero(shapely.intersects(faces, place(vertex)))


def _misses(operation: Split, state: GridState) -> Fault:
    return error(
        FaultCode.CUT_MISSES,
        f"The line does not cut through grid {state.label}; draw it from outside to outside.",
        f"分割线未贯穿网格{state.label_zh},请从边界外画到边界外。",
        grids=(state.code,),
        geometry=shapely.LineString(np.array(operation.line) / 1e7),
        fix=_extended(operation, state),
    )


def _extended(operation: Split, state: GridState) -> dict[str, Any] | None:
    """Return the split with its line drawn on, straight, until it leaves the grid; or None."""
    shape = lattice_geometry(state.geometry).item()
    line = np.array(operation.line, dtype=np.float64)
    if not shapely.intersects(shape, shapely.LineString(line)):
        return None
    longer = [_onward(line[1], line[0], shape), *line, _onward(line[-2], line[-1], shape)]
    vertices = [(round(x), round(y)) for x, y in np.array(longer).tolist()]
    ends = vertices[0] != vertices[1], vertices[-1] != vertices[-2]
    if not any(ends):
        return None
    drawn = vertices[0 if ends[0] else 1 : None if ends[1] else -1]
    return as_document(replace(operation, line=tuple(drawn)))


def _onward(before: NDArray[Any], end: NDArray[Any], shape: Any) -> NDArray[Any]:
    """Return where a line would leave a shape if it went straight on; its end if it is out."""
    if not shapely.intersects_xy(shape, *end) or (before == end).all():
        return end
    direction = (end - before) / np.hypot(*(end - before))
    west, south, east, north = shapely.bounds(shape)
    ray = shapely.LineString([end, end + direction * np.hypot(east - west, north - south)])
    crossings = shapely.intersection(shapely.boundary(shape), ray)
    away = np.hypot(*(shapely.get_coordinates(crossings) - end).T)
    beyond = away[away > 0.5]
    if len(beyond) == 0:
        return end
    return np.asarray(end + direction * (beyond.min() * _EXTENSION + 1.0))


def _other_number(operation: Split, state: GridState, number: int) -> Fault:
    return error(
        FaultCode.MULTIPART,
        f"The line cuts grid {state.label} into {number} pieces, not {operation.pieces}; allow"
        f" {number}, or draw it so that it crosses the border twice.",
        f"分割线将网格{state.label_zh}分成 {number} 块,而不是 {operation.pieces} 块;"
        f"请确认分成 {number} 块,或重新绘制使其只穿过边界两次。",
        grids=(state.code,),
        geometry=shapely.LineString(np.array(operation.line) / 1e7),
        measure=float(number),
        unit="count",
        fix=as_document(replace(operation, pieces=number, codes=(), names=())),
    )
