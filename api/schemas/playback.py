"""A period played back in steps, as it goes out."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from api.schemas.common import Answer
from api.schemas.stats import Rate


class PlaybackGeneration(Answer):
    """Boundaries that held during some of the steps."""

    generation: int = Field(description="Drawn by `/tiles/grids/{generation}.topojson`.")
    effective_from: dt.date


class PlaybackStep(Answer):
    """One picture, and its sums: basic grids, and what lies in none."""

    start: dt.datetime
    end: dt.datetime = Field(description="Not included.")
    generation: int = Field(description="Whose grids held on the last day of the step.")
    reported: int = Field(description="Events reported in the step.")
    closed: int = Field(description="Events closed (办结) in it, whenever they were reported.")
    older: int = Field(description="Of these, reported before the first step.")
    open: int = Field(description="Events open at its end.")
    closing_rate: Rate = Field(
        description="Of the events reported from the first step on, those closed by its end."
    )


class PlaybackGrids(Answer):
    """What changed by grid: `codes` once, then one list a step in each column.

    A list is empty where it would hold only zeros.
    """

    codes: list[str] = Field(description="Grids of all generations that anything is told of.")
    exclusive: list[bool] = Field(description="Lies over others: sums leave it out.")
    index: list[list[int]] = Field(
        description="Places in `codes`, each less the one before it (the first less -1)."
    )
    reported: list[list[int]]
    closed: list[list[int]]
    older: list[list[int]]
    open: list[list[int]] = Field(
        description="Open at the step's end; a grid that is not named has as many as before."
        " The first step under other boundaries names all that have any."
    )
    reported_before: list[list[int]] = Field(
        description="At the first step under other boundaries: reported in the steps before it,"
        " by its own grids; else 0."
    )
    closed_before: list[list[int]] = Field(description="Of these, closed in the steps before it.")


class PlaybackHeat(Answer):
    """Reported events by step and cell of an equal-area lattice."""

    cell_m: int = Field(description="Side of a cell, m.")
    cell_area_km2: float
    lon: list[float] = Field(description="Middles of the columns, degrees.")
    lat: list[float] = Field(description="Middles of the rows, degrees.")
    cells: list[list[int]] = Field(
        description="row * columns + column, each less the one before it (the first less -1)."
    )
    events: list[list[int]]


class PlaybackAnswer(Answer):
    """A period in steps, told by the grids of then."""

    step: str = Field(description="hour, day, week (from Monday) or month.")
    most_steps: int
    generations: list[PlaybackGeneration]
    steps: list[PlaybackStep]
    grids: PlaybackGrids
    heat: PlaybackHeat | None
