"""Larger areas from grids, and coarser grids for display, both still exact tilings."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from shapely.errors import GEOSException

from gis.core.chain import Chain, signed_chain
from gis.core.errors import Invalid, NotTiling
from gis.core.geodesy import metres_per_degree
from gis.core.lattice import UNITS_PER_DEGREE, Geometries, degrees_geometry, lattice_geometry
from gis.core.rings import as_polygons

_POLYGON, _MULTIPOLYGON = 3, 6


def dissolve(polygons: ArrayLike, groups: ArrayLike) -> tuple[NDArray[Any], Geometries]:
    """Unite the polygons of each group along their shared borders.

    Only segments with the same group on both sides disappear; no vertex is moved, made or left
    out. Each outline is proved to have the same signed chain as its polygons.

    Parameters
    ----------
    polygons
        Polygons of shape (n,) that tile, lon/lat in degrees.
    groups
        Key of each polygon's group, shape (n,), such as township codes.

    Returns
    -------
    keys : ndarray
        The groups' keys, sorted, shape (g,).
    outlines : ndarray of object
        MultiPolygons of shape (g,) in degrees, canonical.

    Raises
    ------
    Invalid
        If one is not a polygon, or polygons and groups differ in number.
    NotTiling
        If polygons of a group overlap.
    """
    array = as_polygons(polygons)
    labels = np.asarray(groups)
    if len(labels) != len(array):
        raise Invalid(
            f"There are {len(array)} polygons but {len(labels)} groups.",
            zh=f"面 {len(array)} 个,分组 {len(labels)} 个,数量不一致。",
        )
    keys, member = np.unique(labels, return_inverse=True)
    order = np.argsort(member, kind="stable")
    cuts = np.searchsorted(member[order], np.arange(1, len(keys)))
    shapes = lattice_geometry(array)
    outlines = np.empty(len(keys), dtype=object)
    for i, index in enumerate(np.split(order, cuts)):
        outlines[i] = _united(shapes[index], array[index], str(keys[i]))
    return keys, outlines


def simplify(polygons: ArrayLike, tolerance_m: float) -> Geometries:
    """Leave out vertices of shared borders alike on both sides, for display.

    Vertices go one by one, least triangle first (Visvalingam-Whyatt), never a node and never
    so that borders cross: what tiled before tiles after.

    Parameters
    ----------
    polygons
        Polygons of shape (n,) that tile, lon/lat in degrees.
    tolerance_m
        Roughly the size of details to leave out, in metres; the square root of the area of the
        smallest triangle kept.

    Returns
    -------
    ndarray of object
        Shape (n,), degrees; all vertices are vertices of the input.

    Raises
    ------
    Invalid
        If one is not a polygon, or a coordinate is not finite.
    """
    array = as_polygons(polygons)
    middle = shapely.bounds(array)[:, (1, 3)].mean() if len(array) else 0.0
    east, north = metres_per_degree(middle)
    units = tolerance_m * UNITS_PER_DEGREE / float(np.sqrt(east * north))
    return degrees_geometry(shapely.coverage_simplify(lattice_geometry(array), units))


def exact_union(shapes: Geometries, chain: Chain) -> Any | None:
    """Return the union of polygons if their chain is exactly its border.

    GEOS only proposes the union; a valid area with the same signed chain proves it.

    Parameters
    ----------
    shapes
        Valid polygons of shape (n,), lattice units.
    chain
        Their signed chain.

    Returns
    -------
    Polygon or MultiPolygon or None
        In lattice units, each of its vertices a vertex of the polygons; None when they
        overlap, or there are none.
    """
    try:
        union = shapely.coverage_union_all(shapes)
    except GEOSException:  # GEOS could make no area of their borders: they overlap
        return None
    is_area = shapely.get_type_id(union) in (_POLYGON, _MULTIPOLYGON)
    if not is_area or shapely.is_empty(union) or not shapely.is_valid(union):
        return None
    return union if signed_chain(degrees_geometry(union)).equals(chain) else None


def _united(shapes: Geometries, originals: Geometries, key: str) -> Any:
    union = exact_union(shapes, signed_chain(originals))
    if union is None:
        raise NotTiling(
            f"The polygons of group {key} overlap and cannot be united.",
            zh=f"分组 {key} 内的面有重叠,无法合并。",
            group=key,
        )
    outline = degrees_geometry(union).item()
    return outline if outline.geom_type == "MultiPolygon" else shapely.MultiPolygon([outline])
