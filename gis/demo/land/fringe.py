"""The jogs of the outline, carried into the land beside it.

The division is drawn inside a convex polygon with straight sides. If only the outline were
jogged afterwards, it would run into borders that meet it at a small angle. So the land moves
along: fully at the outline, less and less further in, not at all beyond a depth that is several
times the largest jog, which keeps the map one-to-one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LEAST_DEPTH_M = 150.0
JOGS_DEEP = 4.0
"""The depth in units of the largest jog; more than 1 for the map to be one-to-one."""


@dataclass(frozen=True, slots=True)
class Fringe:
    """Jogs along the sides of a convex polygon.

    Attributes
    ----------
    corners
        Shape (n, 2), float64, m, counter-clockwise.
    at
        For each side the positions of its inner vertices, ascending, 0 < t < 1.
    inward
        For each side how far (m) each of these vertices lies inside the straight side; negative
        outside.
    """

    corners: Floats
    at: tuple[Floats, ...]
    inward: tuple[Floats, ...]

    @property
    def depth(self) -> float:
        """How far the jogs reach into the land, m."""
        largest = max(float(np.abs(jogs).max()) for jogs in self.inward)
        return max(LEAST_DEPTH_M, JOGS_DEEP * largest)

    def straight(self, side: int) -> Floats:
        """Give the inner vertices of a side before they are moved, shape (k, 2), m."""
        start, end = self.corners[side], self.corners[(side + 1) % len(self.corners)]
        line: Floats = start + self.at[side][:, None] * (end - start)
        return line

    def apply(self, points: Floats) -> Floats:
        """Move points of the polygon with the outline.

        Parameters
        ----------
        points
            Shape (n, 2), float64, m; inside the polygon or on it.

        Returns
        -------
        ndarray
            Shape (n, 2), float64, m.
        """
        moved = points.copy()
        ends = np.roll(self.corners, -1, axis=0)
        depth = self.depth
        for start, end, at, inward in zip(self.corners, ends, self.at, self.inward, strict=True):
            along = end - start
            length = float(np.hypot(*along))
            unit = along / length
            normal = np.array([-unit[1], unit[0]])
            beside = (points - start) @ normal
            near = np.flatnonzero(beside < depth)
            t = (points[near] - start) @ unit / length
            jogs = np.interp(t, [0.0, *at, 1.0], [0.0, *inward, 0.0])
            share = np.clip(1.0 - beside[near] / depth, 0.0, 1.0)
            moved[near] += (jogs * share)[:, None] * normal
        return moved
