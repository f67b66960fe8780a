"""The database that commands work on: that of ``DATABASE_URL``, or one of the private cluster."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import click
from sqlalchemy import Engine

from gis.cli.failures import explained_failures
from gis.db.cluster import Cluster
from gis.db.engine import make_engine
from gis.db.migrate import upgrade
from gis.settings import Settings


def say(zh: str, en: str) -> None:
    """Tell the person at the terminal what goes on."""
    click.echo(f"· {zh}  {en}", err=True)


@contextmanager
def working_database(settings: Settings) -> Iterator[str]:
    """Provide the database at the newest schema; the private cluster runs meanwhile.

    Parameters
    ----------
    settings
        ``database_url``, or else ``database`` in the cluster under ``state_dir``.

    Yields
    ------
    str
        URL of the database.

    Raises
    ------
    Unavailable, Conflict
        The database cannot be reached or refuses, now or while it is worked on.
    """
    if settings.database_url:
        with explained_failures():
            upgrade(settings.database_url)
            yield settings.database_url
        return
    with explained_failures(), Cluster(settings.state_dir, say=say) as cluster:
        with cluster.alone(settings.database):
            cluster.create_database(settings.database)
            upgrade(cluster.url(settings.database))
        yield cluster.url(settings.database)


@contextmanager
def working_engine(settings: Settings) -> Iterator[Engine]:
    """Provide an engine on that database, without a limit on a statement's time."""
    with working_database(settings) as url:
        engine = make_engine(url, statement_timeout_s=0)
        try:
            yield engine
        finally:
            engine.dispose()
