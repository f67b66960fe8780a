"""What the demo asks of the database that it goes on with."""

from __future__ import annotations

import pandas as pd
from sqlalchemy import text

from gis.db.session import ReadSession

#: Enough for the mix of a season: about a month of a county.
MOST = 5_000


def list_recent(session: ReadSession, *, without: str) -> pd.DataFrame:
    """Return what happened last, and where.

    Parameters
    ----------
    session
        Sees the whole.
    without
        A source that is left out.

    Returns
    -------
    DataFrame
        At most `MOST` rows, the newest first: category_code, channel, address_text, lon, lat
        (degrees, SRID 4490), each inside a basic grid.
    """
    rows = session.execute(
        text(
            "SELECT category_code, channel, address_text, ST_X(geom) AS lon, ST_Y(geom) AS lat"
            "  FROM event"
            " WHERE basic_grid_id IS NOT NULL AND source <> :without"
            " ORDER BY reported_at DESC, event_id DESC LIMIT :most"
        ),
        {"without": without, "most": MOST},
    )
    columns = ["category_code", "channel", "address_text", "lon", "lat"]
    return pd.DataFrame(rows.all(), columns=columns)


def last_serial(session: ReadSession, source: str, prefix: str) -> int:
    """Return the highest number among the ids of a source; 0 if there is none.

    Parameters
    ----------
    session
        Sees the whole.
    source
        Which system.
    prefix
        What stands before the digits; no characters that mean something in a pattern.

    Returns
    -------
    int
    """
    return int(
        session.execute(
            text(
                "SELECT coalesce(max(substr(source_id, length(:prefix) + 1)::bigint), 0)"
                "  FROM event"
                " WHERE source = :source AND source_id ~ ('^' || :prefix || '[0-9]{1,12}$')"
            ),
            {"source": source, "prefix": prefix},
        ).scalar_one()
    )
