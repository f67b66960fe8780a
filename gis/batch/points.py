"""Points in well-known binary, as columns of Arrow: read and made without an object for each."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_POINT = np.dtype([("order", "u1"), ("kind", "<u4"), ("x", "<f8"), ("y", "<f8")])
_SIZE = _POINT.itemsize


def read_points(column: pa.Array) -> tuple[Floats, Floats]:
    """Return the coordinates of points.

    Parameters
    ----------
    column
        Binary (WKB), shape (n,).

    Returns
    -------
    tuple of ndarray
        x and y, shape (n,); NaN where there is no geometry, or another one than a point.
    """
    plain = _plain_points(column)
    if plain is not None:
        return plain["x"].astype(np.float64), plain["y"].astype(np.float64)
    geometries = shapely.from_wkb(column.to_numpy(zero_copy_only=False), on_invalid="ignore")
    return shapely.get_x(geometries), shapely.get_y(geometries)


def _plain_points(column: pa.Array) -> NDArray[np.void] | None:
    """Return all points at once where each is one, in two dimensions, least byte first."""
    wide = pa.types.is_large_binary(column.type)
    if column.null_count or not len(column) or not (wide or pa.types.is_binary(column.type)):
        return None
    _, offsets, data = column.buffers()
    starts = np.frombuffer(offsets, np.int64 if wide else np.int32)
    starts = starts[column.offset : column.offset + len(column) + 1]
    if data is None or starts[-1] - starts[0] != len(column) * _SIZE:
        return None
    if not np.array_equal(np.diff(starts), np.full(len(column), _SIZE)):
        return None
    found = np.frombuffer(data, _POINT, len(column), int(starts[0]))
    return found if bool(((found["order"] == 1) & (found["kind"] == 1)).all()) else None


def make_points(x: Floats, y: Floats) -> pa.Array:
    """Return points as WKB; null where a coordinate is not finite.

    Parameters
    ----------
    x, y
        Shape (n,).

    Returns
    -------
    pyarrow.Array
        Binary, shape (n,).
    """
    made = np.empty(len(x), dtype=_POINT)
    made["order"], made["kind"], made["x"], made["y"] = 1, 1, x, y
    offsets = np.arange(len(x) + 1, dtype=np.int32) * np.int32(_SIZE)
    bits = np.packbits(np.isfinite(x) & np.isfinite(y), bitorder="little")
    buffers = [pa.py_buffer(bits.tobytes()), pa.py_buffer(offsets), pa.py_buffer(made.tobytes())]
    return pa.Array.from_buffers(pa.binary(), len(x), buffers)
