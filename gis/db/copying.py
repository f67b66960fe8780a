"""Bulk writing by COPY, the quickest way into PostgreSQL."""

from __future__ import annotations

from io import StringIO
from typing import Any

import numpy as np
import pandas as pd
import shapely
from psycopg2 import sql

from gis.db.session import WriteSession
from gis.db.tables import SRID_CGCS2000

#: Stands for NULL in the stream: a control character that no accepted text contains.
NULL = "\x01"
#: Rows turned into text at a time: bounds the memory of a long load.
CHUNK = 50_000


def copy_frame(session: WriteSession, table: str, frame: pd.DataFrame) -> int:
    """Append the rows of a frame to a table; the frame's columns name the table's.

    Parameters
    ----------
    session
        The open transaction.
    table
        Name of the table.
    frame
        Values as PostgreSQL reads them as text; missing values become NULL.

    Returns
    -------
    int
        Number of rows written.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv, NULL {})").format(
        sql.Identifier(table),
        sql.SQL(", ").join(map(sql.Identifier, frame.columns)),
        sql.Literal(NULL),
    )
    with driver_connection(session).cursor() as cursor:
        for start in range(0, len(frame), CHUNK):
            buffer = StringIO()
            chunk = frame.iloc[start : start + CHUNK]
            chunk.to_csv(buffer, header=False, index=False, na_rep=NULL)
            buffer.seek(0)
            cursor.copy_expert(statement, buffer)
    return len(frame)


def driver_connection(session: WriteSession) -> Any:
    """Return psycopg2's connection of the open transaction."""
    return session.connection().connection.driver_connection


def ewkb(geometries: Any) -> Any:
    """Return geometries (CGCS2000, degrees) as hexadecimal EWKB, which COPY reads.

    Parameters
    ----------
    geometries
        Array of shapely geometries, shape (n,).

    Returns
    -------
    numpy.ndarray
        Array of str, shape (n,).
    """
    tagged = shapely.set_srid(np.asarray(geometries, dtype=object), SRID_CGCS2000)
    return shapely.to_wkb(tagged, hex=True, include_srid=True)


def point_ewkb(lon: Any, lat: Any) -> Any:
    """Return points as hexadecimal EWKB; ``lon`` and ``lat`` in degrees, shape (n,)."""
    return ewkb(shapely.points(np.asarray(lon, float), np.asarray(lat, float)))


def reserve_ids(session: WriteSession, table: str, column: str, count: int) -> np.ndarray:
    """Take ``count`` numbers from the identity sequence of a column.

    Returns
    -------
    numpy.ndarray
        int64, shape (count,), ascending.
    """
    with driver_connection(session).cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            (f'public."{table}"', column, count),
        )
        return np.sort(np.array([row[0] for row in cursor.fetchall()], dtype=np.int64))
