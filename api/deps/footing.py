"""What questions about the newest boundaries stand on: memory, while a lease lasts (ADR 0015)."""

from __future__ import annotations

import asyncio
import datetime as dt
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import partial

from fastapi import FastAPI
from sqlalchemy.exc import SQLAlchemyError

from api.deps.common import served_by
from gis import divisions
from gis.core.access import WHOLE, Scope
from gis.core.datum import Bounds
from gis.core.errors import GridmapError
from gis.core.locator import Locator
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession, read_session, write_session
from gis.divisions import DivisionRef
from gis.grids import (
    LEASE_S,
    Box,
    Generation,
    GridRef,
    Lease,
    Measured,
    get_references,
    lease_generation,
    list_seen_ids,
    measure_point,
    resolve_snapshot,
)

#: Names that are kept: some 30 MB at most.
MOST_NAMES = 50_000
#: While a publication is under way, who asks does not ask for a lease each time.
_PAUSE_S = 0.05


@dataclass(frozen=True, slots=True)
class Named:
    """What names the grids of a point: references by id, and the divisions above it."""

    grids: dict[int, GridRef]
    divisions: list[DivisionRef]


class NotReadError(LookupError):
    """A name is not in memory."""


class Names:
    """Names of grids and divisions of one snapshot that were read once: they do not change."""

    def __init__(self) -> None:
        self._grids: dict[int, GridRef] = {}
        self._above: dict[str, list[DivisionRef]] = {}

    def recall(self, measured: Measured) -> Named:
        """Return what names the grids of a point.

        Raises
        ------
        NotReadError
            Some of it was not read yet.
        """
        try:
            found = {number: self._grids[number] for number in measured.grid_ids}
            return Named(found, self._above[found[measured.home].division])
        except KeyError as error:
            raise NotReadError from error

    def read(self, session: ReadSession, measured: Measured, snapshot: Snapshot) -> Named:
        """Read what names the grids of a point, and keep it."""
        found = get_references(session, measured.grid_ids, snapshot)
        village = found[measured.home].division
        above = divisions.list_ancestry(session, village)
        if len(self._grids) > MOST_NAMES:
            self._grids.clear()
            self._above.clear()
        self._grids.update(found)
        self._above[village] = above
        return Named(found, above)


@dataclass(frozen=True, slots=True)
class Ground:
    """What a question is answered by.

    Attributes
    ----------
    snapshot
        Which boundaries.
    bounds
        The deployment's box.
    covering
        Gives a locator that is exact inside a box.
    name
        Gives what names the grids of a point.
    seen
        Ids of the grids that whoever asks may be told of; None for all.
    """

    snapshot: Snapshot
    bounds: Bounds
    covering: Callable[[Box], Locator]
    name: Callable[[Measured], Named]
    seen: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class Footing:
    """The newest boundaries as they are today, and the lease on them."""

    newest: Generation
    snapshot: Snapshot
    bounds: Bounds
    locator: Locator
    names: Names
    until: float

    @property
    def holds(self) -> bool:
        """Whether one may still answer by it."""
        return time.monotonic() < self.until and self.snapshot.day == self.newest.day

    def ground(self, name: Callable[[Measured], Named]) -> Ground:
        """Return it as what a question is answered by."""
        return Ground(self.snapshot, self.bounds, lambda _: self.locator, name)

    def is_meant(self, generation: int | None, day: dt.date | None) -> bool:
        """Say whether a question with this generation and day is about these boundaries."""
        return generation in (None, self.snapshot.generation) and day in (None, self.snapshot.day)


class Footings:
    """Keeps the footing of one application, and renews its lease when somebody asks.

    Parameters
    ----------
    app
        Its state has the engine, the locators and the profiles.
    """

    def __init__(self, app: FastAPI) -> None:
        self._state = app.state
        self._last: Footing | None = None
        self._lock = threading.Lock()
        self._renewing: Future[Footing | None] | None = None
        self._not_before = 0.0
        self._thread = ThreadPoolExecutor(1, "lease")

    def close(self) -> None:
        """Wait for a renewal that is under way, and begin none any more."""
        self._thread.shutdown()

    async def ready(self) -> Footing | None:
        """Return the footing, without a wait if its lease lasts.

        Returns
        -------
        Footing or None
            None where the store has to be asked each time: a publication is under way, or
            something is wrong, which the store will say itself.
        """
        footing = self._at_hand()
        if footing is None and (renewal := self._renewal()):
            # Who goes away must not take the renewal from the others who wait.
            footing = await asyncio.shield(asyncio.wrap_future(renewal))
        return footing if footing is not None and footing.holds else None

    @contextmanager
    def ground(self, generation: int | None, day: dt.date | None, scope: Scope) -> Iterator[Ground]:
        """Give what a question stands on, cut to what whoever asks may see (promise 5).

        Raises
        ------
        NotFound
            There is no such generation, or nothing is published yet.
        Unavailable
            The database is empty.
        """
        seen = None
        if not scope.is_whole:
            # One connection after the other: who holds one and waits for a second blocks others.
            with read_session(self._state.engine, scope) as session:
                snapshot = resolve_snapshot(session, generation, day)
                seen = list_seen_ids(session, snapshot)
            generation, day = snapshot.generation, snapshot.day
        with self._whole_ground(generation, day) as ground:
            yield replace(ground, seen=seen)

    @contextmanager
    def _whole_ground(self, generation: int | None, day: dt.date | None) -> Iterator[Ground]:
        """Give what a question stands on; from the store where it is not about the newest.

        Raises
        ------
        NotFound
            There is no such generation, or nothing is published yet.
        Unavailable
            The database is empty.
        """
        footing = self._at_hand()
        if footing is None and (renewal := self._renewal()):
            footing = renewal.result()
        if footing is not None and footing.holds and footing.is_meant(generation, day):
            yield footing.ground(partial(self._named, footing))
            return
        with read_session(self._state.engine, WHOLE) as session:
            snapshot = resolve_snapshot(session, generation, day)
            yield Ground(
                snapshot,
                Bounds(*served_by(self._state, session).profile.bounds),
                partial(self._state.locators.covering, session, snapshot),
                lambda measured: Names().read(session, measured, snapshot),
            )

    def _named(self, footing: Footing, measured: Measured) -> Named:
        with suppress(NotReadError):
            return footing.names.recall(measured)
        # What a generation says of a day stays (promise 3): any transaction will do.
        with read_session(self._state.engine, WHOLE) as session:
            return footing.names.read(session, measured, footing.snapshot)

    def _at_hand(self) -> Footing | None:
        footing = self._last
        if footing is None or not footing.holds:
            return None
        if time.monotonic() > footing.until - LEASE_S / 2:
            self._renewal()  # in the background, before it runs out
        return footing

    def _renewal(self) -> Future[Footing | None] | None:
        """Return the renewal that is under way; begin one unless the last has just failed."""
        with self._lock:
            if self._renewing is None and time.monotonic() >= self._not_before:
                self._renewing = self._thread.submit(self._renew)
            return self._renewing

    def _renew(self) -> Footing | None:
        footing = None
        try:
            with suppress(SQLAlchemyError, GridmapError):
                footing = self._renewed()
        finally:  # whatever went wrong, the next one who asks tries again
            with self._lock:
                self._renewing = None
                if footing is None:
                    # What is held still runs out by itself: it was true when it was given.
                    self._not_before = time.monotonic() + _PAUSE_S
                else:
                    self._last = footing
        return footing

    def _renewed(self) -> Footing | None:
        footing = self._leased()
        if footing is not None and not footing.holds:
            # To make a new locator took longer than a lease lasts; now it is at hand.
            footing = self._leased()
        return footing

    def _leased(self) -> Footing | None:
        with write_session(self._state.engine, WHOLE) as session:
            lease = lease_generation(session)
            if lease is None:
                return None
        last, newest = self._last, lease.generation
        snapshot = Snapshot(newest.generation, newest.day)
        if last is not None and (last.snapshot, last.newest) == (snapshot, newest):
            return replace(last, until=lease.until)
        return Footing(newest, snapshot, self._bounds(), self._locator(lease), Names(), lease.until)

    def _bounds(self) -> Bounds:
        with read_session(self._state.engine, WHOLE) as session:
            return Bounds(*served_by(self._state, session).profile.bounds)

    def _locator(self, lease: Lease) -> Locator:
        locator: Locator = self._state.locators.of(lease.generation)
        # Once, so that no request waits for the machine code to be loaded.
        measure_point(locator, 0.0, 0.0, 0.0)
        return locator
