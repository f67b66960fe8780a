"""Read the features of a file: text attributes and flat shapes, decoded rightly."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyogrio
import shapely
from numpy.typing import NDArray
from pyogrio.errors import DataLayerError, DataSourceError, FeatureError
from shapely.errors import GEOSException

from gis.boundaries.reading.dbf import DbfText, complete_name, sniff_dbf
from gis.boundaries.reading.drawing import read_drawing
from gis.boundaries.reading.model import Layer
from gis.boundaries.reading.sources import Source, SourceKind, find_part
from gis.core.errors import BadFile, Invalid
from gis.tabular.encodings import decode_cut

_RAW = "ISO-8859-1"
"""Maps every byte to a character and back: GDAL hands the bytes through."""


_KML_FURNITURE = (
    "id", "description", "Description", "timestamp", "begin", "end", "altitudeMode", "tessellate",
    "extrude", "visibility", "drawOrder", "icon",
)  # fmt: skip


def read_layer(source: Source, layer: str | None, spellings: Mapping[str, str]) -> Layer:
    """Read a layer.

    Parameters
    ----------
    source
        The file.
    layer
        Which layer of a GeoPackage or KML; the only one by default.
    spellings
        Header that the import understands → its field, to complete names that were cut.

    Returns
    -------
    Layer

    Raises
    ------
    BadFile
        It cannot be read.
    Invalid
        There are several layers, or none of that name.
    """
    if source.kind is SourceKind.DXF:
        return read_drawing(source.path)
    text = None
    options: dict[str, Any] = {}
    if source.kind is SourceKind.SHAPEFILE:
        part = find_part(source.path, ".dbf")
        assert part is not None  # noqa: S101 - _check_shapefile has seen it
        text = sniff_dbf(part)
        options["encoding"] = _RAW
    try:
        if source.kind in (SourceKind.GEOPACKAGE, SourceKind.KML):
            options["layer"] = _choose_layer(source.path, layer)
        with warnings.catch_warnings(record=True) as told:
            warnings.simplefilter("always")
            meta, _, wkb, columns = pyogrio.raw.read(
                source.path, datetime_as_string=True, force_2d=False, **options
            )
        shapes = shapely.from_wkb(wkb)
    except (DataSourceError, DataLayerError, FeatureError, GEOSException, ValueError) as error:
        raise BadFile(
            f"{source.path.name} cannot be read as {source.kind}: {error}",
            zh=f"{source.path.name} 无法作为 {source.kind} 读取：{error}",
        ) from error
    if len(shapes) == 0:
        raise BadFile(f"{source.path.name} has no features", zh=f"{source.path.name} 中没有要素")
    had_z = int(shapely.has_z(shapes).sum())
    crs = source.crs_name or (meta["crs"] if source.names_crs else None)
    headers = _headers(meta["fields"], text, spellings)
    if source.kind is SourceKind.KML:
        headers, columns = _without_furniture(headers, columns, spellings)
    return Layer(
        headers=headers,
        cells=pd.DataFrame({i: _texts(column, text) for i, column in enumerate(columns)}),
        shapes=np.asarray(shapely.force_2d(shapes)),
        crs=crs,
        encoding=text.encoding if text else "utf-8",
        had_z=had_z,
        warnings=tuple(sorted({str(warning.message) for warning in told})),
    )


def _without_furniture(
    headers: tuple[str, ...], columns: Sequence[Any], spellings: Mapping[str, str]
) -> tuple[tuple[str, ...], list[Any]]:
    """Leave out what GDAL adds to every KML, and its Name where another column is the name."""
    dropped = set(_KML_FURNITURE)
    if any(spellings.get(header) == "name" for header in headers if header != "Name"):
        dropped.add("Name")
    kept = [i for i, header in enumerate(headers) if header not in dropped]
    return tuple(headers[i] for i in kept), [columns[i] for i in kept]


def _choose_layer(path: Path, layer: str | None) -> str:
    names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
    if layer is None and len(names) == 1:
        return names[0]
    if layer in names:
        return str(layer)
    listed = ", ".join(names) or "-"
    raise Invalid(
        f"{path.name}: say which layer with --layer, one of: {listed}",
        zh=f"{path.name}：请用 --layer 指定图层：{listed}",
        layers=names,
    )


def _headers(
    fields: Sequence[str], text: DbfText | None, spellings: Mapping[str, str]
) -> tuple[str, ...]:
    if text is None:
        return tuple(str(field) for field in fields)
    return tuple(
        complete_name(str(field).encode(_RAW), text.encoding, spellings) for field in fields
    )


def _texts(column: NDArray[Any], text: DbfText | None) -> NDArray[Any]:
    found = np.empty(len(column), dtype=object)
    found[:] = [_cell(value, text) for value in column.tolist()]
    return found


def _cell(value: Any, text: DbfText | None) -> str:
    if value is None or value != value:  # noqa: PLR0124 - NaN alone differs from itself
        return ""
    if isinstance(value, str):
        return value if text is None else decode_cut(value.encode(_RAW), text.encoding)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)
