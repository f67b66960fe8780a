"""An invented outline: a county that is nowhere, within a real box and of a real area.

The outline is a convex base curve on the plane, bent by :class:`gis.demo.land.wiggle.Bend`, then
stretched to its box. ``tile`` divides the convex base and bends the parts in the same way, so
that the concave county comes out in pieces that are whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import Polygon

from gis.core.errors import Invalid
from gis.core.geodesy import area_m2 as geodesic_area
from gis.core.geodesy import distance_m, metres_per_degree
from gis.core.lattice import canonical, to_degrees, to_lattice
from gis.demo.land.fringe import Fringe
from gis.demo.land.mesh import View
from gis.demo.land.wiggle import Bend, Chords, jog, make_bend

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bounds = tuple[float, float, float, float]

SIDES = 48
"""Sides of the convex base polygon."""
SPACING_M = 30.0
AREA_TOLERANCE = 5e-5
TRIES = 40


@dataclass(frozen=True, slots=True)
class Outline:
    """An outline and how it came about.

    Attributes
    ----------
    polygon
        The outline: SRID 4490, canonical, simple, counter-clockwise, without holes.
    fringe
        The convex base and the jogs along its sides.
    bend
        Takes the base plane to the bent plane.
    scale
        (x factor, x offset, y factor, y offset): takes the bent plane, in m, to degrees.
    metres
        How far one m of the bent plane is on the ground, eastwards and northwards.
    """

    polygon: Polygon
    fringe: Fringe
    bend: Bend
    scale: tuple[float, float, float, float]
    metres: tuple[float, float]

    def to_lattice(self, points: Floats) -> Ints:
        """Take points of the base plane to the lattice.

        Parameters
        ----------
        points
            Shape (n, 2), float64, m.

        Returns
        -------
        ndarray
            Shape (n, 2), int64, 1e-7 degrees, longitude first.
        """
        return _stretch(self.bend.apply(self.fringe.apply(points)), self.scale)

    def first_vertices(self) -> list[int]:
        """Give, for each side of the base, the number of its first corner in the polygon."""
        counts = [len(at) + 1 for at in self.fringe.at]
        return list(accumulate(counts[:-1], initial=0))

    def view_at(self, x: float, y: float, size: float) -> View:
        """Tell how the surroundings of a point of the base plane look on the map.

        Parameters
        ----------
        x, y
            The point, m.
        size
            Radius of the surroundings, m.

        Returns
        -------
        View
            The linear map that is nearest to the bend and the stretch, m to m.
        """
        around = np.array([[x - size, y], [x + size, y], [x, y - size], [x, y + size]])
        west, east, south, north = self.bend.apply(around) * self.metres
        (a, c), (b, d) = (east - west) / (2 * size), (north - south) / (2 * size)
        return View(float(a), float(b), float(c), float(d))


def shrink_bounds(bounds: Bounds, fraction: float) -> Bounds:
    """Give the box with the same middle and proportions and a fraction of the area.

    Parameters
    ----------
    bounds
        West, south, east, north in degrees.
    fraction
        0 < fraction <= 1.

    Returns
    -------
    tuple of float
        Canonical bounds; the same ones for the fraction 1.
    """
    west, south, east, north = bounds
    if fraction >= 1:
        return bounds
    keep = math.sqrt(fraction) / 2
    x, y, wide, high = (west + east) / 2, (south + north) / 2, east - west, north - south
    corners = (x - keep * wide, y - keep * high, x + keep * wide, y + keep * high)
    west, south, east, north = canonical(corners).tolist()
    return west, south, east, north


def make_outline(bounds: Bounds, area_m2: float, rng: np.random.Generator) -> Outline:
    """Invent an outline with exactly the given box and, within 0.01 %, the given area.

    Parameters
    ----------
    bounds
        West, south, east, north in degrees (SRID 4490), canonical.
    area_m2
        Geodesic area, m²; between about 35 % and 65 % of the box.
    rng
        Source of all chance; the same state gives the same outline.

    Returns
    -------
    Outline
        See there; ``outline.polygon`` is the outline itself.

    Raises
    ------
    Invalid
        If no outline of this area fills this box.
    """
    share = area_m2 / float(geodesic_area(np.array([shapely.box(*bounds)]))[0])
    if 0.3 < share < 0.72:
        for _ in range(TRIES):
            outline = _Sketch(bounds, area_m2, rng).fit()
            if outline is not None and outline.polygon.is_valid:
                return outline
    raise Invalid(
        f"no outline of {area_m2 / 1e6:.2f} km² was found that just fills the box {bounds}: "
        f"it would cover {share:.0%} of it, and 35 % to 65 % can be drawn",
        zh=f"无法在范围 {bounds} 内生成面积为 {area_m2 / 1e6:.2f} 平方千米的示意轮廓"
        f"(占范围的 {share:.0%},可生成 35% 至 65%)",
    )


class _Sketch:
    """One attempt: everything that chance decides, with one number left to fit the area."""

    def __init__(self, bounds: Bounds, area_m2: float, rng: np.random.Generator) -> None:
        self.bounds = bounds
        self.area_m2 = area_m2
        west, south, east, north = bounds
        middle = (south + north) / 2
        self.shape = distance_m([west, west], [middle, south], [east, west], [middle, north]) / 2
        angles = (np.arange(SIDES) + rng.uniform(-0.25, 0.25, SIDES)) * 2 * math.pi / SIDES
        self.circle = _rounded(angles, rng)
        sides = len(self.circle)
        self.lean = 1.0 if rng.random() < 0.5 else -1.0
        self.bend = make_bend(0.75 * math.sqrt(area_m2), rng)
        around = math.sqrt(area_m2) * 4.4
        start = self.circle * around / (2 * math.pi)
        end = np.roll(start, -1, axis=0)
        counts = np.maximum(6, np.hypot(*(end - start).T) / SPACING_M).astype(np.int64)
        flat = Chords(start, end, np.full((sides, 2, 2), 0.35), np.full(sides, 0.5))
        local = _local(jog(flat, counts, rng, step_m=5.0), start, end, counts)
        parts = np.split(local, np.cumsum(counts)[:-1])
        self.at = tuple(part[:, 0] for part in parts)
        self.jogs = tuple(part[:, 1] for part in parts)

    def fit(self) -> Outline | None:
        """Lean the base until the area is right; None if no lean does it."""
        low, high = 0.0, 0.85
        if not self._area(high) < self.area_m2 < self._area(low):
            return None
        for _ in range(60):
            middle = (low + high) / 2
            area = self._area(middle)
            if abs(area / self.area_m2 - 1) < AREA_TOLERANCE / 4:
                return self._outline(middle)
            low, high = (middle, high) if area > self.area_m2 else (low, middle)
        return None

    def _fringe(self, lean: float) -> Fringe:
        """Draw the base with a lean, as large as the area, and lay the jogs along it."""
        x, y = self.circle.T
        leaning = np.column_stack([x + self.lean * lean * y, y + self.lean * lean * x])
        corners = leaning * self.shape
        corners *= math.sqrt(self.area_m2 / _planar_area(corners))
        length = np.hypot(*(np.roll(corners, -1, axis=0) - corners).T)
        inward = tuple(h * side for h, side in zip(self.jogs, length, strict=True))
        return Fringe(corners, self.at, inward)

    def _bent(self, fringe: Fringe) -> Floats:
        """Give all vertices of the outline on the bent plane."""
        parts = []
        for side, corner in enumerate(fringe.corners):
            parts += [corner[None], fringe.straight(side)]
        return self.bend.apply(fringe.apply(np.vstack(parts)))

    def _scale(self, bent: Floats) -> tuple[float, float, float, float]:
        west, south, east, north = self.bounds
        (x0, y0), (x1, y1) = bent.min(axis=0), bent.max(axis=0)
        fx, fy = (east - west) / (x1 - x0), (north - south) / (y1 - y0)
        return float(fx), float(west - fx * x0), float(fy), float(south - fy * y0)

    def _area(self, lean: float) -> float:
        bent = self._bent(self._fringe(lean))
        return float(geodesic_area(np.array([_polygon(bent, self._scale(bent))]))[0])

    def _outline(self, lean: float) -> Outline:
        fringe = self._fringe(lean)
        bent = self._bent(fringe)
        scale = self._scale(bent)
        east, north = metres_per_degree((self.bounds[1] + self.bounds[3]) / 2)
        metres = (scale[0] * float(east), scale[2] * float(north))
        return Outline(_polygon(bent, scale), fringe, self.bend, scale, metres)


def _rounded(angles: Floats, rng: np.random.Generator) -> Floats:
    """Draw a convex curve between disc and diamond, not quite regular; shape (n, 2)."""
    power = rng.uniform(1.35, 1.75)
    cosine, sine = np.cos(angles), np.sin(angles)
    radius = (np.abs(cosine) ** power + np.abs(sine) ** power) ** (-1 / power)
    turn = rng.uniform(-0.3, 0.3)
    x, y = radius * cosine, radius * sine
    x = x * (1 + 0.15 * y * rng.uniform(-1, 1))
    turned = [x * math.cos(turn) - y * math.sin(turn), x * math.sin(turn) + y * math.cos(turn)]
    hull = shapely.convex_hull(shapely.MultiPoint(np.column_stack(turned)))
    convex: Floats = shapely.get_coordinates(shapely.orient_polygons(hull))[:-1]
    return convex


def _local(points: Floats, start: Floats, end: Floats, counts: Ints) -> Floats:
    """Express vertices by their chord: share along it and beside it; shape (n, 2)."""
    along = (end - start).repeat(counts, axis=0)
    rest = points - start.repeat(counts, axis=0)
    square = (along**2).sum(axis=1)
    t = (rest * along).sum(axis=1) / square
    h = (along[:, 0] * rest[:, 1] - along[:, 1] * rest[:, 0]) / square
    return np.column_stack([t, h])


def _stretch(bent: Floats, scale: tuple[float, float, float, float]) -> Ints:
    fx, ox, fy, oy = scale
    return to_lattice(bent * (fx, fy) + (ox, oy))


def _polygon(bent: Floats, scale: tuple[float, float, float, float]) -> Polygon:
    return Polygon(to_degrees(_stretch(bent, scale)))


def _planar_area(ring: Floats) -> float:
    x, y = ring.T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y) / 2)
