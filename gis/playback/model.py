"""What is played back: steps, and what happened in each, by grid and by cell."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gis.playback.steps import StepLength
from gis.statistics import Rate

#: Columns of `GridChanges` beside the grids.
CHANGE_COLUMNS = (
    "reported",
    "closed",
    "older",
    "open",
    "reported_before",
    "closed_before",
)


@dataclass(frozen=True, slots=True)
class GridChanges:
    """What changed in the grids during a step, in columns.

    Attributes
    ----------
    grids
        Places in `Playback.codes`, ascending.
    reported
        Events reported in the step.
    closed
        Events closed in the step, whenever they were reported.
    older
        Of these, those that were reported before the first step.
    open
        Events that were open at the step's end. A grid that is not named has as many as before;
        the first step under other boundaries names all that have any.
    reported_before, closed_before
        At the first step under other boundaries: events reported in the steps before it, and
        those of them that were closed in them, by the grids of this step; else 0.
    """

    grids: list[int]
    reported: list[int]
    closed: list[int]
    older: list[int]
    open: list[int]
    reported_before: list[int]
    closed_before: list[int]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of a step; `closing_rate` is of what was reported from the first step on."""

    reported: int
    closed: int
    older: int
    open: int
    closing_rate: Rate


@dataclass(frozen=True, slots=True)
class Step:
    """One picture: what happened from `start` until `end` (not included).

    Attributes
    ----------
    generation
        Whose grids held on the last day of the step; figures are told by these.
    """

    start: dt.datetime
    end: dt.datetime
    generation: int
    totals: Totals
    changes: GridChanges


@dataclass(frozen=True, slots=True)
class HeatSteps:
    """Reported events by step and cell of an equal-area lattice.

    Attributes
    ----------
    cell_m, cell_area_km2
        Side and ground area of every cell.
    lon, lat
        Centres of the columns and of the rows, CGCS2000 degrees, float64 (columns,) and (rows,).
    cells, events
        One array each for a step: ``row * columns + column`` ascending, and counts; int64.
    """

    cell_m: int
    cell_area_km2: float
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    cells: list[NDArray[np.int64]]
    events: list[NDArray[np.int64]]


@dataclass(frozen=True, slots=True)
class BoundariesOfThen:
    """A generation whose grids held during some of the steps."""

    generation: int
    effective_from: dt.date


@dataclass(frozen=True, slots=True)
class Playback:
    """A period in steps.

    Attributes
    ----------
    length
        Of a step.
    codes
        Grids that anything is told of, of all generations; ascending.
    exclusive
        Which of them lie over others, so that sums leave them out.
    generations
        Those whose grids are told of, in the order of time.
    heat
        None where it was not asked for.
    """

    length: StepLength
    codes: list[str]
    exclusive: list[bool]
    generations: list[BoundariesOfThen]
    steps: list[Step]
    heat: HeatSteps | None
