"""Exclusive grids for the demo: schools, hospitals, parks and markets over the basic grids."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely import Polygon

from gis.core.chain import signed_chain
from gis.core.errors import Invalid
from gis.core.geodesy import area_m2, metres_per_degree
from gis.core.lattice import canonical, to_degrees
from gis.demo.land.shapes import ACROSS_M, OTHER_ACROSS_M, draw_plot
from gis.demo.land.tiling import Tiling

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

KINDS = ("school", "hospital", "park", "market")
CROSSING = 0.34
"""Share of exclusive grids that are laid across a border of basic grids."""
CENTRAL = 0.7
"""Share that stands near the centre of its village."""
SMALLEST_M = 55.0
WIDEST = 1.6
"""A plot is at most this wide in units of the (root of the area of the) grid it is laid on."""
TRIES = 400
CELL_DEGREES = 0.01


@dataclass(frozen=True, slots=True)
class Exclusives:
    """Exclusive grids and who owns them; all arrays have shape (n,).

    Attributes
    ----------
    polygons
        Object: shapely polygons, SRID 4490, canonical, valid, counter-clockwise; disjoint from
        one another and from every border of a township.
    kinds
        Object: what each is, one of the kinds asked for.
    township
        Int64: the township that each lies in.
    village
        Int64: the village that each lies in, -1 where it lies in more than one and belongs to
        the township.
    crossing
        Bool: it crosses a border of basic grids.
    """

    polygons: NDArray[np.object_]
    kinds: NDArray[np.object_]
    township: Ints
    village: Ints
    crossing: NDArray[np.bool_]


def lay_exclusive(
    tiling: Tiling,
    township_of_leaf: ArrayLike,
    village_of_leaf: ArrayLike,
    *,
    count: int,
    rng: np.random.Generator,
    kinds: Sequence[str] = KINDS,
) -> Exclusives:
    """Lay exclusive grids over the basic grids.

    Parameters
    ----------
    tiling
        The basic grids.
    township_of_leaf, village_of_leaf
        Shape (n,), integer: the owner of each basic grid.
    count
        How many to lay.
    rng
        Source of all chance.
    kinds
        What they may be; parks are rounded and large, others rectangular.

    Returns
    -------
    Exclusives
        About a third cross a border of basic grids; most stand near the centres of villages,
        more of them where grids are small (in towns).

    Raises
    ------
    Invalid
        If there is no room for so many.
    """
    ground = _Ground(tiling, np.asarray(township_of_leaf), np.asarray(village_of_leaf))
    placed = [ground.place(str(rng.choice(kinds)), rng) for _ in range(count)]
    polygons = np.empty(count, dtype=object)
    names = np.empty(count, dtype=object)
    for k, plot in enumerate(placed):
        polygons[k], names[k] = plot.polygon, plot.kind
    return Exclusives(
        polygons=polygons,
        kinds=names,
        township=np.array([plot.township for plot in placed], dtype=np.int64),
        village=np.array([plot.village for plot in placed], dtype=np.int64),
        crossing=np.array([plot.crossing for plot in placed], dtype=bool),
    )


@dataclass(frozen=True, slots=True)
class _Plot:
    polygon: Polygon
    kind: str
    township: int
    village: int
    crossing: bool


class _Ground:
    """The basic grids with what is needed to tell whether a plot may stand somewhere."""

    def __init__(self, tiling: Tiling, township: Ints, village: Ints) -> None:
        self.tiling = tiling
        self.township, self.village = township, village
        self.leaves = shapely.STRtree(tiling.polygons)
        self.borders = shapely.STRtree(_borders_of(tiling.polygons, township))
        areas = area_m2(tiling.polygons)
        self.size_m = np.sqrt(areas)
        self.chance = np.cumsum(1 / areas) / np.sum(1 / areas)
        self.taken: dict[tuple[int, int], list[Polygon]] = defaultdict(list)

    def place(self, kind: str, rng: np.random.Generator) -> _Plot:
        """Find a place for one plot, the smaller the longer it takes.

        Raises
        ------
        Invalid
            There is no room left.
        """
        crossing = bool(rng.random() < CROSSING)
        least, most = ACROSS_M.get(kind, OTHER_ACROSS_M)
        wanted = rng.uniform(least, most)
        for turn in range(TRIES):
            leaf = min(int(np.searchsorted(self.chance, rng.random())), len(self.township) - 1)
            across = min(wanted * 0.97**turn, WIDEST * float(self.size_m[leaf]))
            across = max(SMALLEST_M, across)
            polygon = self._draw(kind, across, self._spot(leaf, crossing, rng), rng)
            plot = self._judge(polygon, kind)
            if plot is not None and (plot.crossing == crossing or turn > TRIES // 2):
                for cell in _cells(polygon):
                    self.taken[cell].append(polygon)
                return plot
        raise Invalid(
            "there is no room for so many exclusive grids: lower their number in the profile",
            zh="没有足够空间放置这么多专属网格:请在配置中减少其数量",
        )

    def _spot(self, leaf: int, crossing: bool, rng: np.random.Generator) -> Floats:
        """Choose where to stand, in degrees: near the centre of the village or in the grid."""
        shell = shapely.get_coordinates(self.tiling.polygons[leaf])
        if rng.random() < CENTRAL:
            spot: Floats = self.tiling.centres[self.tiling.village_of_leaf[leaf]]
        else:
            spot = shell[:-1].mean(axis=0)
        metres = np.array(metres_per_degree(spot[1]))
        spot = spot + rng.normal(0.0, 0.35 * self.size_m[leaf], 2) / metres
        if not crossing:
            return spot
        away = (((shell - spot) * metres) ** 2).sum(axis=1)
        nearest: Floats = shell[np.argmin(away)]
        return nearest

    def _draw(self, kind: str, across: float, spot: Floats, rng: np.random.Generator) -> Polygon:
        ring = draw_plot(kind, across, rng) / np.array(metres_per_degree(spot[1]))
        return Polygon(canonical(ring + spot))

    def _judge(self, polygon: Polygon, kind: str) -> _Plot | None:
        """Tell whose the plot would be; None where it may not stand."""
        if not polygon.is_valid or not polygon.exterior.is_ccw:
            return None
        if len(self.borders.query(polygon, predicate="intersects")):
            return None
        leaves = self.leaves.query(polygon, predicate="intersects")
        if len(leaves) == 0 or self._collides(polygon):
            return None
        villages = np.unique(self.village[leaves])
        village = int(villages[0]) if len(villages) == 1 else -1
        return _Plot(polygon, kind, int(self.township[leaves[0]]), village, len(leaves) > 1)

    def _collides(self, polygon: Polygon) -> bool:
        near = [other for cell in _cells(polygon) for other in self.taken.get(cell, ())]
        return bool(near) and bool(np.any(shapely.intersects(polygon, near)))


def _cells(polygon: Polygon) -> list[tuple[int, int]]:
    west, south, east, north = (int(v // CELL_DEGREES) for v in polygon.bounds)
    return [(x, y) for x in range(west, east + 1) for y in range(south, north + 1)]


def _borders_of(polygons: NDArray[np.object_], township: Ints) -> NDArray[np.object_]:
    """Give the segments between two townships and on the outline, as lines."""
    chains = [signed_chain(polygons[township == one]) for one in np.unique(township)]
    segments = np.concatenate([chain.coordinates() for chain in chains])
    return np.asarray(shapely.linestrings(to_degrees(np.unique(segments, axis=0))), dtype=object)
