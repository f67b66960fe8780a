"""All that locating rows needs: the locator, names to write beside codes, the deployment's box."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
from numpy.typing import ArrayLike
from sqlalchemy import text

from gis.core.crs import Crs
from gis.core.datum import Bounds
from gis.core.locator import Locator
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.grids import load_locator, resolve_snapshot
from gis.grids.bulk import Answers, locate_many
from gis.profiles import Profile


@dataclass(frozen=True, slots=True)
class Kit:
    """What locating rows needs; may be pickled and sent to another process.

    Attributes
    ----------
    locator
        Of the boundaries that are meant.
    snapshot
        Which boundaries.
    bounds
        The deployment's box.
    basic
        One row for each basic grid in the locator's order: ``basic_code``, ``basic_name``, and
        code and name of the division of each level above it.
    exclusive
        One row for each exclusive grid: ``exclusive_code``, ``exclusive_name``.
    """

    locator: Locator
    snapshot: Snapshot
    bounds: Bounds
    basic: pa.Table
    exclusive: pa.Table

    @property
    def columns(self) -> list[str]:
        """Names of the columns that are appended, in their order."""
        return [
            *self.basic.column_names,
            *self.exclusive.column_names,
            "responsible_code",
            "generation",
            "error",
            "error_zh",
        ]

    def locate(self, x: ArrayLike, y: ArrayLike, crs: Crs | str, *, threads: int = 1) -> Answers:
        """Find the grids of positions; see `gis.grids.bulk.locate_many`."""
        return locate_many(self.locator, x, y, crs, self.bounds, threads=threads)


def load_kit(
    session: ReadSession,
    profile: Profile,
    generation: int | None = None,
    day: dt.date | None = None,
) -> Kit:
    """Read what locating rows needs.

    Parameters
    ----------
    session
        Reads.
    profile
        Of the deployment: its box.
    generation, day
        As known in which generation, and in force on which day; the newest and today by default.

    Returns
    -------
    Kit

    Raises
    ------
    NotFound
        The generation does not exist, or nothing is published yet.
    """
    snapshot = resolve_snapshot(session, generation, day)
    locator = load_locator(session, snapshot.generation, snapshot.day)
    grids = {row.grid_id: row for row in _grids(session, snapshot)}
    basic = [grids[number] for number in locator.basic.grid_ids.tolist()]
    exclusive = [grids[number] for number in locator.exclusive.grid_ids.tolist()]
    named = {"basic_code": _text(basic, "code"), "basic_name": _text(basic, "name")}
    return Kit(
        locator=locator,
        snapshot=snapshot,
        bounds=Bounds(*profile.bounds),
        basic=pa.table(named | _division_columns(session, basic)),
        exclusive=pa.table(
            {
                "exclusive_code": _text(exclusive, "code"),
                "exclusive_name": _text(exclusive, "name"),
            }
        ),
    )


def _grids(session: ReadSession, snapshot: Snapshot) -> Sequence[Any]:
    return session.execute(
        text(
            "SELECT grid_id, code, name, division_code FROM grid_version"
            " WHERE generations @> CAST(:generation AS bigint) AND valid @> CAST(:day AS date)"
        ),
        {"generation": snapshot.generation, "day": snapshot.day},
    ).all()


def _text(rows: Sequence[Any], name: str) -> pa.Array:
    return pa.array([getattr(row, name) for row in rows], pa.string())


def _division_columns(session: ReadSession, grids: Sequence[Any]) -> dict[str, pa.Array]:
    """Return code and name of the division of each level, from the lowest to the root."""
    rows = session.execute(text("SELECT code, name, level, depth, path FROM division")).all()
    divisions = {row.code: row for row in rows}
    levels = dict.fromkeys(row.level for row in sorted(rows, key=lambda row: -row.depth))
    above = {
        code: {divisions[up].level: divisions[up] for up in row.path}
        for code, row in divisions.items()
    }
    columns = {}
    for level in levels:
        found = [above[grid.division_code].get(level) for grid in grids]
        columns[f"{level}_code"] = pa.array([one and one.code for one in found], pa.string())
        columns[f"{level}_name"] = pa.array([one and one.name for one in found], pa.string())
    return columns
