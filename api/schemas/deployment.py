"""What is served here, as it goes out."""

from __future__ import annotations

import datetime as dt

from pydantic import Field

from api.schemas.common import Answer, Bounds


class Labelled(Answer):
    """A slug and its names."""

    slug: str
    name_zh: str
    name_en: str


class Root(Answer):
    """The division at the top."""

    code: str
    name: str
    name_en: str


class Level(Labelled):
    """A level of the tree; the last one is that of the grids."""

    depth: int
    is_admin: bool


class Category(Answer):
    """A kind of event."""

    code: str
    name_zh: str
    name_en: str
    level: int = Field(description="Usual urgency.")


class CategoryClass(Answer):
    """A class of events."""

    code: str
    name_zh: str
    name_en: str
    categories: list[Category]


class EventLevel(Answer):
    """An urgency."""

    level: int
    name_zh: str
    name_en: str


class Step(Labelled):
    """A step of a workflow."""

    phase: str
    is_closed: bool = Field(description="Whether an event counts as closed from here on.")


class Workflow(Labelled):
    """What an event goes through."""

    categories: list[str] = Field(description="Class or category codes; `*` for all others.")
    steps: list[Step]


class Kpi(Labelled):
    """A rate, with its target as a fraction."""

    target: float | None


class DeploymentAnswer(Answer):
    """All that a page needs to know of this deployment."""

    profile: str
    title_zh: str
    title_en: str
    root: Root
    is_schematic: bool = Field(description="Generated data: every map says 示意.")
    generation: int | None = Field(description="Null while no boundaries are published.")
    effective_from: dt.date | None
    published_at: dt.datetime | None
    bounds: Bounds
    levels: list[Level]
    kinds: list[Labelled]
    roles: list[Labelled]
    classes: list[CategoryClass]
    event_levels: list[EventLevel]
    channels: list[Labelled]
    workflows: list[Workflow]
    kpis: list[Kpi]
