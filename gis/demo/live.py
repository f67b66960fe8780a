"""Schematic events that come in while the demo runs, so that a screen has something to show.

They go the way of every report: filed by the locator, told by the outbox. What they say and where
they lie follows from the seed and their number alone, like all generated data; when they come
does not.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np
from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from gis.core.access import WHOLE
from gis.core.errors import Conflict, GridmapError
from gis.core.lattice import canonical
from gis.core.locator import NO_GRID, Locator
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession, as_reader, read_session, write_session
from gis.demo.people.scatter import degrees_per_metre
from gis.demo.queries import last_serial, list_recent
from gis.events import NewEvent, Reported, report_event
from gis.grids import Position, get_generation
from gis.grids.locator_files import LocatorFiles, source_of
from gis.profiles import Profile

Say = Callable[[str, str], None]

SOURCE = "demo"
"""What live events call their system; no generated or real one is called so."""
PREFIX = "示意-"
"""Their ids begin so: nobody takes them for real."""
DESCRIPTION = "示意事件，由演示程序随机生成，并非真实情况。Schematic: made up by the demo."
STREAM = 20
"""Their stream of chance; those of `gis.demo.generate` are below it."""
NEAR_M = 15.0
"""How far they lie from where something happened before (sigma, m)."""
SHORTEST, LONGEST = 0.2, 3.0
"""Bounds of the time between two of them, relative to its mean."""
GOODBYE_S = 10.0


class LiveEvents:
    """Reports schematic events, one at a time.

    Two processes on one database report the same events, each of which is stored once.

    Parameters
    ----------
    engine
        Logs in as the server does.
    profile
        Gives the catalogue.
    seed
        Of the generated data.
    files
        Where locators rest.
    """

    def __init__(self, engine: Engine, profile: Profile, seed: int, files: LocatorFiles) -> None:
        self._engine = engine
        self._profile = profile
        self._seed = seed
        self._files = files
        self._held: tuple[tuple[Any, ...], Locator] | None = None
        titles = {item.code: item.titles_zh for item in profile.catalogue.items()}
        with read_session(engine, WHOLE) as session:
            recent = list_recent(session, without=SOURCE)
            self._number = last_serial(session, SOURCE, PREFIX)
        self._titles = titles
        self._recent = recent[recent["category_code"].str[:4].isin(list(titles))]

    def report(self) -> Reported | None:
        """Report the next event.

        Returns
        -------
        Reported or None
            None where there is nothing that it could be like, or its number is taken.

        Raises
        ------
        GridmapError, SQLAlchemyError
            It could not be stored; the next call tries it again.
        """
        if self._recent.empty:
            return None
        with write_session(self._engine, WHOLE) as session:
            event = self._draw(self._number + 1, self._locator(as_reader(session)))
            try:
                reported = report_event(session, event, self._profile, self._locator)
            except Conflict:
                reported = None
        self._number += 1
        return reported

    def _draw(self, number: int, locator: Locator) -> NewEvent:
        """Make an event like one of the last weeks, near to where that happened."""
        rng = np.random.default_rng([self._seed, STREAM, number])
        model = self._recent.iloc[int(rng.integers(len(self._recent)))]
        titles = self._titles[model["category_code"][:4]]
        here = model[["lon", "lat"]].to_numpy(dtype=np.float64)
        near = canonical(here + rng.normal(0, NEAR_M, 2) * degrees_per_metre(float(here[1])))
        located = locator.locate(near[:1], near[1:])
        lon, lat = (near if located.basic_ids[0] != NO_GRID else here).tolist()
        return NewEvent(
            source=SOURCE,
            source_id=f"{PREFIX}{number:07d}",
            title=titles[int(rng.integers(len(titles)))],
            description=DESCRIPTION,
            category_code=model["category_code"],
            level=None,
            channel=model["channel"],
            occurred_at=None,
            position=Position(lon, lat, "CGCS2000"),
            address_text=model["address_text"],
            people_count=None,
            workflow=None,
        )

    def _locator(self, session: ReadSession) -> Locator:
        newest = get_generation(session)
        source = source_of(newest)
        key = (newest.generation, source, newest.day)
        if self._held is None or self._held[0] != key:
            snapshot = Snapshot(newest.generation, newest.day)
            self._held = key, self._files.locator(session, snapshot, source)
        return self._held[1]


@contextmanager
def reporting(begin: Callable[[], LiveEvents], per_minute: float, say: Say) -> Iterator[None]:
    """Report events from a thread of its own while the block runs.

    Parameters
    ----------
    begin
        Called in that thread, so that nobody waits for it.
    per_minute
        How many on average; more than 0.
    say
        Told, in Chinese and in English, when events cannot be reported; once, until they can.
    """
    stop = threading.Event()
    thread = threading.Thread(
        target=_report, args=(begin, 60 / per_minute, stop, say), name="live-events", daemon=True
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(GOODBYE_S)


def _report(
    begin: Callable[[], LiveEvents], mean_s: float, stop: threading.Event, say: Say
) -> None:
    chance = np.random.default_rng()  # when they come follows from no seed
    events: LiveEvents | None = None
    is_well = True
    while not stop.wait(mean_s * float(np.clip(chance.exponential(), SHORTEST, LONGEST))):
        try:
            events = events or begin()
            events.report()
            is_well = True
        except (GridmapError, SQLAlchemyError) as error:
            if is_well and not stop.is_set():
                reason = type(error).__name__
                say(f"暂时无法生成示意事件（{reason}）", f"no live events for now ({reason})")
            is_well = False
