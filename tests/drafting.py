"""Changesets for tests, planned by the pure core and written as rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

import orjson
import shapely
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from gis.boundaries import Publication
from gis.boundaries.checking import check_database
from gis.boundaries.publishing import publish_changeset
from gis.core.access import WHOLE
from gis.core.editing import (
    GridChange,
    GridState,
    Neighbourhood,
    Operation,
    Plan,
    Rules,
    Split,
    as_document,
    free_serials,
    plan,
)
from gis.db.copying import ewkb
from gis.db.session import WriteSession, read_session, write_session
from gis.profiles import load_profile
from tests import factories

AUTHOR = "account:planner"


def neighbourhood(
    session: WriteSession, county: str, box: tuple[float, float, float, float] | None = None
) -> Neighbourhood:
    """Read the grids that hold now, all of a county or those that touch a box."""
    rows = session.execute(
        text(
            "SELECT code, kind, division_code, name, attributes, ST_AsBinary(geom) AS wkb"
            "  FROM grid_version WHERE upper_inf(generations) AND upper_inf(valid)"
            "   AND county_code = :county AND (CAST(:west AS float8) IS NULL"
            "    OR geom && ST_MakeEnvelope(:west, :south, :east, :north, 4490))"
        ),
        {"county": county}
        | dict(zip(("west", "south", "east", "north"), box or [None] * 4, strict=True)),
    )
    return Neighbourhood(
        [
            GridState(
                row.code,
                row.kind,
                row.division_code,
                shapely.from_wkb(bytes(row.wkb)),
                row.name,
                row.attributes,
            )
            for row in rows
        ]
    )


def rules(session: WriteSession, scope: Iterable[str] = ()) -> Rules:
    """Return rules by which no code is given again."""
    given = set(session.scalars(text("SELECT DISTINCT code FROM grid_version")))
    given |= set(session.scalars(text("SELECT DISTINCT code FROM changeset_grid")))
    townships = frozenset(code[:9] for code in scope)
    return Rules(lambda division, kind: free_serials(division, kind, given), townships)


def planned(
    session: WriteSession, county: str, operation: Operation, scope: Iterable[str] = ()
) -> Plan:
    """Plan one operation on what holds now."""
    return plan(neighbourhood(session, county), operation, rules(session, scope))


def write_changeset(
    session: WriteSession,
    county: str,
    changes: Iterable[GridChange],
    *,
    operations: Iterable[Operation] = (),
    scope: Iterable[str] | None = None,
    state: str = "approved",
    kind: str = "edit",
    effective_from: dt.date | None = None,
) -> int:
    """Write a changeset on what holds now, and return its number."""
    changes = list(changes)
    if scope is None:
        states = [s for c in changes for s in (c.before, c.after) if s is not None]
        scope = {state.township + "000" for state in states}
    number: int = session.execute(
        text(
            "INSERT INTO changeset (county_code, title, state, author, base_generation,"
            "                       effective_from, scope_codes, kind)"
            " SELECT :county, 'test', :state, :author, max(generation), :day, :scope, :kind"
            "   FROM generation RETURNING changeset_id"
        ),
        {
            "county": county,
            "state": state,
            "author": AUTHOR,
            "day": effective_from,
            "scope": sorted(scope),
            "kind": kind,
        },
    ).scalar_one()
    for change in changes:
        write_grid(session, county, number, change)
    for op_no, operation in enumerate(operations, 1):
        session.execute(
            text(
                "INSERT INTO changeset_op (county_code, changeset_id, op_no, operation,"
                "  parameters, before, after, outcome, author) VALUES (:county, :id, :no, :op,"
                "  CAST(:document AS jsonb), '[]', '[]', '{}', :author)"
            ),
            {
                "county": county,
                "id": number,
                "no": op_no,
                "op": operation.op,
                "document": orjson.dumps(as_document(operation)).decode(),
                "author": AUTHOR,
            },
        )
    return number


def write_grid(session: WriteSession, county: str, number: int, change: GridChange) -> None:
    """Write one grid of a changeset, based on the version that holds now."""
    after = change.after
    session.execute(
        text(
            "INSERT INTO changeset_grid (county_code, changeset_id, code, base_version_id, action,"
            "  name, kind, division_code, geom, attributes) VALUES (:county, :id, :code,"
            "  (SELECT grid_version_id FROM grid_version WHERE code = :code"
            "    AND upper_inf(generations) AND upper_inf(valid)), :action, :name, :kind,"
            "  :division, CAST(:geom AS geometry), CAST(:attributes AS jsonb))"
        ),
        {
            "county": county,
            "id": number,
            "code": change.code,
            "action": change.action,
            "name": after and after.name,
            "kind": after and after.kind,
            "division": after and after.division_code,
            "geom": after and str(ewkb([after.geometry])[0]),
            "attributes": orjson.dumps(dict(after.attributes) if after else {}).decode(),
        },
    )


COUNTY = factories.COUNTY[:6]
A, B = factories.TOWNSHIPS
FIRST, SECOND, THIRD = (f"{factories.VILLAGES[0]}00{n}" for n in (1, 2, 3))
EAST = f"{factories.VILLAGES[1]}002"
OVER = f"{factories.VILLAGES[2]}002"  # beside EAST, in the other township
ACTOR = "account:reviewer"
PROFILE = load_profile("testcounty", factories.PROFILES)


def lattice(x: int, y: int) -> tuple[int, int]:
    """Return a place of the small county, from its south-west corner, in lattice units."""
    return factories.WEST + x, factories.SOUTH + y


def cut(code: str = SECOND, west: int = 55_000, south: int = 80_000, north: int = 220_000) -> Split:
    return Split(code, (lattice(west, south), lattice(west + 1, north)))


def draft(engine: Engine, operation: Operation, **options: object) -> int:
    """Plan an operation on what holds now, and write it as an approved changeset."""
    scope = options.pop("scope", (A, B))
    with write_session(engine) as session:
        done = planned(session, COUNTY, operation, scope)
        return write_changeset(
            session, COUNTY, done.changes, operations=[done.operation], scope=scope, **options
        )


def publish(engine: Engine, number: int) -> Publication:
    """Publish an approved changeset as the server does."""
    with write_session(engine, WHOLE) as session:
        return publish_changeset(session, number, actor=ACTOR)


def faults(engine: Engine) -> list[str]:
    """Return what `gridmap check` says, but for heads: nobody appoints those of new grids here."""
    with read_session(engine) as session:
        found = check_database(session, PROFILE)
        return [f.detail for finding in found if finding.slug != "heads" for f in finding.faults]


def values(engine: Engine, statement: str, **bound: object) -> list:
    """Return the rows of a statement."""
    with Session(engine) as session:
        return session.execute(text(statement), bound).all()
