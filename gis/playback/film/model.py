"""What is needed to draw a film: the playback, the land of then, and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from gis.playback.model import Playback

#: More make a file that nobody sends.
MOST_PICTURES = 120
#: Widths that are offered, in pixels; pictures are 4 : 3.
SIZES = (640, 960, 1280)

Mode = Literal["events", "closing_rate", "heat"]
Language = Literal["zh", "en"]


@dataclass(frozen=True, slots=True)
class Ground:
    """The grids of a generation.

    Attributes
    ----------
    codes
        Basic grids, ascending.
    parts
        The division right below the one shown that each lies in.
    shapes
        MultiPolygons, CGCS2000 degrees, shape (n,).
    """

    codes: list[str]
    parts: list[str]
    shapes: NDArray[Any]

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """Return west, south, east and north of all grids, in degrees."""
        boxes = np.array([shape.bounds for shape in self.shapes])
        west, south = boxes[:, :2].min(axis=0).tolist()
        east, north = boxes[:, 2:].max(axis=0).tolist()
        return west, south, east, north


@dataclass(frozen=True, slots=True)
class Film:
    """All that is drawn.

    Attributes
    ----------
    playback
        What happened.
    grounds
        Generation → its grids.
    name
        Of the division that is shown.
    is_schematic
        Whether the data is generated: every picture then says 示意.
    approval
        What every map says of its approval.
    mode
        Events so far, the closing rate so far, or the heat of each step.
    language
        Of the words.
    width
        Pixels, one of `SIZES`.
    """

    playback: Playback
    grounds: dict[int, Ground]
    name: str
    is_schematic: bool
    approval: str
    mode: Mode
    language: Language
    width: int
