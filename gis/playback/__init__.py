"""A period played back in steps: figures by the grids of then, heat, and pictures of both."""

from gis.playback.model import (
    CHANGE_COLUMNS,
    BoundariesOfThen,
    GridChanges,
    HeatSteps,
    Playback,
    Step,
    Totals,
)
from gis.playback.reading import read_playback
from gis.playback.steps import MOST_STEPS, StepLength, cut_steps

__all__ = [
    "CHANGE_COLUMNS",
    "MOST_STEPS",
    "BoundariesOfThen",
    "GridChanges",
    "HeatSteps",
    "Playback",
    "Step",
    "StepLength",
    "Totals",
    "cut_steps",
    "read_playback",
]
