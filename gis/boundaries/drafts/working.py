"""The working state of a draft: how an operation's changes are laid over what it has already."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

import shapely

from gis.boundaries.drafts.model import DraftGrid
from gis.core.crs import STORED_SRID
from gis.core.editing import GridChange, GridState
from gis.core.editing.model import Action


def rows_after(
    changes: Iterable[GridChange],
    prior: Mapping[str, DraftGrid],
    bases: Mapping[str, int | None],
    hidden: Mapping[str, tuple[str, str]],
    moved: Mapping[str, Mapping[str, int]],
) -> list[DraftGrid]:
    """Return the rows that hold the working state after some changes.

    Parameters
    ----------
    changes
        Of one operation.
    prior
        Code → row before it.
    bases
        Code in the changes → published version of a grid that has no row yet.
    hidden
        Code in the changes → code and name of the grid, where whoever asks may not see it.
    moved
        Code → what the operation adds to and takes from the grid's figures.

    Returns
    -------
    list of DraftGrid
        One for each change; without an action where the draft then leaves the grid alone.
    """
    rows = []
    for change in changes:
        code, name = hidden.get(change.code, (change.code, None))
        before = prior.get(code)
        base = bases.get(change.code) if before is None else before.base_version_id
        row = DraftGrid(code, _action(change.action, before), base)
        state = change.after or change.before
        if row.action is not None and state is not None:
            row = _described(row, state, change, name)
            row = replace(row, moved=_sum(before.moved if before else {}, moved.get(code, {})))
        rows.append(row)
    return rows


def rows_before(rows: Iterable[DraftGrid], prior: Mapping[str, DraftGrid]) -> list[DraftGrid]:
    """Return the rows that others replace; without an action where there was none."""
    return [prior.get(row.code, DraftGrid(row.code, None)) for row in rows]


def state_of(row: DraftGrid) -> GridState:
    """Return a row as a grid; it is not one of a retired grid."""
    return GridState(
        row.code,
        row.kind or "",
        row.division_code or "",
        shapely.from_wkb(row.geometry),
        row.name or "",
        row.attributes,
    )


def hex_of(geometry: Any) -> str:
    """Return a geometry as PostgreSQL writes it: EWKB in hexadecimal."""
    return str(shapely.to_wkb(shapely.set_srid(geometry, STORED_SRID), hex=True, include_srid=True))


def _action(action: Action, before: DraftGrid | None) -> Action | None:
    """Return what a draft does to a grid if it did something before and does this now."""
    if before is None or before.action is None:
        return action
    if action == "retire":
        return None if before.action == "create" else "retire"
    if before.action == "node_only":
        return action
    return before.action


def _described(row: DraftGrid, state: GridState, change: GridChange, name: str | None) -> DraftGrid:
    return replace(
        row,
        name=state.name if name is None else name,
        kind=state.kind,
        division_code=state.division_code,
        geometry=None if change.after is None else hex_of(state.geometry),
        attributes=dict(state.attributes),
    )


def _sum(one: Mapping[str, int], other: Mapping[str, int]) -> dict[str, int]:
    total = {key: one.get(key, 0) + other.get(key, 0) for key in {*one, *other}}
    return {key: value for key, value in sorted(total.items()) if value}
