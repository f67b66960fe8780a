"""How Alembic runs: one transaction, a short wait for locks, GeoAlchemy2's helpers."""

from __future__ import annotations

from alembic import context
from geoalchemy2 import alembic_helpers
from sqlalchemy import Connection, text

from gis.db.engine import make_engine
from gis.db.tables import Base
from gis.settings import Settings


def run(connection: Connection) -> None:
    """Migrate over a connection; a migration never waits long for a lock."""
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        include_object=alembic_helpers.include_object,
        process_revision_directives=alembic_helpers.writer,
        render_item=alembic_helpers.render_item,
    )
    with context.begin_transaction():
        connection.execute(text("SET LOCAL lock_timeout = '10s'"))
        # Two starters at once: the second waits here, then finds nothing left to do.
        connection.execute(text("SELECT pg_advisory_xact_lock(hashtext('gridmap.migrate'))"))
        context.run_migrations()


url = context.config.attributes.get("url") or Settings().database_url
if not url:
    raise SystemExit("DATABASE_URL is not set; `./run gridmap migrate` sets it for you")
engine = make_engine(url, statement_timeout_s=0)
with engine.connect() as connection:
    run(connection)
engine.dispose()
