"""From an operation to its plan."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace as replaced
from typing import Any

import numpy as np
import shapely

from gis.core.editing.exclusive import draw, retire
from gis.core.editing.faults import Fault, refusal
from gis.core.editing.judging import judge
from gis.core.editing.model import Box, Neighbourhood, Plan, Reach, Rules
from gis.core.editing.operations import (
    DeleteVertices,
    Draw,
    InsertVertices,
    Merge,
    MoveVertices,
    Operation,
    Point,
    Replace,
    Reshape,
    Retire,
    SetAttributes,
    Split,
    Transfer,
)
from gis.core.editing.parsing import parse_operation
from gis.core.editing.replacing import replace, set_attributes
from gis.core.editing.reshaping import reshape
from gis.core.editing.sketch import Sketch
from gis.core.editing.splitting import merge, split
from gis.core.editing.transferring import transfer
from gis.core.editing.vertices import delete_vertices, insert_vertices, move_vertices
from gis.core.errors import EditRefused, Invalid
from gis.core.lattice import to_degrees

_MARGIN_UNITS = 2
"""Crossings are rounded, so that they may lie just outside of what was drawn."""

_SKETCHES: Mapping[type[Any], Callable[[Neighbourhood, Any, Rules], Sketch]] = {
    MoveVertices: move_vertices,
    InsertVertices: insert_vertices,
    DeleteVertices: delete_vertices,
    Reshape: reshape,
    Split: split,
    Merge: merge,
    Transfer: transfer,
    Draw: draw,
    Retire: retire,
    Replace: replace,
    SetAttributes: set_attributes,
}


def plan(neighbourhood: Neighbourhood, operation: Operation, rules: Rules) -> Plan:
    """Work out what an operation does, and refuse it where it breaks a rule.

    Parameters
    ----------
    neighbourhood
        What `reach` asks for, or more: only what it asks for is looked at.
    operation
        The operation.
    rules
        Least sizes, scope, free codes.

    Returns
    -------
    Plan

    Raises
    ------
    EditRefused
        ``faults`` has what is wrong, each with its place and where possible its remedy.
    Invalid
        The operation makes no sense for these grids, such as a merge of both layers.
    """
    try:
        return _planned(neighbourhood, operation, rules)
    except EditRefused as refused:
        raise refusal(_with_usable_fixes(refused.faults, neighbourhood, rules)) from refused


def _with_usable_fixes(
    faults: Iterable[Fault], neighbourhood: Neighbourhood, rules: Rules
) -> list[Fault]:
    """Return faults without the remedies that would be refused themselves."""
    verdicts: list[tuple[dict[str, Any], bool]] = []

    def is_usable(fix: dict[str, Any]) -> bool:
        known = next((verdict for other, verdict in verdicts if other is fix), None)
        if known is None:
            known = _is_accepted(neighbourhood, fix, rules)
            verdicts.append((fix, known))
        return known

    return [
        fault if fault.fix is None or is_usable(fault.fix) else replaced(fault, fix=None)
        for fault in faults
    ]


def _is_accepted(neighbourhood: Neighbourhood, fix: dict[str, Any], rules: Rules) -> bool:
    try:
        _planned(neighbourhood, parse_operation(fix), rules)
    except Invalid:
        return False
    return True


def _planned(neighbourhood: Neighbourhood, operation: Operation, rules: Rules) -> Plan:
    base = neighbourhood.near(reach(operation))
    sketch = _SKETCHES[type(operation)](base, operation, rules)
    warnings = judge(sketch)
    changes = sketch.changes()
    return Plan(
        sketch.operation,
        changes,
        tuple(sketch.fixed),
        tuple(warnings),
        tuple(sketch.lineage),
        neighbourhood.after(changes),
    )


def reach(operation: Operation) -> Reach:
    """Tell what an operation needs to see.

    Parameters
    ----------
    operation
        Any operation.

    Returns
    -------
    Reach
        Codes of the grids that it names, and boxes of its coordinates in degrees; `Reach` says
        what to fetch for them.
    """
    points = list(_points(operation))
    boxes: list[Box] = [_box(points)] if points else []
    if isinstance(operation, Replace):
        boxes += [_bounds(one.geometry) for one in operation.grids]
    if isinstance(operation, Draw):
        boxes.append(_bounds(operation.geometry))
    return Reach(_codes(operation), tuple(boxes))


def _codes(operation: Operation) -> tuple[str, ...]:
    match operation:
        case Reshape() | Split() | Retire() | SetAttributes():
            return (operation.grid,)
        case Merge():
            return operation.grids
        case Transfer():
            return (*operation.sources, operation.target)
        case Replace():
            return (*(one.grid for one in operation.grids), *operation.retired)
        case _:
            return ()


def _points(operation: Operation) -> Iterable[Point]:
    match operation:
        case MoveVertices():
            return [vertex for move in operation.moves for vertex in move]
        case InsertVertices():
            return [v for one in operation.inserts for v in (one.start, one.end, one.at)]
        case DeleteVertices():
            return operation.vertices
        case Reshape() | Split():
            return operation.line
        case Transfer():
            return operation.line or operation.polygon or ()
        case _:
            return ()


def _box(points: list[Point]) -> Box:
    xy = np.array(points, dtype=np.int64)
    west, south = to_degrees(xy.min(axis=0) - _MARGIN_UNITS).tolist()
    east, north = to_degrees(xy.max(axis=0) + _MARGIN_UNITS).tolist()
    return west, south, east, north


def _bounds(geometry: Any) -> Box:
    margin = _MARGIN_UNITS / 1e7
    west, south, east, north = shapely.bounds(geometry).tolist()
    return west - margin, south - margin, east + margin, north + margin
