"""Neighbourhoods to edit: wiggly grids of some 550 m in two townships, and ways to judge them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import pairwise
from typing import Any

import numpy as np
import shapely

from gis.core.chain import chain_residual
from gis.core.editing import GridState, Neighbourhood, Rules, free_serials
from tests.cases.tilings import ORIGIN, wiggly

WEST, EAST = "411421102", "411421103"
"""Townships."""

SIZE = 60_000
"""Size of a grid, lattice units."""


def code(column: int, row: int, *, rows: int = 4) -> str:
    """Return the code of a grid of `neighbourhood`."""
    township = WEST if column < 2 else EAST
    return f"{township}200{column * rows + row + 1:03d}"


def neighbourhood(
    columns: int = 4, rows: int = 4, *, seed: int = 0, steps: int = 5
) -> Neighbourhood:
    """Return columns * rows grids; the first two columns are township WEST, the others EAST."""
    shapes = wiggly(columns, rows, seed=seed, steps=steps)
    places = [(column, row) for column in range(columns) for row in range(rows)]
    return Neighbourhood(
        GridState(code(c, r, rows=rows), "rural", code(c, r, rows=rows)[:12], shape, f"网格{c}{r}")
        for (c, r), shape in zip(places, shapes, strict=True)
    )


def with_shapes(
    shapes: Iterable[Any], kind: str = "rural", village: str = WEST + "200"
) -> Neighbourhood:
    """Return grids 001, 002 … of given shapes."""
    return Neighbourhood(
        GridState(f"{village}{i:03d}", kind, village, shape, f"G{i}")
        for i, shape in enumerate(shapes, 1)
    )


def at(column: float, row: float) -> list[float]:
    """Return a place on the board of `neighbourhood` as [lon, lat], canonical."""
    x, y = (ORIGIN + np.rint(np.array([column, row]) * SIZE)).tolist()
    return [x / 1e7, y / 1e7]


def rules(*scope: str, **sizes: float) -> Rules:
    """Return rules that give out serials from 500 on."""

    def free_codes(division_code: str, kind: str) -> Iterator[str]:
        low = {f"{division_code}{serial:03d}" for serial in range(500)}
        return free_serials(division_code, kind, low)

    return Rules(free_codes=free_codes, scope=frozenset(scope), **sizes)


def whole(hood: Iterable[GridState], township: str = "") -> list[Any]:
    """Return the shapes of the basic grids of a township."""
    return [g.geometry for g in hood if g.layer == "basic" and g.township.startswith(township)]


def tiles_alike(before: Neighbourhood, after: Neighbourhood, township: str = "") -> bool:
    """Tell whether both have the same signed chain, in a township or all together."""
    old, new = whole(before, township), whole(after, township)
    return bool(shapely.is_valid(new).all()) and len(chain_residual(new, outline=old)) == 0


def twice_area(shapes: Iterable[Any]) -> int:
    """Return twice the area of polygons in square lattice units, exactly, in Python integers."""
    total = 0
    for ring in shapely.get_rings(shapely.get_parts(list(shapes))):
        xy = np.rint(shapely.get_coordinates(ring) * 1e7).astype(np.int64).tolist()
        total += sum(a[0] * b[1] - b[0] * a[1] for a, b in pairwise(xy))
    return total


def covers_exactly(geometry: Any, x: int, y: int) -> bool:
    """Tell with whole numbers whether a polygon in degrees covers a lattice point."""
    odd = False
    for ring in shapely.get_rings(shapely.get_parts(geometry)):
        xy = np.rint(shapely.get_coordinates(ring) * 1e7).astype(np.int64).tolist()
        for (ax, ay), (bx, by) in pairwise(xy):
            side = (bx - ax) * (y - ay) - (by - ay) * (x - ax)
            within = min(ax, bx) <= x <= max(ax, bx) and min(ay, by) <= y <= max(ay, by)
            if side == 0 and within:
                return True
            if (ay <= y) != (by <= y) and (side > 0) == (by > ay):
                odd = not odd
    return odd


def owner_exactly(hood: Iterable[GridState], x: int, y: int, layer: str = "basic") -> str | None:
    """Return the grid of a lattice point: of those that cover it the lowest code."""
    codes = [g.code for g in hood if g.layer == layer and covers_exactly(g.geometry, x, y)]
    return min(codes, default=None)
