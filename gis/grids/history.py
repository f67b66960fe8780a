"""What a grid was: its versions, and who published them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import text

from gis.core.errors import NotFound
from gis.db.session import ReadSession
from gis.db.sql import read_sql


@dataclass(frozen=True, slots=True)
class PastVersion:
    """One version of a grid.

    Attributes
    ----------
    first_generation, last_generation
        Generations that know it, both included; the last is None while the newest one does.
    valid_from, valid_to
        Days on which it holds, `valid_to` excluded; None where it is open.
    changes
        What differs from the version before: ``code``, ``name``, ``kind``, ``division``,
        ``shape``, ``attributes``; ``created`` for the first one. Empty where it merely follows
        its neighbours, or was put into other days.
    published_by
        None where whoever asks does not see the changeset.
    geometry
        GeoJSON text, or None where it was not asked for.
    """

    code: str
    name: str
    kind: str
    division: str
    area_m2: float
    first_generation: int
    last_generation: int | None
    valid_from: dt.date | None
    valid_to: dt.date | None
    changes: list[str]
    published_at: dt.datetime
    published_by: str | None
    note: str | None
    changeset_id: int | None
    geometry: str | None


def list_versions(
    session: ReadSession, code: str, *, with_geometry: bool = True
) -> list[PastVersion]:
    """List all versions of the grid that a code belongs to, the oldest first.

    Parameters
    ----------
    session
        Reads; its scope decides which versions there are.
    code
        Of the grid, now or then.
    with_geometry
        Whether to return polygons.

    Returns
    -------
    list of PastVersion

    Raises
    ------
    NotFound
        No grid that is seen ever had this code.
    """
    rows = session.execute(
        text(read_sql(__file__, "versions")), {"code": code, "with_geometry": with_geometry}
    )
    found = [PastVersion(**row._mapping) for row in rows]
    if not found:
        raise NotFound(
            f"There never was a grid {code}.", zh=f"从未有过编码为 {code} 的网格。", code=code
        )
    return found
