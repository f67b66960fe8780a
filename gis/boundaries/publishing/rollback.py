"""Rollback: a draft that puts back what was, and goes through the same gates as any other."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pandas as pd
import shapely
from sqlalchemy import text

from gis.boundaries.descent import differ_by_nodes
from gis.boundaries.publishing.draft import GIVEN
from gis.boundaries.rules import division_paths, township_of
from gis.boundaries.telling import tell_changeset
from gis.boundaries.versions import OPEN, versions_where
from gis.core.errors import Conflict, Forbidden, NotFound
from gis.db.session import WriteSession
from gis.db.sql import read_sql


@dataclass(frozen=True, slots=True)
class _Step:
    """What a rollback does with one grid: from the version that holds to the one that held."""

    code: str
    action: str
    now: int | None
    then: int | None
    owners: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Restoring:
    """Which generation is restored, on which one, and what the draft is called."""

    newest: int
    target: int
    title: str
    scope: list[str]


def draft_rollback(
    session: WriteSession,
    county: str,
    generation: int,
    *,
    actor: str,
    only: bool = False,
    may: Callable[[list[str]], bool] | None = None,
) -> int:
    """Make a draft that undoes what was published.

    Parameters
    ----------
    session
        Writes the draft.
    county
        Six digits.
    generation
        Which one: the boundaries go back to what they were in it. With `only`, instead, what this
        one generation changed goes back to what it was right before, and later changes stay.
    actor
        The draft's author.
    only
        See `generation`.
    may
        Tells whether the author may draw in a township, of which it is given the path; None where
        that was asked before.

    Returns
    -------
    int
        Number of the changeset, of kind ``rollback``, in state ``draft``.

    Raises
    ------
    NotFound
        There is no such generation.
    Conflict
        Nothing would change; or, with `only`, a grid was changed again since.
    Forbidden
        It reaches into townships in which the author may not draw.
    """
    newest = _require_generation(session, generation)
    target = generation - 1 if only else generation
    title = f"撤销第 {generation} 版" if only else f"回退到第 {generation} 版"
    then = versions_where(
        session,
        "county_code = :county AND generations @> CAST(:target AS bigint) AND upper_inf(valid)",
        county=county,
        target=target,
    )
    if then.empty:
        raise Conflict(
            f"{county} had no boundaries before generation {generation}.",
            zh=f"{county} 在第 {generation} 版之前没有网格边界。",
        )
    now = versions_where(session, f"{OPEN} AND county_code = :county", county=county)
    if only:
        then, now = _changed_by(session, county, generation, then, now)
    steps = _steps(then, now)
    if not any(step.action != "node_only" for step in steps):
        raise Conflict(
            f"The boundaries of {county} are as they were in generation {target}.",
            zh=f"{county} 的网格边界与第 {target} 版相同，无需回退。",
        )
    paths = _scope(session, steps)
    _require_allowed(paths, may)
    restoring = _Restoring(newest, target, title, sorted(paths))
    changeset = _write_draft(session, county, restoring, actor)
    session.execute(
        text(read_sql(__file__, "write_rollback")),
        {
            "county": county,
            "id": changeset,
            "codes": [step.code for step in steps],
            "actions": [step.action for step in steps],
            "now": [step.now for step in steps],
            "then": [step.then for step in steps],
        },
    )
    return changeset


def _require_allowed(paths: dict[str, list[str]], may: Callable[[list[str]], bool] | None) -> None:
    """Raise when a rollback reaches into townships in which its author may not draw."""
    if may is not None and not all(map(may, paths.values())):
        raise Forbidden(
            "The rollback reaches into townships in which you may not draw; ask the county.",
            zh="该回退涉及您无权编辑的乡镇，请由县级管理员办理。",
        )


def _require_generation(session: WriteSession, generation: int) -> int:
    newest: int | None = session.scalar(text("SELECT max(generation) FROM generation"))
    if newest is None or not 0 < generation <= newest:
        raise NotFound(
            f"There is no generation {generation}; the newest is {newest}.",
            zh=f"没有第 {generation} 版网格；最新为第 {newest} 版。",
            generation=generation,
        )
    return newest


def _changed_by(
    session: WriteSession, county: str, generation: int, then: pd.DataFrame, now: pd.DataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return the grids that one generation changed and nobody since: before it, and now."""
    after = versions_where(
        session,
        "county_code = :county AND generations @> CAST(:generation AS bigint) AND upper_inf(valid)",
        county=county,
        generation=generation,
    )
    touched = {step.code for step in _steps(then, after)}
    moved_on = sorted(touched & {step.code for step in _steps(after, now)})
    if moved_on:
        raise Conflict(
            f"{len(moved_on)} grids that generation {generation} changed were changed again since,"
            f" for example {moved_on[0]}; roll back to a generation instead, or undo the later"
            " ones first",
            zh=f"第 {generation} 版变更的 {len(moved_on)} 个网格此后又有修改，例如 {moved_on[0]}；"
            "请改为整体回退到某一版，或先撤销其后的版本",
            codes=moved_on,
        )
    return then[then.index.isin(touched)], now[now.index.isin(touched)]


def _steps(then: pd.DataFrame, now: pd.DataFrame) -> list[_Step]:
    """Return what leads from one set of versions back to another, by code."""
    steps = []
    for code in sorted({*then.index, *now.index}):
        old = then.loc[code] if code in then.index else None
        new = now.loc[code] if code in now.index else None
        action = _action(old, new)
        if action is not None:
            owners = frozenset(v["division_code"] for v in (old, new) if v is not None)
            steps.append(_Step(code, action, _number(new), _number(old), owners))
    return steps


def _number(version: Any) -> int | None:
    return None if version is None else int(version["grid_version_id"])


def _action(old: Any, new: Any) -> str | None:
    if old is None or new is None:
        return "retire" if old is None else "create"
    is_same_given = all(old[key] == new[key] for key in GIVEN)
    if old["grid_version_id"] == new["grid_version_id"] or (
        is_same_given and bytes(old["wkb"]) == bytes(new["wkb"])
    ):
        return None
    shapes = shapely.from_wkb([bytes(old["wkb"]), bytes(new["wkb"])])
    return "node_only" if is_same_given and differ_by_nodes(*shapes) else "modify"


def _scope(session: WriteSession, steps: list[_Step]) -> dict[str, list[str]]:
    """Return the townships that are changed by more than vertices, with their paths."""
    meant = {o for step in steps if step.action != "node_only" for o in step.owners}
    paths = division_paths(session, sorted(meant)).values()
    return {(code := township_of(path)): path[: path.index(code) + 1] for path in paths}


def _write_draft(session: WriteSession, county: str, restoring: _Restoring, actor: str) -> int:
    number: int = session.execute(
        text(
            "INSERT INTO changeset (county_code, title, author, base_generation, scope_codes,"
            "                       kind, restores_generation)"
            " VALUES (:county, :title, :actor, :newest, :scope, 'rollback', :target)"
            " RETURNING changeset_id"
        ),
        {
            "county": county,
            "title": restoring.title,
            "actor": actor,
            "newest": restoring.newest,
            "scope": restoring.scope,
            "target": restoring.target,
        },
    ).scalar_one()
    tell_changeset(session, number, version=1, state="draft", by=actor, scope_codes=restoring.scope)
    return number
