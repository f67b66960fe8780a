"""Redrawing a stretch of a border, for both its sides."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.editing.borders import Ring, Shape, twice_area
from gis.core.editing.documents import as_document
from gis.core.editing.ends import Contact, Rim
from gis.core.editing.faults import Fault, FaultCode, error, refusal
from gis.core.editing.mending import noded
from gis.core.editing.model import GridState, Neighbourhood, Rules
from gis.core.editing.operations import Point, Reshape, Transfer
from gis.core.editing.sketch import Sketch, known_grid, missing_vertices
from gis.core.lattice import lattice_geometry, to_degrees

Floats = NDArray[np.float64]


def reshape(base: Neighbourhood, operation: Reshape, rules: Rules) -> Sketch:
    """Replace a stretch of a grid's border by a line, and of its neighbour's as well.

    Raises
    ------
    EditRefused
        The line does not touch the border twice; or the stretch passes a corner where more than
        two grids meet, with the transfer that does what was meant as its remedy.
    """
    state = known_grid(base, operation.grid)
    sketch = Sketch(base, rules, state.layer, operation)
    path = _path(sketch, operation, state)
    ring = _ring_with(sketch.shape(state.code), path)
    if ring is None:
        raise refusal([_misses(operation, state)])
    stretch, path = _stretch(ring, path, operation)
    others = {sketch.owner(b, a) for a, b in pairwise(stretch)}
    borders = base.borders(state.layer)
    inner = stretch[1:-1]
    corners = [vertex for vertex in inner if len(borders.beside(vertex)) > 2]
    if corners or len(others) > 1:
        raise refusal([_corner(sketch, state, stretch, path)])
    gone: dict[Point, Point | None] = dict.fromkeys(inner)
    start, end, between = path[0], path[-1], path[1:-1]
    sketch.redraw(state.code, gone, {(start, end): between})
    for code in filter(None, others):
        sketch.redraw(code, gone, {(end, start): between[::-1]})
    return sketch


def _path(sketch: Sketch, operation: Reshape, state: GridState) -> list[Point]:
    """Return the line from its first to its last contact with the border, nodes shared."""
    rim = Rim(sketch, state.code, exact_end=operation.exact_end)
    whole = shapely.boundary(lattice_geometry(state.geometry).item())
    origin = np.array(shapely.bounds(whole)[:2])
    drawn = np.array(operation.line, dtype=np.float64) - origin
    line = shapely.LineString(drawn)
    border = shapely.transform(whole, lambda xy: xy - origin)
    touched = shapely.get_coordinates(shapely.intersection(line, border))
    if len(touched) == 0:
        raise refusal([_misses(operation, state)])
    at = shapely.line_locate_point(line, shapely.points(touched))
    first, last = (rim.contact(touched[i] + origin) for i in (at.argmin(), at.argmax()))
    if first is None or last is None or first.at == last.at:
        raise refusal([_misses(operation, state)])
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(drawn, axis=0).T))])
    between = (along > at.min() + 0.5) & (along < at.max() - 0.5)
    vertices = [operation.line[i] for i in np.flatnonzero(between)]
    _add_ends(sketch, state, (first, last))
    path = [first.at, *vertices, last.at]
    return [vertex for i, vertex in enumerate(path) if i == 0 or vertex != path[i - 1]]


def _add_ends(sketch: Sketch, state: GridState, ends: tuple[Contact, Contact]) -> None:
    nodes: dict[tuple[Point, Point], list[Point]] = {}
    for contact in ends:
        if contact.segment is not None:
            nodes.setdefault(contact.segment, []).append(contact.at)
    for start, end in list(nodes):
        x, y = start
        nodes[start, end].sort(key=lambda p: (p[0] - x) ** 2 + (p[1] - y) ** 2)
        nodes[end, start] = nodes[start, end][::-1]
    if nodes:
        sketch.add_nodes(nodes)
        sketch.fixed.append(noded(nodes, set(sketch.after) - {state.code}))


def _ring_with(shape: Shape, path: list[Point]) -> Ring | None:
    """Return the ring that has both ends of the path; None where they are on two."""
    rings = (ring for part in shape for ring in part)
    return next((ring for ring in rings if path[0] in ring and path[-1] in ring), None)


def _stretch(ring: Ring, path: list[Point], operation: Reshape) -> tuple[list[Point], list[Point]]:
    """Return the stretch to be replaced as the ring runs, and the path that way round."""
    forward = _from(ring, path[0], path[-1]), path
    backward = _from(ring, path[-1], path[0]), path[::-1]
    if operation.stretch is not None:
        for way in (forward, backward):
            if operation.stretch in way[0][1:-1]:
                return way
        raise refusal(missing_vertices([operation.stretch]))
    return min(forward, backward, key=lambda way: abs(twice_area([*way[0], *way[1][-2:0:-1]])))


def _from(ring: Ring, start: Point, end: Point) -> list[Point]:
    i, j = ring.index(start), ring.index(end)
    return ring[i : j + 1] if i <= j else ring[i:] + ring[: j + 1]


def _misses(operation: Reshape, state: GridState) -> Fault:
    return error(
        FaultCode.CUT_MISSES,
        f"The line must begin and end on the border of grid {state.label}, on the same ring of it.",
        f"重画的线须起止于网格{state.label_zh}的同一条边界上。",
        grids=(state.code,),
        geometry=shapely.LineString(to_degrees(operation.line)),
    )


def _corner(sketch: Sketch, state: GridState, stretch: list[Point], path: list[Point]) -> Fault:
    others = {sketch.owner(b, a) for a, b in pairwise(stretch)}
    codes = tuple(sorted({state.code, *filter(None, others)}))
    return error(
        FaultCode.CORNER,
        f"The stretch of the border of grid {state.label} passes a corner where several grids"
        " meet; move the corner, or transfer the area.",
        f"网格{state.label_zh}的该段边界经过多个网格的交点,请改用“移动交点”或“划转”。",
        grids=codes,
        geometry=shapely.LineString(to_degrees(path)),
        fix=_transfer(sketch, state, stretch, path),
    )


def _transfer(
    sketch: Sketch, state: GridState, stretch: list[Point], path: list[Point]
) -> dict[str, Any] | None:
    """Return the transfer of the area between the old stretch and the line, if it is one."""
    origin = np.array(path[0], dtype=np.float64)
    lines = [shapely.LineString(np.array(way) - origin) for way in (stretch, path)]
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(shapely.union_all(lines))))
    faces = np.asarray(shapely.transform(faces, lambda xy: np.rint(xy + origin)))
    faces = faces[shapely.area(faces) > shapely.length(faces)]
    if len(faces) != 1:
        return None
    grids = sketch.current()
    shapes = lattice_geometry([grid.geometry for grid in grids])
    overlap = shapely.area(shapely.intersection(shapely.buffer(faces[0], 0), shapes))
    covered = [grid for grid, area in zip(grids, overlap, strict=True) if area > 1.0]
    ring = tuple((round(x), round(y)) for x, y in shapely.get_coordinates(faces[0])[:-1].tolist())
    if [grid.code for grid in covered] == [state.code]:
        target = _longest(sketch, stretch)
        if target is None:
            return None
        return as_document(Transfer((state.code,), target, polygon=ring))
    if not covered or state.code in {grid.code for grid in covered}:
        return None
    sources = tuple(sorted(grid.code for grid in covered))
    return as_document(Transfer(sources, state.code, polygon=ring))


def _longest(sketch: Sketch, stretch: list[Point]) -> str | None:
    """Return the neighbour with the longest border along a stretch."""
    length: dict[str, float] = {}
    for (ax, ay), (bx, by) in pairwise(stretch):
        other = sketch.owner((bx, by), (ax, ay))
        if other is not None:
            length[other] = length.get(other, 0.0) + float(np.hypot(bx - ax, by - ay))
    return max(sorted(length), key=length.__getitem__) if length else None
