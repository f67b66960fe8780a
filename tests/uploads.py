"""Files of boundaries as people bring them, made from the small county; what was drawn in them."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import shapely

from gis.boundaries.reading.child import read_here
from gis.boundaries.uploads import Received
from tests import factories
from tests.imports import GRID_HEADERS, chinese_grids

V1, V2, V3, V4 = factories.VILLAGES
CODE = GRID_HEADERS["code"]


def received(path: Path) -> Received:
    """Read a file in this process: what it costs to start another one is tested once."""
    return Received(path.name, path.stat().st_size, read_here(path))


def basic() -> gpd.GeoDataFrame:
    grids = chinese_grids()
    return grids[grids["网格类型"] != "专属网格"].reset_index(drop=True)


def moved_corner(
    grids: gpd.GeoDataFrame, column: int, row: int, east: int = 3_000, north: int = 2_000
) -> gpd.GeoDataFrame:
    """Return the grids with a corner of the tiling moved, in all that have it."""
    return moved_vertex(grids, factories.corner(column, row), east, north)


def moved_vertex(
    grids: gpd.GeoDataFrame,
    vertex: tuple[int, int],
    east: int,
    north: int,
    codes: Sequence[str] | None = None,
) -> gpd.GeoDataFrame:
    """Return the grids with a vertex moved, in all or some of those that have it."""

    def move(xy: np.ndarray) -> np.ndarray:
        units = np.rint(xy * 1e7)
        units[(units == vertex).all(axis=1)] += (east, north)
        return units / 1e7

    chosen = grids[CODE].isin(codes if codes is not None else list(grids[CODE])).to_numpy()
    shapes = grids.geometry.to_numpy().copy()
    shapes[chosen] = shapely.transform(shapes[chosen], move)
    return grids.set_geometry(gpd.GeoSeries(shapes, crs=grids.crs))


def split_in_two(grids: gpd.GeoDataFrame, code: str) -> gpd.GeoDataFrame:
    """Return the grids with one cut from west to east; its parts have no codes."""
    at = int(grids.index[grids[CODE] == code][0])
    shape = grids.geometry[at]
    west, south, east, north = shape.bounds
    middle = (south + north) / 2
    parts = [
        shapely.set_precision(shape.intersection(box), 1e-7)
        for box in (
            shapely.box(west - 1, south - 1, east + 1, middle),
            shapely.box(west - 1, middle, east + 1, north + 1),
        )
    ]
    rows = [grids.iloc[[at]].assign(geometry=[part], **{CODE: ""}) for part in parts]
    rows = [row.assign(网格名称=f"新{n}网格") for n, row in enumerate(rows)]
    return gpd.GeoDataFrame(pd.concat([grids.drop(index=at), *rows], ignore_index=True))


def merged(grids: gpd.GeoDataFrame, keep: str, gone: str) -> gpd.GeoDataFrame:
    """Return the grids with one swallowed by another."""
    pair = grids[grids[CODE].isin([keep, gone])]
    left = grids[grids[CODE] != gone].reset_index(drop=True)
    left.loc[left[CODE] == keep, "geometry"] = shapely.coverage_union_all(pair.geometry.to_numpy())
    return left


def projected(grids: gpd.GeoDataFrame, digits: int) -> gpd.GeoDataFrame:
    """Return the grids in metres of a survey, rounded as exports are."""
    metres = grids.to_crs(4547)
    rounded = shapely.transform(metres.geometry.to_numpy(), lambda xy: np.round(xy, digits))
    return metres.set_geometry(gpd.GeoSeries(rounded, crs=4547))


def write_zip(path: Path, members: dict[str, bytes], *, gbk: bool = False) -> Path:
    """Write an archive; with names in GBK as Chinese Windows does."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name.encode("gbk").decode("cp437") if gbk else name, data)
    return path


def write_shapefile_zip(
    folder: Path, grids: gpd.GeoDataFrame, *, encoding: str = "GBK", with_prj: bool = True
) -> Path:
    """Write a zipped Shapefile without .cpg, with Chinese names of members in GBK."""
    grids.to_file(folder / "plain.shp", driver="ESRI Shapefile", encoding=encoding)
    endings = (".shp", ".shx", ".dbf", *((".prj",) if with_prj else ()))
    members = {f"网格{end}": (folder / f"plain{end}").read_bytes() for end in endings}
    return write_zip(folder / "shapes.zip", members, gbk=True)


def write_kml(path: Path, grids: gpd.GeoDataFrame, driver: str = "LIBKML") -> Path:
    """Write a KML or KMZ with heights, as Google Earth does."""
    lifted = grids.rename(columns={"网格名称": "Name"})
    lifted = lifted.set_geometry(gpd.GeoSeries(shapely.force_3d(grids.geometry), crs=grids.crs))
    pyogrio.write_dataframe(lifted.to_crs(4326), path, driver=driver)
    return path


def write_dxf(path: Path, grids: gpd.GeoDataFrame, encoding: str = "gbk", said: str = "") -> Path:
    """Write a drawing: a closed polyline for each grid, its code and name as texts inside."""
    found = []
    for n, (code, name, shape) in enumerate(
        zip(grids[CODE], grids["网格名称"], grids.geometry, strict=True)
    ):
        ring = shapely.get_coordinates(shape.exterior)[:-1]
        found.append(
            f"0\nLWPOLYLINE\n5\n{n + 16:X}\n100\nAcDbEntity\n8\nWG\n100\nAcDbPolyline\n"
            f"90\n{len(ring)}\n70\n1\n"
        )
        found += [f"10\n{x:.7f}\n20\n{y:.7f}\n" for x, y in ring]
        at = shape.representative_point()
        for k, words in enumerate((code, name)):
            found.append(
                f"0\nTEXT\n5\n{n + 100:X}{k}\n100\nAcDbEntity\n8\nZJ\n100\nAcDbText\n"
                f"10\n{at.x:.7f}\n20\n{at.y - k * 1e-5:.7f}\n40\n5.0\n1\n{words}\n"
                "100\nAcDbText\n"
            )
    head = (
        "0\nSECTION\n2\nHEADER\n9\n$ACADVER\n1\nAC1015\n9\n$DWGCODEPAGE\n3\n"
        f"{said or 'ANSI_936'}\n0\nENDSEC\n0\nSECTION\n2\nENTITIES\n"
    )
    path.write_bytes((head + "".join(found) + "0\nENDSEC\n0\nEOF\n").encode(encoding))
    return path
