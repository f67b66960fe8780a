"""Events, as they come in and go out."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, StringConstraints, model_validator

from api.deps.common import Printable
from api.schemas.common import Answer, Collection, Geometry
from api.schemas.persons import ReporterIn
from gis.events import NewEvent
from gis.grids import Position

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=64), Printable
]


class PositionIn(BaseModel):
    """A position in a coordinate system that is named."""

    model_config = ConfigDict(extra="forbid")

    x: FiniteFloat = Field(description="Longitude or easting, in the unit of the system.")
    y: FiniteFloat = Field(description="Latitude or northing.")
    crs: Name = Field(description="Such as EPSG:4490, CRS84, EPSG:4547, GCJ-02, BD-09.")
    accuracy_m: FiniteFloat | None = Field(
        default=None, ge=0, le=1_000_000, description="Radius of uncertainty, m."
    )


class EventIn(BaseModel):
    """A report of an event. The position comes as `position`, or as `lon`, `lat` and `crs`."""

    model_config = ConfigDict(extra="forbid")

    source: Name = Field(description="What the reporting system calls itself.")
    source_id: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=128), Printable
    ] = Field(description="Its own id of the event; unique within the source.")
    title: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Printable
    ]
    description: Annotated[str, StringConstraints(max_length=2000), Printable] = ""
    category_code: str = Field(pattern=r"^[0-9]{4}([0-9]{2})?$", description="Of the catalogue.")
    level: int | None = Field(
        default=None, ge=1, le=3, description="1 特急, 2 紧急, 3 一般; by default the category's."
    )
    channel: Name | None = Field(
        default=None, description="By default the source, if it is a channel; else the first."
    )
    occurred_at: dt.datetime | None = Field(
        default=None, description="By default now; without a zone it is Asia/Shanghai."
    )
    position: PositionIn | None = None
    lon: FiniteFloat | None = None
    lat: FiniteFloat | None = None
    crs: Name | None = None
    address_text: Annotated[str, StringConstraints(max_length=500), Printable] = ""
    people_count: int | None = Field(default=None, ge=0, le=1_000_000)
    workflow: Name | None = Field(default=None, description="By default the category's.")
    reporter: ReporterIn | None = Field(
        default=None, description="Who reported it: encrypted, and never part of an answer."
    )

    @model_validator(mode="after")
    def _one_position(self) -> Self:
        flat = (self.lon, self.lat, self.crs)
        if self.position is None and any(part is None for part in flat):
            raise ValueError("a position is needed: `position`, or `lon`, `lat` and `crs`")
        if self.position is not None and any(part is not None for part in flat):
            raise ValueError("give `position` or `lon`, `lat` and `crs`, not both")
        return self

    def to_event(self) -> NewEvent:
        """Return the report as the domain takes it."""
        values = self.model_dump(exclude={"position", "lon", "lat", "crs", "reporter"})
        return NewEvent(position=self._position(), **values)

    def _position(self) -> Position:
        if self.position is not None:
            return Position(**self.position.model_dump())
        assert self.lon is not None  # noqa: S101 - _one_position has seen to it
        assert self.lat is not None  # noqa: S101
        assert self.crs is not None  # noqa: S101
        return Position(self.lon, self.lat, self.crs)


class PositionOut(Answer):
    """A position as it was given."""

    x: float
    y: float
    crs: str
    accuracy_m: float | None


class EventProperties(Answer):
    """What is said of an event (事件)."""

    event_no: str = Field(description="The number that people quote: 20 digits or more.")
    source: str
    source_id: str
    title: str
    description: str
    category_code: str
    level: int
    channel: str
    occurred_at: dt.datetime
    reported_at: dt.datetime
    closed_at: dt.datetime | None
    due_at: dt.datetime | None = Field(
        description="期限: end of the last time limit of its category; null where there is none."
    )
    is_overdue: bool = Field(description="超时: open, and past `due_at` now.")
    workflow: str
    state: str = Field(description="Step of the workflow.")
    phase: str = Field(description="Canonical phase that the step stands for.")
    resolved: bool | None = Field(description="Disputes only.")
    satisfied: bool | None = Field(description="Null until evaluated.")
    people_count: int | None
    address_text: str
    position: PositionOut
    basic: str | None = Field(description="Code of the basic grid that it lies in.")
    exclusive: str | None = Field(description="Code of the exclusive grid over it.")
    division: str | None = Field(description="Code of the division of its basic grid.")
    responsible: str | None = Field(description="The exclusive grid, else the basic one.")
    outside: bool = Field(description="Whether it lies outside every basic grid.")
    reported_basic: str | None = Field(description="Basic grid when it was reported.")
    reported_exclusive: str | None
    filed_generation: int


class EventFeature(Answer):
    """An event at its place."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry
    properties: EventProperties


class EventCollection(Collection):
    """One page of events, the newest report first."""

    features: list[EventFeature]


class EventStep(Answer):
    """One step in the life of an event."""

    step_no: int
    state: str
    phase: str
    at: dt.datetime
    actor: str
    note: str


class EventHistory(EventProperties):
    """An event with its steps."""

    steps: list[EventStep]


class EventHistoryFeature(Answer):
    """An event at its place, with its steps."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry
    properties: EventHistory
