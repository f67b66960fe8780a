"""A draft on newer boundaries: each operation replayed, and told what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from gis.boundaries.drafts.ground import GivenCodes, Ground, joined, read_ground
from gis.boundaries.drafts.model import Changeset, DraftGrid, Operation
from gis.boundaries.drafts.operating import planned_on, step_of, write_step
from gis.boundaries.drafts.permits import claim_editable
from gis.boundaries.drafts.queries import (
    drop_operations,
    get_changeset,
    list_operations,
    read_rows,
    set_fields,
)
from gis.boundaries.drafts.seeing import seeing_whole, tops_of
from gis.boundaries.drafts.showing import Step
from gis.boundaries.drafts.working import state_of
from gis.core.access import Actor
from gis.core.editing import Neighbourhood, Plan, Replace, Replacement, parse_operation, reach
from gis.core.editing.model import Reach
from gis.core.errors import Conflict, Invalid
from gis.db.session import WriteSession, as_reader
from gis.grids import current_generation

#: What to do with an operation in conflict: put its grids there as the draft has them, or leave it.
Choice = Literal["keep", "drop"]


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of an operation on newer boundaries.

    Attributes
    ----------
    op_no
        Its number in the draft as it was.
    state
        ``clean``; ``kept`` and ``dropped`` as chosen; ``conflict`` where somebody has to choose.
    detail, detail_zh, errors
        Why it is in conflict; None and empty where it is not.
    """

    op_no: int
    operation: str
    state: Literal["clean", "kept", "dropped", "conflict"]
    detail: str | None = None
    detail_zh: str | None = None
    errors: Sequence[Mapping[str, Any]] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class Rebase:
    """What a rebase did, or would do once somebody has chosen.

    Attributes
    ----------
    changeset
        As it is now.
    is_written
        False while an operation is in conflict and nobody has chosen.
    """

    changeset: Changeset
    is_written: bool
    operations: list[Replayed]


def rebase_changeset(
    session: WriteSession,
    actor: Actor,
    changeset_id: int,
    if_version: int | None,
    choices: Mapping[int, Choice],
) -> Rebase:
    """Put a draft on the newest boundaries.

    Parameters
    ----------
    session
        With the scope in which the actor drafts.
    actor
        Who does it.
    changeset_id, if_version
        See `claim`.
    choices
        Number of an operation → what to do if it is in conflict.

    Returns
    -------
    Rebase
        Nothing is written while an operation is in conflict without a choice.

    Raises
    ------
    Conflict
        The draft is frozen, or a rollback.
    """
    changeset = claim_editable(session, actor, changeset_id, if_version)
    if changeset.kind == "rollback":
        # It holds grids without operations: there is nothing to replay.
        raise Conflict(
            "A rollback cannot be rebased; make it anew from its generation.",
            zh="回退方案不能更新，请在版次中重新发起回退。",
        )
    with seeing_whole(session):
        replay = _Replay(session, actor, changeset)
        held = [one for one in list_operations(session, changeset) if not one.is_undone]
        told = replay.all(held, choices)
        is_written = all(one.state != "conflict" for one in told)
        if is_written:
            drop_operations(session, changeset)
            for step in replay.steps:
                write_step(session, actor, changeset, step)
            newest = current_generation(as_reader(session))
            set_fields(session, changeset, by=actor.name, state="draft", base_generation=newest)
    return Rebase(get_changeset(session, changeset_id), is_written, told)


class _Replay:
    """Replays operations one after the other, in memory."""

    def __init__(self, session: WriteSession, actor: Actor, changeset: Changeset) -> None:
        self._session = session
        self._actor = actor
        self._changeset = changeset
        self._rows: dict[str, DraftGrid] = {}
        self.steps: list[Step] = []

    def all(self, held: Sequence[Operation], choices: Mapping[int, Choice]) -> list[Replayed]:
        """Replay operations and tell what became of each."""
        if not held:
            return []
        after = {one.op_no: read_rows(self._session, self._changeset, one.op_no)[1] for one in held}
        ground = self._ground(held, after)
        told = []
        for one in held:
            result, ground = self._one(one, after[one.op_no], ground, choices.get(one.op_no))
            told.append(result)
        return told

    def _ground(
        self, held: Sequence[Operation], after: Mapping[int, Sequence[DraftGrid]]
    ) -> Ground:
        rows = [row for one in after.values() for row in one]
        shapes = [state_of(row).geometry.bounds for row in rows if row.geometry is not None]
        near = Reach(tuple({row.code for row in rows}), tuple(shapes))
        asked = joined([near, *(reach(parse_operation(one.parameters)) for one in held)])
        return read_ground(
            self._session,
            self._changeset,
            asked,
            self._taken(),
            tops_of(self._actor),
            drafted=False,
        )

    def _one(
        self,
        one: Operation,
        rows: Sequence[DraftGrid],
        ground: Ground,
        choice: Choice | None,
    ) -> tuple[Replayed, Ground]:
        try:
            planned = planned_on(
                self._changeset, ground, parse_operation(one.parameters), self._taken()
            )
            _require_same(one, ground, planned)
            state: Literal["clean", "kept"] = "clean"
        except Invalid as error:
            if choice == "drop":
                return Replayed(one.op_no, one.operation, "dropped"), ground
            if choice is None:
                return _conflict(one, error), ground
            try:
                planned = planned_on(self._changeset, ground, _mine(rows), self._taken())
                state = "kept"
            except Invalid as refused:
                return _conflict(one, refused), ground
        step = step_of(self._session, ground, planned, self._rows)
        self.steps.append(step)
        self._rows |= {row.code: row for row in step.rows}
        now = Ground(
            _with(planned, self._taken()),
            ground.bases,
            ground.stale,
            ground.hidden,
            ground.townships,
        )
        return Replayed(one.op_no, one.operation, state), now

    def _taken(self) -> GivenCodes:
        return _Open(GivenCodes(self._session, is_kept=True))


class _Open(GivenCodes):
    """Codes for a replay: those that the draft's operations gave before are theirs."""

    def __init__(self, codes: GivenCodes) -> None:
        self._codes = codes

    def __contains__(self, code: object) -> bool:
        return False

    def free(self, division_code: str, kind: str) -> Any:
        """Yield codes that were never given."""
        return self._codes.free(division_code, kind)


def _with(planned: Plan, taken: GivenCodes) -> Neighbourhood:
    return Neighbourhood(planned.after, taken)


def _require_same(one: Operation, ground: Ground, planned: Plan) -> None:
    """Raise unless an operation concerns the grids that it did."""
    changes = (change for change in planned.changes if change.action != "node_only")
    now = {ground.code_of(change.code) for change in changes}
    others = sorted(now ^ set(one.outcome["concerned"]))
    if others:
        raise Invalid(
            f"The operation would now concern other grids than it did: {', '.join(others)}.",
            zh=f"该操作现在涉及的网格与原来不同：{'、'.join(others)}。",
            codes=others,
        )


def _mine(rows: Sequence[DraftGrid]) -> Replace:
    """Return the operation that puts grids there as the draft has them."""
    meant = [row for row in rows if row.action not in (None, "node_only")]
    states = [state_of(row) for row in meant if row.geometry is not None]
    if not states:
        raise Invalid("Nothing of it is left to keep.", zh="该操作没有可保留的内容。")
    return Replace(
        tuple(Replacement(s.code, s.geometry, s.kind, s.division_code, s.name) for s in states),
        tuple(row.code for row in meant if row.geometry is None),
    )


def _conflict(one: Operation, error: Invalid) -> Replayed:
    return Replayed(
        one.op_no,
        one.operation,
        "conflict",
        error.detail,
        error.detail_zh,
        error.extra.get("errors", ()),
    )
