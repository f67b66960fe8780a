"""Households, as they go out: counted."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from api.schemas.common import Answer, GridRef, Link


class HouseholdCounts(GridRef):
    """The households of one grid. Those in an exclusive grid count in their basic grid, too."""

    households: int | None
    registered: int | None = Field(description="户籍人口.")
    residents: int | None = Field(description="常住人口.")
    floating: int | None = Field(description="流动人口.")
    party_members: int | None = Field(description="党员.")
    party_households: int | None = Field(description="党员中心户.")


class HouseholdCountsPage(Answer):
    """One page of counts, in the order of the grids' codes."""

    items: list[HouseholdCounts]
    numberReturned: int  # noqa: N815 - as in the other lists
    generation: int
    at: dt.date
    links: list[Link]
