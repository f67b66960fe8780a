"""A division tree drawn as convex faces that share their sides: the topology of the demo.

Every region of the tree is one convex face on the plane. Nodes and sides exist once and are
named by numbers, so that what two faces share is shared by construction; no coordinate is ever
compared with another. ``gis.demo.land.wiggle`` then bends the sides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from gis.demo.land.convex import Ring, clip, cut_at_share, measure, relaxed_cells

Floats = NDArray[np.float64]

SNAP_M = 12.0
"""A cut that ends this close to a node of the other bank ends in it: a crossroads."""


LEAST = 0.4
"""A cell gets at least this share of the area that it should get."""


class UnsplittableError(Exception):
    """A cut that this attempt cannot make; the caller draws another."""


class Edge(NamedTuple):
    """A stretch of a side, walked from one node to another with the face on the left."""

    side: int
    start: int
    end: int


Face = tuple[Edge, ...]


class View(NamedTuple):
    """How a face will look: a linear map of the plane, ``x' = a·x + b·y``, ``y' = c·x + d·y``.

    Divisions are made in the view, where the later bend is already counted in; lines and ratios
    of areas are the same in both.
    """

    a: float = 1.0
    b: float = 0.0
    c: float = 0.0
    d: float = 1.0

    def see(self, x: float, y: float) -> tuple[float, float]:
        """Take a point of the plane into the view."""
        return self.a * x + self.b * y, self.c * x + self.d * y

    def back(self, x: float, y: float) -> tuple[float, float]:
        """Take a point of the view back to the plane."""
        det = self.a * self.d - self.b * self.c
        return (self.d * x - self.b * y) / det, (self.a * y - self.c * x) / det


@dataclass(slots=True)
class Outer:
    """What makes a side a stretch of the outline: nodes may lie only on its vertices.

    ``at`` are their positions 0…1, ``inward`` how far (m) the jogs of the outline will move them
    into the land, ``taken`` the nodes made so far by the number of the vertex.
    """

    at: Floats
    inward: Floats
    taken: dict[int, int] = field(default_factory=dict)

    def between(self, low: float, high: float) -> NDArray[np.int64]:
        """List the vertices strictly between two positions."""
        return np.flatnonzero((self.at > low) & (self.at < high))


@dataclass(slots=True)
class Side:
    """A line between two nodes, with the nodes that lie on it and their positions 0…1."""

    at: dict[int, float]
    outer: Outer | None = None

    def ends(self) -> tuple[int, int]:
        """Give the nodes at 0 and at 1."""
        start, end, *_ = self.at
        return start, end


@dataclass(slots=True)
class Mesh:
    """Nodes (m, on the plane) and sides; faces are kept by who made them."""

    points: list[tuple[float, float]] = field(default_factory=list)
    sides: list[Side] = field(default_factory=list)

    def add_node(self, x: float, y: float) -> int:
        """Add a node and give its number."""
        self.points.append((x, y))
        return len(self.points) - 1

    def add_side(self, start: int, end: int) -> int:
        """Add a side between two nodes and give its number."""
        self.sides.append(Side({start: 0.0, end: 1.0}))
        return len(self.sides) - 1

    def add_outer_side(self, start: int, end: int, at: Floats, inward: Floats) -> int:
        """Add a stretch of the outline: where its vertices lie (0…1), and how far inward, m."""
        number = self.add_side(start, end)
        self.sides[number].outer = Outer(at, inward)
        return number

    def ring(self, face: Face, view: View) -> Ring:
        """Give a face as corners in a view, edge *k* labelled ``-1 - k``."""
        return [(*view.see(*self.points[edge.start]), -1 - k) for k, edge in enumerate(face)]

    def require_area(self, nodes: Sequence[int], view: View, least: float) -> None:
        """Refuse a face that moving its nodes to others has folded or made too small.

        Raises
        ------
        UnsplittableError
            If a node comes twice, or the area is less than given.
        """
        ring = [(*view.see(*self.points[node]), 0) for node in nodes]
        if len(set(nodes)) < len(nodes) or measure(ring).area < least:
            raise UnsplittableError

    def node_on(self, edge: Edge, x: float, y: float) -> int:
        """Give the node of an edge nearest to (x, y), made if there is none near.

        Raises
        ------
        UnsplittableError
            If the outline has no free vertex there.
        """
        side = self.sides[edge.side]
        (ax, ay), (bx, by) = self.points[edge.start], self.points[edge.end]
        length = math.hypot(bx - ax, by - ay)
        share = math.hypot(x - ax, y - ay) / length
        ta, tb = side.at[edge.start], side.at[edge.end]
        t = ta + share * (tb - ta)
        low, high = min(ta, tb), max(ta, tb)
        if side.outer is not None:
            return self._outer_node(side, side.outer, t, (low, high))
        near = min(SNAP_M, 0.2 * length) * (high - low) / length
        for node, position in side.at.items():
            if low < position < high and abs(position - t) < near:
                return node
        node = self.add_node(x, y)
        side.at[node] = t
        return node

    def _outer_node(self, side: Side, outer: Outer, t: float, span: tuple[float, float]) -> int:
        inside = outer.between(*span)
        if len(inside) == 0:
            raise UnsplittableError
        nearest = int(np.argmin(np.abs(outer.at[inside] - t)))
        # The innermost vertex around: from there a border leaves into open land.
        reach = min(len(inside) // 8, 5)
        near = inside[max(nearest - reach, 0) : nearest + reach + 1]
        k = int(near[np.argmax(outer.inward[near])])
        if k not in outer.taken:
            (ax, ay), (bx, by) = (self.points[node] for node in side.ends())
            share = float(outer.at[k])
            outer.taken[k] = self.add_node(ax + share * (bx - ax), ay + share * (by - ay))
            side.at[outer.taken[k]] = share
        return outer.taken[k]


def halve(mesh: Mesh, face: Face, view: View, *, share: float, angle: float) -> tuple[Face, Face]:
    """Cut a face in two by a straight line.

    Parameters
    ----------
    mesh
        Takes the new nodes and the new side.
    face
        Convex face.
    view
        In which the angle is meant.
    share
        Share of the area that the first part gets.
    angle
        Direction of the cut's normal, radians.

    Returns
    -------
    tuple of Face
        The part behind the cut and the part before it.

    Raises
    ------
    UnsplittableError
        If the cut would leave a part without area.
    """
    a, b = math.cos(angle), math.sin(angle)
    ring = mesh.ring(face, view)
    c = cut_at_share(ring, a, b, share)
    first = clip(ring, a, b, c, 0)
    marks = [label for _, _, label in first]
    if marks.count(0) != 1:
        raise UnsplittableError
    leaves = marks.index(0)
    x, y, _ = first[leaves]
    nx, ny, enters = first[(leaves + 1) % len(first)]
    out_edge, in_edge = face[-1 - marks[leaves - 1]], face[-1 - enters]
    if out_edge == in_edge:
        raise UnsplittableError
    exit_ = mesh.node_on(out_edge, *view.back(x, y))
    entry = mesh.node_on(in_edge, *view.back(nx, ny))
    i, j = face.index(out_edge), face.index(in_edge)
    head = (Edge(in_edge.side, entry, in_edge.end), *_between(face, j, i))
    tail = (Edge(out_edge.side, exit_, out_edge.end), *_between(face, i, j))
    head, tail = (*head, _upto(out_edge, exit_)), (*tail, _upto(in_edge, entry))
    whole = measure(ring).area
    mesh.require_area((*(edge.start for edge in head), exit_), view, LEAST * share * whole)
    mesh.require_area((*(edge.start for edge in tail), entry), view, LEAST * (1 - share) * whole)
    side = mesh.add_side(exit_, entry)
    return (*head, Edge(side, exit_, entry)), (*tail, Edge(side, entry, exit_))


def _upto(edge: Edge, end: int) -> Edge:
    return Edge(edge.side, edge.start, end)


def _between(face: Face, i: int, j: int) -> Face:
    """Edges strictly after *i* and before *j*, cyclic."""
    return face[i + 1 : j] if i < j else (*face[i + 1 :], *face[:j])


def split_cells(
    mesh: Mesh,
    face: Face,
    view: View,
    *,
    sites: Floats,
    areas: Floats,
    together: NDArray[np.bool_],
) -> list[Face]:
    """Divide a face into weighted Voronoi cells.

    Parameters
    ----------
    mesh
        Takes the new nodes and sides.
    face
        Convex face.
    view
        In which the cells should be compact.
    sites
        Shape (n, 2), float64, in the view: where the cells should lie.
    areas
        Shape (n,), float64, in the view: how large they should be.
    together
        Shape (n,), bool: the cells that are to stay beside one another.

    Returns
    -------
    list of Face
        One a site, in order.

    Raises
    ------
    UnsplittableError
        If two corners come too near to one another. Nodes that this attempt put on a side stay
        there; they divide nothing and do no harm.
    """
    cells = relaxed_cells(mesh.ring(face, view), sites, areas, together=together)
    found = [measure(cell).area for cell in cells]
    if any(area < LEAST * wanted for area, wanted in zip(found, areas, strict=True)):
        raise UnsplittableError
    smallest = 0.02 * math.sqrt(min(found))
    keyed = [_corner_keys(cell, i) for i, cell in enumerate(cells)]
    _require_agreement(cells, keyed, smallest)
    nodes: dict[tuple[int, ...], int] = {}
    for cell, keys in zip(cells, keyed, strict=True):
        for (x, y, _), key in zip(cell, keys, strict=True):
            if key not in nodes:
                nodes[key] = _place(mesh, face, key, *view.back(x, y))
    for keys, wanted in zip(keyed, areas, strict=True):
        mesh.require_area([nodes[key] for key in keys], view, LEAST * wanted)
    sides: dict[tuple[int, int], int] = {}
    return [
        _face(mesh, face, cell, nodes=[nodes[key] for key in keys], own=i, sides=sides)
        for i, (cell, keys) in enumerate(zip(cells, keyed, strict=True))
    ]


def _corner_keys(cell: Ring, own: int) -> list[tuple[int, ...]]:
    """Name each corner by the lines that meet in it: cells (≥ 0) and edges of the face (< 0)."""
    labels = [label for _, _, label in cell]
    keys = []
    for k, label in enumerate(labels):
        pair = (labels[k - 1], label)
        outer = sum(mark < 0 for mark in pair)
        keys.append(tuple(sorted(pair if outer == 2 else (*pair, own))))
    return keys


def _require_agreement(
    cells: list[Ring], keyed: list[list[tuple[int, ...]]], smallest: float
) -> None:
    """Refuse cells whose corners nearly coincide, where rounding could decide who meets whom."""
    meets: dict[tuple[int, ...], int] = {}
    for cell, keys in zip(cells, keyed, strict=True):
        for k, key in enumerate(keys):
            x, y, _ = cell[k]
            px, py, _ = cell[k - 1]
            short = math.hypot(x - px, y - py) < smallest
            # A short edge between two corners that were there before is not this cut's doing.
            if short and max(*key, *keys[k - 1]) >= 0:
                raise UnsplittableError
            meets[key] = meets.get(key, 0) + 1
    made = ((key, count) for key, count in meets.items() if max(key) >= 0)
    if any(count != sum(mark >= 0 for mark in key) for key, count in made):
        raise UnsplittableError


def _place(mesh: Mesh, face: Face, key: tuple[int, ...], x: float, y: float) -> int:
    if key[0] >= 0:
        return mesh.add_node(x, y)
    edge = face[-1 - key[0]]
    if key[1] >= 0:
        return mesh.node_on(edge, x, y)
    other = face[-1 - key[1]]
    return edge.start if edge.start == other.end else other.start


def _face(
    mesh: Mesh,
    parent: Face,
    cell: Ring,
    *,
    nodes: Sequence[int],
    own: int,
    sides: dict[tuple[int, int], int],
) -> Face:
    """Turn a labelled cell into a face, with the sides to its neighbours made once."""
    edges = []
    for k, (_, _, label) in enumerate(cell):
        start, end = nodes[k], nodes[(k + 1) % len(nodes)]
        if label < 0:
            edges.append(_part(mesh, parent[-1 - label], start, end))
            continue
        pair = (min(own, label), max(own, label))
        if pair not in sides:
            sides[pair] = mesh.add_side(start, end)
        edges.append(Edge(sides[pair], start, end))
    return tuple(edges)


def _part(mesh: Mesh, edge: Edge, start: int, end: int) -> Edge:
    """Take the part of an edge between two of its nodes, which must follow one another on it."""
    at = mesh.sides[edge.side].at
    if (at[end] - at[start]) * (at[edge.end] - at[edge.start]) <= 0:
        raise UnsplittableError
    return Edge(edge.side, start, end)
