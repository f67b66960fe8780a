"""What follows from the polygons: areas, colours, labels, bounds in words, outlines."""

from __future__ import annotations

from collections.abc import Collection

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gis.core.adjacency import contacts, main_neighbours
from gis.core.arcs import Arcs, extract_arcs
from gis.core.colouring import recolour
from gis.core.dissolve import dissolve
from gis.core.geodesy import area_m2, length_m
from gis.core.labels import label_points
from gis.core.lattice import Geometries

#: Reading order of 四至, and what stands where the county ends.
SIDES = ("东", "南", "西", "北")
OUTSIDE = "县界"


def followed_columns(
    grids: gpd.GeoDataFrame, known_colours: dict[str, int], unsettled: Collection[str]
) -> pd.DataFrame:
    """Return what a grid has on account of its neighbours: its colour, and its bounds in words.

    Parameters
    ----------
    grids
        ``code``, ``name``, ``kind``, ``division_code``, ``geometry`` (CGCS2000 degrees,
        canonical). Right for a grid all of whose neighbours are among them.
    known_colours
        Code → colour index of grids that had one: they keep it where they can, for a fresh
        colouring after one split would change the wall map of the whole county.
    unsettled
        Codes of grids that change: where one comes to touch a grid of its colour, it gives way.

    Returns
    -------
    pandas.DataFrame
        ``colour_index``, ``bounds_text``, in the order of the grids.
    """
    # Arrays: of the few grids around a split every look at a column costs more than its answer.
    codes, names, shapes = (
        np.asarray(grids[column], dtype=object) for column in ("code", "name", "geometry")
    )
    colours = np.zeros(len(grids), dtype=np.int64)
    bounds = np.full(len(grids), "", dtype=object)
    is_basic = np.asarray(grids["kind"], dtype=object) != "exclusive"
    for layer in (np.flatnonzero(is_basic), np.flatnonzero(~is_basic)):
        colours[layer] = _colours(list(codes[layer]), shapes[layer], known_colours, unsettled)
    counties = np.array([code[:6] for code in grids["division_code"]], dtype=object)
    # County by county: what lies beyond is the edge, whether it is loaded or not.
    for code in sorted(set(counties[is_basic])):
        county = np.flatnonzero(is_basic & (counties == code))
        bounds[county] = bounds_texts(extract_arcs(shapes[county]), list(names[county]))
    return pd.DataFrame({"colour_index": colours, "bounds_text": bounds}, index=grids.index)


def _colours(
    codes: list[str], shapes: Geometries, known: dict[str, int], unsettled: Collection[str]
) -> NDArray[np.int8]:
    if not codes:
        return np.empty(0, dtype=np.int8)
    pairs = contacts(shapes)
    existing = np.array([known.get(code, -1) for code in codes], dtype=np.int64)
    gives_way = np.array([code in unsettled for code in codes], dtype=bool)
    for one, other in (pairs.T, pairs[:, ::-1].T):
        clash = gives_way[one] & ~gives_way[other] & (existing[one] == existing[other])
        existing[one[clash]] = -1
    return recolour(pairs, existing)


def shape_columns(polygons: Geometries) -> pd.DataFrame:
    """Return what follows from the polygons alone.

    Parameters
    ----------
    polygons
        Shape (n,), CGCS2000 degrees, canonical.

    Returns
    -------
    pandas.DataFrame
        ``area_m2``, ``perimeter_m``, ``label_lon``, ``label_lat``, ``label_radius_m``.
    """
    labels = label_points(polygons)
    return pd.DataFrame(
        {
            "area_m2": area_m2(polygons),
            "perimeter_m": length_m(polygons),
            "label_lon": labels.lon,
            "label_lat": labels.lat,
            "label_radius_m": labels.radius_m,
        }
    )


def bounds_texts(arcs: Arcs, names: list[str]) -> list[str]:
    """Say in words what each grid is bounded by (四至), for the register.

    Parameters
    ----------
    arcs
        Of the basic grids.
    names
        Of the same grids, in the same order.

    Returns
    -------
    list of str
        ``东至王公庄村第二网格，南至…``; ``县界`` where the county ends.
    """
    labelled = [*names, OUTSIDE]  # index -1 reads the last
    return [
        "，".join(f"{side}至{labelled[i]}" for side, i in zip(SIDES, row, strict=True))
        for row in main_neighbours(arcs)
    ]


def division_outlines(basic: gpd.GeoDataFrame, paths: dict[str, list[str]]) -> pd.DataFrame:
    """Return the outline of every division that has basic grids below it.

    Parameters
    ----------
    basic
        ``division_code`` and ``geometry`` of the basic grids (CGCS2000 degrees, canonical).
    paths
        Code → codes from the root down to it.

    Returns
    -------
    pandas.DataFrame
        ``division_code``, ``geometry`` (MultiPolygon, exact), ``area_m2``.
    """
    chains = [paths[code] for code in basic["division_code"]]
    polygons = basic.geometry.to_numpy()
    parts = []
    for depth in range(max(map(len, chains))):
        inside = np.array([len(chain) > depth for chain in chains])
        groups = np.array([chain[depth] for chain in chains if len(chain) > depth], dtype=object)
        codes, outlines = dissolve(polygons[inside], groups)
        parts.append(pd.DataFrame({"division_code": codes, "geometry": outlines}))
    outlines_of = pd.concat(parts, ignore_index=True)
    return outlines_of.assign(area_m2=area_m2(outlines_of["geometry"].to_numpy()))
