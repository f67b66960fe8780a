"""Open a file of positions by its ending."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from gis.batch.csv_source import CsvSource
from gis.batch.geo_sources import GeoPackageSource, ParquetSource
from gis.batch.sheet_source import SheetSource
from gis.batch.sources import Source, Wanted
from gis.core.errors import BadFile

KINDS: dict[str, Callable[[Path, Wanted], Source]] = {
    ".csv": CsvSource,
    ".txt": CsvSource,
    ".tsv": CsvSource,
    ".xlsx": SheetSource,
    ".gpkg": GeoPackageSource,
    ".parquet": ParquetSource,
    ".geoparquet": ParquetSource,
}


def open_source(path: Path, wanted: Wanted) -> Source:
    """Open a file by its ending.

    Parameters
    ----------
    path
        ``.csv``, ``.txt``, ``.tsv``, ``.xlsx``, ``.gpkg``, ``.parquet``, ``.geoparquet``.
    wanted
        What the user says about it.

    Returns
    -------
    Source

    Raises
    ------
    BadFile
        Missing, empty, damaged, or of another kind.
    Invalid, UnknownCrs
        A column or the coordinate system is not to be found.
    """
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise BadFile(
            f"{path.name}: the ending is not known; there are: {', '.join(KINDS)}",
            zh=f"{path.name}：不支持该文件类型；可用：{'、'.join(KINDS)}",
        )
    if not path.is_file() or path.stat().st_size == 0:
        raise BadFile(f"{path} is missing or empty", zh=f"{path} 不存在或为空文件")
    return kind(path, wanted)
