"""Do these grids tile? If not: where, by how much, and which grids.

The verdict is exact (`gis.core.chain`); the explanation names every gap, overlap and part
outside with its place, area and width.

A vertex that only one side of a shared border has, exactly on the other side's straight edge,
is reported as a *hairline*: it has no area, but it must be mended before publishing, since the
next edit would tear the border open there (`gis.core.nodes.insert_missing_nodes`). Against a
given outline such nodes are harmless and are not reported.

Source: ADR 0002.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import ArrayLike

from gis.core.chain import Chain, chain_residual, signed_chain
from gis.core.defects import KIND_ZH, Defect, DefectKind, area_defect, hairline_defect
from gis.core.dissolve import exact_union
from gis.core.errors import NotTiling
from gis.core.faces import polygons_along, polygons_beside, polygons_over, residual_faces
from gis.core.geodesy import area_m2, length_m
from gis.core.lattice import (
    UNITS_PER_DEGREE,
    Geometries,
    degrees_geometry,
    lattice_geometry,
    to_degrees,
)
from gis.core.nodes import insert_missing_nodes, split_at_nodes
from gis.core.rings import unpack
from gis.core.soundness import unusable_grids

__all__ = [
    "Defect",
    "DefectKind",
    "insert_missing_nodes",
    "outline_of",
    "require_tiling",
    "tiling_defects",
]


def tiling_defects(
    polygons: ArrayLike,
    codes: Sequence[str],
    *,
    outline: Any | None = None,
    allowed_holes: Any | None = None,
) -> list[Defect]:
    """Find every place where grids do not tile exactly.

    Parameters
    ----------
    polygons
        Polygons or MultiPolygons of shape (n,), lon/lat in degrees.
    codes
        Their grid codes, for the report.
    outline
        The area to be tiled, one polygon. Without it the outer rings of the grids' union are
        the outline, and a hole in the union is a gap.
    allowed_holes
        An area that may stay uncovered, such as an enclave of another county.

    Returns
    -------
    list of Defect
        Empty exactly when the grids are valid, canonical and tile; else unusable grids first,
        then the others by area, the largest first.

    Raises
    ------
    Invalid
        If the outline is not a polygon.
    """
    array = np.atleast_1d(np.asarray(polygons, dtype=object))
    unusable = unusable_grids(array, codes)
    defects = [defect for _, defect in unusable]
    usable = np.ones(len(array), dtype=bool)
    usable[[i for i, defect in unusable if defect.kind is DefectKind.INVALID]] = False
    sound = array[usable]
    residual = chain_residual(sound, outline=outline)
    if len(residual) == 0 or (outline is None and _is_whole(sound, residual)):
        return defects
    case = _Case(
        polygons=lattice_geometry(sound),
        codes=np.asarray(codes, dtype=object)[usable],
        outline=None if outline is None else lattice_geometry(outline).item(),
        excused=_excused(array[~usable], allowed_holes),
    )
    places = [*_bad_faces(residual, case), *_hairlines(sound, case)]
    return defects + sorted(places, key=lambda defect: -defect.area_m2)


def require_tiling(
    polygons: ArrayLike,
    codes: Sequence[str],
    *,
    outline: Any | None = None,
    allowed_holes: Any | None = None,
) -> None:
    """Refuse grids that do not tile exactly.

    Parameters
    ----------
    polygons, codes, outline, allowed_holes
        As for `tiling_defects`.

    Raises
    ------
    NotTiling
        With a summary, and the defects (as `Defect` objects) in ``extra["defects"]``.
    """
    defects = tiling_defects(polygons, codes, outline=outline, allowed_holes=allowed_holes)
    if not defects:
        return
    count = Counter(defect.kind for defect in defects)
    kinds = ", ".join(f"{kind.value} {n}" for kind, n in count.items())
    kinds_zh = "、".join(f"{KIND_ZH[kind]} {n} 处" for kind, n in count.items())
    raise NotTiling(
        f"The grids do not tile ({kinds}). First: {defects[0].detail}",
        zh=f"网格未能无缝拼接({kinds_zh})。首处:{defects[0].detail_zh}",
        defects=defects,
    )


def outline_of(polygons: ArrayLike) -> Any | None:
    """Return the union of grids that tile, made of their own border segments.

    Parameters
    ----------
    polygons
        Valid polygons of shape (n,), lon/lat in degrees.

    Returns
    -------
    Polygon or MultiPolygon or None
        The union in degrees, each of its vertices a vertex of the grids; None when the grids
        overlap, so that their border is not the border of an area.

    Raises
    ------
    Invalid
        If one is not a polygon, or a coordinate is not finite.
    """
    array = np.atleast_1d(np.asarray(polygons, dtype=object))
    union = exact_union(lattice_geometry(array), signed_chain(array))
    return None if union is None else degrees_geometry(union).item()


@dataclass(frozen=True, slots=True)
class _Case:
    """What the explanation works on; geometries in lattice units."""

    polygons: Geometries
    codes: Geometries
    outline: Any | None
    excused: Any


def _is_whole(polygons: Geometries, chain: Chain) -> bool:
    """Tell whether the chain is the border of an area without holes."""
    union = exact_union(lattice_geometry(polygons), chain)
    if union is None:
        return False
    return not shapely.get_num_interior_rings(shapely.get_parts(union)).any()


def _excused(broken: Geometries, allowed_holes: Any | None) -> Any:
    """Return the area in which nothing counts as a gap: allowed holes, and unusable grids."""
    areas = [g for g in broken if g is not None and np.isfinite(shapely.get_coordinates(g)).all()]
    if allowed_holes is not None:
        areas.append(shapely.union_all(allowed_holes))
    return shapely.union_all(shapely.make_valid(lattice_geometry(areas)))


def _bad_faces(residual: Chain, case: _Case) -> Iterator[Defect]:
    chain = split_at_nodes(residual).chain
    if len(chain) == 0:
        return
    found = residual_faces(chain, case.outline)
    gap = found.in_outline & (found.covered == 0)
    gap &= ~np.asarray(shapely.intersects(case.excused, found.point))
    outside = ~found.in_outline & (found.covered > 0)
    overlap = found.in_outline & (found.covered > 1)
    yield from _described(DefectKind.GAP, found.geometry[gap], case)
    yield from _described(DefectKind.OUTSIDE, found.geometry[outside], case)
    yield from _described(DefectKind.OVERLAP, found.geometry[overlap], case)


def _described(kind: DefectKind, shapes: Geometries, case: _Case) -> Iterator[Defect]:
    if len(shapes) == 0:
        return
    concerned = polygons_beside if kind is DefectKind.GAP else polygons_over
    owners = concerned(shapes, case.polygons)
    degrees = shapely.transform(shapes, lambda xy: xy / UNITS_PER_DEGREE)
    areas, lengths = area_m2(degrees), length_m(degrees)
    # A face below the last digit of a degree has no length left; it is as wide as it is long: not.
    widths = np.divide(2.0 * areas, lengths, out=np.zeros_like(areas), where=lengths > 0)
    for shape, area, width, owner in zip(degrees, areas, widths, owners, strict=True):
        codes = tuple(sorted(str(code) for code in case.codes[owner]))
        yield area_defect(kind, shape, float(area), float(width), codes)


def _hairlines(sound: Geometries, case: _Case) -> Iterator[Defect]:
    chain = signed_chain(sound)  # without the outline, whose nodes are nobody's concern
    split = split_at_nodes(chain)
    segments = np.unique(split.segment)
    if len(segments) == 0:
        return
    lines = np.asarray(shapely.linestrings(chain.coordinates()[segments].astype(np.float64)))
    owners = polygons_along(lines, case.polygons)
    for segment, line, owner in zip(segments, lines, owners, strict=True):
        nodes = to_degrees(unpack(split.node[split.segment == segment])).tolist()
        codes = tuple(sorted(str(code) for code in case.codes[owner]))
        yield hairline_defect(degrees_geometry(line).item(), nodes, codes)
