"""Fill an empty database with a generated deployment, in one transaction."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from sqlalchemy import Engine, text

from gis.assets import load_assets
from gis.boundaries import publish_import
from gis.core import clock
from gis.db.engine import make_engine
from gis.db.session import WriteSession, as_reader, write_session
from gis.demo.generate import DemoData, generate
from gis.divisions import Deployment, found_deployment, load_divisions
from gis.events import load_events
from gis.grids import load_locator
from gis.households import load_households
from gis.profiles import Profile
from gis.staff import load_party_organisations, load_staff

Say = Callable[[str, str], None]


def load_demo(
    url: str,
    profile: Profile,
    *,
    seed: int | None = None,
    fraction: float | None = None,
    last_day: dt.date | None = None,
    say: Say = lambda _zh, _en: None,
) -> None:
    """Generate a profile's demo data and load it; the database holds all of it, or nothing.

    Parameters
    ----------
    url
        ``postgresql://…`` of a migrated, empty database.
    profile
        What to generate; its totals come out exactly.
    seed
        Another seed than the profile's gives another county with the same totals.
    fraction
        Share of the totals (henan).
    last_day
        The events lead up to this day, in Asia/Shanghai, over as many days as the profile says,
        and none lies in the future (a later day than today counts as today). Known incidents
        stay where they are. By default the events fill the profile's own days.
    say
        Told, in Chinese and in English, which step begins.

    Raises
    ------
    Conflict
        The database holds a deployment already.
    Invalid
        A known incident happened after `last_day`.
    """
    until = None if last_day is None else _end_of(last_day)
    engine = make_engine(url, statement_timeout_s=0)
    try:
        with write_session(engine) as session:
            _found(session, profile, seed, fraction)
            data = generate(profile, seed=seed, fraction=fraction, until=until, say=say)
            _load(session, data, say)
        _analyse(engine)
    finally:
        engine.dispose()


def _end_of(day: dt.date) -> dt.datetime:
    """Return the last second of a day, or now if that has not come yet."""
    return min(dt.datetime.combine(day, dt.time(23, 59, 59), tzinfo=clock.SHANGHAI), clock.now())


def _found(
    session: WriteSession, profile: Profile, seed: int | None, fraction: float | None
) -> None:
    found_deployment(
        session,
        Deployment(
            profile=profile.name,
            root_code=profile.root.code,
            is_schematic=True,
            seed=seed,
            fraction=fraction,
        ),
    )


def _load(session: WriteSession, data: DemoData, say: Say) -> None:
    say("写入行政区划与网格边界…", "Writing divisions and grid boundaries…")
    load_divisions(session, data.divisions)
    publish_import(
        session,
        data.grids,
        effective_from=first_day(data),
        note="示意数据 / schematic demo data",
    )
    locator = load_locator(as_reader(session))
    say("住户入格…", "Filing households into grids…")
    load_households(session, data.households, locator)
    say("事件入格…", "Filing events into grids…")
    load_events(session, data.events, locator)
    say("写入网格力量…", "Writing staff…")
    load_staff(session, data.staff, data.postings)
    load_party_organisations(session, data.party_organisations)
    load_assets(session, data.assets, locator)


def first_day(data: DemoData) -> dt.date:
    """Return the first day of the year of the first event: the grids were drawn before."""
    return dt.date(data.events["reported_at"].min().year, 1, 1)


def _analyse(engine: Engine) -> None:
    """Let the planner know what is in the tables now, and that figures can be read off indexes."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (ANALYZE) event"))
        connection.execute(text("ANALYZE"))
