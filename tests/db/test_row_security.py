"""What PostgreSQL itself refuses the server (ADR 0019)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.exc import ProgrammingError

from gis.core.access import NOTHING, WHOLE, Scope
from gis.db.engine import make_engine
from gis.db.row_security import api_url
from gis.db.session import gate_session, read_session, write_session
from tests import factories

A, B = factories.TOWNSHIPS
ROLES = ("gridmap_whole", "gridmap_counties", "gridmap_scoped")
SCOPES = {
    "whole": WHOLE,
    "county": Scope((factories.COUNTY,)),
    "township": Scope((A,)),
    "village": Scope((factories.VILLAGES[0],)),
    "two": Scope((factories.VILLAGES[0], factories.VILLAGES[2])),
    "nothing": NOTHING,
}


@pytest.fixture
def server(world_url: str) -> Iterator[Engine]:
    """Connections as the server has them."""
    engine = make_engine(api_url(world_url), statement_timeout_s=30)
    yield engine
    engine.dispose()


def tables(engine: Engine) -> list[str]:
    with engine.connect() as owner:
        return list(
            owner.scalars(
                text(
                    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
                    " AND relnamespace = 'public'::regnamespace AND relname <> 'spatial_ref_sys'"
                )
            )
        )


def test_without_a_role_the_server_sees_no_table(server, world_engine):
    for name in tables(world_engine):
        with server.connect() as connection, pytest.raises(ProgrammingError, match="denied"):
            connection.execute(text(f'SELECT FROM "{name}"'))


def test_the_server_owns_nothing_and_cannot_pass_by_its_policies(server):
    with server.connect() as connection:
        found = connection.execute(
            text(
                "SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb AS mighty,"
                "       EXISTS (SELECT FROM pg_class WHERE relowner = r.oid) AS owns"
                "  FROM pg_roles AS r WHERE rolname LIKE 'gridmap\\_%' ESCAPE '\\'"
            )
        ).all()
    assert found
    assert not any(row.mighty or row.owns for row in found)


FORBIDDEN = (
    "ALTER TABLE event DISABLE ROW LEVEL SECURITY",
    "DROP POLICY whole ON event",
    "SET ROLE gridmap",
    "DELETE FROM event",
    "DELETE FROM generation",
    "UPDATE generation SET note = ''",
    "TRUNCATE grid_version",
    "SELECT password_hash FROM account",
    "SELECT key_hash FROM api_key",
    "INSERT INTO audit SELECT * FROM audit",
    "COPY event TO PROGRAM 'cat'",
)


def test_the_server_cannot_switch_it_off(server):
    for role, statement in product(ROLES, FORBIDDEN):
        with server.connect() as connection:
            connection.execute(text(f"SET LOCAL ROLE {role}"))
            with pytest.raises(ProgrammingError, match=r"denied|owner|permission|privileges"):
                connection.execute(text(statement))


def test_the_gate_sees_no_area(server):
    with gate_session(server) as session:
        for name in ("event", "household", "grid_version", "person_private"):
            with pytest.raises(ProgrammingError, match="denied"), session.begin_nested():
                session.execute(text(f"SELECT FROM {name}"))


def test_every_table_has_row_level_security_or_is_known_to_all(world_engine):
    with world_engine.connect() as owner:
        bare = set(
            owner.scalars(
                text(
                    "SELECT relname FROM pg_class WHERE relkind IN ('r', 'p')"
                    " AND relnamespace = 'public'::regnamespace AND NOT relrowsecurity"
                )
            )
        )
    assert bare == {"alembic_version", "deployment", "generation", "spatial_ref_sys"}


def test_a_scope_sees_exactly_its_grids_and_what_is_filed_there(server, world_engine):
    for name, scope in SCOPES.items():
        assert_exact(server, world_engine, name, scope)


def assert_exact(server: Engine, world_engine: Engine, name: str, scope: Scope) -> None:
    tops = [factories.COUNTY] if scope.is_whole else list(scope.divisions)
    with world_engine.connect() as owner:
        own = "SELECT code FROM division WHERE path && CAST(:tops AS varchar[])"
        grids = f"SELECT grid_id FROM grid_version WHERE division_code IN ({own})"
        within = f"basic_grid_id IN ({grids}) OR exclusive_grid_id IN ({grids})"
        outside = "basic_grid_id IS NULL AND :county = ANY (CAST(:tops AS varchar[]))"
        expected = {
            table: owner.scalar(
                text(f"SELECT count(*) FROM {table} WHERE {condition}"),
                {"tops": tops, "county": factories.COUNTY},
            )
            for table, condition in {
                "grid_version": f"division_code IN ({own})",
                "division_outline": f"division_code IN ({own})",
                "grid": f"grid_id IN ({grids})",
                "household": f"{within} OR {outside}",
                "event": f"{within} OR {outside}",
                "posting": f"division_code IN ({own})",
                "party_organisation": f"division_code IN ({own})",
            }.items()
        }
    with read_session(server, scope) as session:
        seen = {table: session.scalar(text(f"SELECT count(*) FROM {table}")) for table in expected}
        steps = session.scalar(
            text(
                "SELECT count(*) FROM event_step AS s WHERE NOT EXISTS (SELECT FROM event AS e"
                " WHERE e.event_id = s.event_id)"
            )
        )
    assert seen == expected
    assert steps == 0
    assert (expected["grid_version"] == 0) == (name == "nothing")


def test_ancestors_show_their_names_and_nothing_else(server):
    with read_session(server, Scope((A,))) as session:
        codes = set(session.scalars(text("SELECT code FROM division")))
        outlines = set(session.scalars(text("SELECT division_code FROM division_outline")))
    assert codes == {factories.COUNTY, A, *factories.VILLAGES[:2]}
    assert outlines == codes - {factories.COUNTY}


def test_a_scope_ends_with_its_transaction(server):
    with read_session(server, WHOLE) as session:
        assert session.scalar(text("SELECT count(*) FROM event"))
    for _ in range(10):  # whichever connection of the pool it is
        with server.connect() as connection, pytest.raises(ProgrammingError, match="denied"):
            connection.execute(text("SELECT FROM event"))


def test_an_event_elsewhere_cannot_be_written_or_moved(server):
    with write_session(server, Scope((A,))) as session:
        moved = session.execute(text("UPDATE event SET title = 'x' RETURNING basic_grid_id")).all()
    with read_session(server, WHOLE) as session:
        changed = session.scalar(text("SELECT count(*) FROM event WHERE title = 'x'"))
        elsewhere = session.scalar(
            text("SELECT grid_id FROM grid_version WHERE division_code LIKE :b LIMIT 1"),
            {"b": B[:9] + "%"},
        )
    assert changed == len(moved) > 0
    with (
        pytest.raises(ProgrammingError, match="row-level security"),
        write_session(server, Scope((A,))) as session,
    ):
        session.execute(
            text("UPDATE event SET basic_grid_id = :grid, exclusive_grid_id = NULL"),
            {"grid": elsewhere},
        )


def test_codes_of_a_scope_cannot_carry_a_statement(server):
    hostile = Scope(("'; DROP TABLE event; --",))
    with pytest.raises(ValueError, match="division codes"), read_session(server, hostile):
        pass
