"""Files of located rows, written in pieces: CSV, workbooks, GeoPackage, Parquet, GeoParquet."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import openpyxl
import orjson
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq
import pyogrio
import pyproj
from openpyxl.cell import WriteOnlyCell
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from gis.core.errors import Invalid

ENDINGS = (".csv", ".xlsx", ".gpkg", ".parquet", ".geoparquet")
PARQUET = (".parquet", ".geoparquet")
#: Endings of which the rows carry points.
WITH_POINTS = (".gpkg", ".geoparquet")
#: Name of the column of points where the file that was read has none.
GEOMETRY = "geometry"

_SHEET_ROWS = 1_048_575
_GROUP_ROWS = 1 << 18
#: Where Arrow looks for the types that Parquet does not have.
_ARROW_SCHEMA = b"ARROW:schema"


def write_rows(
    path: Path,
    kind: str,
    schema: pa.Schema,
    rows: Iterator[pa.RecordBatch],
    made: pa.Schema | None = None,
) -> None:
    """Write rows to a file.

    Parameters
    ----------
    path
        Where to.
    kind
        One of `ENDINGS`, whatever the path ends with.
    schema
        Of the rows; its metadata says which column holds points and in which system, as
        GeoParquet has it (`describe_points`).
    rows
        The rows, in pieces.
    made
        For Parquet: schema of the pieces, where names stand in dictionaries (`parquet_writer`).

    Raises
    ------
    Invalid
        More rows than a sheet holds.
    """
    if kind in PARQUET:
        with parquet_writer(path, schema, made or schema) as writer:
            for batch in rows:
                writer.write_batch(batch, row_group_size=_GROUP_ROWS)
        return
    writers = {".csv": _write_csv, ".xlsx": _write_sheet, ".gpkg": _write_geopackage}
    writers[kind](path, schema, rows)


def parquet_writer(where: Path | IO[bytes], schema: pa.Schema, made: pa.Schema) -> pq.ParquetWriter:
    """Open a Parquet file to be written.

    Parameters
    ----------
    where
        Path, or an open file.
    schema
        What readers are to see, with its metadata.
    made
        Of the batches that will be written: columns of text may come as dictionaries, which are
        taken over as they are. Readers see text all the same.

    Returns
    -------
    pyarrow.parquet.ParquetWriter
        To be closed.
    """
    # Least and greatest of a column of names help nobody, and take longer than all the rest of it.
    counted = [field.name for field in made if not pa.types.is_dictionary(field.type)]
    writer = pq.ParquetWriter(where, made, store_schema=False, write_statistics=counted)
    said = base64.b64encode(schema.serialize().to_pybytes())
    writer.add_key_value_metadata({**(schema.metadata or {}), _ARROW_SCHEMA: said})
    return writer


def describe_points(schema: pa.Schema, column: str, crs: pyproj.CRS | None) -> pa.Schema:
    """Return a schema that says which column holds points, as GeoParquet 1.1 wants it."""
    about = {
        "version": "1.1.0",
        "primary_column": column,
        "columns": {
            column: {
                "encoding": "WKB",
                "geometry_types": ["Point"],
                "crs": None if crs is None else crs.to_json_dict(),
            }
        },
    }
    metadata = {**(schema.metadata or {}), b"geo": orjson.dumps(about)}
    return schema.with_metadata(metadata)


def _points_of(schema: pa.Schema) -> tuple[str, str | None] | None:
    """Return the name of the column of points, and their system as text."""
    said = (schema.metadata or {}).get(b"geo")
    if said is None:
        return None
    about = orjson.loads(said)
    name = about["primary_column"]
    crs = about["columns"][name].get("crs", {"missing": True})
    if crs is None:
        return name, None
    return name, "OGC:CRS84" if "missing" in crs else pyproj.CRS.from_json_dict(crs).to_wkt()


def _write_csv(path: Path, schema: pa.Schema, rows: Iterator[pa.RecordBatch]) -> None:
    options = pacsv.WriteOptions(include_header=False, quoting_style="needed")
    header = pa.RecordBatch.from_pylist([], schema=_flat(schema))
    with path.open("wb") as file:
        # The mark tells spreadsheets that it is UTF-8.
        file.write(b"\xef\xbb\xbf")
        pacsv.write_csv(header, file, pacsv.WriteOptions(quoting_style="needed"))
        for batch in rows:
            pacsv.write_csv(_flattened(batch), file, options)


def _write_sheet(path: Path, schema: pa.Schema, rows: Iterator[pa.RecordBatch]) -> None:
    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append([_inert(sheet, name) for name in _flat(schema).names])
    written = 0
    for batch in rows:
        written += batch.num_rows
        if written > _SHEET_ROWS:
            raise Invalid(
                f"a sheet holds at most {_SHEET_ROWS:,} rows; write .csv or .parquet",
                zh=f"工作表最多 {_SHEET_ROWS:,} 行；请改用 .csv 或 .parquet",
            )
        for row in zip(*(column.to_pylist() for column in _flattened(batch).columns), strict=True):
            sheet.append([_inert(sheet, value) for value in row])
    book.save(path)


def _inert(sheet: Any, value: Any) -> Any:
    """Return a cell that no spreadsheet runs as a formula, without what XML cannot hold."""
    if not isinstance(value, str):
        return value
    value = ILLEGAL_CHARACTERS_RE.sub("�", value)
    if not value.startswith("="):
        return value
    cell = WriteOnlyCell(sheet, value)
    cell.data_type = "s"
    return cell


def _write_geopackage(path: Path, schema: pa.Schema, rows: Iterator[pa.RecordBatch]) -> None:
    points = _points_of(schema)
    assert points is not None  # noqa: S101 - rows for a GeoPackage have points
    name, crs = points
    failure: list[BaseException] = []

    def guarded() -> Iterator[pa.RecordBatch]:
        # What is raised inside a stream comes out of GDAL as a text without its class.
        try:
            yield from rows
        except BaseException as error:
            failure.append(error)
            raise

    plain = schema.remove_metadata()
    try:
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(plain, (b.cast(plain) for b in guarded())),
            path,
            driver="GPKG",
            layer="located",
            geometry_name=name,
            geometry_type="Point",
            crs=crs,
        )
    except Exception:
        if failure:
            raise failure[0] from None
        raise


def _flat(schema: pa.Schema) -> pa.Schema:
    """Return the schema without columns that text cannot hold."""
    kept = [field for field in schema if not _is_binary(field.type)]
    return pa.schema(kept)


def _flattened(batch: pa.RecordBatch) -> pa.RecordBatch:
    kept = [field.name for field in batch.schema if not _is_binary(field.type)]
    return batch.select(kept)


def _is_binary(kind: pa.DataType) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))
