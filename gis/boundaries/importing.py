"""Import boundaries from a file: read, check every grid, prove the tiling, publish."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from gis.boundaries.defects import exclusive_overlaps, shape_defects, summarise
from gis.boundaries.import_queries import find_borders, list_division_names
from gis.boundaries.publish import Publication, publish_import
from gis.boundaries.reading.apart import LARGE, read_apart
from gis.boundaries.reading.columns import FIELDS, grid_columns
from gis.boundaries.reading.mending import mend_borders
from gis.boundaries.reading.model import Layer
from gis.boundaries.reading.reference import require_reference, resolve_crs
from gis.boundaries.reading.shapes import Shapes, canonical_shapes
from gis.core.coverage import Defect, tiling_defects
from gis.core.datum import Bounds
from gis.core.errors import NotFound, NotTiling, RowsRefused
from gis.db.session import WriteSession, as_reader
from gis.profiles import Profile
from gis.tabular import (
    ImportReport,
    Note,
    Progress,
    Table,
    Verdicts,
    make_report,
    map_headers,
    parse_mapping,
    reading_notes,
    silent,
)

DEFAULT_SNAP_M = 0.05
"""How far borders are moved to meet: straight lines of a projection bend by centimetres when
their ends become longitude and latitude, and survey accuracy is coarser than that."""


@dataclass(frozen=True, slots=True)
class BoundaryFile:
    """What an import needs to know besides the file.

    Attributes
    ----------
    effective_from
        First day on which the boundaries hold.
    crs
        Coordinate system; goes before what the file says.
    layer
        Layer of a GeoPackage, or Shapefile of an archive.
    mapping
        ``field=HEADER`` pairs.
    note
        Said in the history.
    snap_m
        Nodes nearer than this to a neighbour's border or node are made to meet it, in metres;
        0 for none.
    retire
        Whether current grids that the file leaves out shall be retired.
    """

    effective_from: dt.date
    crs: str | None = None
    layer: str | None = None
    mapping: tuple[str, ...] = ()
    note: str = ""
    snap_m: float = DEFAULT_SNAP_M
    retire: bool = False


@dataclass(frozen=True, slots=True)
class BoundaryImport:
    """What an import did."""

    report: ImportReport
    publication: Publication


def import_boundaries(
    session: WriteSession,
    path: Path,
    options: BoundaryFile,
    profile: Profile,
    *,
    progress: Progress = silent,
) -> BoundaryImport:
    """Check the grids of a file, prove that they tile exactly, and publish them.

    Parameters
    ----------
    session
        The open transaction; nothing is committed here.
    path
        GeoJSON, GeoPackage, Shapefile, KML, DXF, or a ZIP with one of them.
    options
        Coordinate system, columns, date.
    profile
        Of the deployment: its box and its kinds of grid.
    progress
        Told how far it is.

    Returns
    -------
    BoundaryImport

    Raises
    ------
    RowsRefused
        Grids are refused; ``extra["report"]``, and ``extra["defects"]`` with their places.
    NotTiling
        Gaps or overlaps; ``extra["defects"]`` and ``extra["report"]``.
    BadFile, Invalid, UnknownCrs, NotFound
        The file, its columns or its coordinate system cannot be used; no divisions are loaded.
    """
    mapping = parse_mapping(options.mapping, FIELDS)
    divisions = list_division_names(as_reader(session))
    if divisions.empty:
        raise NotFound(
            "no divisions are loaded yet; run `gridmap import-divisions` first",
            zh="尚未导入行政区划；请先运行 gridmap import-divisions",
        )
    progress("读取文件", "reading the file")
    # A file comes from somebody, whoever types the command: it is read where it can do no harm.
    layer = read_apart(path, options.layer, LARGE).layer
    said = resolve_crs(layer.crs) if options.crs is None else None
    bounds = Bounds(*profile.bounds)
    borders = find_borders(as_reader(session))
    crs = require_reference(said, options.crs, layer.shapes, bounds, borders)
    table = _as_table(path.name, layer, mapping)
    verdicts, notes = table.begin_verdicts(), reading_notes(table)
    notes.append(Note(f"坐标系 {crs.name}", f"coordinate system {crs.name}"))
    notes += [Note(f"GDAL 提示：{said}", f"GDAL says: {said}") for said in layer.warnings]
    if layer.had_z:
        notes.append(Note(f"去掉高程：{layer.had_z} 个图形", f"heights dropped: {layer.had_z}"))
    progress("检查各网格", "checking the grids")
    columns = grid_columns(table, profile, divisions, verdicts, notes)
    shapes = canonical_shapes(layer.shapes, crs, bounds, verdicts, notes)
    _require_all(path.name, verdicts, notes, shapes, columns)
    polygons = mend_borders(shapes.polygons, columns, options.snap_m, notes)
    progress("验证无缝拼接", "proving the tiling")
    report = make_report(path.name, verdicts, notes)
    _require_tiling(columns, polygons, report)
    progress("发布", "publishing")
    publication = publish_import(
        session,
        _as_grids(columns, polygons),
        effective_from=options.effective_from,
        note=options.note,
        retire=options.retire,
    )
    return BoundaryImport(replace(report, loaded=publication.grids), publication)


def _as_table(source: str, layer: Layer, mapping: dict[str, str]) -> Table:
    """Return the attributes as a table; features are numbered from 1."""
    return Table(
        source=source,
        encoding=layer.encoding,
        header=map_headers(layer.headers, FIELDS, mapping),
        headers=layer.headers,
        cells=layer.cells,
        numbers=np.arange(1, len(layer.shapes) + 1, dtype=np.int64),
        blank=0,
    )


def _require_all(
    source: str, verdicts: Verdicts, notes: Sequence[Note], shapes: Shapes, columns: pd.DataFrame
) -> None:
    """Refuse the file when one grid is refused: the others would leave a hole."""
    if not verdicts.refused.any():
        return
    report = make_report(source, verdicts, notes)
    raise RowsRefused(
        f"{source}: {report.refused} of {report.read} grids are refused, nothing was published",
        zh=f"{source}：{report.read} 个网格中有 {report.refused} 个被拒绝，未发布任何数据",
        report=report,
        defects=shape_defects(shapes.faults, list(columns["code"])),
    )


def _require_tiling(columns: pd.DataFrame, polygons: Any, report: ImportReport) -> None:
    exclusive = (columns["kind"] == "exclusive").to_numpy(dtype=bool)
    counties = columns["division_code"].str[:6].to_numpy(dtype=object)
    codes = columns["code"].to_numpy(dtype=object)
    defects: list[Defect] = exclusive_overlaps(polygons[exclusive], list(codes[exclusive]))
    for county in sorted(set(counties[~exclusive].tolist())):
        rows = ~exclusive & (counties == county)
        defects += tiling_defects(polygons[rows], list(codes[rows]))
    if defects:
        english, chinese = summarise(defects)
        raise NotTiling(
            f"{report.source}: {english}; nothing was published",
            zh=f"{report.source}：{chinese}；未发布任何数据",
            defects=defects,
            report=report,
        )


def _as_grids(columns: pd.DataFrame, polygons: Any) -> gpd.GeoDataFrame:
    frame = columns.assign(attributes=[{} for _ in range(len(columns))])
    return gpd.GeoDataFrame(frame, geometry=polygons, crs="EPSG:4490")
