"""Bulk writing by COPY, the quickest way into PostgreSQL."""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as pacsv
import shapely
from psycopg2 import sql
from psycopg2.extras import execute_values

from gis.core.crs import STORED_SRID
from gis.db.session import WriteSession

#: Rows turned into text at a time: bounds the memory of a long load.
CHUNK = 100_000
_PIECE = 1 << 20
#: What Arrow writes as text in the way that PostgreSQL reads it.
_PLAIN = (
    pa.types.is_boolean,
    pa.types.is_integer,
    pa.types.is_floating,
    pa.types.is_string,
    pa.types.is_large_string,
    pa.types.is_timestamp,
    pa.types.is_date32,
    pa.types.is_null,
)


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
    return copy_columns(session, table, dict(frame.items()), len(frame))


def append_columns(
    session: WriteSession, table: str, columns: Mapping[str, Any], count: int
) -> int:
    """Append rows, given by columns, in whichever way the session may; see `copy_columns`.

    PostgreSQL takes no COPY into a table whose row-level security applies to whoever writes: the
    server publishes by INSERT, commands by COPY.

    Parameters
    ----------
    session
        The open transaction.
    table
        Name of the table.
    columns
        Name → values (numpy or pandas) of shape (count,), or one value for all rows; as PostgreSQL
        reads them as text. None becomes NULL.
    count
        Number of rows.

    Returns
    -------
    int
        The same number.
    """
    with driver_connection(session).cursor() as cursor:
        cursor.execute("SELECT row_security_active(%s)", (f'public."{table}"',))
        if not cursor.fetchone()[0]:
            return copy_columns(session, table, columns, count)
        statement = sql.SQL("INSERT INTO {} ({}) VALUES %s").format(
            sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
        )
        # `tolist` makes plain Python values, which the driver knows how to write.
        values = [
            [value] * count if isinstance(value, str | int | float) else value.tolist()
            for value in columns.values()
        ]
        execute_values(cursor, statement, list(zip(*values, strict=True)), page_size=500)
    return count


def copy_columns(session: WriteSession, table: str, columns: Mapping[str, Any], count: int) -> int:
    """Append rows to a table, given by columns.

    Parameters
    ----------
    session
        The open transaction.
    table
        Name of the table.
    columns
        Name → values (numpy, pandas or Arrow) of shape (count,), or one value for all rows; as
        PostgreSQL reads them as text. Missing values become NULL.
    count
        Number of rows.

    Returns
    -------
    int
        The same number.
    """
    statement = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT csv)").format(
        sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    rows = pa.table({name: _column(values, count) for name, values in columns.items()})
    with driver_connection(session).cursor() as cursor:
        for start in range(0, count, CHUNK):
            text = BytesIO()
            # Text stands in quotes, NULL is nothing at all: what COPY takes for them by default.
            pacsv.write_csv(rows.slice(start, CHUNK), text, _WITHOUT_HEADER)
            text.seek(0)
            cursor.copy_expert(statement, text, _PIECE)
    return count


_WITHOUT_HEADER = pacsv.WriteOptions(include_header=False, quoting_style="needed")


def _column(values: Any, count: int) -> pa.Array:
    """Return a column that Arrow writes as PostgreSQL reads it."""
    if isinstance(values, pa.Array):
        return values
    if values is None or isinstance(values, str | int | float):
        return pa.repeat(pa.scalar(values), count)
    try:
        column = pa.array(values, from_pandas=True)
    except (pa.ArrowInvalid, pa.ArrowTypeError, pa.ArrowNotImplementedError):
        return _as_text(values)
    if isinstance(column, pa.ChunkedArray):
        column = column.combine_chunks()
    if pa.types.is_timestamp(column.type) and column.type.tz is not None:
        return _instants_as_text(column)
    return column if any(is_type(column.type) for is_type in _PLAIN) else _as_text(values)


def _instants_as_text(column: pa.Array) -> pa.Array:
    """Return moments in UTC: Arrow looks up the zone of every single value it writes."""
    utc = column.cast(pa.timestamp(column.type.unit)).cast(pa.string())
    return pc.binary_join_element_wise(utc, "Z", "")


def _as_text(values: Any) -> pa.Array:
    missing = np.asarray(pd.isna(pd.Series(values)))
    return pa.array([str(value) for value in values], pa.string(), mask=missing)


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
    tagged = shapely.set_srid(np.asarray(geometries, dtype=object), STORED_SRID)
    return shapely.to_wkb(tagged, hex=True, include_srid=True)


def point_ewkb(lon: Any, lat: Any) -> Any:
    """Return points as hexadecimal EWKB: an array of str; see `point_column`."""
    return point_column(lon, lat).to_numpy(zero_copy_only=False)


def point_column(lon: Any, lat: Any) -> pa.Array:
    """Return points as hexadecimal EWKB, without an object for each.

    Parameters
    ----------
    lon, lat
        CGCS2000 degrees, shape (n,).

    Returns
    -------
    pyarrow.Array
        Text, shape (n,).
    """
    points = np.empty(len(lon), dtype=_EWKB_POINT)
    points["order"], points["kind"], points["srid"] = 1, _POINT_WITH_SRID, STORED_SRID
    points["x"], points["y"] = lon, lat
    digits = _HEX_DIGITS[points.view(np.uint8)]
    width = 2 * _EWKB_POINT.itemsize
    offsets = np.arange(len(points) + 1, dtype=np.int64) * width
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(digits)]
    return pa.Array.from_buffers(pa.large_string(), len(points), buffers)


_POINT_WITH_SRID = 0x20000001
_EWKB_POINT = np.dtype(
    [("order", "u1"), ("kind", "<u4"), ("srid", "<u4"), ("x", "<f8"), ("y", "<f8")]
)
#: Two letters for each byte, side by side in one number.
_HEX_DIGITS = np.frombuffer("".join(f"{byte:02X}" for byte in range(256)).encode(), np.uint16)


def reserve_ids(session: WriteSession, table: str, column: str, count: int) -> np.ndarray:
    """Take ``count`` numbers from the identity sequence of a column.

    Returns
    -------
    numpy.ndarray
        int64, shape (count,), ascending.
    """
    with driver_connection(session).cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", (f'public."{table}"', column))
        (sequence,) = cursor.fetchone()
        cursor.execute(
            "SELECT min(number), max(number)"
            "  FROM (SELECT nextval(%s) AS number FROM generate_series(1, %s)) AS taken",
            (sequence, count),
        )
        first, last = cursor.fetchone()
        if first is None or last - first + 1 == count:
            return np.arange(count, dtype=np.int64) + (first or 0)
        # Somebody else took numbers in between. Those just taken are left out; nobody misses them.
        cursor.execute("SELECT nextval(%s) FROM generate_series(1, %s)", (sequence, count))
        return np.sort(np.array([row[0] for row in cursor.fetchall()], dtype=np.int64))
