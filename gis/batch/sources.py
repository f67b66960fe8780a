"""What all files of positions have in common: rows in pieces, where x and y stand, their system."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gis.batch.points import read_points
from gis.core.crs import Crs, CrsKind, parse_crs
from gis.core.errors import Invalid
from gis.tabular import POSITION_FIELDS, map_headers, require_crs

Floats = NDArray[np.float64]

#: Rows that are worked on at a time.
BATCH_ROWS = 1 << 17


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user says about a file.

    Attributes
    ----------
    crs
        Coordinate system; goes before what the file says.
    mapping
        ``x`` and ``y`` → header of their columns.
    sheet, layer
        Of a workbook; of a GeoPackage.
    batch_rows
        How many rows are read at a time, where the format lets one say so.
    """

    crs: str | None = None
    mapping: Mapping[str, str] = field(default_factory=dict)
    sheet: str | None = None
    layer: str | None = None
    batch_rows: int = BATCH_ROWS


class Source(Protocol):
    """A file of positions.

    Attributes
    ----------
    schema
        Of the rows.
    crs
        Of the positions.
    positions
        Where in the schema x and y stand, or the one column of points.
    size
        How many rows, or how many bytes where that is not known.
    """

    schema: pa.Schema
    crs: Crs
    positions: tuple[int, ...]

    def batches(self) -> Iterator[tuple[pa.RecordBatch, float]]:
        """Read the rows from the beginning; with the share of the file that is read by then."""

    def refused(self) -> int:
        """Return how many rows could not even be read as rows."""


def positions_of(batch: pa.RecordBatch, source: Source) -> tuple[Floats, Floats]:
    """Return x and y of some rows; NaN where there is no number."""
    if len(source.positions) == 1:
        return read_points(batch.column(source.positions[0]))
    x, y = (to_numbers(batch.column(index)) for index in source.positions)
    return x, y


def to_numbers(column: pa.Array) -> Floats:
    """Return a column of numbers, or of text, as doubles; NaN where one is no number."""
    if pa.types.is_string(column.type) or pa.types.is_large_string(column.type):
        column = _text_to_numbers(column)
    found = pc.cast(column, pa.float64(), safe=False)
    return np.asarray(found.to_numpy(zero_copy_only=False), dtype=np.float64)


def _text_to_numbers(column: pa.Array) -> pa.Array:
    try:
        return pc.cast(column, pa.float64())
    except pa.ArrowInvalid:
        plain = pc.utf8_trim_whitespace(pc.utf8_normalize(column, form="NFKC"))
        is_number = pc.match_substring_regex(plain, r"^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?$")
        return pc.cast(pc.if_else(is_number, plain, pa.scalar(None, pa.string())), pa.float64())


def find_columns(schema: pa.Schema, wanted: Wanted) -> tuple[int, int]:
    """Return where the columns of x and y stand.

    Raises
    ------
    Invalid
        One is missing, or two mean the same, or one holds no numbers.
    """
    columns = map_headers(schema.names, POSITION_FIELDS, wanted.mapping).columns
    for index in columns.values():
        kind = schema.field(index).type
        if not (pa.types.is_floating(kind) or pa.types.is_integer(kind) or _is_text(kind)):
            name = schema.field(index).name
            raise Invalid(
                f"the column {name} is of type {kind} and holds no coordinates",
                zh=f"列“{name}”的类型为 {kind}，不是坐标",
            )
    return columns["x"], columns["y"]


def _is_text(kind: pa.DataType) -> bool:
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def find_crs(wanted: Wanted, carried: object) -> Crs:
    """Return the coordinate system: as named, else as the file carries it.

    Raises
    ------
    UnknownCrs
        Neither names one that is accepted.
    """
    if wanted.crs is not None or carried is None:
        return require_crs(wanted.crs)
    return parse_crs(str(carried))


def check_order(x: Floats, y: Floats, crs: Crs, labels: tuple[str, str]) -> None:
    """Refuse columns that follow the surveyors' custom, x to the north, without being told.

    Raises
    ------
    Invalid
        Most of x are northings, and hardly any y; says which option to add.
    """
    known = np.isfinite(x) & np.isfinite(y)
    low, high = 2.0e6, 6.0e6
    turned = known & (x >= low) & (x < high) & ((y < low) | (y >= high))
    if crs.kind is CrsKind.PROJECTED and 2 * int(turned.sum()) > int(known.sum()):
        raise Invalid(
            f"{labels[0]} holds northings and {labels[1]} eastings (x north, as surveyors write); "
            f"say so with --map x={labels[1]} --map y={labels[0]}",
            zh=f"列“{labels[0]}”为北坐标、“{labels[1]}”为东坐标（测绘习惯 X 向北）；"
            f"请加 --map x={labels[1]} --map y={labels[0]}",
        )
