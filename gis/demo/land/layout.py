"""Where the regions of a division tree lie: towns in the middle, fields around them.

Draws the whole tree into a :class:`gis.demo.land.mesh.Mesh`, top down: regions that have children
become weighted Voronoi cells of their parent (townships, villages), leaves become pieces that
straight cuts make (grids between field roads).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from gis.demo.land.convex import Ring, clip, cut_at_share, measure
from gis.demo.land.mesh import Face, Mesh, UnsplittableError, View, halve, split_cells

ATTEMPTS = 12
"""Drawings of one division before it is made by cuts instead."""
UNEVEN = 0.22
"""Spread (of the logarithm) of the areas of regions with equal weight."""
ANGLES = 9
"""Directions that are tried for a cut."""
MAX_CELLS = 200
"""More children than this are first divided into groups, so that work stays linear."""


@dataclass(frozen=True, slots=True)
class Region:
    """A node of the division tree; a region without children is a basic grid.

    Parameters
    ----------
    children
        The regions that it consists of.
    weight
        Its area relative to its siblings.
    urban
        Urban children lie together around the centre of their parent.
    """

    children: tuple[Region, ...] = ()
    weight: float = 1.0
    urban: bool = False


ViewAt = Callable[[float, float, float], View]
"""Tells how the surroundings (third argument, m) of a point of the plane will look."""


@dataclass(slots=True)
class Drawing:
    """What the layout of a tree gives: leaf faces in order and the parents of leaves."""

    mesh: Mesh
    view_at: ViewAt
    faces: list[Face]
    village_of_leaf: list[int]
    centres: list[tuple[float, float]]


def draw(
    root: Region, mesh: Mesh, face: Face, *, view_at: ViewAt, rng: np.random.Generator
) -> Drawing:
    """Divide a face as the tree says.

    Parameters
    ----------
    root
        The tree.
    mesh
        Holds the face; takes everything else.
    face
        The convex face of the root.
    view_at
        How faces will look after the bend.
    rng
        Source of all chance.

    Returns
    -------
    Drawing
        Faces of the leaves depth first; a "village" is a region that has leaves.

    Raises
    ------
    UnsplittableError
        If a face came out so small or thin that no cut divides it: draw again.
    """
    drawing = Drawing(mesh, view_at, [], [], [])
    _draw_region(root, face, drawing, rng)
    return drawing


def _draw_region(region: Region, face: Face, drawing: Drawing, rng: np.random.Generator) -> None:
    """Divide one region; the depth of the recursion is that of the tree."""
    if not region.children:
        drawing.village_of_leaf.append(0)
        drawing.faces.append(face)
        return
    if any(not child.children for child in region.children):
        drawing.centres.append(_centre(drawing.mesh, face, rng))
    village = len(drawing.centres) - 1
    size, x, y = measure(drawing.mesh.ring(face, View()))
    view = drawing.view_at(x, y, 0.35 * math.sqrt(size))
    parts = _divide(region.children, face, drawing.mesh, view, rng)
    for child, part in zip(region.children, parts, strict=True):
        _draw_region(child, part, drawing, rng)
        if not child.children:
            drawing.village_of_leaf[-1] = village


def _centre(mesh: Mesh, face: Face, rng: np.random.Generator) -> tuple[float, float]:
    """Choose where the houses of a village stand: near its middle, never at its border."""
    _, x, y = measure(mesh.ring(face, View()))
    px, py = mesh.points[face[int(rng.integers(len(face)))].start]
    pull = rng.uniform(0.0, 0.35)
    return x + pull * (px - x), y + pull * (py - y)


def _divide(
    children: Sequence[Region], face: Face, mesh: Mesh, view: View, rng: np.random.Generator
) -> list[Face]:
    weights = np.array([child.weight for child in children])
    weights = weights * np.exp(rng.normal(0.0, UNEVEN, len(weights)))
    if len(children) == 1:
        return [face]
    if len(children) > MAX_CELLS:
        return _divide_in_groups(children, weights, face=face, mesh=mesh, view=view, rng=rng)
    if not any(child.children for child in children):
        return list(_cut(mesh, face, view, weights, rng))
    urban = np.array([child.urban for child in children])
    areas = weights / weights.sum() * measure(mesh.ring(face, view)).area
    for _ in range(ATTEMPTS):
        sites = _sites(mesh.ring(face, view), areas, urban, rng)
        try:
            return split_cells(mesh, face, view, sites=sites, areas=areas, together=urban)
        except UnsplittableError:
            continue
    return list(_cut(mesh, face, view, weights, rng))


def _divide_in_groups(
    children: Sequence[Region],
    weights: NDArray[np.float64],
    *,
    face: Face,
    mesh: Mesh,
    view: View,
    rng: np.random.Generator,
) -> list[Face]:
    """Divide first into a few groups of neighbours, then each group."""
    bounds = np.linspace(0, len(children), math.isqrt(len(children)) + 1).astype(int).tolist()
    spans = list(pairwise(bounds))
    shares = np.array([weights[low:high].sum() for low, high in spans])
    groups = _cut(mesh, face, view, shares, rng)
    return [
        part
        for (low, high), group in zip(spans, groups, strict=True)
        for part in _divide(children[low:high], group, mesh, view, rng)
    ]


def _sites(
    ring: Ring,
    areas: NDArray[np.float64],
    urban: NDArray[np.bool_],
    rng: np.random.Generator,
) -> NDArray[np.float64]:
    """Scatter the first positions: urban ones in a disc about the centre, the rest outside it."""
    total, cx, cy = measure(ring)
    pull = rng.uniform(0.0, 0.25)
    px, py, _ = ring[int(rng.integers(len(ring)))]
    cx, cy = cx + pull * (px - cx), cy + pull * (py - cy)
    pool = _scatter(ring, 40 * len(areas) + 200, rng)
    core = float(areas[urban].sum()) / total
    # The urban ones start inside a small copy of the parent, the others outside a disc as large.
    town = np.array([cx, cy]) + math.sqrt(core) * (pool - (cx, cy))
    away = np.hypot(pool[:, 0] - cx, pool[:, 1] - cy)
    land = pool[away**2 > total * core / math.pi] if core < 0.6 else pool
    sites = np.empty((len(areas), 2))
    chosen = np.empty((0, 2))
    # The smallest urban regions are the oldest: they get the places next to the centre.
    for number in (*np.flatnonzero(urban)[np.argsort(areas[urban])], *np.flatnonzero(~urban)):
        options = town if urban[number] else land
        # Best of a few, not of all: even, but not a pattern.
        some = options[rng.integers(len(options), size=12)]
        distance = np.full(len(some), np.inf)
        if len(chosen):
            distance = np.hypot(*(some[:, None, :] - chosen[None, :, :]).T).min(axis=0)
        sites[number] = some[np.argmax(distance)]
        chosen = np.vstack([chosen, sites[number]])
    return sites


def _scatter(
    ring: Sequence[tuple[float, float, int]], count: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """Draw uniform points inside a convex polygon."""
    corners = np.array([(x, y) for x, y, _ in ring])
    apex, left, right = corners[0], corners[1:-1] - corners[0], corners[2:] - corners[0]
    sizes = np.maximum(left[:, 0] * right[:, 1] - left[:, 1] * right[:, 0], 0.0)
    pick = rng.choice(len(sizes), size=count, p=sizes / sizes.sum())
    u, v = rng.random(count), rng.random(count)
    over = u + v > 1
    u[over], v[over] = 1 - u[over], 1 - v[over]
    inside: NDArray[np.float64] = apex + u[:, None] * left[pick] + v[:, None] * right[pick]
    return inside


def _cut(
    mesh: Mesh, face: Face, view: View, weights: NDArray[np.float64], rng: np.random.Generator
) -> Iterator[Face]:
    """Cut a face into parts of the given weights by halving it again and again."""
    if len(weights) == 1:
        yield face
        return
    middle = len(weights) // 2
    if len(weights) % 2 and rng.random() < 0.5:
        middle += 1
    share = float(weights[:middle].sum() / weights.sum())
    for angle in _good_angles(mesh.ring(face, view), share, rng):
        try:
            first, second = halve(mesh, face, view, share=share, angle=angle)
        except UnsplittableError:
            continue
        yield from _cut(mesh, first, view, weights[:middle], rng)
        yield from _cut(mesh, second, view, weights[middle:], rng)
        return
    raise UnsplittableError


def _good_angles(ring: Ring, share: float, rng: np.random.Generator) -> list[float]:
    """Order some directions of a cut: those that leave compact parts and meet no corner first."""
    if not measure(ring).area > 0:
        raise UnsplittableError
    start = rng.uniform(0.0, math.pi)
    angles = [start + math.pi * (k + rng.uniform(0.0, 0.8)) / ANGLES for k in range(ANGLES)]
    scored = []
    for angle in angles:
        a, b = math.cos(angle), math.sin(angle)
        c = cut_at_share(ring, a, b, share)
        parts = clip(ring, a, b, c, 0), clip(ring, -a, -b, -c, 0)
        worst = min(_compactness(part) for part in parts)
        scored.append((worst * rng.uniform(0.85, 1.0), angle))
    return [angle for _, angle in sorted(scored, reverse=True)]


def _compactness(ring: Sequence[tuple[float, float, int]]) -> float:
    """Rate a polygon: 1 for a disc, less for long ones and those with very short edges."""
    if len(ring) < 3:
        return 0.0
    lengths = [
        math.hypot(x - px, y - py)
        for (x, y, _), (px, py, _) in zip(ring, (ring[-1], *ring[:-1]), strict=True)
    ]
    area, around = measure(list(ring)).area, sum(lengths)
    short = min(1.0, min(lengths) / (0.06 * around))
    return 4 * math.pi * area / (around * around) * (0.5 + 0.5 * short)
