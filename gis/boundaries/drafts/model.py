"""What is known of a draft of boundary changes (调整方案)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from gis.core.editing.model import Action

State = Literal["draft", "submitted", "approved", "published", "rejected", "withdrawn"]
#: States in which a draft may be worked on; whatever is done to it makes it a draft again.
EDITABLE = frozenset({"draft", "rejected", "withdrawn"})
COUNTY_DIGITS = 6
TOWNSHIP_DIGITS = 9


@dataclass(frozen=True, slots=True)
class Changeset:
    """A draft on its way to publication.

    Attributes
    ----------
    version
        Grows with everything that is done to it; part of its ETag.
    scope_codes
        Townships (twelve digits) whose grids and outlines it may change.
    submitted_version
        Approvals of earlier versions do not count.
    scheduled_at, scheduled_by
        When, and by whom, it was decided that it be published on its effective day; None where it
        is not to be.
    schedule_refusal
        Why it was not published on that day: at, detail, detail_zh, and what else the refusal
        tells (``codes``).
    operations, undone
        How many operations hold, and how many can be redone.
    grids
        How many grids it changes, those left out that only get a vertex.
    comments
        How many remarks on it are open.
    """

    county_code: str
    changeset_id: int
    title: str
    reason: str
    state: State
    kind: str
    version: int
    author: str
    base_generation: int
    effective_from: dt.date | None
    scope_codes: list[str]
    restores_generation: int | None
    published_generation: int | None
    submitted_version: int | None
    created_at: dt.datetime
    updated_at: dt.datetime
    scheduled_at: dt.datetime | None = None
    scheduled_by: str | None = None
    schedule_refusal: Mapping[str, Any] | None = None
    operations: int = 0
    undone: int = 0
    grids: int = 0
    comments: int = 0

    @property
    def etag(self) -> str:
        """What names this version of it: ``"cs-17-v5"`` with the quotes."""
        return etag_of(self.changeset_id, self.version)


def etag_of(changeset_id: int, version: int) -> str:
    """Return the ETag of a version of a draft, with its quotes."""
    return f'"cs-{changeset_id}-v{version}"'


@dataclass(frozen=True, slots=True)
class DraftGrid:
    """One row of the working state: what a draft makes of a grid.

    Attributes
    ----------
    action
        Against the published grid; None where the draft leaves it as it is (no row).
    base_version_id
        The published version that it stands on; None for a new grid.
    geometry
        EWKB in hexadecimal, as PostgreSQL writes it; None for a retired grid.
    moved
        What the draft adds to and takes from the grid's figures.
    """

    code: str
    action: Action | None
    base_version_id: int | None = None
    name: str | None = None
    kind: str | None = None
    division_code: str | None = None
    geometry: str | None = field(default=None, repr=False)
    attributes: Mapping[str, Any] = field(default_factory=dict)
    moved: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Operation:
    """One row of a draft's log; see `gis.db.tables.ChangesetOp`."""

    op_no: int
    operation: str
    parameters: dict[str, Any]
    is_undone: bool
    author: str
    created_at: dt.datetime
    outcome: dict[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True)
class ShownGrid:
    """A grid of the working state, as it is shown.

    Attributes
    ----------
    action
        None for a grid that the draft leaves as it was, and for one that is no more.
    geometry
        GeoJSON text, or None where the grid is no more.
    """

    code: str
    action: Action | None
    name: str | None
    kind: str | None
    division: str | None
    area_m2: float | None
    is_stale: bool
    geometry: str | None


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of something that was done to a draft.

    Attributes
    ----------
    changeset
        As it is now; after a dry run, as it was.
    op_no
        Of the operation; None after a dry run.
    operation
        With everything settled, as a document.
    changed
        The grids concerned, as they are now.
    auto_fixes, warnings
        As `gis.core.editing.Fault.as_document`.
    preview
        See `gis.boundaries.drafts.Impact`; None where nothing was asked for.
    """

    changeset: Changeset
    op_no: int | None
    operation: Mapping[str, Any]
    changed: Sequence[ShownGrid]
    auto_fixes: Sequence[Mapping[str, Any]]
    warnings: Sequence[Mapping[str, Any]]
    preview: Any = None
