"""Undo and redo: kept by the server, so that they outlive browsers."""

from __future__ import annotations

from gis.boundaries.drafts.model import Changeset, DraftGrid, Operation, Outcome, ShownGrid
from gis.boundaries.drafts.permits import claim_editable
from gis.boundaries.drafts.queries import (
    get_changeset,
    mark_operation,
    next_operation,
    read_rows,
    set_fields,
    shown_grids,
    write_rows,
)
from gis.boundaries.drafts.seeing import seeing_whole, tops_of
from gis.core.access import Actor
from gis.core.errors import Conflict
from gis.db.session import WriteSession


def undo(session: WriteSession, actor: Actor, changeset_id: int, if_version: int | None) -> Outcome:
    """Undo the last operation of a draft: the rows that it replaced come back to the bit.

    Parameters
    ----------
    session
        With the scope in which the actor drafts.
    actor
        Who does it.
    changeset_id, if_version
        See `claim`.

    Returns
    -------
    Outcome
        The operation that was undone, and its grids as they are now.

    Raises
    ------
    Conflict
        Nothing is left to undo, or the draft is frozen.
    """
    changeset = claim_editable(session, actor, changeset_id, if_version)
    last = next_operation(session, changeset, is_undone=False)
    if last is None:
        raise Conflict("There is nothing to undo.", zh="没有可撤销的操作。")
    return _turn(session, actor, changeset, last, is_undone=True)


def redo(session: WriteSession, actor: Actor, changeset_id: int, if_version: int | None) -> Outcome:
    """Do again what was undone last; what came after an undo has dropped the rest for good.

    Parameters
    ----------
    session
        With the scope in which the actor drafts.
    actor
        Who does it.
    changeset_id, if_version
        See `claim`.

    Returns
    -------
    Outcome
        The operation that was redone, and its grids as they are now.

    Raises
    ------
    Conflict
        Nothing is left to redo, or the draft is frozen.
    """
    changeset = claim_editable(session, actor, changeset_id, if_version)
    first = next_operation(session, changeset, is_undone=True)
    if first is None:
        raise Conflict("There is nothing to redo.", zh="没有可重做的操作。")
    return _turn(session, actor, changeset, first, is_undone=False)


def _turn(
    session: WriteSession,
    actor: Actor,
    changeset: Changeset,
    operation: Operation,
    *,
    is_undone: bool,
) -> Outcome:
    with seeing_whole(session):
        before, after = read_rows(session, changeset, operation.op_no)
        rows: list[DraftGrid] = before if is_undone else after
        write_rows(session, changeset, rows)
        mark_operation(session, changeset, operation.op_no, is_undone=is_undone)
        set_fields(session, changeset, by=actor.name, state="draft")
        codes = [row.code for row in rows]
        shown = shown_grids(session, changeset, tops_of(actor), codes)
        shown += _gone(rows, after if is_undone else before)
    return Outcome(
        get_changeset(session, changeset.changeset_id),
        operation.op_no,
        operation.parameters,
        shown,
        operation.outcome["auto_fixes"],
        operation.outcome["warnings"],
    )


def _gone(rows: list[DraftGrid], others: list[DraftGrid]) -> list[ShownGrid]:
    """Return grids that only the draft ever had, and that it has no more: nothing else tells."""
    return [
        ShownGrid(
            code=was.code,
            action=None,
            name=was.name,
            kind=was.kind,
            division=was.division_code,
            area_m2=None,
            is_stale=False,
            geometry=None,
        )
        for row, was in zip(rows, others, strict=True)
        if row.action is None and was.action == "create"
    ]
