"""Two kinds of session, so that the type checker sees who may write."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NewType

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

ReadSession = NewType("ReadSession", Session)
WriteSession = NewType("WriteSession", Session)


@contextmanager
def read_session(engine: Engine) -> Iterator[ReadSession]:
    """Open one read-only transaction: all its statements see the same state."""
    with Session(engine) as session:
        session.execute(text("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY"))
        yield ReadSession(session)


@contextmanager
def write_session(engine: Engine) -> Iterator[WriteSession]:
    """Open one transaction that is committed at the end, or not at all."""
    with Session(engine) as session, session.begin():
        yield WriteSession(session)


def as_reader(session: WriteSession) -> ReadSession:
    """Return a writer as a reader: whoever may write may also read."""
    return ReadSession(session)
