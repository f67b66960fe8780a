"""Playlists as they come in and go out."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from api.deps.common import DivisionCode
from api.schemas.common import Answer
from gis.playlists import LONGEST_S, MOST_STOPS, SHORTEST_S, Mode

Seconds = Annotated[
    int, Field(ge=SHORTEST_S, le=LONGEST_S, description="How long the screen stays.")
]


class StopIn(BaseModel):
    """One place of a tour."""

    model_config = ConfigDict(extra="forbid")

    division: DivisionCode
    mode: Mode = Field(default="colour", description="What the grids are coloured by.")
    heat: bool = Field(default=False, description="Whether the heat of events lies over them.")
    seconds: Seconds = 15


class PlaylistIn(BaseModel):
    """The stops of a tour, in their order."""

    model_config = ConfigDict(extra="forbid")

    stops: list[StopIn] = Field(min_length=1, max_length=MOST_STOPS)


class StopOut(Answer):
    """One place of a tour."""

    division: str
    mode: Mode
    heat: bool
    seconds: int
    division_name: str | None = Field(description="`null` where there is none any more.")


class PlaylistOut(Answer):
    """Where the tour of a wall screen stops, and what it shows there."""

    division: str = Field(description="Whose it is.")
    division_name: str
    name: str = Field(description="`default`: of screens whose address names none.")
    stops: list[StopOut]
    changed_at: dt.datetime
    etag: str = Field(description="What `If-Match` says when it is changed or removed.")


class PlaylistList(Answer):
    """Playlists by division and name."""

    items: list[PlaylistOut]
    numberReturned: int  # noqa: N815 - as in all lists
