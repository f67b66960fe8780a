"""One file per generation, which all processes of a machine map into memory.

The first process that meets a new generation makes its file, out of that of the generation
before where there is one: only what changed is read from the database and drawn anew.
"""

from __future__ import annotations

import fcntl
import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from sqlalchemy import text

from gis.core.errors import BadFile
from gis.core.layer import Layer
from gis.core.locator import LayerChange, Locator
from gis.core.locator_file import open_locator, save_locator
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.grids.locating import load_locator
from gis.grids.model import Generation

#: Files that stay: another process may be about to open the one before the newest.
KEPT = 6


@dataclass(frozen=True, slots=True)
class Held:
    """A locator at hand: of which boundaries, and from which history (`source_of`)."""

    snapshot: Snapshot
    source: str
    locator: Locator


class LocatorFiles:
    """The locator files of a deployment.

    Parameters
    ----------
    folder
        Where they rest; made when needed.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def locator(
        self,
        session: ReadSession,
        snapshot: Snapshot,
        source: str,
        before: Held | None = None,
    ) -> Locator:
        """Map the locator of some boundaries, and make its file first if there is none.

        Parameters
        ----------
        session
            Reads the boundaries.
        snapshot
            Which boundaries.
        source
            From `source_of` their generation.
        before
            Another locator of the same deployment, which differs little.

        Returns
        -------
        Locator
            From memory alone if the folder cannot be written to.

        Raises
        ------
        NotFound
            The generation does not exist.
        """
        # Two servers of one machine may hold different databases.
        mark = hashlib.sha256(source.encode()).hexdigest()[:12]
        path = self._folder / f"{snapshot.generation}-{snapshot.day}-{mark}.locator"
        found = _opened(path, source)
        if found is not None:
            return found
        try:
            with self._alone():
                found = _opened(path, source)
                if found is None:
                    made = _made(session, snapshot, before)
                    # A worn one was patched so often that its file has to be written anew.
                    save_locator(made.compacted() if made.is_worn else made, path, source=source)
                    self._tidy(path)
                    found = _opened(path, source)
        except OSError:
            found = None
        return found or _made(session, snapshot, before)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let one process at a time make files."""
        self._folder.mkdir(parents=True, exist_ok=True)
        with (self._folder / "lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # until it is closed
            yield

    def _tidy(self, newest: Path) -> None:
        """Remove older files; who has one mapped keeps it."""
        files = sorted(self._folder.glob("*.locator"), key=lambda path: path.stat().st_mtime)
        for path in files[:-KEPT]:
            if path != newest:
                path.unlink(missing_ok=True)


def _opened(path: Path, source: str) -> Locator | None:
    try:
        return open_locator(path, source=source)
    except (OSError, BadFile):
        return None  # it will be made anew, or do without


def _made(session: ReadSession, snapshot: Snapshot, before: Held | None) -> Locator:
    if before is None or _source(session, before.snapshot.generation) != before.source:
        return load_locator(session, snapshot.generation, snapshot.day)
    basic, exclusive = _changes(session, before.snapshot, snapshot)
    return before.locator.patched(snapshot.generation, basic, exclusive)


def source_of(generation: Generation) -> str:
    """Say what tells a generation from others of its number, as after a restore or a reset.

    Parameters
    ----------
    generation
        The generation.

    Returns
    -------
    str
        Hash and time of publication: two databases may hold the same borders under other ids.
    """
    return f"{generation.content_hash} {generation.published_at.timestamp()}"


def _source(session: ReadSession, number: int) -> str | None:
    row = session.execute(
        text(
            "SELECT generation, effective_from, published_at, content_hash FROM generation"
            " WHERE generation = :number"
        ),
        {"number": number},
    ).one_or_none()
    return None if row is None else source_of(Generation(**row._mapping))


def _changes(
    session: ReadSession, before: Snapshot, after: Snapshot
) -> tuple[LayerChange, LayerChange]:
    """Read what differs between two sets of boundaries."""
    rows = session.execute(
        text(
            "SELECT code, grid_id, is_exclusive, holds,"
            "       CASE WHEN holds THEN ST_AsBinary(geom) END AS wkb"
            "  FROM (SELECT code, grid_id, kind = 'exclusive' AS is_exclusive, geom,"
            "               generations @> CAST(:generation AS bigint)"
            "                 AND valid @> CAST(:day AS date) AS holds,"
            "               generations @> CAST(:old_generation AS bigint)"
            "                 AND valid @> CAST(:old_day AS date) AS held"
            "          FROM grid_version) AS version"
            " WHERE holds <> held"
        ),
        {
            "generation": after.generation,
            "day": after.day,
            "old_generation": before.generation,
            "old_day": before.day,
        },
    ).all()
    basic, exclusive = (
        _change([row for row in rows if row.is_exclusive == is_exclusive])
        for is_exclusive in (False, True)
    )
    return basic, exclusive


def _change(rows: list[Any]) -> LayerChange:
    come = [row for row in rows if row.holds]
    layer = Layer(
        codes=[row.code for row in come],
        grid_ids=np.array([row.grid_id for row in come], dtype=np.int64),
        polygons=shapely.from_wkb(np.array([bytes(row.wkb) for row in come], dtype=object)),
    )
    return LayerChange(layer, {row.code for row in rows if not row.holds} - set(layer.codes))
