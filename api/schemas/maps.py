"""What the map page reads, as it goes out."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from api.schemas.common import Answer


class HeatAnswer(Answer):
    """Events by cell of an equal-area lattice, in columns."""

    cell_m: int = Field(description="Side of a cell, m.")
    cell_area_km2: float = Field(
        description="Ground area of every cell, km²; events divided by it is a density."
    )
    unit: str = Field(description="Unit of `events`.")
    total: int = Field(description="Events that the filter chooses: the sum of `events`.")
    lon: list[float] = Field(description="Centres of the cells, degrees.")
    lat: list[float] = Field(description="Centres of the cells, degrees.")
    events: list[int] = Field(description="Events in each cell.")


class GridFiguresAnswer(Answer):
    """Figures of every grid, in columns; row n is about `codes[n]`."""

    generation: int
    codes: list[str] = Field(description="Grid codes, ascending.")
    events: list[int] = Field(description="Events reported in the period.")
    closed: list[int] = Field(description="Of these, closed (办结) by now.")
    open: list[int] = Field(description="Of the events, not closed by now.")
    overdue: list[int] = Field(description="Of the open ones, past their deadline now (超时).")
    on_time: list[int] = Field(description="Of the closed ones, closed by their deadline.")
    disputes: list[int] = Field(description="Of the events, those of class 01.")
    resolved: list[int] = Field(description="Of the disputes, resolved (化解) by now.")
    households: list[int | None]
    people: list[int | None] = Field(description="Resident population (常住人口).")
    party_members: list[int | None]


class TimelineAnswer(Answer):
    """Events by day of their report."""

    first_day: dt.date | None = Field(description="Day of the first count; null without events.")
    counts: list[int] = Field(description="Events of `first_day` and each day after it.")
