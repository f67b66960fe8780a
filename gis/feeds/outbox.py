"""Write the outbox and read it: nothing is told before it holds, and nothing is left out.

A reader remembers which transactions it has seen (a snapshot), not how far a counter had come. So
a message of a transaction that began early and ends late is read when it ends, and whoever waits
for other news does not wait for that one (ADR 0023).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

import orjson
from sqlalchemy import text
from sqlalchemy.orm import Session

from gis.db.session import ReadSession, WriteSession
from gis.db.sql import read_sql
from gis.feeds.horizon import Horizon
from gis.feeds.model import Kind, News, Told

#: What readers listen on. Without a payload: equal notices of a transaction become one, and
#: whoever hears it reads what there is.
CHANNEL = "gridmap"
#: So long somebody may have been away and still be told what was missed.
RETENTION = dt.timedelta(days=7)
#: Rows are kept for longer than they are promised, so that nobody reads while they go.
_MARGIN = dt.timedelta(hours=2)


def tell(
    session: WriteSession, kind: Kind, payload: Mapping[str, Any], divisions: Iterable[str]
) -> None:
    """Put a message into the outbox, and wake whoever listens; both take effect on commit.

    Parameters
    ----------
    session
        The transaction that does what is told.
    kind
        What it is about.
    payload
        JSON; who hears which part of it is up to `gis.feeds.heard`.
    divisions
        Codes (twelve digits) of the divisions concerned.
    """
    session.execute(
        text(
            "WITH told AS (INSERT INTO delivery (kind, payload, divisions)"
            " VALUES (:kind, CAST(:payload AS jsonb), paths_of(CAST(:divisions AS varchar[]))))"
            " SELECT pg_notify(:channel, '')"
        ),
        {
            "kind": str(kind),
            "payload": orjson.dumps(payload).decode(),
            "divisions": sorted(set(divisions)),
            "channel": CHANNEL,
        },
    )


def stand(session: ReadSession) -> News:
    """Return where a reader stands that has read all there is.

    Parameters
    ----------
    session
        Sees the whole; all its statements see the same state.

    Returns
    -------
    News
    """
    row = session.execute(text(read_sql(__file__, "stand"))).one()
    return News(row.system, Horizon.parse(row.horizon), row.now, row.generation)


def read_between(
    session: ReadSession, since: Horizon, until: Horizon, *, after: int = 0, limit: int
) -> list[Told]:
    """Read messages of transactions that one horizon sees and another does not.

    Parameters
    ----------
    session
        Sees the whole.
    since
        What was read already.
    until
        What is to be read.
    after
        Only messages of a higher number: the rest of a list that was read in part.
    limit
        At most so many.

    Returns
    -------
    list of Told
        By number.
    """
    rows = session.execute(
        text(read_sql(__file__, "read_between")),
        {
            "since": str(since),
            "until": str(until),
            "from_transaction": since.xmin,
            "after": after,
            "limit": limit,
        },
    )
    return [Told(**row._mapping) for row in rows]


def read_secret(session: ReadSession) -> bytes:
    """Return what places in the outbox are sealed with; 32 bytes.

    Parameters
    ----------
    session
        Sees the whole.

    Returns
    -------
    bytes
    """
    return bytes(session.execute(text("SELECT secret FROM outbox_key")).scalar_one())


def purge(session: Session) -> int:
    """Delete messages that nobody is promised any more.

    Also those that a backup brought from another server, whose transactions are not ours.

    Parameters
    ----------
    session
        Writes; sees the whole.

    Returns
    -------
    int
        How many.
    """
    deleted: Any = session.execute(
        text(
            "DELETE FROM delivery WHERE subscription_id IS NULL AND (created_at < now() - :kept"
            " OR transaction_id >= pg_snapshot_xmax(pg_current_snapshot())::text::bigint)"
        ),
        {"kept": RETENTION + _MARGIN},
    )
    return int(deleted.rowcount)
