"""Find playlists; row-level security decides which there are for whoever asks."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from gis.db.session import ReadSession
from gis.db.tables.boundaries import Division
from gis.db.tables.screens import Playlist as PlaylistRow
from gis.playlists.model import Playlist, Stop, etag_of


def list_playlists(
    session: ReadSession, division: str | None = None, name: str | None = None, *, limit: int
) -> list[Playlist]:
    """Return playlists by division and name.

    Parameters
    ----------
    session
        Its scope decides whose.
    division
        Only those of this very division; twelve-digit code.
    name
        Only of this name.
    limit
        At most so many.

    Returns
    -------
    list of Playlist
    """
    query = select(PlaylistRow).order_by(PlaylistRow.division_code, PlaylistRow.name).limit(limit)
    if division is not None:
        query = query.where(PlaylistRow.division_code == division)
    if name is not None:
        query = query.where(PlaylistRow.name == name)
    return described(session, list(session.scalars(query)))


def described(session: Session, rows: Collection[PlaylistRow]) -> list[Playlist]:
    """Return rows as others see them, with the names of their divisions."""
    named = {row.division_code for row in rows}
    named |= {stop["division"] for row in rows for stop in row.stops}
    names = _names(session, named)
    return [
        Playlist(
            division=row.division_code,
            division_name=names.get(row.division_code, row.division_code),
            name=row.name,
            stops=tuple(_stop(stop, names) for stop in row.stops),
            changed_at=row.changed_at,
            etag=etag_of(row.playlist_id, row.version),
        )
        for row in rows
    ]


def find_row(session: Session, division: str, name: str) -> PlaylistRow | None:
    """Return the row of a playlist, locked until the transaction ends."""
    # populate_existing: what another transaction changed while we waited for the row.
    return session.scalar(
        select(PlaylistRow)
        .where(PlaylistRow.division_code == division, PlaylistRow.name == name)
        .with_for_update(),
        execution_options={"populate_existing": True},
    )


def path_of(session: Session, division: str) -> tuple[str, ...] | None:
    """Return the codes from the root down to a division; None where there is none to be seen."""
    path = session.scalar(select(Division.path).where(Division.code == division))
    return None if path is None else tuple(path)


def known_below(session: Session, division: str, codes: Iterable[str]) -> set[str]:
    """Return those of some codes that are a division or lie below it."""
    rows = session.scalars(
        text("SELECT code FROM division WHERE code = ANY(:codes) AND :above = ANY(path)"),
        {"codes": sorted(set(codes)), "above": division},
    )
    return set(rows)


def _names(session: Session, codes: Collection[str]) -> dict[str, str]:
    query = select(Division.code, Division.name).where(Division.code.in_(codes))
    return {row.code: row.name for row in session.execute(query)} if codes else {}


def _stop(stop: dict[str, Any], names: dict[str, str]) -> Stop:
    return Stop(**stop, division_name=names.get(stop["division"]))
