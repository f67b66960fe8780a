"""Count: what lies in a division, and what lies in a grid. One function, one statement."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import text

from gis.core import clock
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.db.sql import read_sql
from gis.divisions.queries import list_codes_within
from gis.grids.model import Grid
from gis.statistics.model import (
    EventFigures,
    GridFigures,
    People,
    Period,
    StoreFigures,
    Worker,
)
from gis.statistics.readings import statement

ALWAYS = Period()


def is_root(session: ReadSession, division: str) -> bool:
    """Tell whether a division is the root, so that nothing needs to be left out.

    Parameters
    ----------
    session
        Reads.
    division
        Twelve digits.

    Returns
    -------
    bool
    """
    asked = text("SELECT EXISTS (SELECT FROM deployment WHERE root_code = :division)")
    return bool(session.scalar(asked, {"division": division}))


def list_grids_of(
    session: ReadSession, divisions: Sequence[str], snapshot: Snapshot, *, exclusive: bool = False
) -> list[int]:
    """List the grids of divisions.

    Parameters
    ----------
    session
        Reads.
    divisions
        Twelve digits each; see `gis.divisions.queries.list_codes_within`.
    snapshot
        Which boundaries.
    exclusive
        Whether exclusive grids are among them.

    Returns
    -------
    list of int
        Their numbers. A list of them finds its rows by an index; where the statement that asks
        looked for them itself, PostgreSQL would guess their number, and guess wrong.
    """
    rows = session.execute(
        text(
            "SELECT v.grid_id FROM grid_version AS v"
            " WHERE v.division_code = ANY(CAST(:divisions AS varchar(12)[]))"
            "   AND (:exclusive OR v.kind <> 'exclusive')"
            # IS TRUE: no index on the ranges. Nearly every grid is in them, against all estimates.
            "   AND (v.generations @> CAST(:generation AS bigint)"
            "        AND v.valid @> CAST(:day AS date)) IS TRUE"
        ),
        {
            "divisions": divisions,
            "exclusive": exclusive,
            "generation": snapshot.generation,
            "day": snapshot.day,
        },
    )
    return [row.grid_id for row in rows]


def count_divisions(session: ReadSession, division: str) -> dict[str, int]:
    """Count divisions by level, from this one down, itself included.

    Parameters
    ----------
    session
        Reads.
    division
        Twelve digits.

    Returns
    -------
    dict
        Level → number, top down.
    """
    rows = session.execute(
        text(
            "SELECT level, count(*) AS number FROM division"
            " WHERE path @> CAST(ARRAY[:division] AS varchar(12)[])"
            " GROUP BY level ORDER BY min(depth), level"
        ),
        {"division": division},
    )
    return {row.level: row.number for row in rows}


def count_grids(session: ReadSession, division: str, snapshot: Snapshot) -> GridFigures:
    """Count grids by kind.

    Parameters
    ----------
    session
        Reads.
    division
        Twelve digits; it and all below.
    snapshot
        Which boundaries.

    Returns
    -------
    GridFigures
    """
    row = session.execute(
        text(
            "SELECT count(*) FILTER (WHERE v.kind = 'rural') AS rural,"
            "       count(*) FILTER (WHERE v.kind = 'community') AS community,"
            "       count(*) FILTER (WHERE v.kind = 'exclusive') AS exclusive,"
            "       count(*) FILTER (WHERE v.kind <> 'exclusive') AS basic,"
            "       count(*) AS total"
            "  FROM grid_version AS v"
            " WHERE v.division_code = ANY(CAST(:divisions AS varchar(12)[]))"
            "   AND (v.generations @> CAST(:generation AS bigint)"
            "        AND v.valid @> CAST(:day AS date)) IS TRUE"
        ),
        {
            "divisions": list_codes_within(session, division),
            "generation": snapshot.generation,
            "day": snapshot.day,
        },
    ).one()
    return GridFigures(**row._mapping)


def count_staff(session: ReadSession, division: str, snapshot: Snapshot) -> dict[str, int]:
    """Count the people who hold each role.

    Parameters
    ----------
    session
        Reads.
    division
        Twelve digits; it and all below.
    snapshot
        On which day they hold it.

    Returns
    -------
    dict
        Role → number of people; who holds a role in two places counts once.
    """
    rows = session.execute(
        text(
            "SELECT p.role, count(DISTINCT (p.county_code, p.staff_id)) AS number"
            "  FROM posting AS p JOIN division AS d ON d.code = p.division_code"
            " WHERE d.path @> CAST(ARRAY[:division] AS varchar(12)[])"
            "   AND p.valid @> CAST(:day AS date)"
            " GROUP BY p.role ORDER BY p.role"
        ),
        {"division": division, "day": snapshot.day},
    )
    return {row.role: row.number for row in rows}


def count_party_organisations(session: ReadSession, division: str) -> dict[str, int]:
    """Count grid Party branches and groups.

    Parameters
    ----------
    session
        Reads.
    division
        Twelve digits; it and all below.

    Returns
    -------
    dict
        Kind → number.
    """
    rows = session.execute(
        text(
            "SELECT p.kind, count(*) AS number"
            "  FROM party_organisation AS p JOIN division AS d ON d.code = p.division_code"
            " WHERE d.path @> CAST(ARRAY[:division] AS varchar(12)[])"
            " GROUP BY p.kind ORDER BY p.kind"
        ),
        {"division": division},
    )
    return {row.kind: row.number for row in rows}


def count_assets(
    session: ReadSession, division: str, snapshot: Snapshot, *, root: bool
) -> dict[str, int]:
    """Count assets by kind.

    Parameters
    ----------
    session
        Reads.
    division
        Twelve digits; it and all below.
    snapshot
        Which boundaries.
    root
        Whether the division is the root: then assets outside every grid count, too.

    Returns
    -------
    dict
        Kind → number.
    """
    rows = session.execute(
        text(read_sql(__file__, "assets_of_division")), _scope(division, snapshot, root=root)
    )
    return {row.kind: row.number for row in rows}


def count_people(
    session: ReadSession, division: str, snapshot: Snapshot, *, root: bool, of_then: bool = False
) -> People:
    """Count households and people.

    Parameters
    ----------
    session
        Reads.
    division
        Twelve digits; it and all below.
    snapshot
        Which boundaries.
    root
        Whether the division is the root: then households outside every grid count, too.
    of_then
        By the grids of then, see `gis.statistics.readings`.

    Returns
    -------
    People
    """
    counted = statement("people_of_division", of_then=of_then, grids_ever=True)
    row = session.execute(counted, _scope(division, snapshot, root=root)).one()
    return People(**row._mapping)


def count_events(
    session: ReadSession,
    division: str,
    snapshot: Snapshot,
    period: Period,
    *,
    root: bool,
    of_then: bool = False,
) -> tuple[EventFigures, int]:
    """Count events by how far they are handled.

    Parameters
    ----------
    session
        Reads.
    division
        Twelve digits; it and all below.
    snapshot
        Which boundaries.
    period
        Days of being reported.
    root
        Whether the division is the root: then events outside every grid count, too.
    of_then
        By the grids of then, see `gis.statistics.readings`.

    Returns
    -------
    tuple
        The figures, and how many of the events lie outside every basic grid.
    """
    counted = statement("events_of_division", of_then=of_then, grids_ever=True)
    asked = _scope(division, snapshot, root=root) | _days(period)
    row = session.execute(counted, asked).one()
    values = dict(row._mapping)
    outside = values.pop("outside")
    return EventFigures(**values), outside


def list_workers(session: ReadSession, grid: Grid, snapshot: Snapshot) -> list[Worker]:
    """List who works in a grid, heads first.

    Parameters
    ----------
    session
        Reads.
    grid
        The grid.
    snapshot
        On which day they work there.

    Returns
    -------
    list of Worker
    """
    rows = session.execute(
        text(
            "SELECT p.role, s.name FROM posting AS p"
            "  JOIN staff AS s ON s.county_code = p.county_code AND s.staff_id = p.staff_id"
            " WHERE p.grid_id = :grid_id AND p.valid @> CAST(:day AS date)"
            " ORDER BY p.role <> 'grid_head', p.role, s.staff_no"
        ),
        {"grid_id": grid.grid_id, "day": snapshot.day},
    )
    return [Worker(**row._mapping) for row in rows]


def count_people_of_grid(
    session: ReadSession, grid: Grid, *, then: Snapshot | None = None
) -> People:
    """Count the households and people of a grid.

    Parameters
    ----------
    session
        Reads.
    grid
        A basic grid, or an exclusive one: then those filed into it.
    then
        By these boundaries, see `gis.statistics.readings`; by those of now where None.

    Returns
    -------
    People
    """
    counted = text(read_sql(__file__, "people_of_grid"))
    row = session.execute(counted, _layer(grid) | _then(then)).one()
    return People(**row._mapping)


def group_events_of_grid(
    session: ReadSession, grid: Grid, period: Period = ALWAYS, *, then: Snapshot | None = None
) -> list[Any]:
    """Count the events of a grid by month and class.

    Parameters
    ----------
    session
        Reads.
    grid
        A basic grid, or an exclusive one: then those filed into it.
    period
        Days of being reported.
    then
        By these boundaries, see `gis.statistics.readings`; by those of now where None.

    Returns
    -------
    list of Row
        ``month``, ``category_class``, and the counts of `EventFigures`; by month, then class.
    """
    counted = text(read_sql(__file__, "events_of_grid"))
    bound = _layer(grid) | _days(period) | _then(then)
    return list(session.execute(counted, bound))


def count_store(session: ReadSession) -> StoreFigures:
    """Count what the whole store holds.

    Parameters
    ----------
    session
        Reads.

    Returns
    -------
    StoreFigures
    """
    row = session.execute(text(read_sql(__file__, "store"))).one()
    return StoreFigures(**row._mapping)


def _scope(division: str, snapshot: Snapshot, *, root: bool) -> dict[str, Any]:
    return {
        "division": division,
        "generation": snapshot.generation,
        "day": snapshot.day,
        "is_root": root,
    }


def _then(snapshot: Snapshot | None) -> dict[str, Any]:
    if snapshot is None:
        return {"of_then": False, "generation": None, "day": None}
    return {"of_then": True, "generation": snapshot.generation, "day": snapshot.day}


def _layer(grid: Grid) -> dict[str, Any]:
    return {"grid_id": grid.grid_id, "is_exclusive": grid.kind == "exclusive"}


def _days(period: Period) -> dict[str, Any]:
    return {"from_day": period.from_day, "to_day": period.to_day, "now": clock.now()}
