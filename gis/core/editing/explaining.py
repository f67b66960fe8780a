"""Why changed grids do not fit: gaps, overlaps and outlines, with their places and remedies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import shapely

from gis.core.chain import Chain
from gis.core.editing.documents import as_document
from gis.core.editing.faults import Fault, FaultCode, error
from gis.core.editing.model import GridState
from gis.core.editing.operations import Replace, Replacement
from gis.core.editing.sketch import Sketch
from gis.core.faces import polygons_beside, polygons_over, residual_faces
from gis.core.geodesy import area_m2, length_m
from gis.core.lattice import Geometries, degrees_geometry, lattice_geometry
from gis.core.nodes import split_at_nodes

HAIRLINE_UNITS = 2.0
"""Mean width below which a face is a hairline (two centimetres)."""


def tiling_faults(sketch: Sketch, residual: Chain) -> list[Fault]:
    """Return the gaps, overlaps and parts outside that a residual shows.

    Parameters
    ----------
    sketch
        What was drawn.
    residual
        The chain of the changed grids less that of the same grids before.

    Returns
    -------
    list of Fault
        Empty exactly when the residual is; the largest first.
    """
    if len(residual) == 0:
        return []
    chain = split_at_nodes(residual).chain
    faces = residual_faces(chain, None) if len(chain) else None
    if faces is None or not (faces.covered != 0).any():
        return [_hairline(sketch, residual)]
    real = faces.covered != 0
    shapes, excess = faces.geometry[real], faces.covered[real]
    grids = sketch.current()
    polygons = lattice_geometry([grid.geometry for grid in grids])
    over = polygons_over(shapes, polygons)
    beside = polygons_beside(shapes, polygons)
    found = [
        _Face(
            shape,
            bool(many > 0),
            [grids[i] for i in here.tolist()],
            [grids[i] for i in near.tolist()],
        )
        for shape, many, here, near in zip(shapes, excess, over, beside, strict=True)
    ]
    fix = _remedy(sketch, found)
    faults = [face.fault(fix) for face in found]
    return sorted(faults, key=lambda fault: -(fault.measure or 0.0))


class _Face:
    """A place that is covered once too often, or no more."""

    def __init__(
        self, shape: Any, is_excess: bool, over: list[GridState], beside: list[GridState]
    ) -> None:
        self.shape, self.is_excess, self.over, self.beside = shape, is_excess, over, beside
        self.degrees = degrees_geometry(shape).item()
        self.area = float(area_m2([self.degrees])[0])

    @property
    def width_m(self) -> float:
        """Mean width, m; 0 where it is too small to have a length."""
        length = float(length_m([self.degrees])[0])
        return 2.0 * self.area / length if length else 0.0

    def fault(self, fix: dict[str, Any] | None) -> Fault:
        """Return it as a fault."""
        size, size_zh = f"{self.area:,.1f} m²", f"{self.area:,.1f} ㎡"
        grids = self.over if self.is_excess else self.beside
        some = ", ".join(grid.label for grid in grids) or "no grid"
        some_zh = "、".join(grid.label_zh for grid in grids) or "无网格"
        if self.is_excess and len(self.over) > 1:
            code = FaultCode.OVERLAP
            text = f"{some} would overlap by {size}."
            text_zh = f"{some_zh}将重叠 {size_zh}。"
        elif self.is_excess:
            code, fix = FaultCode.OUTSIDE_TOWN, None
            text = f"{some} would reach {size} beyond the outline, where no grid may be."
            text_zh = f"{some_zh}超出边界范围 {size_zh},该处不属于任何网格。"
        else:
            code = FaultCode.GAP
            text = f"A gap of {size} would open beside {some}."
            text_zh = f"与{some_zh}之间出现 {size_zh} 空隙。"
        codes = tuple(sorted(grid.code for grid in grids))
        return error(
            code, text, text_zh, grids=codes, geometry=self.degrees, measure=self.area, unit="m2",
            fix=fix,
        )  # fmt: skip


def outline_faults(sketch: Sketch, residuals: Mapping[str, Chain]) -> list[Fault]:
    """Return what crosses the outlines of townships.

    Parameters
    ----------
    sketch
        What was drawn.
    residuals
        Township (nine digits) → what changes of its outline.

    Returns
    -------
    list of Fault
        One for each township that grows; at least one.
    """
    found = []
    for township, residual in sorted(residuals.items()):
        shape = _gained(residual)
        others = [sketch.rules.name_of(other) for other in sorted(residuals) if other != township]
        if shape is not None:
            area = float(area_m2([shape])[0])
            found.append(_crossing(sketch, sketch.rules.name_of(township), others, (shape, area)))
    if not found:  # only vertices differ, as where one was deleted on a straight stretch
        found.append(_crossing(sketch, sketch.rules.name_of(min(residuals)), [], (None, 0.0)))
    return found


def _crossing(sketch: Sketch, name: str, others: list[str], gain: tuple[Any, float]) -> Fault:
    shape, area = gain
    of, of_zh = ", ".join(others) or "others", "、".join(others) or "其他乡镇"
    return error(
        FaultCode.OUTSIDE_TOWN,
        f"The outline of township {name} would change: it would gain {area:,.0f} m² of {of}. A"
        " change between townships needs the scope and the approval of all of them.",
        f"{name}的乡镇界将变动,从{of_zh}划入 {area:,.0f} ㎡;跨乡镇调整需各方审核。",
        grids=tuple(sorted(sketch.meant)),
        geometry=shape,
        measure=area,
        unit="m2",
    )


def _gained(residual: Chain) -> Any | None:
    """Return the area (degrees) that a residual adds; None for none."""
    faces = residual_faces(residual, None)
    gained = faces.geometry[faces.covered > 0]
    return degrees_geometry(shapely.multipolygons(gained)).item() if len(gained) else None


def _hairline(sketch: Sketch, residual: Chain) -> Fault:
    """Describe a border that differs by vertices only, with nobody on the other side."""
    ends = residual.coordinates()
    lines = degrees_geometry(shapely.MultiLineString(ends.astype(np.float64).tolist()))
    return error(
        FaultCode.OUTSIDE_TOWN,
        "Vertices would be added to or taken from the outline, on which no grid of ours lies"
        " beyond; leave it as it is.",
        "外部边界(界外无本地网格)上的顶点不能增减,请保持原样。",
        grids=tuple(sorted(sketch.meant)),
        geometry=lines.item(),
        measure=0.0,
        unit="m2",
    )


def _remedy(sketch: Sketch, faces: list[_Face]) -> dict[str, Any] | None:
    """Return the replacement in which neighbours give way and take what is left over.

    Gaps go to the neighbour with the longest border on them, overlaps are taken from those that
    were not meant to change.
    """
    if not isinstance(sketch.operation, Replace):
        return None
    given: dict[str, list[Any]] = {}
    taken: dict[str, list[Any]] = {}
    for face in faces:
        others = face.over if face.is_excess else face.beside
        neighbours = [grid for grid in others if grid.code not in sketch.meant]
        if face.is_excess and len(others) - len(neighbours) > 1:
            return None  # two of the given geometries overlap: nobody can say who is right
        if not neighbours:
            return None
        for grid in neighbours if face.is_excess else [_longest_border(face, neighbours)]:
            (taken if face.is_excess else given).setdefault(grid.code, []).append(face.shape)
    entries = list(sketch.operation.grids)
    for code in sorted({*given, *taken}):
        shape = _with(sketch.state(code), given.get(code, []), taken.get(code, []))
        if shape is None:
            return None
        entries.append(Replacement(code, shape))
    return as_document(Replace(tuple(entries), sketch.operation.retired))


def _with(state: GridState, given: list[Any], taken: list[Any]) -> Any | None:
    """Return a grid with areas added and others taken away, in degrees; None if nothing is left."""
    shape = lattice_geometry(state.geometry).item()
    if given:
        shape = shapely.union_all([shape, *given], grid_size=1.0)
    if taken:
        shape = shapely.difference(shape, shapely.union_all(taken), grid_size=1.0)
    areas = [part for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    areas = [part for part in areas if part.area > HAIRLINE_UNITS * part.length / 2.0]
    if not areas:
        return None
    return degrees_geometry(shapely.multipolygons(areas)).item()


def _longest_border(face: _Face, grids: list[GridState]) -> GridState:
    shapes: Geometries = lattice_geometry([grid.geometry for grid in grids])
    rim = shapely.boundary(face.shape)
    common = shapely.length(shapely.intersection(shapely.boundary(shapes), rim))
    return grids[int(np.argmax(common))]
