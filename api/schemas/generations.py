"""Generations of boundaries and what differs between them, as they go out."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from api.schemas.common import Answer, Geometry, Link

HIDDEN = "null for a grid that you do not see"


class GenerationEntry(Answer):
    """A published version of all boundaries (版本)."""

    generation: int
    parent: int | None
    kind: Literal["import", "publish", "rollback"]
    effective_from: dt.date = Field(description="First day on which its boundaries hold.")
    published_at: dt.datetime
    published_by: str | None = Field(description="Null where you do not see what it changed.")
    note: str | None = Field(description="Null where you do not see what it changed.")
    changeset_id: int | None = Field(description="The changeset that became it.")
    content_hash: str = Field(description="SHA-256 of the codes and polygons written.")


class GenerationList(Answer):
    """One page of generations, newest first."""

    generations: list[GenerationEntry]
    links: list[Link]


class GridDifferenceProperties(Answer):
    """What is different in a grid."""

    code: str
    name: str
    kind: Literal["rural", "community", "exclusive"]
    division: str
    action: Literal["created", "modified", "retired", "node_only"] = Field(
        description="`node_only`: vertices within a centimetre that a neighbour needs."
    )
    area_before_m2: float | None = Field(description="Null for a created grid.")
    area_after_m2: float | None = Field(description="Null for a retired grid.")


class GridDifference(Answer):
    """A grid that differs, with its newer polygon; the older one if it is retired."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: GridDifferenceProperties


class GenerationDiff(Answer):
    """What differs between two generations; GeoJSON."""

    type: Literal["FeatureCollection"]
    features: list[GridDifference]
    generation: int
    against: int


class LineageEntry(Answer):
    """Which grid became (part of) which."""

    generation: int
    operation: Literal["keep", "split", "merge", "transfer", "replace"]
    parent: str | None = Field(description=f"Grid code; {HIDDEN}.")
    child: str | None = Field(description=f"Grid code; {HIDDEN}.")
    area_share: float = Field(description="Of the parent's area; a parent's shares sum to 1.")
    household_share: float = Field(description="Of the parent's households, on that day.")


class Lineage(Answer):
    """Where a grid came from, and what became of it."""

    code: str
    lineage: list[LineageEntry]


class CrosswalkRow(Answer):
    """How much went from one grid to another."""

    layer: Literal["basic", "exclusive"]
    source: str | None = Field(description=f"Grid code; null for no grid, {HIDDEN}.")
    source_name: str | None
    target: str | None = Field(description=f"Grid code; null for no grid, {HIDDEN}.")
    target_name: str | None
    households: int
    people: int = Field(description="Residents of those households that you see.")
    events: int
    area_share: float | None = Field(description="Of the source's area.")


class Crosswalk(Answer):
    """Who was filed from which grid into which (归属对照)."""

    generation: int
    rows: list[CrosswalkRow]


def _county(code: str) -> str:
    if not (code.isascii() and code.isdigit() and len(code) == 6):
        raise ValueError("must be the six digits of a county")
    return code


class RollbackAsked(BaseModel):
    """What to undo."""

    model_config = ConfigDict(extra="forbid")

    county: Annotated[str, AfterValidator(_county)] = Field(description="Six digits.")
    only: bool = Field(
        default=False,
        description="Undo only what this generation changed, and keep what came later.",
    )


class RollbackDrafted(Answer):
    """The draft that undoes it."""

    changeset_id: int
    state: Literal["draft"]
