"""Drafts of boundary changes, as they come in and go out."""

from __future__ import annotations

import datetime as dt
import math
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, RootModel, StringConstraints

from api.deps.common import Day, DivisionCode, GridCode, Printable, printable
from api.schemas.common import (
    PROBLEM,
    Answer,
    ErrorPlace,
    Geometry,
    Lat,
    Link,
    Lon,
    Problem,
    problems,
)

Action = Literal["create", "modify", "retire", "node_only"]
State = Literal["draft", "submitted", "approved", "published", "rejected", "withdrawn"]
#: Deepest nesting, and most values, of an operation's document.
DEEPEST, MOST = 12, 1_000_000
#: Whole numbers that every JSON reader keeps as they are.
GREATEST = 2**53

Title = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200), Printable
]
Words = Annotated[str, StringConstraints(max_length=2000), Printable]
Remark = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), Printable
]


def plain_document(document: dict[str, Any]) -> dict[str, Any]:
    """Refuse what no JSON column keeps as it is: control characters, NaN, endless numbers.

    Raises
    ------
    ValueError
        Says what.
    """
    waiting: list[tuple[Any, int]] = [(document, 0)]
    seen = 0
    while waiting:
        value, depth = waiting.pop()
        seen += 1
        if depth > DEEPEST or seen > MOST:
            raise ValueError("is nested too deeply or too long")
        if isinstance(value, str):
            printable(value)
        elif isinstance(value, float) and not math.isfinite(value):
            raise ValueError("must hold finite numbers")
        elif isinstance(value, int) and abs(value) > GREATEST:
            raise ValueError("must not hold whole numbers beyond 2^53")
        elif isinstance(value, dict):
            waiting += [(part, depth + 1) for pair in value.items() for part in pair]
        elif isinstance(value, list):
            waiting += [(part, depth + 1) for part in value]
    return document


class OperationIn(RootModel[Annotated[dict[str, Any], AfterValidator(plain_document)]]):
    """An operation: `op` and its members, see docs/editing.md."""


class ChangesetIn(BaseModel):
    """A new draft."""

    model_config = ConfigDict(extra="forbid")

    title: Title
    reason: Words = ""
    effective_from: Day | None = Field(
        default=None, description="First day on which it shall hold; the day of publication if null"
    )
    scope: list[DivisionCode] = Field(
        min_length=1,
        max_length=100,
        description="Townships whose grids may change; the county's own code for exclusive grids of"
        " the county as such.",
    )


class ChangesetPatch(BaseModel):
    """What to change of a draft, apart from its grids."""

    model_config = ConfigDict(extra="forbid")

    title: Title | None = None
    reason: Words | None = None
    effective_from: Day | None = None
    scope: list[DivisionCode] | None = Field(default=None, min_length=1, max_length=100)


class RebaseIn(BaseModel):
    """What to do with operations in conflict."""

    model_config = ConfigDict(extra="forbid")

    choices: dict[Annotated[str, Field(pattern="^[0-9]{1,9}$")], Literal["keep", "drop"]] = Field(
        default_factory=dict,
        description="Number of the operation → `keep` its grids as the draft has them, or `drop`.",
    )


class VerdictIn(BaseModel):
    """A reviewer's word on a draft."""

    model_config = ConfigDict(extra="forbid")

    comment: Words = ""


class RejectionIn(BaseModel):
    """Why a draft goes back."""

    model_config = ConfigDict(extra="forbid")

    comment: Remark


class CommentIn(BaseModel):
    """A remark, pinned to the map or not."""

    model_config = ConfigDict(extra="forbid")

    body: Remark
    lon: Lon | None = None
    lat: Lat | None = None


class CommentPatch(BaseModel):
    """Whether a remark is settled."""

    model_config = ConfigDict(extra="forbid")

    is_resolved: bool


class PresenceIn(BaseModel):
    """What somebody works on."""

    model_config = ConfigDict(extra="forbid")

    grids: list[GridCode] = Field(default_factory=list, max_length=500)


class ReviewOut(Answer):
    """A verdict on a draft."""

    reviewer: str
    verdict: Literal["approve", "reject"]
    comment: str
    changeset_version: int
    covers: list[str] = Field(description="Divisions for which it counts.")
    created_at: dt.datetime


class ScheduleRefusal(Answer):
    """Why a draft was not published on its day."""

    at: dt.datetime
    detail: str
    detail_zh: str
    codes: list[str] | None = Field(default=None, description="Grids that others changed.")
    divisions: list[str] | None = Field(default=None, description="Beyond the approved scope.")
    attempts: int | None = Field(
        default=None, description="How often publication failed, and was not refused."
    )
    retry_at: dt.datetime | None = Field(
        default=None, description="When it is tried again; then the draft is still scheduled."
    )


class ChangesetOut(Answer):
    """A draft."""

    id: int
    etag: str = Field(description="What `If-Match` says when something is done to it.")
    title: str
    reason: str
    state: State
    kind: Literal["edit", "import", "rollback"]
    version: int
    author: str
    base_generation: int
    effective_from: dt.date | None
    scope: list[str]
    restores_generation: int | None
    published_generation: int | None
    created_at: dt.datetime
    updated_at: dt.datetime
    scheduled_at: dt.datetime | None = Field(
        description="When it was decided that it be published on its effective day; null where not."
    )
    scheduled_by: str | None
    schedule_refusal: ScheduleRefusal | None = Field(
        description="Why it was not published on that day. It is approved, and not scheduled any"
        " more unless `retry_at` is given."
    )
    operations: int = Field(description="Operations that hold.")
    undone: int = Field(description="Operations that can be redone.")
    grids: int = Field(description="Grids that it changes.")
    comments: int = Field(description="Remarks that are open.")


class ChangesetDetail(ChangesetOut):
    """A draft with its verdicts."""

    reviews: list[ReviewOut]
    missing_approvals: list[str] = Field(
        description="Divisions whose reviewers have not approved yet."
    )


class ChangesetList(Answer):
    """One page of drafts, the newest first."""

    items: list[ChangesetOut]
    numberReturned: int  # noqa: N815 - as all lists
    links: list[Link]


class DraftGridProperties(Answer):
    """What is said of a grid in a draft."""

    code: str
    action: Action | None = Field(description="Null where the draft leaves the grid as it is.")
    name: str | None
    kind: Literal["rural", "community", "exclusive"] | None
    division: str | None
    area_m2: float | None
    is_stale: bool = Field(description="Others published it anew since: rebase.")


class DraftGridFeature(Answer):
    """A grid as a draft has it; without geometry where it is no more."""

    type: Literal["Feature"]
    id: str
    geometry: Geometry | None
    properties: DraftGridProperties


class DraftGrids(Answer):
    """The working state of a draft."""

    type: Literal["FeatureCollection"]
    features: list[DraftGridFeature]
    numberReturned: int  # noqa: N815 - as all lists
    etag: str


class FaultOut(Answer):
    """Something that was refused, settled or warned about; see docs/editing.md."""

    code: str
    severity: Literal["error", "warning", "fixed"]
    detail: str
    detail_zh: str
    grids: list[str]
    geometry: dict[str, Any] | None
    measure: float | None
    unit: str | None
    fix: dict[str, Any] | None


class EditProblem(Problem):
    """What an operation was refused for: places on the map, or places in the document."""

    errors: list[FaultOut | ErrorPlace] = Field(default_factory=list)


class Figures(Answer):
    """What is filed into a grid."""

    households: int
    people: int
    party_members: int
    events: int
    open_events: int
    staff: int = Field(description="People posted to it; whose grid goes needs another posting.")


class GridImpact(Answer):
    """A grid before and after."""

    code: str
    name: str
    kind: str
    before: Figures | None
    after: Figures | None
    band: Literal["below", "within", "above"] | None
    compactness: float | None = Field(description="Polsby-Popper: 1 for a circle.")
    parts: int | None


class Balance(Answer):
    """Households of the basic grids of a township."""

    grids: int
    least: int
    median: float
    most: int
    outside_band: int


class TownshipImpact(Answer):
    """How evenly a township is divided."""

    code: str
    before: Balance | None
    after: Balance | None


class Counted(Answer):
    """What moves."""

    households: int
    people: int
    party_members: int
    events: int
    open_events: int


class MovedProperties(Counted):
    """From where to where, and what."""

    from_code: str | None
    to_code: str | None
    area_m2: float


class MovedFeature(Answer):
    """An area that changes owner."""

    type: Literal["Feature"]
    geometry: Geometry
    properties: MovedProperties


class Totals(Counted):
    """Sum of all that moves."""

    area_m2: float


class Band(Answer):
    """How many households a grid should have."""

    least: int
    most: int


class ImpactOut(Answer):
    """What a draft does to people and work."""

    band: Band
    grids: list[GridImpact]
    townships: list[TownshipImpact]
    moved: list[MovedFeature]
    totals: Totals


class OutcomeOut(Answer):
    """What came of an operation."""

    changeset: ChangesetOut
    etag: str
    op_no: int | None = Field(description="Null for a dry run.")
    operation: dict[str, Any] = Field(description="With everything settled that it left open.")
    changed: list[DraftGridFeature]
    auto_fixes: list[FaultOut]
    warnings: list[FaultOut]
    preview: ImpactOut | None = Field(description="Null after undo and redo.")


class OperationOut(Answer):
    """One operation of a draft's log."""

    op_no: int
    operation: dict[str, Any]
    is_undone: bool
    author: str
    created_at: dt.datetime
    auto_fixes: list[FaultOut]
    warnings: list[FaultOut]


class OperationList(Answer):
    """The log of a draft, the oldest first."""

    items: list[OperationOut]
    numberReturned: int  # noqa: N815 - as all lists


class ReplayedOut(Answer):
    """What became of an operation on newer boundaries."""

    op_no: int
    operation: str
    state: Literal["clean", "kept", "dropped", "conflict"]
    detail: str | None
    detail_zh: str | None
    errors: list[FaultOut]


class RebaseOut(Answer):
    """What a rebase did."""

    changeset: ChangesetOut
    etag: str
    is_written: bool = Field(description="False while somebody has to choose.")
    operations: list[ReplayedOut]


class ValidationOut(Answer):
    """What a whole draft is worth."""

    etag: str
    state: Literal["publishable", "empty", "stale", "refused"]
    stale: list[str] = Field(description="Grids that others published anew.")
    errors: list[FaultOut]
    warnings: list[FaultOut]


class PublicationOut(Answer):
    """What a publication did."""

    changeset: ChangesetOut
    etag: str
    generation: int
    grids: int
    created: int
    changed: int
    retired: int
    refiled_households: int
    refiled_events: int


class CommentOut(Answer):
    """A remark."""

    comment_id: int
    author: str
    body: str
    lon: float | None
    lat: float | None
    created_at: dt.datetime
    resolved_at: dt.datetime | None


class CommentList(Answer):
    """Remarks, the oldest first."""

    items: list[CommentOut]
    numberReturned: int  # noqa: N815 - as all lists


class PresenceOut(Answer):
    """Somebody who works on it at this moment."""

    changeset_id: int
    actor: str
    grids: list[str]
    seen_at: dt.datetime


class PresenceList(Answer):
    """Who works on it; signs of life of the last ten minutes."""

    items: list[PresenceOut]
    numberReturned: int  # noqa: N815 - as all lists


def edit_problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """Return the errors of a route that may refuse an operation; see `problems`."""
    refused = {
        "model": EditProblem,
        "description": "The operation breaks a rule, or a value was refused; `errors` says which.",
        "content": {PROBLEM: {}},
    }
    return problems(*statuses) | {422: refused}
