"""Drafts: lists of operations, replayed from the published boundaries."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from gis.core.editing.model import Action, Descent, GridChange, Neighbourhood, Plan, Rules
from gis.core.editing.operations import Operation
from gis.core.editing.planning import plan
from gis.core.errors import Invalid


@dataclass(frozen=True, slots=True)
class Folded:
    """What a list of operations does all together.

    Attributes
    ----------
    plans
        One for each operation, in their order.
    changes
        From before the first to after the last, by code; what was made and unmade is left out.
    lineage
        From the grids before to the grids after.
    after
        The neighbourhood with everything done.
    """

    plans: tuple[Plan, ...]
    changes: tuple[GridChange, ...]
    lineage: tuple[Descent, ...]
    after: Neighbourhood = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rebased:
    """What became of an operation when it was replayed on newer boundaries.

    Attributes
    ----------
    operation
        The operation.
    state
        ``clean``, or ``conflict``: then it was left out, and the author decides.
    reason
        Why it is in conflict: what it was refused for; None when it is clean.
    plan
        What it does on the newer boundaries; None in conflict.
    """

    operation: Operation
    state: Literal["clean", "conflict"]
    reason: Invalid | None
    plan: Plan | None


def fold(neighbourhood: Neighbourhood, operations: Iterable[Operation], rules: Rules) -> Folded:
    """Replay operations, each on the result of those before.

    Parameters
    ----------
    neighbourhood
        What all of them need to see (`gis.core.editing.reach`).
    operations
        In their order, without those that were undone.
    rules
        As for `gis.core.editing.plan`. Codes that one operation gave are not given again, even
        if a later one retires the grid.

    Returns
    -------
    Folded

    Raises
    ------
    EditRefused
        ``extra["operation"]`` is the number of the operation that is refused, from 0.
    Invalid
        As for `gis.core.editing.plan`.
    """
    plans: list[Plan] = []
    given: set[str] = set()
    now = neighbourhood
    for number, operation in enumerate(operations):
        try:
            one = plan(now, operation, _without(rules, given))
        except Invalid as error:
            error.extra["operation"] = number
            raise
        plans.append(one)
        given |= {change.code for change in one.changes if change.action == "create"}
        now = one.after
    return Folded(tuple(plans), _net(neighbourhood, plans, now), _lineage(plans), now)


def rebase(
    old: Neighbourhood, new: Neighbourhood, operations: Sequence[Operation], rules: Rules
) -> list[Rebased]:
    """Replay operations of a draft on newer boundaries.

    Parameters
    ----------
    old
        The boundaries on which the draft was made.
    new
        Those of now.
    operations
        In their order; all of them fold on `old`.
    rules
        As for `gis.core.editing.plan`.

    Returns
    -------
    list of Rebased
        One for each operation. It is clean when it is accepted on the newer boundaries and
        concerns the same grids as it did; those in conflict are left out, and later ones are
        replayed without them.

    Raises
    ------
    EditRefused
        The operations do not fold on `old`.
    """
    meant = fold(old, operations, rules)
    given: set[str] = set()
    result = []
    for operation, before in zip(operations, meant.plans, strict=True):
        # With the codes that it was given: what others say about its grids stays true.
        found = _replayed(new, operation, before, _without(rules, given))
        result.append(found)
        if found.plan is not None:
            new = found.plan.after
            given |= {c.code for c in found.plan.changes if c.action == "create"}
    return result


def _replayed(now: Neighbourhood, operation: Operation, before: Plan, rules: Rules) -> Rebased:
    try:
        after = plan(now, before.operation, rules)
    except Invalid as error:
        return Rebased(operation, "conflict", error, None)
    then, concerned = _concerned(before), _concerned(after)
    if then != concerned:
        others = sorted(then ^ concerned)
        reason = Invalid(
            f"the operation would now concern other grids than it did ({', '.join(others)})",
            zh=f"该操作现在涉及的网格与原来不同({'、'.join(others)})",
            codes=others,
        )
        return Rebased(operation, "conflict", reason, None)
    return Rebased(operation, "clean", None, after)


def _concerned(one: Plan) -> set[str]:
    return {change.code for change in one.changes if change.action != "node_only"}


def _without(rules: Rules, given: set[str]) -> Rules:
    """Return rules that do not offer the given codes."""
    if not given:
        return rules
    taken = frozenset(given)

    def free_codes(division_code: str, kind: str) -> Iterable[str]:
        return (code for code in rules.free_codes(division_code, kind) if code not in taken)

    return replace(rules, free_codes=free_codes)


def _net(
    before: Neighbourhood, plans: Iterable[Plan], after: Neighbourhood
) -> tuple[GridChange, ...]:
    """Return what differs in the end."""
    touched: dict[str, set[Action]] = {}
    for one in plans:
        for change in one.changes:
            touched.setdefault(change.code, set()).add(change.action)
    found = []
    for code in sorted(touched):
        was, now = before.get(code), after.get(code)
        if was == now:
            continue
        action: Action = "node_only" if touched[code] == {"node_only"} else "modify"
        if was is None:
            action = "create"
        elif now is None:
            action = "retire"
        found.append(GridChange(action, code, was, now))
    return tuple(found)


def _lineage(plans: Sequence[Plan]) -> tuple[Descent, ...]:
    """Return descents through all operations; grids that came and went are left out."""
    ancestors: dict[str, dict[str, str]] = {}  # grid → grids before the first → operation
    for one in plans:
        step: dict[str, dict[str, str]] = {}
        for link in one.lineage:
            own = ancestors.get(link.parent, {link.parent: link.operation})
            step.setdefault(link.child, {}).update(dict.fromkeys(own, link.operation))
        existed = {c.code: c.before is not None for c in one.changes}
        for child, found in step.items():
            if existed.get(child, False):
                kept = ancestors.get(child, {child: one.operation.op})
                step[child] = {**kept, **found}
        ancestors.update(step)
        for change in one.changes:
            if change.action == "retire":
                ancestors.pop(change.code, None)
    return tuple(
        Descent(parent, child, operation)
        for child, found in sorted(ancestors.items())
        for parent, operation in sorted(found.items())
        if len(found) > 1 or parent != child
    )
