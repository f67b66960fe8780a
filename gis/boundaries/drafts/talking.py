"""What is said about a draft, and who works on it at this moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import text

from gis.boundaries.drafts.model import Changeset
from gis.boundaries.drafts.queries import get_changeset
from gis.boundaries.telling import tell_changeset
from gis.core.access import Actor
from gis.core.errors import NotFound
from gis.core.lattice import canonical
from gis.db.session import ReadSession, WriteSession

#: How long somebody counts as being there after the last sign of life.
PRESENT = dt.timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Comment:
    """A remark on a draft; `lon` and `lat` (degrees) pin it to the map, or are None."""

    comment_id: int
    author: str
    body: str
    lon: float | None
    lat: float | None
    created_at: dt.datetime
    resolved_at: dt.datetime | None


@dataclass(frozen=True, slots=True)
class Presence:
    """Somebody who works on a draft; advice to others, never a lock."""

    changeset_id: int
    actor: str
    grids: list[str]
    seen_at: dt.datetime


_COMMENTS = (
    "SELECT changeset_comment_id AS comment_id, author, body, ST_X(position) AS lon,"
    "       ST_Y(position) AS lat, created_at, resolved_at"
    "  FROM changeset_comment WHERE county_code = :county AND changeset_id = :changeset_id"
)


def add_comment(
    session: WriteSession,
    actor: Actor,
    changeset_id: int,
    body: str,
    position: tuple[float, float] | None = None,
) -> Comment:
    """Remark on a draft.

    Parameters
    ----------
    session
        Its scope decides what there is.
    actor
        Who says it.
    changeset_id
        Of which draft.
    body
        At most 2,000 characters.
    position
        Longitude and latitude, degrees; None for a remark on all of it.

    Returns
    -------
    Comment

    Raises
    ------
    NotFound
        There is no such draft, or not for whoever asks.
    """
    changeset = get_changeset(session, changeset_id)
    lon, lat = (None, None) if position is None else canonical(position).tolist()
    number = session.execute(
        text(
            "INSERT INTO changeset_comment (county_code, changeset_id, author, body, position)"
            " VALUES (:county, :changeset_id, :author, :body,"
            "  CASE WHEN CAST(:lon AS float8) IS NOT NULL"
            "   THEN ST_SetSRID(ST_MakePoint(:lon, :lat), 4490) END)"
            " RETURNING changeset_comment_id"
        ),
        {
            "county": changeset.county_code,
            "changeset_id": changeset_id,
            "author": actor.name,
            "body": body,
            "lon": lon,
            "lat": lat,
        },
    ).scalar_one()
    _tell(session, changeset, actor)
    return _comment(session, changeset, number)


def _tell(session: WriteSession, changeset: Changeset, actor: Actor) -> None:
    """Tell those who see a draft that there is something new about it; its version stays."""
    tell_changeset(
        session,
        changeset.changeset_id,
        version=changeset.version,
        state=changeset.state,
        by=actor.name,
        scope_codes=changeset.scope_codes,
    )


def _comment(session: WriteSession, changeset: Changeset, number: int) -> Comment:
    row = session.execute(
        text(f"{_COMMENTS} AND changeset_comment_id = :number"),
        {
            "county": changeset.county_code,
            "changeset_id": changeset.changeset_id,
            "number": number,
        },
    ).one_or_none()
    if row is None:
        raise NotFound(
            f"Changeset {changeset.changeset_id} has no remark {number}.",
            zh=f"方案 {changeset.changeset_id} 没有编号为 {number} 的评论。",
            comment_id=number,
        )
    return Comment(**row._mapping)


def resolve_comment(
    session: WriteSession, actor: Actor, changeset_id: int, comment_id: int, *, is_resolved: bool
) -> Comment:
    """Say that a remark is settled, or that it is not after all.

    Parameters
    ----------
    session
        Its scope decides what there is.
    actor
        Who says it.
    changeset_id, comment_id
        Which remark on which draft.
    is_resolved
        A remark that is settled keeps the time at which it was settled first.

    Returns
    -------
    Comment

    Raises
    ------
    NotFound
        There is no such draft, or not for whoever asks; or it has no such remark.
    """
    changeset = get_changeset(session, changeset_id)
    session.execute(
        text(
            "UPDATE changeset_comment SET resolved_at = CASE WHEN :is_resolved"
            "  THEN coalesce(resolved_at, clock_timestamp()) END"
            " WHERE county_code = :county AND changeset_id = :changeset_id"
            "   AND changeset_comment_id = :number"
        ),
        {
            "county": changeset.county_code,
            "changeset_id": changeset_id,
            "number": comment_id,
            "is_resolved": is_resolved,
        },
    )
    _tell(session, changeset, actor)
    return _comment(session, changeset, comment_id)


def list_comments(session: ReadSession, changeset_id: int, *, limit: int) -> list[Comment]:
    """Return the remarks on a draft, the oldest first.

    Parameters
    ----------
    session
        Its scope decides what there is.
    changeset_id
        Of which draft.
    limit
        At most so many.

    Returns
    -------
    list of Comment

    Raises
    ------
    NotFound
        There is no such draft, or not for whoever asks.
    """
    changeset = get_changeset(session, changeset_id)
    rows = session.execute(
        text(f"{_COMMENTS} ORDER BY changeset_comment_id LIMIT :limit"),
        {"county": changeset.county_code, "changeset_id": changeset_id, "limit": limit},
    )
    return [Comment(**row._mapping) for row in rows]


def tell_presence(
    session: WriteSession, actor: Actor, changeset_id: int, grids: Sequence[str]
) -> None:
    """Say that somebody works on a draft, and on which of its grids.

    Parameters
    ----------
    session
        Its scope decides what there is.
    actor
        Who works.
    changeset_id
        On which draft.
    grids
        Codes.

    Raises
    ------
    NotFound
        There is no such draft, or not for whoever asks.
    """
    changeset = get_changeset(session, changeset_id)
    values = {
        "county": changeset.county_code,
        "changeset_id": changeset_id,
        "actor": actor.name,
        "grids": list(dict.fromkeys(grids)),
        "within": PRESENT,
    }
    before = session.execute(
        text(
            "SELECT grid_codes FROM editor_presence WHERE county_code = :county"
            " AND changeset_id = :changeset_id AND actor = :actor"
            " AND seen_at > clock_timestamp() - :within"
        ),
        values,
    ).scalar_one_or_none()
    session.execute(
        text(
            "INSERT INTO editor_presence (county_code, changeset_id, actor, grid_codes, seen_at)"
            " VALUES (:county, :changeset_id, :actor, :grids, clock_timestamp())"
            " ON CONFLICT (county_code, changeset_id, actor)"
            " DO UPDATE SET grid_codes = excluded.grid_codes, seen_at = excluded.seen_at"
        ),
        values,
    )
    # A mere sign of life is no news.
    if before != values["grids"]:
        _tell(session, changeset, actor)


def end_presence(session: WriteSession, actor: Actor, changeset_id: int) -> None:
    """Say that somebody has left a draft.

    Parameters
    ----------
    session
        Its scope decides what there is.
    actor
        Who worked.
    changeset_id
        On which draft.

    Raises
    ------
    NotFound
        There is no such draft, or not for whoever asks.
    """
    changeset = get_changeset(session, changeset_id)
    session.execute(
        text(
            "DELETE FROM editor_presence WHERE county_code = :county"
            " AND changeset_id = :changeset_id AND actor = :actor"
        ),
        {"county": changeset.county_code, "changeset_id": changeset_id, "actor": actor.name},
    )
    _tell(session, changeset, actor)


def list_presence(session: ReadSession | WriteSession, changeset_id: int) -> list[Presence]:
    """Return who works on a draft, or in another one on a grid that this one changes.

    Parameters
    ----------
    session
        Its scope decides what there is.
    changeset_id
        Which draft.

    Returns
    -------
    list of Presence
        Signs of life within `PRESENT`, the newest first.

    Raises
    ------
    NotFound
        There is no such draft, or not for whoever asks.
    """
    changeset = get_changeset(session, changeset_id)
    rows = session.execute(
        text(
            "SELECT changeset_id, actor, grid_codes AS grids, seen_at FROM editor_presence"
            " WHERE county_code = :county AND seen_at > clock_timestamp() - :within"
            "   AND (changeset_id = :changeset_id OR grid_codes && ARRAY("
            "        SELECT code FROM changeset_grid"
            "         WHERE county_code = :county AND changeset_id = :changeset_id))"
            " ORDER BY seen_at DESC"
        ),
        {"county": changeset.county_code, "changeset_id": changeset_id, "within": PRESENT},
    )
    return [Presence(**row._mapping) for row in rows]
