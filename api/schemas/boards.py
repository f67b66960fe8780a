"""A board, as it goes out."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from api.schemas.common import Answer
from api.schemas.stats import DivisionStats, Rate


class Today(Answer):
    """What happened since midnight in Asia/Shanghai, whatever the period is."""

    reported: int
    closed: int


class Trend(Answer):
    """Reports and closings by day; row n is `first_day` + n days."""

    first_day: dt.date | None = Field(
        description="First day of the period on which something was reported or closed; null"
        " without any."
    )
    reported: list[int]
    closed: list[int] = Field(description="Closed on that day, whenever they were reported.")


class ClassCount(Answer):
    """Events of a class of the catalogue."""

    code: str
    zh: str
    en: str
    total: int
    open: int


class BoardChild(Answer):
    """A child of the division, or a basic grid where it has no children."""

    code: str
    name: str
    level: str = Field(description="Slug of a level; `grid` for a grid.")
    basic_grids: int
    total: int
    open: int
    overdue: int
    closed: int
    on_time: int
    timed: int
    closing_rate: Rate


class Outlier(Answer):
    """A basic grid with far more events than its households explain."""

    code: str
    name: str
    division: str
    households: int
    events: int
    expected: float = Field(
        description="Its households times the events per household of the whole division."
    )
    score: float = Field(
        description="Standard deviations over `expected`, by what grids differ by anyway; 2 and"
        " more are listed."
    )


class BoardEvent(Answer):
    """An event in the running list."""

    event_no: str
    title: str
    category_code: str
    level: int
    reported_at: dt.datetime
    state: str
    grid: str | None = Field(description="The responsible grid: exclusive, else basic.")
    grid_name: str | None
    division: str | None = Field(description="Of its basic grid.")


class BoardLevel(Answer):
    """A level of the tree."""

    slug: str
    zh: str
    en: str


class BoardCalendar(Answer):
    """The working calendar that deadlines are counted by."""

    zh: str
    en: str
    years: list[int] = Field(description="Years whose days off are known.")
    is_known: bool = Field(
        description="Whether this year's are; else deadlines count Monday to Friday."
    )


class Board(DivisionStats):
    """All figures of a division for one screen."""

    now: dt.datetime = Field(description="When the events were counted.")
    standing_at: dt.datetime = Field(
        description="When people, staff, grids, assets and outliers were counted: a minute ago at"
        " most, or a quarter of an hour where counting takes seconds (a province)."
    )
    today: Today
    trend: Trend
    classes: list[ClassCount] = Field(description="All of the catalogue, by code.")
    children: list[BoardChild] = Field(description="By code.")
    outliers: list[Outlier] = Field(description="The highest score first.")
    newest: list[BoardEvent] = Field(
        description="The newest report first; empty for those who see statistics alone."
    )
    levels: list[BoardLevel] = Field(description="From the division's own down to the grids'.")
    calendar: BoardCalendar
