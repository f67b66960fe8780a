"""Two kinds of session, so that the type checker sees who may write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NewType

import psycopg2
from sqlalchemy import Engine, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from gis.core.access import Scope
from gis.db.row_security import entering

ReadSession = NewType("ReadSession", Session)
WriteSession = NewType("WriteSession", Session)
#: A session of the gate: accounts, keys, sessions and the audit, and nothing else.
GateSession = NewType("GateSession", Session)


@contextmanager
def read_session(engine: Engine, scope: Scope | None = None) -> Iterator[ReadSession]:
    """Open one read-only transaction: all its statements see the same state.

    Parameters
    ----------
    engine
        Of the owner (commands), or of the server's own login.
    scope
        The area that is seen. None for the owner, whom no row-level security limits; the
        server's login sees nothing without one.
    """
    with Session(engine) as session:
        opening = "SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"
        # One trip to the server for all of it.
        session.execute(text("; ".join((opening, *entering(scope)))))
        yield ReadSession(session)


def state_seen(session: ReadSession) -> str:
    """Return a name for the state of the database that a read-only transaction sees.

    Parameters
    ----------
    session
        All its statements see the same state.

    Returns
    -------
    str
        Two transactions with the same name see the same data; after anything was committed the
        name is another one. Source: PostgreSQL, functions on transaction IDs and snapshots.
    """
    # Another server in its place, or one that was put back in time, may count transactions anew.
    name = session.scalar(
        text("SELECT concat_ws(' ', pg_current_snapshot(), pg_postmaster_start_time())")
    )
    return str(name)


@contextmanager
def write_session(engine: Engine, scope: Scope | None = None) -> Iterator[WriteSession]:
    """Open one transaction that is committed at the end, or not at all; see `read_session`."""
    with Session(engine) as session, session.begin():
        if scope is not None:
            session.execute(text("; ".join(entering(scope))))
        with _one_kind_of_error():
            yield WriteSession(session)


@contextmanager
def _one_kind_of_error() -> Iterator[None]:
    """Raise what the driver says during a COPY as SQLAlchemy raises all else.

    Whoever answers for a full disk or a server that went away needs to know one kind only.
    """
    try:
        yield
    except psycopg2.Error as error:
        raise DBAPIError.instance("COPY", None, error, psycopg2.Error) from error


@contextmanager
def gate_session(engine: Engine) -> Iterator[GateSession]:
    """Open one transaction on accounts, keys, sessions and the audit; see `write_session`."""
    with Session(engine) as session, session.begin():
        session.execute(text("SET LOCAL ROLE gridmap_gate"))
        yield GateSession(session)


def as_reader(session: WriteSession) -> ReadSession:
    """Return a writer as a reader: whoever may write may also read."""
    return ReadSession(session)
