"""Keeps the locator of the current boundaries, and never answers with an older one."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict

from gis.core import clock
from gis.core.locator import Locator
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.grids import Box, get_generation, load_locator
from gis.grids.locator_files import Held, LocatorFiles, source_of

#: While a publication becomes visible, some requests still see the boundaries before it.
KEPT = 2

Key = tuple[int, str, dt.date]


class LocatorHolder:
    """The locator of the newest generation for today, shared by all threads.

    The generation is read in the transaction of the request, so a request that sees a
    publication is answered by its grids: the first one builds them, the others wait for it.

    Parameters
    ----------
    files
        Where locators rest that all processes share; without it, in memory alone.
    """

    def __init__(self, files: LocatorFiles | None = None) -> None:
        self._files = files
        self._lock = threading.Lock()
        self._held: OrderedDict[Key, Locator] = OrderedDict()

    def current(self, session: ReadSession) -> Locator:
        """Return the locator of the newest generation that a session sees, for today.

        Parameters
        ----------
        session
            Reads the boundaries if they are not at hand.

        Returns
        -------
        Locator

        Raises
        ------
        NotFound
            Nothing is published yet.
        """
        newest = get_generation(session)
        # The source tells a restored or reset database from the one that was here before.
        key = (newest.generation, source_of(newest), clock.today())
        held = self._held.get(key)
        return held if held is not None else self._build(session, key)

    def covering(self, session: ReadSession, snapshot: Snapshot, box: Box) -> Locator:
        """Return a locator for some boundaries that is exact inside a box.

        Parameters
        ----------
        session
            Reads the boundaries if they are not at hand.
        snapshot
            Which boundaries.
        box
            Where the questions lie; degrees.

        Returns
        -------
        Locator
            The one that is held if the boundaries are the current ones; else one of only the
            grids that touch the box, so that asking about the past costs what was asked.
        """
        if snapshot == Snapshot(get_generation(session).generation, clock.today()):
            return self.current(session)
        return load_locator(session, snapshot.generation, snapshot.day, box=box)

    def _build(self, session: ReadSession, key: Key) -> Locator:
        with self._lock:
            if key not in self._held:
                self._held[key] = self._made(session, key)
                while len(self._held) > KEPT:
                    self._held.popitem(last=False)
            return self._held[key]

    def _made(self, session: ReadSession, key: Key) -> Locator:
        snapshot = Snapshot(key[0], key[2])
        if self._files is None:
            return load_locator(session, snapshot.generation, snapshot.day)
        return self._files.locator(session, snapshot, key[1], self._latest())

    def _latest(self) -> Held | None:
        """Return the locator that came last: the next one differs from it in a few grids."""
        if not self._held:
            return None
        generation, source, day = next(reversed(self._held))
        return Held(Snapshot(generation, day), source, self._held[generation, source, day])
