"""One point and the borders around it: how far they are, for an answer within microseconds.

The distances are those of `gis.core.cells.nearness`, edge by edge in one compiled loop.
"""

# ruff: noqa: PLR0917  compiled functions take arrays one by one, and by position

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.core.compiled import compiled
from gis.core.geodesy import metres_per_degree
from gis.core.lattice import UNITS_PER_DEGREE
from gis.core.locator import NO_GRID, Locator, Near

_FAR = 1e300


@dataclass(frozen=True, slots=True)
class Measured:
    """The grids of a point by their ids (`NO_GRID` for none), and what lies around it.

    Attributes
    ----------
    edge_distance_m
        Distance to the border of the responsible grid, m.
    near
        The other grids within the distance asked for, nearest first.
    """

    basic: int
    exclusive: int
    edge_distance_m: float
    near: list[Near]

    @property
    def home(self) -> int:
        """The basic grid, else the exclusive one: whose divisions a point belongs to."""
        return self.basic if self.basic != NO_GRID else self.exclusive

    @property
    def grid_ids(self) -> list[int]:
        """All grids that are mentioned."""
        own = [number for number in (self.basic, self.exclusive) if number != NO_GRID]
        return [*own, *(grid.grid_id for grid in self.near)]


def measure_point(
    locator: Locator,
    lon: float,
    lat: float,
    tolerance_m: float,
    seen: Set[int] | None = None,
) -> Measured | None:
    """Find the grids of a point, the distance to their border, and the other grids near it.

    Parameters
    ----------
    locator
        Exact around the point; its basic grids do not overlap (promise 2).
    lon, lat
        Canonical CGCS2000 degrees.
    tolerance_m
        How far away, in metres, another grid counts as near.
    seen
        Ids of the grids that may be spoken of, as if there were no others; None for all.

    Returns
    -------
    Measured or None
        None where no grid covers the point.
    """
    located = locator.locate(np.array([lon]), np.array([lat]))
    basic, exclusive = int(located.basic[0]), int(located.exclusive[0])
    if seen is not None:
        basic = basic if int(located.basic_ids[0]) in seen else -1
        exclusive = exclusive if int(located.exclusive_ids[0]) in seen else -1
    if basic < 0 and exclusive < 0:
        return None
    basics, place = len(locator.basic.codes), _Place.of(locator, lon, lat)
    own_basic = place.distance_m(basic) if basic >= 0 else 0.0
    edge = place.distance_m(basics + exclusive) if exclusive >= 0 else own_basic
    # Other basic grids begin at the border of the own one; only exclusive grids lie inside it.
    reach = 1.01 * tolerance_m + 0.01
    alone = own_basic > reach and not place.meets_box(basics, basics + exclusive, reach)
    return Measured(
        int(locator.basic.grid_ids[basic]) if basic >= 0 else NO_GRID,
        int(locator.exclusive.grid_ids[exclusive]) if exclusive >= 0 else NO_GRID,
        edge,
        [] if alone else _seen(locator.near(lon, lat, tolerance_m), seen),
    )


def _seen(near: list[Near], seen: Set[int] | None) -> list[Near]:
    return near if seen is None else [grid for grid in near if grid.grid_id in seen]


@dataclass(frozen=True, slots=True)
class _Place:
    """A point among the borders of a locator."""

    locator: Locator
    x: int
    y: int
    metres_x: float
    metres_y: float

    @classmethod
    def of(cls, locator: Locator, lon: float, lat: float) -> _Place:
        east, north = metres_per_degree(lat)
        index = locator.index
        return cls(
            locator,
            round(lon * UNITS_PER_DEGREE) - index.west,
            round(lat * UNITS_PER_DEGREE) - index.south,
            float(east) / UNITS_PER_DEGREE,
            float(north) / UNITS_PER_DEGREE,
        )

    def distance_m(self, number: int) -> float:
        borders = self.locator.outlines
        first, last = borders.grid_ring[number].tolist()
        return float(
            _distance(
                borders.vertices, borders.ring_start, first, last,
                self.x, self.y, self.metres_x, self.metres_y,
            )
        )  # fmt: skip

    def meets_box(self, first: int, but: int, reach_m: float) -> bool:
        """Say whether the box of a grid from a number on, but for one, comes within a distance."""
        return bool(
            _meets_box(
                self.locator.outlines.boxes, first, but,
                self.x, self.y, reach_m / self.metres_x, reach_m / self.metres_y,
            )
        )  # fmt: skip


@compiled
def _distance(
    vertices: NDArray[np.int32],
    ring_start: NDArray[np.int32],
    first: int,
    last: int,
    x: int,
    y: int,
    metres_x: float,
    metres_y: float,
) -> float:
    """Return the distance to the nearest edge of some rings, in the plane that touches a point."""
    nearest = _FAR
    for ring in range(first, last):
        for i in range(ring_start[ring], ring_start[ring + 1] - 1):
            ax, ay = (vertices[i, 0] - x) * metres_x, (vertices[i, 1] - y) * metres_y
            along_x = (vertices[i + 1, 0] - vertices[i, 0]) * metres_x
            along_y = (vertices[i + 1, 1] - vertices[i, 1]) * metres_y
            share = -(ax * along_x + ay * along_y) / (along_x * along_x + along_y * along_y)
            share = min(max(share, 0.0), 1.0)
            dx, dy = ax + share * along_x, ay + share * along_y
            nearest = min(nearest, dx * dx + dy * dy)
    return np.sqrt(nearest)  # type: ignore[no-any-return]


@compiled
def _meets_box(
    boxes: NDArray[np.int32],
    first: int,
    but: int,
    x: int,
    y: int,
    reach_x: float,
    reach_y: float,
) -> bool:
    for number in range(first, len(boxes)):
        if (
            number != but
            and boxes[number, 0] <= x + reach_x
            and boxes[number, 2] >= x - reach_x
            and boxes[number, 1] <= y + reach_y
            and boxes[number, 3] >= y - reach_y
        ):
            return True
    return False
