"""The schema can be built, taken down and built again, and is what the code says."""

import re

from sqlalchemy import Engine, text

from gis.db import migrate
from gis.db.engine import make_engine
from gis.db.tables import Base

FUNCTIONS = {
    name
    for path in migrate.MIGRATIONS.glob("sql/*/*.sql")
    for name in re.findall(r"CREATE FUNCTION public\.(\w+)", path.read_text(encoding="utf-8"))
}


def tables_of(engine: Engine) -> set[str]:
    statement = text(
        "SELECT tablename FROM pg_tables"
        " WHERE schemaname = 'public' AND tablename NOT IN ('spatial_ref_sys', 'alembic_version')"
    )
    with engine.connect() as connection:
        return set(connection.scalars(statement))


def test_schema_goes_up_down_and_up_again(clone, migrated: str) -> None:
    assert {"is_canonical", "is_canonical_point", "lattice", "locate_grid"} <= FUNCTIONS
    url = clone(migrated)
    engine = make_engine(url, statement_timeout_s=0)
    assert tables_of(engine) == set(Base.metadata.tables)

    migrate.downgrade(url, "base")
    assert tables_of(engine) == set()
    with engine.connect() as connection:
        left = connection.scalars(
            text("SELECT proname FROM pg_proc WHERE proname = ANY(:ours)"),
            {"ours": sorted(FUNCTIONS)},
        )
        assert list(left) == []

    migrate.upgrade(url)
    assert tables_of(engine) == set(Base.metadata.tables)
    engine.dispose()


def test_code_and_database_agree(empty_url: str) -> None:
    migrate.check(empty_url)  # raises with the differences


def test_migrating_twice_changes_nothing(empty_url: str) -> None:
    migrate.upgrade(empty_url)
    migrate.check(empty_url)


def test_large_tables_carry_the_county_in_their_key() -> None:
    """Citus distributes by county_code; a table without it would need a rebuild."""
    small = {
        "deployment", "division", "generation", "account", "api_key", "grant",
        "audit", "audit_head", "login_session", "subscription", "delivery", "outbox_key",
        "playlist",
    }  # fmt: skip
    for name, table in Base.metadata.tables.items():
        if name not in small:
            assert "county_code" in table.primary_key.columns, name
