"""What must be true of a database after any kill: nothing promised is lost, nothing is half."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Engine, text

from gis.boundaries.checking import check_database
from gis.boundaries.checking_queries import list_misfiled
from gis.db.session import ReadSession, read_session
from gis.grids import resolve_snapshot
from gis.profiles import load_profile
from tests import factories
from tests.faults.reporters import SOURCE

_HALF = {
    "event without its first step": "SELECT event_no FROM event AS e WHERE NOT EXISTS ("
    " SELECT FROM event_step AS s WHERE s.county_code = e.county_code"
    " AND s.event_id = e.event_id AND s.step_no = 1) AND source = :source",
    "event of a generation that is not there": "SELECT event_no FROM event"
    " WHERE filed_generation NOT IN (SELECT generation FROM generation)",
    "generation that does not follow the one before": "SELECT generation FROM generation AS g"
    " WHERE generation > 1 AND parent IS DISTINCT FROM generation - 1",
    "grid without a version": "SELECT grid_id FROM grid AS g WHERE NOT EXISTS ("
    " SELECT FROM grid_version AS v WHERE v.grid_id = g.grid_id)",
    "generation without outlines": "SELECT generation FROM generation AS g WHERE NOT EXISTS ("
    " SELECT FROM division_outline AS o WHERE o.generations @> g.generation)",
    "lineage of a generation that is not there": "SELECT generation FROM lineage"
    " WHERE generation NOT IN (SELECT generation FROM generation)",
}


@dataclass(frozen=True)
class Proven:
    """How much was looked at, and what was wrong."""

    events: int
    generations: int
    losses: tuple[str, ...]


def prove(
    engine: Engine,
    promised: Mapping[str, str],
    published: Mapping[int, str],
    *,
    since_generation: int = 0,
) -> Proven:
    """Look at everything in one snapshot of the database.

    Parameters
    ----------
    engine
        Of the owner.
    promised
        Id of the source → number of the event, noted before the call.
    published
        Generation → its note, noted before the call.
    since_generation
        Grids of older generations are taken as looked at already.
    """
    profile = load_profile("testcounty", factories.PROFILES)
    with read_session(engine) as session:
        losses = [
            *_lost_events(session, promised),
            *_lost_generations(session, published),
            *_torn_generations(session, since_generation),
        ]
        for what, statement in _HALF.items():
            rows = session.execute(
                text(statement), {"source": SOURCE} if ":source" in statement else {}
            )
            losses += [f"{what}: {row[0]}" for row in rows]
        # Tiling residual, outlines, and every filing against a fresh point-in-polygon.
        for finding in check_database(session, profile):
            losses += [f"{finding.slug}: {fault.detail}" for fault in finding.faults]
        if any(loss.startswith("events_in_postgis") for loss in losses):
            losses += _misfiled_at_length(session)
        return Proven(
            events=int(session.scalar(text("SELECT count(*) FROM event")) or 0),
            generations=int(session.scalar(text("SELECT count(*) FROM generation")) or 0),
            losses=tuple(losses),
        )


def _misfiled_at_length(session: ReadSession) -> list[str]:
    """Tell more of events that PostGIS would file elsewhere: with and without its indexes."""
    snapshot = resolve_snapshot(session)
    told = []
    for means in ("on", "off"):
        for name in ("indexscan", "bitmapscan", "indexonlyscan"):
            session.execute(text(f"SET LOCAL enable_{name} = {means}"))
        told += [
            f"indexes {means}: {dict(row._mapping)}"
            for row in list_misfiled(session, "event", snapshot, None)
        ]
    return told


def _lost_events(session: ReadSession, promised: Mapping[str, str]) -> list[str]:
    rows = session.execute(
        text("SELECT source_id, event_no FROM event WHERE source = :source"), {"source": SOURCE}
    ).all()
    stored = {row.source_id: row.event_no for row in rows}
    twice = len(rows) - len(stored)
    lost = [
        f"event {number} ({source_id}) was acknowledged; stored is {stored.get(source_id)}"
        for source_id, number in promised.items()
        if stored.get(source_id) != number
    ]
    return lost + ([f"{twice} events are stored twice"] if twice else [])


def _lost_generations(session: ReadSession, published: Mapping[int, str]) -> list[str]:
    rows = session.execute(text("SELECT generation, note FROM generation")).all()
    stored = {row.generation: row.note for row in rows}
    return [
        f"generation {number} ({note}) was published; stored is {stored.get(number)}"
        for number, note in published.items()
        if stored.get(number) != note
    ]


def _torn_generations(session: ReadSession, since: int) -> list[str]:
    """Compare what each generation holds with the hash that it was published under."""
    torn = []
    rows = session.execute(
        text(
            "SELECT generation, effective_from, content_hash FROM generation"
            " WHERE generation > :since ORDER BY generation"
        ),
        {"since": since},
    ).all()
    for row in rows:
        grids = session.execute(
            text(
                "SELECT code, ST_AsBinary(geom) AS wkb FROM grid_version"
                " WHERE generations @> CAST(:generation AS bigint)"
                ' AND valid @> CAST(:day AS date) ORDER BY code COLLATE "C"'
            ),
            {"generation": row.generation, "day": row.effective_from},
        ).all()
        digest = hashlib.sha256()
        for grid in grids:
            digest.update(grid.code.encode())
            digest.update(bytes(grid.wkb))
        if digest.hexdigest() != row.content_hash:
            torn.append(f"generation {row.generation} does not hold what was published")
    return torn
