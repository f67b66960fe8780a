"""Figures, as they go out."""

from __future__ import annotations

import datetime as dt
from typing import Literal

from pydantic import Field

from api.schemas.common import Answer, DivisionRef


class Rate(Answer):
    """One count divided by another."""

    numerator: int
    denominator: int
    value: float | None = Field(description="Percent, rounded half up to two decimals.")
    fraction: float | None = Field(description="The same from 0 to 1, not rounded.")


class People(Answer):
    """Households and who lives in them."""

    households: int | None
    registered: int | None = Field(description="户籍人口.")
    residents: int | None = Field(description="常住人口.")
    floating: int | None = Field(description="流动人口.")
    party_members: int | None = Field(description="党员.")
    party_households: int | None = Field(description="党员中心户.")


class EventFigures(Answer):
    """Events by how far they are handled."""

    total: int
    closed: int = Field(description="With a time of closing (办结).")
    open: int
    overdue: int = Field(description="Of the open ones, past their deadline now (超时).")
    on_time: int = Field(description="Closed by their deadline (按时办结).")
    timed: int = Field(description="Closed that have a deadline.")
    evaluated: int
    satisfied: int = Field(description="Of those evaluated.")
    disputes: int = Field(description="Events of class 01 (矛盾纠纷).")
    disputes_resolved: int = Field(description="Of the disputes (化解).")


class DivisionEvents(EventFigures):
    """Events of a division."""

    outside: int = Field(
        description="Events outside every grid. They are in the total of the root only."
    )


class GridFigures(Answer):
    """Grids by kind."""

    rural: int
    community: int
    exclusive: int
    basic: int = Field(description="Rural and community grids.")
    total: int = Field(description="Basic and exclusive grids.")


class Rates(Answer):
    """The rates of a division."""

    closing_rate: Rate = Field(description="办结率: closed / total.")
    on_time_rate: Rate = Field(description="按时办结率: on_time / timed.")
    resolution_rate: Rate = Field(description="化解率: disputes resolved / disputes.")
    satisfaction_rate: Rate = Field(description="满意率: satisfied / evaluated.")


class Period(Answer):
    """The days that the event figures are about."""

    first: dt.date | None
    last: dt.date | None
    field: Literal["reported_at"] = Field(
        description="Events whose report falls on these days, both included, in Asia/Shanghai;"
        " whether they are closed is told as of now."
    )


class DivisionStats(Answer):
    """All figures of a division and what lies below it."""

    division: DivisionRef
    generation: int
    at: dt.date
    period: Period
    divisions: dict[str, int] = Field(description="Level → number, itself included.")
    grids: GridFigures
    staff: dict[str, int] = Field(description="Role → people who hold it.")
    households: int | None
    people: People
    party_organisations: dict[str, int] = Field(description="Kind → number.")
    assets: dict[str, int] = Field(description="Kind → number.")
    events: DivisionEvents
    rates: Rates
