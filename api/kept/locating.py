"""Keeps the locator of the current boundaries, and never answers with an older one."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict

from sqlalchemy import Engine

from gis.core.access import WHOLE
from gis.core.locator import Locator
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession, read_session
from gis.grids import Box, Generation, get_generation, load_locator
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
    engine
        Reads all boundaries, whatever whoever asks may see. It is this holder's own: those who
        wait for a locator hold a connection each, and must not keep it from being made.
    files
        Where locators rest that all processes share; without it, in memory alone.
    """

    def __init__(self, engine: Engine, files: LocatorFiles | None = None) -> None:
        self._engine = engine
        self._files = files
        self._lock = threading.Lock()
        self._held: OrderedDict[Key, Locator] = OrderedDict()

    def current(self, session: ReadSession) -> Locator:
        """Return the locator of the newest generation that a session sees, for today.

        Parameters
        ----------
        session
            Tells which generation is the newest.

        Returns
        -------
        Locator

        Raises
        ------
        NotFound
            Nothing is published yet.
        """
        return self.of(get_generation(session))

    def of(self, newest: Generation) -> Locator:
        """Return the locator of a generation, which is the newest, for today.

        Parameters
        ----------
        newest
            The generation; it is committed.

        Returns
        -------
        Locator
        """
        # The source tells a restored or reset database from the one that was here before.
        key = (newest.generation, source_of(newest), newest.day)
        held = self._held.get(key)
        return held if held is not None else self._build(key)

    def covering(self, session: ReadSession, snapshot: Snapshot, box: Box) -> Locator:
        """Return a locator for some boundaries that is exact inside a box.

        Parameters
        ----------
        session
            Reads the boundaries of the past; it sees the whole.
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
        newest = get_generation(session)
        if snapshot == Snapshot(newest.generation, newest.day):
            return self.current(session)
        return load_locator(session, snapshot.generation, snapshot.day, box=box)

    def _build(self, key: Key) -> Locator:
        with self._lock:
            if key not in self._held:
                with read_session(self._engine, WHOLE) as session:
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
