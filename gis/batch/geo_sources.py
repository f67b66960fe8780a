"""Parquet, GeoParquet and GeoPackage, read in pieces."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

import orjson
import pyarrow as pa
import pyarrow.parquet as pq
import pyogrio
import pyproj

from gis.batch.sources import Wanted, find_columns, find_crs
from gis.core.errors import BadFile, Invalid
from gis.tabular import require_crs


class ParquetSource:
    """A Parquet file: with a column of points that its metadata names, or with two of numbers."""

    def __init__(self, path: Path | IO[bytes], wanted: Wanted, *, name: str = "") -> None:
        self._name = name or Path(str(path)).name
        self._batch_rows = wanted.batch_rows
        try:
            # Reading ahead would keep all that was read so far: memory as long as the file.
            self._file = pq.ParquetFile(path, pre_buffer=False)
        except (pa.ArrowException, OSError) as error:
            raise BadFile(
                f"{self._name} is not a Parquet file, or cut off: {error}",
                zh=f"{self._name} 不是 Parquet 文件或不完整：{error}",
            ) from error
        self.schema = self._file.schema_arrow
        about = (self.schema.metadata or {}).get(b"geo")
        if about is None:
            self.crs = require_crs(wanted.crs)
            self.positions: tuple[int, ...] = find_columns(self.schema, wanted)
            return
        geometry = orjson.loads(about)
        name = geometry["primary_column"]
        column = geometry["columns"][name]
        self.crs = find_crs(wanted, _carried(column))
        self.positions = (self.schema.get_field_index(name),)
        kind = self.schema.field(name).type
        if column.get("encoding") != "WKB" or not (
            pa.types.is_binary(kind) or pa.types.is_large_binary(kind)
        ):
            raise BadFile(
                f"{self._name}: the geometry is encoded as {column.get('encoding')}, not as WKB",
                zh=f"{self._name}：几何编码为 {column.get('encoding')}，请另存为 WKB",
            )

    def refused(self) -> int:
        """Return 0: there are no half rows."""
        return 0

    def batches(self) -> Iterator[tuple[pa.RecordBatch, float]]:
        """Read the rows.

        Raises
        ------
        BadFile
            The file is damaged.
        """
        total = max(self._file.metadata.num_rows, 1)
        done = 0
        try:
            for batch in self._file.iter_batches(self._batch_rows):
                done += batch.num_rows
                yield batch, done / total
        except (pa.ArrowException, OSError) as error:
            raise BadFile(
                f"{self._name} is damaged: {error}", zh=f"{self._name} 已损坏：{error}"
            ) from error


def _carried(column: dict[str, Any]) -> str | None:
    """Return the name of GeoParquet's coordinate system; without one it is CRS84."""
    if "crs" not in column:
        return "CRS84"
    if column["crs"] is None:
        return None
    system = pyproj.CRS.from_json_dict(column["crs"])
    return _name(system)


def _name(system: pyproj.CRS) -> str:
    authority = system.to_authority()
    return ":".join(authority) if authority else system.name


class GeoPackageSource:
    """A layer of points of a GeoPackage."""

    def __init__(self, path: Path, wanted: Wanted) -> None:
        self._path = path
        self._batch_rows = min(wanted.batch_rows, 1 << 16)
        try:
            layers = [str(name) for name, _ in pyogrio.list_layers(path)]
            self._layer = _layer(path, layers, wanted)
            about = pyogrio.read_info(path, layer=self._layer)
            with self._opened() as (_, reader):
                schema = pa.RecordBatchReader.from_stream(reader).schema
        except pyogrio.errors.DataSourceError as error:
            raise _damaged(path, error) from error
        self._rows = max(int(about["features"]), 1)
        if not about["geometry_type"]:
            self.crs = require_crs(wanted.crs)
            self.schema = schema
            self.positions: tuple[int, ...] = find_columns(schema, wanted)
            return
        self.crs = find_crs(wanted, about["crs"])
        name = about["geometry_name"] or "wkb_geometry"
        self.schema = schema
        self.positions = (schema.get_field_index(name),)

    def refused(self) -> int:
        """Return 0: there are no half rows."""
        return 0

    def batches(self) -> Iterator[tuple[pa.RecordBatch, float]]:
        """Read the rows.

        Raises
        ------
        BadFile
            The file is damaged.
        """
        done = 0
        try:
            with self._opened() as (_, stream):
                for batch in pa.RecordBatchReader.from_stream(stream):
                    done += batch.num_rows
                    yield batch, min(done / self._rows, 1.0)
        except (pyogrio.errors.DataSourceError, pa.ArrowException) as error:
            raise _damaged(self._path, error) from error

    def _opened(self) -> Any:
        return pyogrio.open_arrow(self._path, layer=self._layer, batch_size=self._batch_rows)


def _layer(path: Path, layers: list[str], wanted: Wanted) -> str:
    if wanted.layer is None and len(layers) == 1:
        return layers[0]
    if wanted.layer in layers:
        return str(wanted.layer)
    raise Invalid(
        f"{path.name} has the layers {', '.join(layers)}; say which with --layer",
        zh=f"{path.name} 含图层：{'、'.join(layers)}；请用 --layer 指定",
    )


def _damaged(path: Path, error: Exception) -> BadFile:
    return BadFile(f"{path.name} cannot be read: {error}", zh=f"{path.name} 无法读取：{error}")
