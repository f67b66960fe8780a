"""Make, change and remove playlists: for those who administer their division."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select, text
from sqlalchemy.dialects.postgresql import insert

from gis import audit, feeds
from gis.accounts import Author
from gis.core.access import Power
from gis.core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    PreconditionRequired,
)
from gis.db.session import WriteSession
from gis.db.tables.screens import Playlist as PlaylistRow
from gis.playlists.model import MOST_PLAYLISTS, Playlist, Stop, etag_of
from gis.playlists.queries import described, find_row, known_below, path_of


def put_playlist(
    session: WriteSession,
    author: Author,
    division: str,
    name: str,
    stops: Sequence[Stop],
    *,
    seen: str | None,
) -> tuple[Playlist, bool]:
    """Make a playlist, or give one other stops.

    Parameters
    ----------
    session
        Its scope is where the author administers.
    author
        Who does it.
    division
        Whose it is; twelve-digit code.
    name
        Of the playlist.
    stops
        In their order.
    seen
        The ETag of the version that the author has seen; None makes a new one.

    Returns
    -------
    tuple of (Playlist, bool)
        As it is now, and whether it is new.

    Raises
    ------
    Forbidden, NotFound
        The division is not the author's to decide on, or there is none.
    Invalid
        A stop lies elsewhere; says which.
    Conflict
        The division has too many already.
    PreconditionRequired, PreconditionFailed
        There is one already and no version was named, or it has another one by now.
    """
    _require_area(session, author, division)
    _require_below(session, division, stops)
    documents = [_document(stop) for stop in stops]
    row = find_row(session, division, name)
    before = None if row is None else row.stops
    if row is None and seen is None:
        _require_room(session, division)
        row = _added(session, author, division, name, documents)
    else:
        row = _seen(row, seen, name)
        row.stops, row.changed_by, row.changed_at = documents, author.name, func.now()
        row.version += 1
    session.flush()
    session.refresh(row)
    playlist = described(session, [row])[0]
    deed = "add" if before is None else "change"
    _tell(session, author, playlist, deed, before=before, after=documents)
    return playlist, before is None


def remove_playlist(
    session: WriteSession, author: Author, division: str, name: str, seen: str | None
) -> None:
    """Remove a playlist; its screens go back to the standard tour.

    Parameters
    ----------
    session, author, division, name, seen
        As for `put_playlist`.

    Raises
    ------
    NotFound
        There is none of that name.
    Forbidden, PreconditionRequired, PreconditionFailed
        As for `put_playlist`.
    """
    _require_area(session, author, division)
    row = find_row(session, division, name)
    if row is None:
        raise NotFound(
            f"{division} has no playlist {name!r}.", zh=f"{division} 没有轮播清单“{name}”。"
        )
    row = _seen(row, seen, name)
    playlist = described(session, [row])[0]
    session.delete(row)
    session.flush()
    _tell(session, author, playlist, "remove", before=row.stops, after=None)


def _require_area(session: WriteSession, author: Author, division: str) -> None:
    path = path_of(session, division)
    whole = author.actor is None or author.actor.scope(Power.ADMINISTER).is_whole
    if path is None and whole:
        raise NotFound(f"There is no division {division}.", zh=f"没有行政区划 {division}。")
    # Whether there is another's division is not told.
    if not author.covers(path or ()):
        raise Forbidden(
            f"{division} is not in your area; an administrator decides only there.",
            zh=f"{division} 不在您的管辖范围内。",
        )


def _require_below(session: WriteSession, division: str, stops: Sequence[Stop]) -> None:
    known = known_below(session, division, (stop.division for stop in stops))
    for number, stop in enumerate(stops):
        if stop.division not in known:
            raise Invalid(
                f"Stop {number + 1}: {stop.division} is neither {division} nor below it; choose"
                f" another division, or make the playlist that of a division above both.",
                zh=f"第 {number + 1} 站：{stop.division} 不属于 {division}；请改选其下辖区划，"
                "或把清单建在二者的共同上级。",
                errors=[{"loc": ["body", "stops", str(number), "division"], "msg": stop.division}],
            )


def _require_room(session: WriteSession, division: str) -> None:
    # Two who add one at once count one after the other.
    turn = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
    session.execute(turn, {"name": f"playlists of {division}"})
    query = select(func.count()).where(PlaylistRow.division_code == division)
    if (session.scalar(query) or 0) >= MOST_PLAYLISTS:
        raise Conflict(
            f"{division} has {MOST_PLAYLISTS} playlists already; remove one first.",
            zh=f"{division} 已有 {MOST_PLAYLISTS} 个轮播清单，请先删除一个。",
        )


def _added(
    session: WriteSession, author: Author, division: str, name: str, stops: list[dict[str, Any]]
) -> PlaylistRow:
    row = session.scalar(
        insert(PlaylistRow)
        .values(division_code=division, name=name, stops=stops, changed_by=author.name)
        .on_conflict_do_nothing()
        .returning(PlaylistRow)
    )
    # Somebody made one of the same name at the same moment.
    return _seen(find_row(session, division, name), None, name) if row is None else row


def _seen(row: PlaylistRow | None, seen: str | None, name: str) -> PlaylistRow:
    """Return a row whose version was seen."""
    current = None if row is None else etag_of(row.playlist_id, row.version)
    if seen is None:
        raise PreconditionRequired(
            f"There is a playlist {name!r}; say which version you have seen: If-Match: {current}.",
            zh=f"已有轮播清单“{name}”；请注明所基于的版本：If-Match: {current}。",
            etag=current,
        )
    if row is None or seen.strip() != current:
        was, zh = ("removed", "删除") if row is None else ("changed", "修改")
        raise PreconditionFailed(
            f"The playlist {name!r} was {was} meanwhile; load it anew.",
            zh=f"轮播清单“{name}”已被他人{zh}，请重新载入。",
            etag=current,
        )
    return row


def _tell(
    session: WriteSession,
    author: Author,
    playlist: Playlist,
    deed: str,
    *,
    before: list[dict[str, Any]] | None,
    after: list[dict[str, Any]] | None,
) -> None:
    told = {"division": playlist.division, "name": playlist.name}
    feeds.tell(session, feeds.Kind.PLAYLIST_CHANGED, told, [playlist.division])
    audit.append(
        session,
        author.name,
        f"playlist.{deed}",
        f"playlist:{playlist.name}",
        address=author.address,
        division=playlist.division,
        before=None if before is None else {"stops": before},
        after=None if after is None else {"stops": after},
    )


def _document(stop: Stop) -> dict[str, Any]:
    return {
        "division": stop.division,
        "mode": stop.mode,
        "heat": stop.heat,
        "seconds": stop.seconds,
    }
