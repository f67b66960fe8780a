"""Where a drawn line meets a border: at a vertex, at a new one, or at the nearest on an outline."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.editing.borders import Segment, Shape, segments_in
from gis.core.editing.faults import Fault, FaultCode
from gis.core.editing.operations import Point
from gis.core.editing.sketch import Sketch, place_text
from gis.core.geodesy import distance_m
from gis.core.lattice import to_degrees

Floats = NDArray[np.float64]

REACH_UNITS = 0.5
"""A point this near to a border is on it: overlay in doubles is off by far less."""


@dataclass(frozen=True, slots=True)
class Contact:
    """A place on a border.

    Attributes
    ----------
    at
        The lattice point to use.
    segment
        The directed segment in which it is to be inserted; None for a vertex of the border.
    """

    at: Point
    segment: Segment | None


class Rim:
    """The border of one grid, on which lines end.

    Parameters
    ----------
    sketch
        What has been drawn so far.
    code
        The grid.
    exact_end
        Leave ends where they are, even on the outline of a township.
    """

    def __init__(self, sketch: Sketch, code: str, *, exact_end: bool) -> None:
        self._sketch, self._code, self._exact = sketch, code, exact_end
        shape: Shape = sketch.shape(code)
        self._segments = list(segments_in(shape))
        self._ends = np.array(self._segments, dtype=np.float64).reshape(-1, 2, 2)

    def contact(self, xy: Floats) -> Contact | None:
        """Return where a point (float64 (2,), lattice units) lies on the border, or None."""
        away = _distances(xy, self._ends)
        nearest = int(away.argmin())
        if away[nearest] > REACH_UNITS:
            return None
        start, end = self._segments[nearest]
        at = (round(float(xy[0])), round(float(xy[1])))
        if at in (start, end):
            return Contact(at, None)
        if not self._is_fixed(start, end):
            return Contact(at, (start, end))
        to_start, to_end = (np.hypot(*(xy - np.array(vertex))) for vertex in (start, end))
        vertex = start if to_start <= to_end else end
        self._sketch.fixed.append(_snapped(self._code, at, vertex))
        return Contact(vertex, None)

    def _is_fixed(self, start: Point, end: Point) -> bool:
        """Tell whether a segment should get no new vertex: it is an outline."""
        if self._sketch.layer == "exclusive":
            return False
        other = self._sketch.owner(end, start)
        if other is None:
            return True
        if self._exact:
            return False
        townships = {self._sketch.state(code).township for code in (self._code, other)}
        return len(townships) > 1 and not townships <= self._sketch.rules.scope


def _distances(xy: Floats, ends: Floats) -> Floats:
    """Return distances of a point from segments (n, 2, 2)."""
    along = ends[:, 1] - ends[:, 0]
    offset = xy - ends[:, 0]
    share = (offset * along).sum(axis=1) / (along**2).sum(axis=1)
    foot = ends[:, 0] + np.clip(share, 0.0, 1.0)[:, None] * along
    return np.asarray(np.hypot(*(xy - foot).T))


def _snapped(code: str, start: Point, end: Point) -> Fault:
    (x0, y0), (x1, y1) = to_degrees([start, end]).tolist()
    metres = float(distance_m(x0, y0, x1, y1))
    return Fault(
        FaultCode.SNAPPED,
        "fixed",
        f"The line ended on the outline of the township; its end was moved by {metres:.1f} m to"
        f" the nearest vertex, {place_text(end)}.",
        f"线的端点落在乡镇界上,已移到最近的界点({place_text(end)}),移动 {metres:.1f} 米。",
        grids=(code,),
        geometry=shapely.LineString([(x0, y0), (x1, y1)]),
        measure=metres,
        unit="m",
    )
