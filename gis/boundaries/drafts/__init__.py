"""Drafts of boundary changes (调整方案): worked on, weighed, discussed, reviewed, published."""

from gis.boundaries.drafts.due import Due, Round, publish_due, publish_next_due
from gis.boundaries.drafts.figures import COUNTED
from gis.boundaries.drafts.impact import Band, Impact
from gis.boundaries.drafts.making import create_changeset, list_changesets, patch_changeset
from gis.boundaries.drafts.model import (
    EDITABLE,
    Changeset,
    Operation,
    Outcome,
    ShownGrid,
    State,
    etag_of,
)
from gis.boundaries.drafts.operating import apply_operation
from gis.boundaries.drafts.publishing import publish
from gis.boundaries.drafts.queries import get_changeset, list_operations, shown_grids
from gis.boundaries.drafts.rebasing import Choice, Rebase, rebase_changeset
from gis.boundaries.drafts.reviewing import (
    Review,
    approve,
    list_reviews,
    missing_approvals,
    reject,
    submit,
    withdraw,
)
from gis.boundaries.drafts.scheduling import schedule, unschedule
from gis.boundaries.drafts.talking import (
    PRESENT,
    Comment,
    Presence,
    add_comment,
    end_presence,
    list_comments,
    list_presence,
    resolve_comment,
    tell_presence,
)
from gis.boundaries.drafts.undoing import redo, undo
from gis.boundaries.drafts.whole import Verdict, preview, validate

__all__ = [
    "COUNTED",
    "EDITABLE",
    "PRESENT",
    "Band",
    "Changeset",
    "Choice",
    "Comment",
    "Due",
    "Impact",
    "Operation",
    "Outcome",
    "Presence",
    "Rebase",
    "Review",
    "Round",
    "ShownGrid",
    "State",
    "Verdict",
    "add_comment",
    "apply_operation",
    "approve",
    "create_changeset",
    "end_presence",
    "etag_of",
    "get_changeset",
    "list_changesets",
    "list_comments",
    "list_operations",
    "list_presence",
    "list_reviews",
    "missing_approvals",
    "patch_changeset",
    "preview",
    "publish",
    "publish_due",
    "publish_next_due",
    "rebase_changeset",
    "redo",
    "reject",
    "resolve_comment",
    "schedule",
    "shown_grids",
    "submit",
    "tell_presence",
    "undo",
    "unschedule",
    "validate",
    "withdraw",
]
