"""One operation on a draft: worked out, proved, told, and written or not."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import text

from gis.boundaries.drafts.ground import (
    GivenCodes,
    Ground,
    read_ground,
    rules_of,
    townships_of,
)
from gis.boundaries.drafts.impact import Band, shift_of
from gis.boundaries.drafts.model import Changeset, DraftGrid, Outcome
from gis.boundaries.drafts.permits import claim, require_editable, require_power, require_version
from gis.boundaries.drafts.queries import (
    add_operation,
    get_changeset,
    read_grids,
    set_fields,
    without_unchanged,
    write_rows,
)
from gis.boundaries.drafts.seeing import (
    masked_all,
    masked_invalid,
    masked_refusal,
    seeing_whole,
    tops_of,
)
from gis.boundaries.drafts.showing import Step, preview_of, seen_shift, shown_after
from gis.boundaries.drafts.working import rows_after, rows_before
from gis.core.access import Actor, Power
from gis.core.editing import (
    Fault,
    FaultCode,
    GridState,
    Plan,
    as_document,
    parse_operation,
    plan,
    reach,
)
from gis.core.editing.faults import refusal
from gis.core.editing.operations import Operation
from gis.core.errors import Conflict, EditRefused, Invalid
from gis.db.session import WriteSession

STANDARD = Band()


def apply_operation(
    session: WriteSession,
    actor: Actor,
    changeset_id: int,
    if_version: int | None,
    operation: Mapping[str, Any] | Operation,
    *,
    dry_run: bool = False,
    band: Band = STANDARD,
) -> Outcome:
    """Work an operation out on a draft, and write it unless it is only tried.

    Parameters
    ----------
    session
        With the scope in which the actor drafts.
    actor
        Who does it.
    changeset_id
        On which draft.
    if_version
        The version that was seen; not needed for a dry run.
    operation
        As `gis.core.editing.parse_operation` takes it, or an operation.
    dry_run
        Nothing is written, and nobody is kept waiting.
    band
        How many households a grid should have.

    Returns
    -------
    Outcome

    Raises
    ------
    EditRefused
        It breaks a rule; ``extra["errors"]`` says where and what would do.
    Invalid
        It cannot be read, or makes no sense for these grids.
    Conflict
        The draft is frozen, or grids that the operation works on were published anew.
    PreconditionRequired, PreconditionFailed
        See `claim`.
    """
    known = parse_operation(operation) if isinstance(operation, Mapping) else operation
    changeset = _claimed(session, changeset_id, if_version, dry_run=dry_run)
    require_power(session, actor, Power.DRAFT, changeset.scope_codes)
    require_editable(changeset)
    with seeing_whole(session):
        step = work_out(session, actor, changeset, known, is_kept=not dry_run)
        preview = preview_of(session, changeset, step, band)
        op_no = None
        if not dry_run:
            op_no = write_step(session, actor, changeset, step)
            set_fields(session, changeset, by=actor.name, state="draft")
    if op_no is not None:
        changeset = get_changeset(session, changeset_id)
    return Outcome(
        changeset,
        op_no,
        as_document(step.plan.operation),
        shown_after(step),
        masked_all(step.plan.auto_fixes),
        masked_all(step.plan.warnings),
        preview,
    )


def _claimed(
    session: WriteSession, changeset_id: int, if_version: int | None, *, dry_run: bool
) -> Changeset:
    if not dry_run:
        return claim(session, changeset_id, if_version)
    changeset = get_changeset(session, changeset_id)
    if if_version is not None:
        require_version(changeset, if_version)
    return changeset


def work_out(
    session: WriteSession,
    actor: Actor,
    changeset: Changeset,
    operation: Operation,
    *,
    is_kept: bool,
) -> Step:
    """Plan an operation on the working state of a draft, and find the rows that it makes.

    Parameters
    ----------
    session
        Sees the whole.
    actor
        Who is told of it.
    changeset
        The draft.
    operation
        What to do.
    is_kept
        Whether the codes that it gives are kept.

    Returns
    -------
    Step
        Nothing is written.

    Raises
    ------
    EditRefused, Invalid, Conflict
        See `apply_operation`.
    """
    taken = GivenCodes(session, is_kept=is_kept)
    ground = read_ground(session, changeset, reach(operation), taken, tops_of(actor))
    planned = planned_on(changeset, ground, operation, taken)
    codes = [ground.code_of(change.code) for change in planned.changes]
    _require_fresh(ground, codes)
    _require_divisions(session, ground, planned)
    prior = read_grids(session, changeset, codes)
    return step_of(session, ground, planned, prior)


def planned_on(
    changeset: Changeset, ground: Ground, operation: Operation, taken: GivenCodes
) -> Plan:
    """Plan an operation, and refuse it where it leaves the scope of the draft.

    Raises
    ------
    EditRefused, Invalid
        Without the names of what whoever asks may not see.
    """
    try:
        planned = plan(ground.neighbourhood, operation, rules_of(changeset, ground, taken))
        _require_scope(changeset, planned)
    except EditRefused as refused:
        raise masked_refusal(refused) from None
    except Invalid as error:
        raise masked_invalid(error) from None
    return planned


def step_of(
    session: WriteSession, ground: Ground, planned: Plan, prior: Mapping[str, DraftGrid]
) -> Step:
    """Return what a plan makes of the rows that there are."""
    real = {alias: code for alias, (code, _) in ground.hidden.items()}
    around = (ground.neighbourhood, planned.after)
    shift = shift_of(session, planned.changes, around, real)
    moved = {real.get(code, code): counted for code, counted in shift.by_grid().items()}
    rows = rows_after(planned.changes, prior, ground.bases, ground.hidden, moved)
    rows = without_unchanged(session, rows, prior)
    return Step(planned, ground, rows, rows_before(rows, prior), seen_shift(shift, ground))


def write_step(session: WriteSession, actor: Actor, changeset: Changeset, step: Step) -> int:
    """Write the rows of an operation and the operation itself; returns its number."""
    write_rows(session, changeset, step.rows)
    told = {
        "auto_fixes": masked_all(step.plan.auto_fixes),
        "warnings": masked_all(step.plan.warnings),
        "lineage": [
            {
                "parent": step.ground.code_of(link.parent),
                "child": step.ground.code_of(link.child),
                "operation": link.operation,
            }
            for link in step.plan.lineage
        ],
        "concerned": sorted(step.concerned),
    }
    return add_operation(
        session,
        changeset,
        author=actor.name,
        parameters=as_document(step.plan.operation),
        rows=(step.replaced, step.rows),
        outcome=told,
    )


def _require_scope(changeset: Changeset, planned: Plan) -> None:
    """Refuse changes of grids in townships that the draft is not about."""
    scope = townships_of(changeset.scope_codes)
    outside = sorted(
        {
            state.code: state
            for change in planned.changes
            for state in (change.before, change.after)
            if change.action != "node_only" and state is not None and state.township not in scope
        }.values(),
        key=lambda state: state.code,
    )
    if outside:
        raise refusal([_outside(state) for state in outside])


def _outside(state: GridState) -> Fault:
    return Fault(
        FaultCode.OUTSIDE_TOWN,
        "error",
        f"Grid {state.label} lies in a township that this changeset is not about.",
        f"网格{state.label_zh}不在本方案的乡镇范围内。",
        grids=(state.code,),
        geometry=state.geometry,
    )


def _require_fresh(ground: Ground, codes: list[str]) -> None:
    """Raise when drafted grids that an operation concerns were published anew."""
    stale = sorted(ground.stale.intersection(codes))
    if stale:
        raise stale_conflict(stale)


def stale_conflict(codes: list[str]) -> Conflict:
    """Return the error about drafted grids that were published anew."""
    listed = ", ".join(codes[:5])
    return Conflict(
        f"Grids of this changeset were published anew by others: {listed}; rebase it.",
        zh=f"方案中的网格已被他人更新并发布：{listed}；请先更新（变基）方案。",
        code="STALE",
        codes=codes,
    )


def _require_divisions(session: WriteSession, ground: Ground, planned: Plan) -> None:
    """Raise when a grid is given to a division that is not there."""
    known = {state.division_code for state in ground.neighbourhood}
    after = {change.after.division_code for change in planned.changes if change.after is not None}
    asked = sorted(after - known)
    if not asked:
        return
    there = session.scalars(text("SELECT code FROM division WHERE code = ANY(:c)"), {"c": asked})
    missing = sorted(set(asked) - set(there))
    if missing:
        raise Invalid(
            f"division_code: there is no division {missing[0]}.",
            zh=f"division_code：没有行政区划 {missing[0]}。",
            field="division_code",
        )
