"""Files of boundaries on their way into a changeset, as they come in and go out."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from api.deps.common import Printable
from api.schemas.changesets import FaultOut, Title, Words
from api.schemas.common import Answer
from gis.boundaries.uploads.confirming import MAX_SNAP_M

Header = Annotated[str, StringConstraints(max_length=255), Printable]
RepairId = Annotated[str, Field(pattern="^([0-9a-f]{12}|all)$")]


class ConfirmationIn(BaseModel):
    """What the author of an upload confirms; what is left out stays as it was."""

    model_config = ConfigDict(extra="forbid")

    crs: Annotated[str, StringConstraints(min_length=1, max_length=80), Printable] | None = None
    columns: dict[Literal["code", "name", "kind", "division"], Header | None] | None = Field(
        default=None, description="Field → header; null leaves it to the stored grids."
    )
    snap_m: float | None = Field(
        default=None, ge=0, le=MAX_SNAP_M, description="Farthest way to a known vertex, m."
    )
    accept: list[RepairId] | None = Field(
        default=None, max_length=10_000, description="Accepted repairs, or `all`."
    )


class ApplicationIn(BaseModel):
    """How the changeset shall be called."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = Field(default=None, description="The name of the file by default.")
    reason: Words = ""


class CandidateOut(Answer):
    """A coordinate system that would fit, the best first."""

    crs: str
    title: str
    share_inside: float = Field(description="Share of the vertices in the deployment's box.")
    border_m: float | None = Field(
        description="Median distance of vertices to the stored borders, m."
    )


class RepairOut(Answer):
    """A place that not exactly one grid of the file covers, and what would mend it."""

    id: str
    kind: Literal["gap", "overlap", "beyond", "edge"]
    detail: str
    detail_zh: str
    area_m2: float
    width_m: float
    rows: list[int]
    is_accepted: bool
    geometry: dict[str, Any]


class ChangeOut(Answer):
    """What becomes of one or several grids."""

    kind: Literal["modified", "split", "merged", "new", "retired"]
    before: list[str]
    after: list[str]
    name: str
    rows: list[int]
    what: list[Literal["shape", "name", "kind", "division"]]
    is_ready: bool = Field(description="False while a repair that it needs is not accepted.")
    repairs: list[str]


class RefusedOut(Answer):
    """A feature that cannot be used."""

    row: int
    field: str
    value: str
    detail: str
    detail_zh: str


class NoteOut(Answer):
    """What was settled without asking."""

    zh: str
    en: str


class SnappedOut(Answer):
    """How far vertices were moved onto known ones."""

    snap_m: float
    vertices: int
    features: int
    farthest_m: float


class UploadSummary(Answer):
    """How many changes there are of each kind; grids that stay are counted one by one."""

    unchanged: int
    node_only: int = Field(description="Differ by vertices within a centimetre.")
    modified: int
    split: int
    merged: int
    new: int
    retired: int
    untold: int = Field(description="Stored grids that the file says nothing of; they stay.")
    waiting: int = Field(description="Of the changes, those that are not ready.")


class UploadOut(Answer):
    """A file on its way into a changeset."""

    id: int
    filename: str
    size_bytes: int
    author: str
    created_at: dt.datetime
    state: Literal["read", "confirmed", "applied"]
    scope: list[str] = Field(description="Townships with whose grids it is compared.")
    changeset_id: int | None
    format: str
    encoding: str
    features: int
    headers: list[str]
    columns: dict[str, str] = Field(description="Field → header that was taken for it.")
    crs: str | None = Field(description="What is confirmed.")
    crs_said: str | None = Field(description="What the file, or its standard, says.")
    crs_candidates: list[CandidateOut]
    snap_m: float | None
    notes: list[NoteOut]
    snapped: SnappedOut | None
    refused: list[RefusedOut]
    outside: int = Field(description="Features of grids elsewhere, left out.")
    homeless: list[int] = Field(description="Rows of new grids without a kind or a division.")
    hairlines: int = Field(description="Gaps and overlaps below two centimetres that were closed.")
    repairs: list[RepairOut]
    summary: UploadSummary | None
    changes: list[ChangeOut]
    faults: list[FaultOut]


class UploadList(Answer):
    """One's own uploads."""

    items: list[UploadOut]
    numberReturned: int  # noqa: N815 - as all lists


class UploadFeatureProperties(Answer):
    """What is said of a shape."""

    row: int
    code: str
    kind: Literal["read", "modified", "split", "merged", "new", "retired"]
    area_m2: float | None


class UploadFeature(Answer):
    """A shape of the file."""

    type: Literal["Feature"]
    geometry: dict[str, Any]
    properties: UploadFeatureProperties


class UploadFeatures(Answer):
    """Shapes of a file."""

    type: Literal["FeatureCollection"]
    features: list[UploadFeature]
    numberReturned: int  # noqa: N815 - as all lists
