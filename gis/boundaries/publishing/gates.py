"""What a changeset must fulfil in the moment of its publication, whatever was checked before."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pandas as pd
import shapely

from gis.boundaries.publishing.draft import GIVEN, Draft, Working
from gis.boundaries.publishing.renoding import renoded
from gis.boundaries.rules import (
    require_divisions,
    require_exclusive_rules,
    require_kept_layers,
    require_not_given_before,
)
from gis.boundaries.versions import versions_where
from gis.core import clock
from gis.core.chain import chain_residual
from gis.core.coverage import require_tiling
from gis.core.editing import GridChange, GridState, changed_outlines
from gis.core.errors import Conflict, Forbidden, Invalid, NotTiling
from gis.core.soundness import unusable_grids
from gis.db.session import WriteSession

SHOWN = 20


def stale_codes(session: WriteSession, working: Working, day: dt.date) -> list[str]:
    """Find the grids that are not any more what a draft was drawn on.

    Parameters
    ----------
    session
        Reads.
    working
        Of the draft.
    day
        Its effective day.

    Returns
    -------
    list of str
        Codes, sorted. A grid that was published anew since with the same polygon and attributes
        (only its colour or the names of its neighbours are others) is not among them; one that
        holds only from a day after `day` is.
    """
    now = working.before["grid_version_id"].to_dict()
    since = working.before["valid_from"].to_dict()
    # Mostly nobody published them anew, and there is nothing to compare.
    ids = [n for code, n in working.based_on.items() if n is not None and n != now.get(code, n)]
    based = _based(session, working, ids) if ids else working.before
    stale = []
    for code, number in working.based_on.items():
        if number is None:
            # A code that was given in the meantime.
            if code in now:
                stale.append(code)
        elif code not in now:
            stale.append(code)
        else:
            same = now[code] == number or (
                code in based.index and _same(based.loc[code], working.before.loc[code])
            )
            if not same or since[code] > day:
                stale.append(code)
    return sorted(stale)


def _based(session: WriteSession, working: Working, ids: list[int]) -> pd.DataFrame:
    # Of a grid that is not there any more nothing needs to be compared; the others' counties are
    # part of the key by which versions are found.
    return versions_where(
        session,
        "county_code = ANY(:counties) AND grid_version_id = ANY(:ids)",
        counties=sorted(set(working.before["county_code"])),
        ids=ids,
    )


def _same(one: Any, other: Any) -> bool:
    return bytes(one["wkb"]) == bytes(other["wkb"]) and all(one[k] == other[k] for k in GIVEN)


def freshened(session: WriteSession, working: Working, day: dt.date) -> Working:
    """Return a draft on what holds now, if nobody else changed its grids since it was drawn.

    Parameters
    ----------
    session, working, day
        As for `stale_codes`.

    Returns
    -------
    Working
        With its ``node_only`` grids drawn anew where others changed them.

    Raises
    ------
    Conflict
        Names the grids.
    """
    stale = stale_codes(session, working, day)
    if stale:
        working = renoded(working, stale)
        stale = stale_codes(session, working, day)
    if stale:
        shown = ", ".join(stale[:SHOWN])
        raise Conflict(
            f"{len(stale)} grids of this changeset were changed by others since, or hold only from"
            f" a later day: {shown}; rebase the changeset on the current boundaries",
            zh=f"本方案涉及的 {len(stale)} 个网格已被他人修改，或自更晚日期起生效：{shown}；"
            "请将方案更新到现行边界",
            codes=stale,
        )
    return working


def effective_day(draft: Draft) -> dt.date:
    """Return the first day of the new boundaries: the draft's, or today.

    Raises
    ------
    Invalid
        It lies in the future.
    """
    today = clock.today()
    day = draft.effective_from or today
    if day > today:
        raise Invalid(
            f"The changeset takes effect on a later day ({day}, today is {today}); schedule it, and"
            " it is published on that day by itself.",
            zh=f"方案自 {day} 起生效（今天是 {today}），请预定发布，届时将自动发布。",
            effective_from=day.isoformat(),
        )
    return day


def require_sound(working: Working) -> None:
    """Raise unless every polygon by itself can be published.

    Parameters
    ----------
    working
        Of the draft.

    Raises
    ------
    NotTiling
        A polygon is missing, not valid or not on the lattice, or has too long a segment.
    """
    after = working.after
    bad = unusable_grids(after.geometry.to_numpy(), list(after["code"]))
    if bad:
        defects = [defect for _, defect in bad]
        raise NotTiling(defects[0].detail, zh=defects[0].detail_zh, codes=list(defects[0].codes))


def require_members(working: Working, draft: Draft, paths: dict[str, list[str]]) -> None:
    """Raise unless every grid belongs to the changeset's county, to a division and to its layer.

    Parameters
    ----------
    working, draft
        What is published.
    paths
        Division code → codes from the root down to it, of the grids' divisions.

    Raises
    ------
    Invalid
        Names a grid.
    """
    after = working.after
    require_divisions(after, paths)
    foreign = [code for code in working.codes if code[:6] != draft.county_code]
    if foreign:
        raise Invalid(
            f"Grid {foreign[0]} does not lie in the county {draft.county_code} of this changeset.",
            zh=f"网格 {foreign[0]} 不属于本方案所在的县（{draft.county_code}）。",
            codes=foreign[:SHOWN],
        )
    require_kept_layers(after, working.before)


def require_new_codes(session: WriteSession, working: Working) -> None:
    """Raise when a created grid would get a code that another one had, see `rules`."""
    created = [code for code, action in working.actions.items() if action == "create"]
    require_not_given_before(session, created)


def require_same_footprint(working: Working) -> None:
    """Raise unless the basic grids cover afterwards exactly what they covered before.

    Nothing else is looked at: with the same signed chain the rest of the county still tiles, and
    the county's own border is as it was. Signed, hence in both directions: a one-sided edit leaves
    its segments over, whichever side it is on.

    Parameters
    ----------
    working
        Of the draft; valid, shells counter-clockwise.

    Raises
    ------
    NotTiling
        Tells where.
    """
    old, new = basic_states(working)
    residual = chain_residual(_shapes(new), outline=_shapes(old))
    if len(residual) == 0:
        return
    # Explained against the old grids' union; where that is no area, plainly.
    outline = shapely.union_all([state.geometry for state in old])
    if new and outline.geom_type in {"Polygon", "MultiPolygon"}:
        require_tiling(_shapes(new), [state.code for state in new], outline=outline)
    raise NotTiling(
        f"The changed grids do not cover exactly what they covered before ({len(residual)}"
        " border segments are left over); redraw the border on both sides",
        zh=f"变更后的网格与变更前覆盖范围不完全一致（剩余 {len(residual)} 段边界），"
        "请同时修改边界两侧",
        codes=working.codes[:SHOWN],
    )


def require_scope(working: Working, draft: Draft, paths: dict[str, list[str]]) -> None:
    """Raise when a change reaches beyond the townships that the draft was approved for.

    Parameters
    ----------
    working, draft
        What is published. Vertices that a neighbour needs (``node_only``) reach nowhere.
    paths
        Division code → codes from the root down to it.

    Raises
    ------
    Forbidden
        Names the divisions.
    """
    inside = {owner for owner, path in paths.items() if _is_inside(path, set(draft.scope_codes))}
    beyond = set()
    owners = [
        *zip(working.before.index, working.before["division_code"], strict=True),
        *zip(working.after["code"], working.after["division_code"], strict=True),
    ]
    for code, owner in owners:
        if working.actions[code] != "node_only" and owner not in inside:
            beyond.add(owner[:9])
    moved = changed_outlines(grid_changes(working))
    covered = {code[:9] for owner in inside for code in paths[owner]}
    beyond |= {township for township in moved if township not in covered}
    if beyond:
        shown = ", ".join(sorted(beyond))
        raise Forbidden(
            f"The changeset changes {shown}, beyond the townships that it was approved for;"
            " put them into its scope and let each approve",
            zh=f"本方案的变更涉及未纳入审核范围的乡镇：{shown}；请将其纳入范围并由各方审核",
            divisions=sorted(beyond),
        )


def _is_inside(path: list[str], scope: set[str]) -> bool:
    """Tell whether a division lies in a scope; a county stands for itself, not for what is below.

    Counties end with six zeros; in a scope they mean the exclusive grids of the county as such.
    """
    return any(code in scope for code in path if code == path[-1] or not code.endswith("000000"))


def require_exclusive(after: pd.DataFrame, touched: set[str], paths: dict[str, list[str]]) -> None:
    """Raise when exclusive grids near the change break their rules afterwards.

    Parameters
    ----------
    after
        All grids near the change, as they will be.
    touched
        Codes that the change is about.
    paths
        Division code → codes from the root down to it.

    Raises
    ------
    Invalid
        They overlap, or lie in more than one township.
    """
    is_exclusive = (after["kind"] == "exclusive").to_numpy()
    shapes = after.geometry.to_numpy()
    near = shapely.STRtree(shapes[after["code"].isin(touched).to_numpy()])
    hit = near.query(shapes[is_exclusive], predicate="intersects")[0]
    looked_at = after[is_exclusive].iloc[sorted(set(hit.tolist()))]
    if not looked_at.empty:
        require_exclusive_rules(looked_at, after[~is_exclusive], paths)


def grid_changes(working: Working) -> list[GridChange]:
    """Return a draft as the pure core sees it."""
    before = {state.code: state for state in _states_before(working)}
    after = {state.code: state for state in _states_after(working)}
    return [
        GridChange(working.actions[code], code, before.get(code), after.get(code))  # type: ignore[arg-type]
        for code in working.codes
    ]


def basic_states(working: Working) -> tuple[list[GridState], list[GridState]]:
    """Return the basic grids before and after."""
    old, new = _states_before(working), _states_after(working)
    return [s for s in old if s.layer == "basic"], [s for s in new if s.layer == "basic"]


def _states_before(working: Working) -> list[GridState]:
    rows = working.before
    shapes = shapely.from_wkb([bytes(wkb) for wkb in rows["wkb"]])
    return _states(zip(rows.index, rows["kind"], rows["division_code"], shapes, strict=True))


def _states_after(working: Working) -> list[GridState]:
    rows = working.after
    return _states(
        zip(rows["code"], rows["kind"], rows["division_code"], rows.geometry, strict=True)
    )


def _states(rows: Any) -> list[GridState]:
    return [GridState(*row) for row in rows]


def _shapes(states: list[GridState]) -> Any:
    return pd.Series([state.geometry for state in states], dtype=object).to_numpy()
