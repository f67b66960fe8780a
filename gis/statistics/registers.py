"""What the register (一览表) says of every grid at once, for a map that is taken away as a file."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import text

from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.db.sql import read_sql


@dataclass(frozen=True, slots=True)
class RegisterEntry:
    """A grid's staff and its bounds in words.

    Attributes
    ----------
    code, name, division
        The grid, and the division that it belongs to.
    bounds_text
        Its bounds in words (四至).
    heads
        Names of its heads.
    workers
        Role → number of people, heads left out.
    """

    code: str
    name: str
    division: str
    bounds_text: str
    heads: list[str]
    workers: dict[str, int]


def list_registers(session: ReadSession, snapshot: Snapshot) -> list[RegisterEntry]:
    """List what the register says of all grids that the session sees.

    Parameters
    ----------
    session
        Reads.
    snapshot
        Which boundaries, and on which day staff work there.

    Returns
    -------
    list of RegisterEntry
        In the order of the codes.
    """
    statement = text(read_sql(__file__, "registers"))
    rows = session.execute(statement, {"generation": snapshot.generation, "day": snapshot.day})
    return [
        RegisterEntry(
            row.code, row.name, row.division_code, row.bounds_text, list(row.heads), row.workers
        )
        for row in rows
    ]
