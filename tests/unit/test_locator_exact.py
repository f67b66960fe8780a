"""The locator against exact fractions and against GEOS, on random small tilings."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from gis.core.lattice import lattice_geometry
from gis.core.locator import Layer, Locator
from tests.cases.patchworks import patchworks
from tests.cases.tilings import ORIGIN

Points = NDArray[np.int64]


def covered_exactly(polygon: Any, x: int, y: int) -> bool:
    """Decide with fractions, by where each edge crosses the point's parallel."""
    odd = False
    for ring in shapely.get_rings(shapely.get_parts(polygon)):
        xy = [(int(a), int(b)) for a, b in shapely.get_coordinates(ring)]
        for (ax, ay), (bx, by) in pairwise(xy):
            if ay == by:
                if y == ay and min(ax, bx) <= x <= max(ax, bx):
                    return True
                continue
            if not min(ay, by) <= y <= max(ay, by):
                continue
            crossing = ax + Fraction((y - ay) * (bx - ax), by - ay)
            if crossing == x:
                return True
            if (ay <= y) != (by <= y) and crossing > x:
                odd = not odd
    return odd


def interesting(grids: NDArray[Any], locator: Locator) -> Points:
    """Return vertices, middles of edges, corners of cells, and the points beside them."""
    vertices = shapely.get_coordinates(lattice_geometry(grids)).astype(np.int64)
    low, high = vertices.min(axis=0), vertices.max(axis=0)
    # The corners of cells are delicate places.
    index = locator.index
    corner, shift = np.array([index.west, index.south]), np.array([index.shift_x, index.shift_y])
    first = (low - corner) >> shift
    cells = np.stack(np.meshgrid(*(np.arange(0, n + 2) for n in (high - low) >> shift)), -1)
    corners = corner + ((first + cells.reshape(-1, 2)[:400]) << shift)
    points = np.concatenate([vertices, (vertices[:-1] + vertices[1:]) // 2, corners])
    steps = np.array([(0, 0), (1, 0), (-1, 0), (0, 1), (0, -1)])
    return np.unique((points[:, None, :] + steps).reshape(-1, 2), axis=0)


@st.composite
def layers(draw: st.DrawFn) -> tuple[Layer, Layer]:
    """Draw a tiling, and grids that lie over it anyhow; codes in any order."""
    grids, _ = draw(patchworks())
    over, _ = draw(patchworks())
    return tuple(  # type: ignore[return-value]
        Layer(draw(st.permutations([f"{i:02d}" for i in range(len(g))])), np.arange(len(g)), g)
        for g in (grids, over)
    )


def lowest(layer: Layer, points: Points, covers: NDArray[np.bool_]) -> list[int]:
    by_code = sorted(range(len(layer.codes)), key=lambda i: layer.codes[i])
    return [next((i for i in by_code if covers[k, i]), -1) for k in range(len(points))]


@settings(max_examples=60, deadline=None)
@given(layers(), st.randoms(use_true_random=False))
def test_agrees_with_fractions(drawn: tuple[Layer, Layer], random: Any) -> None:
    locator = Locator.build(*drawn, 1)
    points = interesting(drawn[0].polygons, locator)
    points = points[random.sample(range(len(points)), min(60, len(points)))]
    located = locator.locate_lattice(points[:, 0], points[:, 1])
    for layer, answer in zip(drawn, (located.basic, located.exclusive), strict=True):
        shape = lattice_geometry(layer.polygons)
        covers = np.array([[covered_exactly(g, int(x), int(y)) for g in shape] for x, y in points])
        assert answer.tolist() == lowest(layer, points, covers)


@settings(max_examples=150, deadline=None)
@given(layers())
def test_agrees_with_geos(drawn: tuple[Layer, Layer]) -> None:
    locator = Locator.build(*drawn, 1)
    points = interesting(drawn[0].polygons, locator)
    located = locator.locate_lattice(points[:, 0], points[:, 1])
    for layer, answer in zip(drawn, (located.basic, located.exclusive), strict=True):
        shape = lattice_geometry(layer.polygons)
        covers = shapely.covers(shape[None, :], shapely.points(points.astype(float))[:, None])
        assert answer.tolist() == lowest(layer, points, covers)


@settings(max_examples=60, deadline=None)
@given(patchworks())
def test_in_a_tiling_every_point_of_the_outline_has_exactly_one_grid(
    tiling: tuple[NDArray[Any], NDArray[Any]],
) -> None:
    grids, cells = tiling
    layer = Layer([f"{i}" for i in range(len(grids))], np.arange(len(grids)), grids)
    nothing = Layer([], np.zeros(0, dtype=np.int64), np.zeros(0, dtype=object))
    locator = Locator.build(layer, nothing, 1)
    points = interesting(grids, locator)
    located = locator.locate_lattice(points[:, 0], points[:, 1])
    outline = lattice_geometry(shapely.coverage_union_all(cells)).item()
    inside = shapely.covers(outline, shapely.points(points.astype(float)))
    assert ((located.basic >= 0) == inside).all()
    assert (points.min(axis=0) >= ORIGIN - 1000).all()
