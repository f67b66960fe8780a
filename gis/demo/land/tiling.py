"""Basic grids for the demo: a division tree as polygons that tile an outline exactly.

The tree is drawn with straight lines on a convex plane (``layout``), then each side gets its
jogs and the whole plane is bent (``wiggle``), then the vertices are rounded to the lattice, each
once. Neighbours take their common border from the same array, so that it is the same on both
sides; what rounding could still do, fold a polygon over itself, is tested, and the jogs of such
a polygon are flattened.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.chain import chain_residual
from gis.core.lattice import to_degrees, to_lattice
from gis.demo.land.convex import measure
from gis.demo.land.layout import Drawing, Region, draw
from gis.demo.land.mesh import Edge, Mesh, UnsplittableError, View
from gis.demo.land.outline import Outline
from gis.demo.land.wiggle import Chords, jog

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

__all__ = ["Region", "Tiling", "tile"]

VERTICES_PER_GRID = 60
CLOSEST_M = 6.0
"""Vertices of a border are at least about this far from one another."""
ROOM = 0.62
"""Share of the room beside a border that its jogs may use."""
STEEPEST = 0.9
"""Steepest way out of a node, as a tangent."""
FLATTENINGS = (1.0, 0.5, 0.2, 0.05, 0.0)
"""How much of its jogs a polygon keeps from one repair to the next."""
DRAWINGS = 4
"""Drawings before giving up; one in some hundreds needs a second."""
CHUNK = 50_000


@dataclass(frozen=True, slots=True)
class Tiling:
    """Basic grids that tile an outline exactly.

    Attributes
    ----------
    polygons
        Shape (n,), object: shapely polygons, SRID 4490, canonical, counter-clockwise, without
        holes, in the order of the leaves (depth first).
    outline
        What they tile: chain(polygons) = chain(outline).
    village_of_leaf
        Shape (n,), int64: number of the parent of each leaf.
    centres
        Shape (villages, 2), float64, degrees: where the houses of each village stand; a village
        is a region that has leaves, numbered depth first.
    """

    polygons: NDArray[np.object_]
    outline: shapely.Polygon
    village_of_leaf: Ints
    centres: Floats


def tile(root: Region, outline: Outline, rng: np.random.Generator) -> Tiling:
    """Divide an outline as a tree says.

    Parameters
    ----------
    root
        The division tree; its leaves are the basic grids.
    outline
        From :func:`gis.demo.land.outline.make_outline`.
    rng
        Source of all chance: the same state gives the same tiling.

    Returns
    -------
    Tiling
        The grids of each region of the tree form one piece without holes.

    Raises
    ------
    RuntimeError
        If the result does not tile, which is a defect of gridmap and never of the input.
    """
    for _ in range(DRAWINGS):
        try:
            drawing = _drawing(root, outline, rng)
        except UnsplittableError:
            continue
        polygons = _Borders(drawing).polygons(outline, rng)
        if polygons is not None:
            break
    else:
        raise RuntimeError("the demo's grids could not be drawn; this is a defect of gridmap")
    _require_exact(polygons, outline)
    return Tiling(
        polygons=polygons,
        outline=outline.polygon,
        village_of_leaf=np.array(drawing.village_of_leaf, dtype=np.int64),
        centres=to_degrees(outline.to_lattice(np.array(drawing.centres).reshape(-1, 2))),
    )


def _drawing(root: Region, outline: Outline, rng: np.random.Generator) -> Drawing:
    """Draw the tree inside the convex base of the outline."""
    mesh = Mesh()
    fringe = outline.fringe
    corners = [mesh.add_node(x, y) for x, y in fringe.corners.tolist()]
    face = tuple(
        Edge(mesh.add_outer_side(start, end, at, inward), start, end)
        for start, end, at, inward in zip(
            corners, (*corners[1:], corners[0]), fringe.at, fringe.inward, strict=True
        )
    )
    return draw(root, mesh, face, view_at=outline.view_at, rng=rng)


class _Borders:
    """The sides of a drawing cut at their nodes into arcs, and each leaf as a loop of arcs."""

    def __init__(self, drawing: Drawing) -> None:
        self.mesh = drawing.mesh
        self.nodes = np.array(self.mesh.points)
        self.ordered = [sorted(side.at, key=side.at.__getitem__) for side in self.mesh.sides]
        counts = [len(nodes) - 1 for nodes in self.ordered]
        self.first_arc = np.concatenate([[0], np.cumsum(counts)]).tolist()
        self.side_of_arc = np.repeat(np.arange(len(counts)), counts)
        self.ends = np.array([pair for nodes in self.ordered for pair in pairwise(nodes)])
        self.loops = [self._loop(face) for face in drawing.faces]
        centroids = np.array([measure(self.mesh.ring(face, View()))[1:] for face in drawing.faces])
        sizes = [len(loop) for loop in self.loops]
        leaf = np.repeat(np.arange(len(self.loops)), sizes)
        arcs = np.concatenate(self.loops)
        self.leaf_beside = np.full((len(self.ends), 2), -1)  # right, left
        backward = arcs < 0
        self.leaf_beside[~arcs[backward], 0] = leaf[backward]
        self.leaf_beside[arcs[~backward], 1] = leaf[~backward]
        self.centroids = centroids
        self.outer = np.array([self.mesh.sides[s].outer is not None for s in self.side_of_arc])

    def _loop(self, face: tuple[Edge, ...]) -> Ints:
        """Give the arcs around a face; ``~k`` is arc *k* walked backwards."""
        loop: list[int] = []
        for edge in face:
            nodes, base = self.ordered[edge.side], self.first_arc[edge.side]
            start, end = nodes.index(edge.start), nodes.index(edge.end)
            if start < end:
                loop.extend(range(base + start, base + end))
            else:
                loop.extend(~k for k in range(base + start - 1, base + end - 1, -1))
        return np.array(loop, dtype=np.int64)

    def polygons(self, outline: Outline, rng: np.random.Generator) -> NDArray[np.object_] | None:
        """Bend, round and assemble, flattening what folds over; None if that does not help."""
        start, end = self.nodes[self.ends[:, 0]], self.nodes[self.ends[:, 1]]
        fixed = self._outer_parts(outline)
        counts = self._counts(start, end, fixed)
        style = rng.choice([0.25, 0.8, 1.0, 1.2], p=[0.2, 0.2, 0.4, 0.2], size=len(self.first_arc))
        chords = Chords(start, end, self._room(start, end), style[self.side_of_arc])
        inner = _jog_in_chunks(chords, np.where(self.outer, 0, counts), rng)
        straight = _straight(start, end, np.where(self.outer, 0, counts))
        owner = np.repeat(np.flatnonzero(~self.outer), counts[~self.outer])
        keep = np.ones(len(start))
        broken: Ints = np.empty(0, dtype=np.int64)
        for level in FLATTENINGS:
            if level < 1.0:
                keep[_arcs_of(self.loops, broken)] = level
            moved = straight + keep[owner, None] * (inner - straight)
            lattice, spans = self._lattice(outline, moved, counts, fixed)
            rings, offsets = self._rings(spans, counts)
            xy = lattice[rings]
            polygons = _assemble(to_degrees(xy), offsets)
            broken = np.flatnonzero(~_sound(polygons) | ~_sound(_assemble(xy, offsets)))
            if len(broken) == 0:
                return polygons
        return None

    def _outer_parts(self, outline: Outline) -> dict[int, Ints]:
        """List the outline's vertices between the nodes of each of its arcs."""
        parts = {}
        first = outline.first_vertices()
        for arc in np.flatnonzero(self.outer).tolist():
            number = int(self.side_of_arc[arc])
            side = self.mesh.sides[number]
            low, high = (side.at[int(node)] for node in self.ends[arc])
            if side.outer is not None:
                parts[arc] = first[number] + 1 + side.outer.between(low, high)
        return parts

    def _outer_nodes(self, outline: Outline) -> tuple[Ints, Ints]:
        """Give the nodes on the outline and the numbers of the outline's vertices there."""
        pairs = []
        for side, first in zip(self.mesh.sides, outline.first_vertices(), strict=False):
            pairs.append((side.ends()[0], first))
            taken = side.outer.taken if side.outer is not None else {}
            pairs += [(node, first + 1 + k) for k, node in taken.items()]
        nodes, vertices = np.array(pairs, dtype=np.int64).T
        return nodes, vertices

    def _counts(self, start: Floats, end: Floats, fixed: dict[int, Ints]) -> Ints:
        """Choose how many inner vertices each arc gets, so that the mean of a grid is right."""
        length = np.hypot(*(end - start).T)
        faces = (self.leaf_beside >= 0).sum(axis=1)
        counts = np.zeros(len(length), dtype=np.int64)
        for arc, part in fixed.items():
            counts[arc] = len(part)
        inside = ~self.outer
        wanted = VERTICES_PER_GRID * len(self.loops) - int(((counts + 1) * faces).sum())
        most = np.maximum(length[inside] / CLOSEST_M - 1, 0)
        # Between "as many as long" and "the same for each": short borders are drawn finer.
        size = length[inside] ** 0.75
        low, high = 0.0, 1000.0
        for _ in range(50):
            factor = (low + high) / 2
            made = np.minimum(size * factor, most).astype(np.int64)
            if int((made * faces[inside]).sum()) > wanted:
                high = factor
            else:
                low = factor
        counts[inside] = np.minimum(np.maximum(size * low, 2), most).astype(np.int64)
        return counts

    def _room(self, start: Floats, end: Floats) -> Floats:
        """Measure how steeply a border may leave its nodes: towards the centres beside it."""
        room = np.zeros((len(start), 2, 2))
        for side in (0, 1):
            centre = self.centroids[self.leaf_beside[:, side]]
            for at, (here, there) in enumerate(((start, end), (end, start))):
                along, inward = there - here, centre - here
                ahead = (along * inward).sum(axis=1)
                beside = np.abs(along[:, 0] * inward[:, 1] - along[:, 1] * inward[:, 0])
                tangent = beside / np.maximum(ahead, 1e-9 + beside / 10)
                room[:, side, at] = np.minimum(ROOM * tangent, STEEPEST)
        return room

    def _lattice(
        self, outline: Outline, moved: Floats, counts: Ints, fixed: dict[int, Ints]
    ) -> tuple[Ints, Ints]:
        """Put all vertices on the lattice: nodes first, then the inner vertices arc by arc."""
        outer = np.repeat(self.outer, counts)
        lattice = np.empty((len(self.nodes) + len(outer), 2), dtype=np.int64)
        lattice[: len(self.nodes)] = outline.to_lattice(self.nodes)
        lattice[len(self.nodes) :][~outer] = outline.to_lattice(moved)
        ring = to_lattice(shapely.get_coordinates(outline.polygon))
        lattice[len(self.nodes) :][outer] = ring[np.concatenate(list(fixed.values()))]
        nodes, vertices = self._outer_nodes(outline)
        lattice[nodes] = ring[vertices]
        return lattice, np.cumsum(counts) - counts + len(self.nodes)

    def _rings(self, spans: Ints, counts: Ints) -> tuple[Ints, Ints]:
        """List the vertices around each leaf, closed; and where each leaf begins."""
        arcs = np.concatenate(self.loops)
        sizes = np.array([len(loop) for loop in self.loops])
        back = arcs < 0
        number = np.where(back, ~arcs, arcs)
        node = np.where(back, self.ends[number, 1], self.ends[number, 0])
        many = counts[number] + 1
        which = np.repeat(np.arange(len(arcs)), many)
        place = np.arange(len(which)) - (np.cumsum(many) - many)[which]
        first, last = spans[number], spans[number] + counts[number] - 1
        inner = np.where(back[which], last[which] - place + 1, first[which] + place - 1)
        vertices = np.where(place == 0, node[which], inner)
        ring_sizes = np.add.reduceat(many, np.cumsum(sizes) - sizes)
        offsets = np.concatenate([[0], np.cumsum(ring_sizes)])
        closed = np.insert(vertices, offsets[1:], vertices[offsets[:-1]])
        return closed, offsets + np.arange(len(offsets))


def _jog_in_chunks(chords: Chords, counts: Ints, rng: np.random.Generator) -> Floats:
    """Jog a limited number of borders at a time, to bound the memory."""
    parts = []
    for low in range(0, len(counts), CHUNK):
        part = slice(low, low + CHUNK)
        some = Chords(chords.start[part], chords.end[part], chords.room[part], chords.rough[part])
        parts.append(jog(some, counts[part], rng))
    return np.vstack(parts)


def _straight(start: Floats, end: Floats, counts: Ints) -> Floats:
    which = np.repeat(np.arange(len(counts)), counts)
    place = np.arange(len(which)) - (np.cumsum(counts) - counts)[which] + 1.0
    t = (place / (counts[which] + 1))[:, None]
    line: Floats = start[which] * (1 - t) + end[which] * t
    return line


def _arcs_of(loops: list[Ints], leaves: Ints) -> Ints:
    arcs = np.concatenate([loops[leaf] for leaf in leaves.tolist()])
    return np.where(arcs < 0, ~arcs, arcs)


def _assemble(xy: NDArray[Any], offsets: Ints) -> NDArray[np.object_]:
    ring_of = np.repeat(np.arange(len(offsets) - 1), np.diff(offsets))
    rings = shapely.linearrings(xy.astype(np.float64), indices=ring_of)
    return np.asarray(shapely.polygons(rings), dtype=object)


def _sound(polygons: NDArray[np.object_]) -> NDArray[np.bool_]:
    counter_clockwise = shapely.is_ccw(shapely.get_exterior_ring(polygons))
    return np.asarray(shapely.is_valid(polygons) & counter_clockwise)


def _require_exact(polygons: NDArray[np.object_], outline: Outline) -> None:
    """Refuse to hand out polygons whose signed boundary chain is not the outline's."""
    residual = len(chain_residual(polygons, outline.polygon))
    if residual:
        raise RuntimeError(f"the demo's grids leave {residual} open borders; a defect of gridmap")
