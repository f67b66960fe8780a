"""Giving a piece of one grid, or of several, to another."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.editing.borders import segments_in, shape_of
from gis.core.editing.carving import Pieces, carve, union_of
from gis.core.editing.documents import as_document
from gis.core.editing.faults import Fault, FaultCode, error, refusal
from gis.core.editing.model import Descent, GridState, Neighbourhood, Rules
from gis.core.editing.operations import Line, Merge, Transfer
from gis.core.editing.sketch import Sketch, known_grid
from gis.core.editing.splitting import faces_at, require_one_layer
from gis.core.geodesy import area_m2


def transfer(base: Neighbourhood, operation: Transfer, rules: Rules) -> Sketch:
    """Cut a piece off one or more grids and unite it with another; all keep their identity.

    Raises
    ------
    EditRefused
        The line or polygon cuts nothing off, or all of a grid.
    Invalid
        They are of both layers.
    """
    target = known_grid(base, operation.target)
    sources = [known_grid(base, code) for code in operation.sources]
    require_one_layer([target, *sources])
    sketch = Sketch(base, rules, target.layer, operation)
    taken: list[Any] = []
    for source in sources:
        taken += _cut_off(sketch, operation, source)
        sketch.lineage.append(Descent(source.code, target.code, operation.op))
    now = sketch.state(target.code)
    sketch.draw(target.code, union_of([now.geometry, *taken], now))
    return sketch


def _cut_off(sketch: Sketch, operation: Transfer, source: GridState) -> list[Any]:
    """Take a piece off a grid and return it."""
    line = _line_of(operation)
    pieces = carve(sketch, source.code, line, exact_end=operation.exact_end)
    chosen = (
        _in_polygon(pieces, operation.polygon)
        if operation.polygon is not None
        else _chosen(sketch, operation, pieces)
    )
    if not chosen.any():
        raise refusal([_nothing(operation, source)])
    if chosen.all():
        raise refusal([_everything(operation, source)])
    sketch.draw(source.code, union_of(list(pieces.faces[~chosen]), source))
    return list(pieces.faces[chosen])


def _line_of(operation: Transfer) -> Line:
    if operation.line is not None:
        return operation.line
    ring = operation.polygon or ()
    return (*ring, ring[0])


def _in_polygon(pieces: Pieces, ring: Line) -> NDArray[np.bool_]:
    area = shapely.Polygon(np.array(ring) / 1e7)
    return np.asarray(shapely.intersects(area, shapely.point_on_surface(pieces.faces)))


def _chosen(sketch: Sketch, operation: Transfer, pieces: Pieces) -> NDArray[np.bool_]:
    """Mark the piece at the given place, or the smallest that borders on the target."""
    chosen = np.zeros(len(pieces.faces), dtype=bool)
    candidates = np.flatnonzero(pieces.is_cut)
    if operation.take is not None:
        chosen[np.intersect1d(faces_at(pieces.faces, operation.take), candidates)[:1]] = True
        return chosen
    behind = {(end, start) for start, end in segments_in(sketch.shape(operation.target))}
    beside = [
        i
        for i in candidates.tolist()
        if not behind.isdisjoint(segments_in(shape_of(pieces.faces[i])))
    ]
    if beside:
        chosen[beside[int(area_m2(pieces.faces[beside]).argmin())]] = True
    return chosen


def _drawn(operation: Transfer) -> Any:
    return shapely.LineString(np.array(_line_of(operation)) / 1e7)


def _nothing(operation: Transfer, source: GridState) -> Fault:
    return error(
        FaultCode.CUT_MISSES,
        f"What was drawn cuts no piece off grid {source.label} that could go to"
        f" {operation.target}; draw from outside to outside.",
        f"所绘图形未能从网格{source.label_zh}划出可划给 {operation.target} 的部分,"
        "请从边界外画到边界外。",
        grids=tuple(sorted((source.code, operation.target))),
        geometry=_drawn(operation),
    )


def _everything(operation: Transfer, source: GridState) -> Fault:
    both = (operation.target, source.code)
    return error(
        FaultCode.MIN_AREA,
        f"Nothing of grid {source.label} would be left; merge the grids instead.",
        f"网格{source.label_zh}将被全部划出,请改用合并。",
        grids=tuple(sorted(both)),
        geometry=source.geometry,
        measure=0.0,
        unit="m2",
        fix=as_document(Merge(grids=both, keep=operation.target)),
    )
