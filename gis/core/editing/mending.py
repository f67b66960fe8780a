"""Vertices that one side of a border has and the other lacks, within a centimetre.

Where a line crosses a border, the crossing is rounded to the lattice and lies up to 0.7 units
beside the straight edge. Both sides take it as a vertex, and nothing tears.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import shapely

from gis.core.chain import Chain
from gis.core.editing.borders import Nodes, Segment
from gis.core.editing.faults import Fault, FaultCode
from gis.core.editing.operations import Point
from gis.core.editing.sketch import place
from gis.core.geodesy import metres_per_degree
from gis.core.lattice import UNITS_PER_DEGREE

TOLERANCE_UNITS = 1.0
"""How far from an edge a vertex may lie to be inserted in it (about a centimetre)."""


def missing_nodes(residual: Chain, segments: Iterable[Segment]) -> Nodes:
    """Find the segments that the other side has as a path of several, and the vertices of it.

    Parameters
    ----------
    residual
        What differs between the two sides.
    segments
        Directed segments of one side.

    Returns
    -------
    dict
        For each such segment, both ways, the vertices to insert.
    """
    links: dict[Point, set[Point]] = defaultdict(set)
    for start, end in residual.coordinates().tolist():
        links[tuple(start)].add(tuple(end))
        links[tuple(end)].add(tuple(start))
    nodes: Nodes = {}
    if not links:
        return nodes
    for start, end in segments:
        if end in links.get(start, ()):
            path = _path(links, start, end)
            if path:
                nodes[start, end] = path
                nodes[end, start] = path[::-1]
    return nodes


def shift_m(segment: Segment, nodes: Iterable[Point]) -> float:
    """Return how far, in metres, a segment moves when vertices are inserted."""
    return max(_offset_units(segment, node)[0] for node in nodes) * _metres_per_unit(segment)


def noded(nodes: Nodes, codes: Iterable[str]) -> Fault:
    """Describe inserted vertices as something that was settled."""
    once = {frozenset(segment): (segment, path) for segment, path in nodes.items()}
    places = {vertex for _, path in once.values() for vertex in path}
    most = max(shift_m(segment, path) for segment, path in once.values())
    centimetres = 100 * most
    return Fault(
        FaultCode.HAIRLINE,
        "fixed",
        f"{len(places)} vertices were added to borders in common (which moved by"
        f" {centimetres:.1f} cm at most).",
        f"已自动补齐公共边节点 {len(places)} 处(最大偏移 {centimetres:.1f} 厘米)。",
        grids=tuple(sorted(codes)),
        geometry=shapely.MultiPoint([place(vertex) for vertex in sorted(places)]),
        measure=most,
        unit="m",
    )


def _path(links: dict[Point, set[Point]], start: Point, end: Point) -> list[Point]:
    """Return the vertices of a path of links close along a segment; empty for none."""
    segment = (start, end)
    stack: list[tuple[Point, float, list[Point]]] = [(start, 0.0, [])]
    while stack:
        at, share, path = stack.pop()
        for after in links[at]:
            if after == end and path:
                return path
            away, further = _offset_units(segment, after)
            if away <= TOLERANCE_UNITS and share < further < 1.0:
                stack.append((after, further, [*path, after]))
    return []


def _offset_units(segment: Segment, vertex: Point) -> tuple[float, float]:
    """Return a vertex's distance from the line of a segment, and its share of the way."""
    (ax, ay), (bx, by) = segment
    dx, dy, x, y = bx - ax, by - ay, vertex[0] - ax, vertex[1] - ay
    length2 = dx * dx + dy * dy
    return abs(dx * y - dy * x) / float(np.sqrt(length2)), (dx * x + dy * y) / length2


def _metres_per_unit(segment: Segment) -> float:
    _, north = metres_per_degree(segment[0][1] / UNITS_PER_DEGREE)
    return float(north) / UNITS_PER_DEGREE
