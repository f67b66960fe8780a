"""What a changeset wants published: its rows, and the versions that they stand on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import pandas as pd
import shapely
from sqlalchemy import text

from gis.boundaries.versions import OPEN, Changes, versions_where
from gis.core.errors import Conflict, NotFound
from gis.db.session import WriteSession

#: Of a grid, besides its polygon: what a draft changes, and what two versions are compared by.
GIVEN = ("name", "kind", "division_code", "attributes")


@dataclass(frozen=True, slots=True)
class Draft:
    """A changeset on its way into force."""

    changeset_id: int
    county_code: str
    kind: str
    title: str
    effective_from: dt.date | None
    scope_codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Working:
    """The working state of a draft.

    Attributes
    ----------
    before
        Versions that hold now of the grids that it touches, indexed by code
        (`gis.boundaries.versions.VERSION_COLUMNS`).
    after
        What it makes of them: ``code``, ``name``, ``kind``, ``division_code``, ``attributes``,
        ``geometry`` (MultiPolygon, canonical degrees), by code; retired ones left out.
    actions
        Code → create, modify, retire or node_only.
    based_on
        Code → the version that the draft was drawn on; None for a new grid.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    actions: dict[str, str]
    based_on: dict[str, int | None]

    @property
    def codes(self) -> list[str]:
        """Every grid that it touches."""
        return sorted(self.actions)

    @property
    def changes(self) -> Changes:
        """What it creates, changes (nodes included) and retires."""
        by = {"create": [], "modify": [], "retire": []}  # type: dict[str, list[str]]
        for code in self.codes:
            action = self.actions[code]
            by["modify" if action == "node_only" else action].append(code)
        return Changes(created=by["create"], changed=by["modify"], retired=by["retire"])


def claim_draft(session: WriteSession, changeset_id: int) -> Draft:
    """Read an approved changeset, and keep everybody from it until the transaction ends.

    Parameters
    ----------
    session
        Holds the lock.
    changeset_id
        Which one.

    Returns
    -------
    Draft

    Raises
    ------
    NotFound
        There is none.
    Conflict
        It is not approved.
    """
    row = session.execute(
        text(
            "SELECT changeset_id, county_code, kind, title, effective_from, scope_codes, state,"
            "       published_generation FROM changeset WHERE changeset_id = :id FOR UPDATE"
        ),
        {"id": changeset_id},
    ).one_or_none()
    if row is None:
        raise NotFound(
            f"There is no changeset {changeset_id}.", zh=f"没有编号为 {changeset_id} 的调整方案。"
        )
    if row.state != "approved":
        raise Conflict(
            f"Changeset {changeset_id} is {row.state}; only an approved one can be published.",
            zh=f"调整方案 {changeset_id} 的状态为 {row.state}，只有审核通过的方案才能发布。",
            state=row.state,
            published_generation=row.published_generation,
        )
    return Draft(
        row.changeset_id,
        row.county_code,
        row.kind,
        row.title,
        row.effective_from,
        tuple(row.scope_codes),
    )


def read_working(session: WriteSession, draft: Draft) -> Working:
    """Read the working state of a draft, and what holds now in its place.

    Parameters
    ----------
    session
        Reads.
    draft
        Which one.

    Returns
    -------
    Working

    Raises
    ------
    Conflict
        It changes nothing.
    """
    rows = session.execute(
        text(
            "SELECT code, base_version_id, action, name, kind, division_code, attributes,"
            "       ST_AsBinary(geom) AS wkb FROM changeset_grid"
            " WHERE county_code = :county AND changeset_id = :id"
            ' ORDER BY code COLLATE "C"'
        ),
        {"county": draft.county_code, "id": draft.changeset_id},
    ).all()
    if not rows:
        raise Conflict(
            f"Changeset {draft.changeset_id} changes no grid; there is nothing to publish.",
            zh=f"调整方案 {draft.changeset_id} 没有任何网格变更，无需发布。",
        )
    actions = {row.code: row.action for row in rows}
    before = versions_where(session, f"{OPEN} AND code = ANY(:codes)", codes=list(actions))
    kept = [row for row in rows if row.action != "retire"]
    columns = {name: [_given(row, name, before) for row in kept] for name in GIVEN}
    columns["attributes"] = [value or {} for value in columns["attributes"]]
    columns = {"code": [row.code for row in kept], **columns}
    columns["geometry"] = [_shape(row, before) for row in kept]
    # Not geopandas': every look at a column costs it more than the polygons do.
    after = pd.DataFrame(columns, dtype=object)
    return Working(before, after, actions, {row.code: row.base_version_id for row in rows})


def _given(row: Any, name: str, before: pd.DataFrame) -> Any:
    """Return what a row says, or where it says nothing what holds now."""
    value = getattr(row, name)
    return before.at[row.code, name] if value is None and row.code in before.index else value


def _shape(row: Any, before: pd.DataFrame) -> Any:
    if row.wkb is None and row.code in before.index:
        return shapely.from_wkb(bytes(before.at[row.code, "wkb"]))
    return None if row.wkb is None else shapely.from_wkb(bytes(row.wkb))
