"""Convex polygons on the plane: clipping, balanced cuts and weighted Voronoi cells.

A polygon is a list of ``(x, y, label)`` corners, counter-clockwise; the label belongs to the
edge that *starts* at the corner. Labels survive clipping, so that afterwards two cells agree on
a shared corner by its labels and never by comparing floating-point coordinates.

Plain Python lists: the polygons have four to thirty corners, where NumPy's cost per call would
be most of the work.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Corner = tuple[float, float, int]
Ring = list[Corner]

PULL = 0.06
ROUNDS = 30
"""Rounds of relaxation: enough for areas within some ten per cent of what was asked."""


class Measure(NamedTuple):
    """Area and centroid of a polygon."""

    area: float
    x: float
    y: float


def measure(ring: Ring) -> Measure:
    """Give the area and the centroid of a polygon.

    Parameters
    ----------
    ring
        Corners, counter-clockwise, in m.

    Returns
    -------
    Measure
        Area in m² and the centroid; an empty ring has area 0.
    """
    if len(ring) < 3:
        return Measure(0.0, math.nan, math.nan)
    x0, y0, _ = ring[0]
    twice = sx = sy = 0.0
    px, py = ring[1][0] - x0, ring[1][1] - y0
    for x, y, _ in ring[2:]:
        qx, qy = x - x0, y - y0
        cross = px * qy - qx * py
        twice += cross
        sx += (px + qx) * cross
        sy += (py + qy) * cross
        px, py = qx, qy
    if twice <= 0:
        return Measure(0.0, x0, y0)
    return Measure(twice / 2, x0 + sx / (3 * twice), y0 + sy / (3 * twice))


def clip(ring: Ring, a: float, b: float, c: float, label: int) -> Ring:
    """Keep the part of a convex polygon where ``a·x + b·y <= c``.

    Parameters
    ----------
    ring
        Convex polygon.
    a, b, c
        The half plane.
    label
        Label of the edge that the cut makes.

    Returns
    -------
    Ring
        What is left; empty if nothing is.
    """
    sides = [a * x + b * y - c for x, y, _ in ring]
    if max(sides) <= 0:
        return ring
    out: Ring = []
    before = len(ring) - 1
    for i, (x, y, mark) in enumerate(ring):
        if (sides[before] <= 0) != (sides[i] <= 0):
            px, py, pmark = ring[before]
            t = sides[before] / (sides[before] - sides[i])
            entering = sides[i] <= 0
            out.append((px + t * (x - px), py + t * (y - py), pmark if entering else label))
        if sides[i] <= 0:
            out.append((x, y, mark))
        before = i
    return out if len(out) >= 3 else []


def cut_at_share(ring: Ring, a: float, b: float, share: float) -> float:
    """Find ``c`` so that the part with ``a·x + b·y <= c`` has the given share of the area.

    Parameters
    ----------
    ring
        Convex polygon.
    a, b
        Unit normal of the cut.
    share
        Between 0 and 1.

    Returns
    -------
    float
        The offset, exact to 0.1 % of the area.
    """
    heights = [a * x + b * y for x, y, _ in ring]
    low, high = min(heights), max(heights)
    total = measure(ring).area
    f_low, f_high = -share, 1.0 - share
    c = low + share * (high - low)
    for _ in range(30):
        f = measure(clip(ring, a, b, c, 0)).area / total - share
        if abs(f) < 1e-3:
            break
        if f < 0:
            low, f_low = c, f
        else:
            high, f_high = c, f
        secant = low - f_low * (high - low) / (f_high - f_low)
        c = 0.5 * secant + 0.25 * (low + high)
    return c


def power_cells(
    outer: Ring, sites: NDArray[np.float64], weights: NDArray[np.float64]
) -> list[Ring]:
    """Divide a convex polygon into the weighted Voronoi cells (power cells) of its sites.

    Parameters
    ----------
    outer
        Convex polygon; its labels should be negative.
    sites
        Shape (n, 2), float64, m.
    weights
        Shape (n,), float64, m²: a site with more weight gets a larger cell.

    Returns
    -------
    list of Ring
        One convex cell a site, empty where the weights leave it none. The edge between the
        cells *i* and *j* carries the label *j* in *i* and *i* in *j*.
    """
    gap = sites[:, None, :] - sites[None, :, :]
    squared = np.einsum("ijk,ijk->ij", gap, gap)
    order = np.argsort(squared, axis=1, kind="stable")[:, 1:].tolist()
    d2, w = squared.tolist(), weights.tolist()
    heaviest = max(w)
    points = sites.tolist()
    cells = []
    for i, (x, y) in enumerate(points):
        cell = outer
        reach = max((cx - x) ** 2 + (cy - y) ** 2 for cx, cy, _ in cell)
        for j in order[i]:
            # A border lies (d² + w_i − w_j) / 2d from the site; beyond `reach` it cuts nothing.
            span = d2[i][j] + w[i] - heaviest
            if span > 0 and span * span > 4 * d2[i][j] * reach:
                break
            jx, jy = points[j]
            level = (jx * jx + jy * jy - x * x - y * y + w[i] - w[j]) / 2
            smaller = clip(cell, jx - x, jy - y, level, j)
            if smaller is cell:
                continue
            cell = smaller
            if not cell:
                break
            reach = max((cx - x) ** 2 + (cy - y) ** 2 for cx, cy, _ in cell)
        cells.append(cell)
    return cells


def relaxed_cells(
    outer: Ring,
    sites: NDArray[np.float64],
    areas: NDArray[np.float64],
    *,
    together: NDArray[np.bool_],
) -> list[Ring]:
    """Move sites and weights until the cells are compact and about as large as asked.

    Parameters
    ----------
    outer
        Convex polygon; its labels should be negative.
    sites
        Shape (n, 2), float64, m: where to start; each cell stays around its site.
    areas
        Shape (n,), float64, m²: what each cell should get.
    together
        Shape (n,), bool: the cells that are to stay beside one another.

    Returns
    -------
    list of Ring
        One cell a site, none of them empty.

    Notes
    -----
    After A. Nocaj and U. Brandes, "Computing Voronoi Treemaps", Computer Graphics Forum 31 (3),
    2012: sites move to the centroids, weights follow the error of the area and are kept small
    enough for each site to stay inside its own cell.
    """
    sites = sites.copy()
    weights = _bounded(sites, areas / math.pi)
    for turn in range(ROUNDS):
        cells = power_cells(outer, sites, weights)
        found = np.array([measure(cell) for cell in cells])
        alive = found[:, 0] > 0
        if turn < ROUNDS * 2 // 3:
            sites[alive] += 0.7 * (found[alive, 1:] - sites[alive])
            if together.any() and not together.all():
                sites[together] += PULL * (sites[together].mean(axis=0) - sites[together])
        weights = _bounded(sites, weights + 0.8 * (areas - found[:, 0]) / _growth(cells, sites))
    cells = power_cells(outer, sites, weights)
    if all(cells):
        return cells
    return power_cells(outer, sites, np.zeros(len(sites)))


def _growth(cells: list[Ring], sites: NDArray[np.float64]) -> NDArray[np.float64]:
    """Tell how fast the area of each cell grows with its weight: length / 2d for each border."""
    points = sites.tolist()
    rates = np.empty(len(cells))
    for i, cell in enumerate(cells):
        x, y = points[i]
        rate = 0.0
        for k, (cx, cy, j) in enumerate(cell):
            if j >= 0:
                nx, ny, _ = cell[(k + 1) % len(cell)]
                apart = math.hypot(points[j][0] - x, points[j][1] - y)
                rate += math.hypot(nx - cx, ny - cy) / (2 * apart)
        rates[i] = min(max(rate, 0.3), 6.0)
    return rates


def _bounded(sites: NDArray[np.float64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cap the weights so that no site falls into the cell of another."""
    gap = sites[:, None, :] - sites[None, :, :]
    squared = np.einsum("ijk,ijk->ij", gap, gap)
    np.fill_diagonal(squared, np.inf)
    lightest_first = np.argsort(weights, kind="stable")
    capped: NDArray[np.float64] = weights - weights.min()
    for i in lightest_first:
        capped[i] = min(capped[i], (capped + 0.8 * squared[i]).min())
    return capped
