"""Read assets in the store."""

from __future__ import annotations

from sqlalchemy import text

from gis.assets.model import Asset, AssetFilter
from gis.core.snapshot import Snapshot
from gis.db.session import ReadSession
from gis.db.sql import read_sql

NO_BOX = (None, None, None, None)


def list_assets(
    session: ReadSession,
    snapshot: Snapshot,
    wanted: AssetFilter,
    *,
    after: int | None = None,
    limit: int = 100,
) -> list[Asset]:
    """List assets in the order in which they were stored.

    Parameters
    ----------
    session
        Reads.
    snapshot
        The boundaries whose grids and divisions are meant.
    wanted
        Which assets.
    after
        Only those behind the asset of this number.
    limit
        At most so many.

    Returns
    -------
    list of Asset
    """
    west, south, east, north = wanted.box or NO_BOX
    rows = session.execute(
        text(read_sql(__file__, "list_assets")),
        {
            "generation": snapshot.generation,
            "day": snapshot.day,
            "division": wanted.division,
            "kind": wanted.kind,
            "west": west,
            "south": south,
            "east": east,
            "north": north,
            "after": after,
            "limit": limit,
        },
    )
    return [Asset(**row._mapping) for row in rows]
