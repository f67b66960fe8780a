"""Grids and points to measure with: a schematic county, and a province of its copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.lattice import canonical, to_lattice
from gis.core.locator import Layer, LayerChange
from gis.demo.land.outline import make_outline
from gis.demo.land.tiling import tile
from gis.demo.plan import demo_totals, plan_divisions, plan_grids, region_tree
from gis.profiles import load_profile
from gis.settings import Settings

KINDS = ("uniform", "clustered", "border 1 %", "border 10 %", "border 50 %")
BORDER_M = 10.0
METRES = 111_000.0
PLACES = 2_000
SPREAD_M = 300.0
POOL = 400_000
ACROSS = 11  # copies of the county side by side: 121 make 419 k grids

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Tiling:
    """Grids, and pools of points in the first copy of them."""

    grids: NDArray[Any]
    pools: dict[str, Floats]
    shifts: Floats

    def points(self, kind: str, count: int) -> tuple[Floats, Floats]:
        """Draw points, in no order."""
        rng = np.random.default_rng([20261121, KINDS.index(kind)])
        if kind.startswith("border"):
            near = rng.random(count) < float(kind.split()[1]) / 100
            chosen = np.where(
                near[:, None],
                self.pools["near"][rng.integers(0, len(self.pools["near"]), count)],
                self.pools["far"][rng.integers(0, len(self.pools["far"]), count)],
            )
        elif kind == "clustered":
            centres = self.pools["far"][:PLACES]
            chosen = centres[rng.integers(0, PLACES, count)]
            chosen += rng.normal(0, SPREAD_M / METRES, chosen.shape)
        else:
            box = self.pools["box"]
            chosen = rng.uniform(box[0], box[1], (count, 2))
        chosen += self.shifts[rng.integers(0, len(self.shifts), count)]
        return np.ascontiguousarray(chosen[:, 0]), np.ascontiguousarray(chosen[:, 1])


def county() -> Tiling:
    """Draw the basic grids of the Minquan profile, and points in them."""
    profile = load_profile("minquan", Settings().profiles_dir)
    divisions = plan_divisions(profile)
    planned = plan_grids(profile, divisions, demo_totals(profile).fraction)
    rng = np.random.default_rng(3)
    outline = make_outline(profile.bounds, profile.area_km2 * 1e6, rng)
    grids = tile(region_tree(divisions, planned), outline, rng).polygons
    box = shapely.total_bounds(grids).reshape(2, 2)
    return Tiling(grids, {**_pools(grids, box), "box": box}, np.zeros((1, 2)))


def _pools(grids: NDArray[Any], box: Floats) -> dict[str, Floats]:
    """Draw points near borders, and points inside that are not near any."""
    rng = np.random.default_rng(4)
    rings, ring_of = shapely.get_coordinates(shapely.get_rings(grids), return_index=True)
    edges = np.flatnonzero(ring_of[1:] == ring_of[:-1])
    edge = rng.choice(edges, POOL)
    on = rings[edge] + (rings[edge + 1] - rings[edge]) * rng.random((POOL, 1))
    angle, far = rng.uniform(0, 2 * np.pi, POOL), BORDER_M * np.sqrt(rng.random(POOL)) / METRES
    near = on + far[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    anywhere = rng.uniform(box[0], box[1], (3 * POOL, 2))
    points = shapely.points(anywhere)
    tree = shapely.STRtree(grids)
    inside = np.unique(tree.query(points, predicate="intersects")[0])
    lines = shapely.STRtree(shapely.boundary(grids))
    by_border = lines.query(points[inside], predicate="dwithin", distance=1.3 * BORDER_M / METRES)
    return {"near": near, "far": np.delete(anywhere[inside], np.unique(by_border[0]), axis=0)}


def province(of: Tiling) -> Tiling:
    """Set copies side by side, shifted by whole lattice units."""
    units = to_lattice(of.pools["box"])
    step = units[1] - units[0] + 1000
    at = np.stack(np.meshgrid(np.arange(ACROSS), np.arange(ACROSS), indexing="ij"), -1)
    shifts = (at.reshape(-1, 2) * step) / 1e7
    copies = [shapely.transform(of.grids, lambda xy, s=s: canonical(xy + s)) for s in shifts]
    return Tiling(np.concatenate(copies), of.pools, shifts)


def merge(codes: list[str], merged: Any) -> LayerChange:
    """Let one grid take the place of two neighbours or of any two."""
    polygons = np.array([merged, None], dtype=object)[:1]
    return LayerChange(Layer([f"{codes[0]}x"], np.array([1]), polygons), codes)
