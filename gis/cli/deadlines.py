"""``gridmap refresh-deadlines``: give events their deadlines, or count them anew."""

from __future__ import annotations

import click
from sqlalchemy import Engine

from gis.cli.database import say, working_engine
from gis.cli.failures import explained_failures
from gis.cli.progress import show_progress
from gis.db.session import read_session, write_session
from gis.divisions.deployment import get_deployment
from gis.events.refreshing import BEGINNING, lack_deadlines, refresh_deadlines
from gis.profiles import Profile, load_profile
from gis.settings import Settings
from gis.tabular import Progress, silent


@click.command("refresh-deadlines")
@click.option(
    "--all", "closed_too", is_flag=True, help="含已办结事件 Closed events too, not open ones only."
)
def deadlines(*, closed_too: bool) -> None:
    """重算办理期限 Count deadlines anew, after the calendar or the catalogue has changed."""
    settings = Settings()
    with (
        explained_failures(),
        working_engine(settings) as engine,
        show_progress() as progress,
    ):
        with read_session(engine) as session:
            profile = load_profile(get_deployment(session).profile, settings.profiles_dir)
        seen, changed = refresh(engine, profile, closed_too=closed_too, progress=progress)
    say(f"已核对 {seen} 个事件，更新期限 {changed} 个", f"{seen} events seen, {changed} changed")


def refresh(
    engine: Engine, profile: Profile, *, closed_too: bool = False, progress: Progress = silent
) -> tuple[int, int]:
    """Go through all events, a transaction for each part of them.

    Parameters
    ----------
    engine
        Of the owner.
    profile
        Gives the catalogue and the calendar.
    closed_too
        See `gis.events.refreshing.refresh_deadlines`.
    progress
        Told that it goes on.

    Returns
    -------
    tuple of int
        Events seen, and events whose deadline is another one now.
    """
    after: tuple[str, int] | None = BEGINNING
    seen = changed = 0
    years: set[int] = set()
    while after is not None:
        with write_session(engine) as session:
            done = refresh_deadlines(session, profile, after=after, closed_too=closed_too)
        after, seen, changed = done.last, seen + done.seen, changed + done.changed
        years |= done.years
        progress(f"已核对 {seen} 个事件", f"{seen} events seen")
    unknown = profile.calendar.working.unknown_years(years)
    if unknown:
        say(
            f"工作日历中没有 {'、'.join(map(str, unknown))} 年，按周一至周五计算",
            f"the calendar does not know {', '.join(map(str, unknown))}: counted Monday to Friday",
        )
    return seen, changed


def fill_deadlines(engine: Engine, profile: Profile) -> None:
    """Give events of an older database the deadlines that they lack, if any does.

    Parameters
    ----------
    engine
        Of the owner.
    profile
        Gives the catalogue and the calendar.
    """
    with read_session(engine) as session:
        lacking = lack_deadlines(session, profile)
    if lacking:
        say("为已有事件计算办理期限…", "counting the deadlines of stored events…")
        refresh(engine, profile)
