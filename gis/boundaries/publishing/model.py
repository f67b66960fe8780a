"""What the history of boundaries answers."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class GenerationEntry:
    """One generation in the history.

    Attributes
    ----------
    published_by, note, changeset_id
        None where whoever asks does not see the changeset, or any grid that it changed.
    """

    generation: int
    parent: int | None
    kind: str
    effective_from: dt.date
    published_at: dt.datetime
    published_by: str | None
    note: str | None
    changeset_id: int | None
    content_hash: str


@dataclass(frozen=True, slots=True)
class GridDifference:
    """What is different in one grid between two generations.

    Attributes
    ----------
    action
        ``created``, ``modified``, ``retired``, or ``node_only``: the polygon differs by vertices
        within a centimetre.
    area_before_m2, area_after_m2
        None where there is no such grid.
    geometry
        GeoJSON text of the newer polygon, of the older one for a grid that is retired.
    """

    code: str
    name: str
    kind: str
    division: str
    action: str
    area_before_m2: float | None
    area_after_m2: float | None
    geometry: str | None


@dataclass(frozen=True, slots=True)
class LineageEntry:
    """Which grid became (part of) which in a generation; None for a grid that is not seen."""

    generation: int
    operation: str
    parent: str | None
    child: str | None
    area_share: float
    household_share: float


@dataclass(frozen=True, slots=True)
class CrosswalkRow:
    """How much went from one grid to another in a generation (归属对照).

    Attributes
    ----------
    source, target
        Grid codes; None for no grid, or for one that whoever asks does not see.
    people
        Residents of the households.
    area_share
        Of the source; None where no border of it moved to the target.
    """

    layer: str
    source: str | None
    source_name: str | None
    target: str | None
    target_name: str | None
    households: int
    people: int
    events: int
    area_share: float | None
