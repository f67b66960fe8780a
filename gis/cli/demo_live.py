"""Whether schematic events come in while the demo runs, and from which seed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from gis.cli.database import say
from gis.db.engine import make_engine
from gis.db.row_security import api_url
from gis.db.session import read_session
from gis.divisions import find_deployment
from gis.profiles import Profile
from gis.settings import Settings


@contextmanager
def living(url: str, profile: Profile, per_minute: float) -> Iterator[None]:
    """Let schematic events come in while the block runs, if the data were generated.

    Parameters
    ----------
    url
        Of the owner; the environment is set for the server.
    profile
        Gives the catalogue.
    per_minute
        How many on average; 0 for none.
    """
    seed = seed_of(url, profile) if per_minute else None
    if seed is None:
        yield
        return
    settings = Settings()
    login = settings.api_database_url
    # As the server, never as the owner of the tables (ADR 0019).
    server = api_url(url) if login is None else login.get_secret_value()
    # One connection: one event at a time. Short, so that nobody waits when the demo is stopped.
    engine = make_engine(server, statement_timeout_s=10, pool_size=1)

    from gis.demo.live import LiveEvents, reporting  # noqa: PLC0415  # seconds of imports
    from gis.grids.locator_files import LocatorFiles  # noqa: PLC0415

    files = LocatorFiles(settings.state_dir / "locators")
    try:
        with reporting(lambda: LiveEvents(engine, profile, seed, files), per_minute, say):
            yield
    finally:
        engine.dispose()


def seed_of(url: str, profile: Profile) -> int | None:
    """Return the seed of a database's generated data; None if they are real.

    Parameters
    ----------
    url
        Of the owner.
    profile
        Its seed is meant where the database names none.

    Returns
    -------
    int or None
    """
    engine = make_engine(url, statement_timeout_s=30)
    try:
        with read_session(engine) as session:
            deployment = find_deployment(session)
    finally:
        engine.dispose()
    if deployment is None or not deployment.is_schematic or profile.demo is None:
        return None
    return profile.demo.seed if deployment.seed is None else deployment.seed
