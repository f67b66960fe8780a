"""Leases: for a moment a process may answer by the newest generation without asking for it.

A publication takes the lock ``gridmap.publish`` first and keeps it until it has committed. A lease
is given only while nobody has that lock, and a publication commits only after every lease that was
given before it took the lock has run out. So no lease is alive when new boundaries become visible:
whoever saw them published is answered by them, by every process.

Source: Gray and Cheriton, "Leases: an efficient fault-tolerant mechanism for distributed file
cache consistency" (1989); ADR 0015.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import text

from gis.db.session import WriteSession, as_reader
from gis.grids.generations import find_generation
from gis.grids.model import Generation

LEASE_S = 0.025
"""How long a lease lasts; a publication takes at least as long."""

#: A publication waits a little longer, for two machines whose seconds differ.
_MARGIN = 1.05


@dataclass(frozen=True, slots=True)
class Lease:
    """The newest generation, which nothing replaces before a moment.

    Attributes
    ----------
    generation
        The newest one.
    until
        When the lease runs out, on the clock of `time.monotonic`.
    """

    generation: Generation
    until: float


def lease_generation(session: WriteSession) -> Lease | None:
    """Ask for the newest generation, and for the right to answer by it for a moment.

    Parameters
    ----------
    session
        Its first statements are these. It keeps publications waiting until it ends: end it soon.

    Returns
    -------
    Lease or None
        None while a publication is under way, and where nothing is published yet.
    """
    asked = time.monotonic()  # before the lock: what is counted from here ends too early at most
    free = session.scalar(
        text(
            "SET TRANSACTION ISOLATION LEVEL READ COMMITTED;"
            "SELECT pg_try_advisory_xact_lock_shared(hashtext('gridmap.publish'))"
        )
    )
    # A statement of its own: it sees what was committed before the lock was free.
    newest = find_generation(as_reader(session)) if free else None
    return None if newest is None else Lease(newest, asked + LEASE_S)


@dataclass(frozen=True, slots=True)
class PublicationLock:
    """The lock of the one publication that is under way; `since` is of `time.monotonic`."""

    since: float

    def outwait_leases(self) -> None:
        """Wait until no process has a lease any more; comes before the commit."""
        time.sleep(max(0.0, self.since + _MARGIN * LEASE_S - time.monotonic()))


def lock_publications(session: WriteSession) -> PublicationLock:
    """Wait for other publications, and keep them and new leases out until the transaction ends.

    Generation numbers so become visible in their order (ADR 0006).

    Parameters
    ----------
    session
        Holds the lock.

    Returns
    -------
    PublicationLock
        Its leases have to be outwaited before the commit.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('gridmap.publish'))"))
    return PublicationLock(time.monotonic())
