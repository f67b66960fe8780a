"""Cutting a grid into pieces along lines.

GEOS nodes the border and the lines on the integer lattice and makes areas of them. Where the
border gets new vertices by that, so do the neighbours, and the verdict of the chain follows as
for every edit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.core.chain import chain_residual
from gis.core.coverage import outline_of
from gis.core.editing.borders import multi, segments_in
from gis.core.editing.ends import Rim
from gis.core.editing.faults import Fault, FaultCode, error, refusal
from gis.core.editing.mending import missing_nodes, noded
from gis.core.editing.model import GridState
from gis.core.editing.operations import Line
from gis.core.editing.sketch import Sketch
from gis.core.lattice import Geometries, lattice_geometry, to_degrees

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Pieces:
    """A grid cut along lines.

    Attributes
    ----------
    faces
        Polygons (f,), canonical degrees, from west to east, then from north to south.
    part
        int64 (f,): the part of the grid that each came from.
    """

    faces: Geometries
    part: NDArray[np.int64]

    @property
    def is_cut(self) -> NDArray[np.bool_]:
        """Bool (f,): whether the face is but a piece of its part."""
        return np.asarray(np.bincount(self.part)[self.part] > 1)


def carve(sketch: Sketch, code: str, line: Line, *, exact_end: bool) -> Pieces:
    """Cut a grid along a line, and give its neighbours the vertices that come of it.

    Parameters
    ----------
    sketch
        Gets the neighbours' new vertices and what was settled; not the pieces.
    code
        The grid.
    line
        Lattice vertices; only what lies in the grid counts.
    exact_end
        Leave ends where they are, even on the outline of a township.

    Returns
    -------
    Pieces
        As many as the grid has parts where the line does not cut it.

    Raises
    ------
    EditRefused
        The line crosses itself, or is too fine to cut.
    """
    state = sketch.state(code)
    drawn = np.array(line, dtype=np.float64)
    whole = lattice_geometry(state.geometry).item()
    origin = np.array(shapely.bounds(whole)[:2])
    _require_simple(drawn, state)
    local = shapely.transform(whole, lambda xy: xy - origin)
    inside = shapely.intersection(local, shapely.LineString(drawn - origin))
    rim = Rim(sketch, code, exact_end=exact_end)
    cuts = [_settled(xy, rim, origin) for xy in _stretches(inside)]
    usable = [shapely.LineString(cut) for cut in cuts if len(cut) > 1]
    linework = shapely.union_all([shapely.boundary(local), *usable], grid_size=1.0)
    faces = shapely.get_parts(shapely.polygonize(shapely.get_parts(linework)))
    pieces = _pieces(_sorted(faces), local, origin)
    _share_nodes(sketch, state, pieces)
    return pieces


def _stretches(inside: Any) -> Iterator[Floats]:
    """Yield the stretches of the line in the grid, each from border to border."""
    is_line = shapely.get_type_id(shapely.get_parts(inside)) == 1
    lines = shapely.get_parts(inside)[is_line]
    if len(lines):
        for stretch in shapely.get_parts(shapely.line_merge(shapely.multilinestrings(lines))):
            yield shapely.get_coordinates(stretch)


def _settled(xy: Floats, rim: Rim, origin: Floats) -> Floats:
    """Put the ends of a stretch on the border's vertices, or on new lattice points."""
    if (xy[0] == xy[-1]).all():
        return xy
    result = xy.copy()
    for end in (0, -1):
        contact = rim.contact(xy[end] + origin)
        if contact is not None:
            result[end] = np.array(contact.at) - origin
    return np.asarray(result[np.append(True, (np.diff(result, axis=0) != 0).any(axis=1))])


def _sorted(faces: Geometries) -> Geometries:
    middles = shapely.get_coordinates(shapely.centroid(faces))
    return np.asarray(faces[np.lexsort((-middles[:, 1], middles[:, 0]))])


def _pieces(faces: Geometries, local: Any, origin: Floats) -> Pieces:
    parts = shapely.get_parts(local)
    face, part = shapely.STRtree(parts).query(shapely.point_on_surface(faces), predicate="within")
    order = np.argsort(face, kind="stable")
    shapes = shapely.transform(faces[face[order]], lambda xy: to_degrees(np.rint(xy + origin)))
    return Pieces(np.asarray(shapely.orient_polygons(shapes)), part[order])


def _share_nodes(sketch: Sketch, state: GridState, pieces: Pieces) -> None:
    if len(pieces.faces) == 0:
        return
    residual = chain_residual(pieces.faces, outline=state.geometry)
    nodes = missing_nodes(residual, segments_in(sketch.shape(state.code)))
    if not nodes:
        return
    before = set(sketch.after)
    sketch.add_nodes(nodes)
    others = (set(sketch.after) - before) | {
        code for code in before if sketch.after[code] is not None
    }
    sketch.fixed.append(noded(nodes, others - {state.code}))


def union_of(polygons: Sequence[Any], state: GridState) -> Any:
    """Return the union of polygons that border on one another, as a MultiPolygon in degrees.

    Raises
    ------
    EditRefused
        They overlap.
    """
    shapes = np.empty(len(polygons), dtype=object)
    shapes[:] = list(polygons)
    union = outline_of(shapes)
    if union is None:
        raise refusal(
            [
                error(
                    FaultCode.GEOM_INVALID,
                    f"The parts of grid {state.label} overlap and cannot be united.",
                    f"网格{state.label_zh}的各部分有重叠,无法合并。",
                    grids=(state.code,),
                    geometry=state.geometry,
                )
            ]
        )
    return multi(union)


def _require_simple(drawn: Floats, state: GridState) -> None:
    line = shapely.LineString(drawn)
    if not shapely.is_simple(line):
        raise refusal([_crosses_itself(drawn, state)])


def _crosses_itself(drawn: Floats, state: GridState) -> Fault:
    where = shapely.transform(_crossings(drawn), to_degrees)
    return error(
        FaultCode.GEOM_INVALID,
        f"The line drawn over grid {state.label} crosses or touches itself.",
        f"在网格{state.label_zh}上绘制的线与自身相交。",
        grids=(state.code,),
        geometry=where,
    )


def _crossings(drawn: Floats) -> Any:
    """Return the points where segments of a line meet that do not follow one another."""
    lines = np.asarray(shapely.linestrings(np.stack([drawn[:-1], drawn[1:]], axis=1)))
    a, b = shapely.STRtree(lines).query(lines, predicate="intersects")
    apart = b - a > 1
    if not apart.any():  # it runs back over itself
        return shapely.LineString(drawn)
    return shapely.union_all(shapely.intersection(lines[a[apart]], lines[b[apart]]))
