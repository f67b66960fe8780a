"""Generations: which there are, and which boundaries a question is about."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import text

from gis.core.errors import NotFound
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.grids.model import Generation


def find_generation(session: ReadSession) -> Generation | None:
    """Return the newest generation, if anything is published.

    Parameters
    ----------
    session
        Reads.

    Returns
    -------
    Generation or None
    """
    row = session.execute(
        text(
            "SELECT generation, effective_from, published_at, content_hash FROM generation"
            " ORDER BY generation DESC LIMIT 1"
        )
    ).one_or_none()
    return None if row is None else Generation(**row._mapping)


def get_generation(session: ReadSession) -> Generation:
    """Return the newest generation.

    Parameters
    ----------
    session
        Reads.

    Returns
    -------
    Generation

    Raises
    ------
    NotFound
        Nothing is published yet.
    """
    newest = find_generation(session)
    if newest is None:
        raise NotFound(
            "No boundaries are published yet; load them with `gridmap import-boundaries`.",
            zh="尚未发布任何网格边界；请运行 gridmap import-boundaries 导入。",
        )
    return newest


def current_generation(session: ReadSession) -> int:
    """Return the number of the newest generation.

    Parameters
    ----------
    session
        Reads.

    Returns
    -------
    int

    Raises
    ------
    NotFound
        Nothing is published yet.
    """
    return get_generation(session).generation


def resolve_snapshot(
    session: ReadSession, generation: int | None = None, day: dt.date | None = None
) -> Snapshot:
    """Return which boundaries are meant: the newest generation and today, unless named.

    Parameters
    ----------
    session
        Reads.
    generation, day
        As asked for.

    Returns
    -------
    Snapshot

    Raises
    ------
    NotFound
        The generation does not exist, or nothing is published yet.
    """
    newest = get_generation(session)
    if generation is not None and generation != newest.generation:
        known = session.scalar(
            text("SELECT 1 FROM generation WHERE generation = :generation"),
            {"generation": generation},
        )
        if known is None:
            raise NotFound(
                f"There is no generation {generation}; the newest is {newest.generation}.",
                zh=f"没有第 {generation} 版网格；最新为第 {newest.generation} 版。",
                generation=generation,
            )
    return Snapshot(generation or newest.generation, day or newest.day)
