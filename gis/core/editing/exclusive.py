"""Exclusive grids: drawn over the basic ones, inside one township, never over one another."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely

from gis.core.editing.borders import multi
from gis.core.editing.faults import Fault, FaultCode, error
from gis.core.editing.model import GridState, Neighbourhood, Rules
from gis.core.editing.operations import Draw, Retire
from gis.core.editing.sketch import Sketch, known_grid
from gis.core.editing.splitting import free_codes, require_new
from gis.core.errors import Invalid
from gis.core.geodesy import area_m2
from gis.core.lattice import Geometries, degrees_geometry, lattice_geometry

#: Interiors meet in an area (DE-9IM).
INTERIORS_OVERLAP = "2********"


def draw(base: Neighbourhood, operation: Draw, rules: Rules) -> Sketch:
    """Add an exclusive grid."""
    new = GridState(
        operation.code or "", "exclusive", operation.division_code, multi(operation.geometry),
        operation.name,
    )  # fmt: skip
    sketch = Sketch(base, rules, "exclusive", operation)
    code = operation.code or free_codes(sketch, new, 1)[0]
    require_new(base, [code])
    sketch.put(GridState(code, new.kind, new.division_code, new.geometry, new.name or code))
    sketch.parts_allowed[code] = len(new.geometry.geoms)
    sketch.operation = Draw(operation.geometry, operation.division_code, operation.name, code)
    return sketch


def retire(base: Neighbourhood, operation: Retire, rules: Rules) -> Sketch:
    """Take an exclusive grid away.

    Raises
    ------
    EditRefused
        There is no such grid.
    Invalid
        It is a basic grid: that would leave a gap.
    """
    state = known_grid(base, operation.grid)
    if state.layer != "exclusive":
        raise Invalid(
            f"grid {state.label} is a basic grid, which would leave a gap; merge it with a"
            " neighbour",
            zh=f"网格{state.label_zh}是基础网格,撤销会留下空隙,请与相邻网格合并",
            field="grid",
        )
    sketch = Sketch(base, rules, "exclusive", operation)
    sketch.retire(state.code)
    return sketch


def exclusive_faults(sketch: Sketch, changed: Sequence[GridState]) -> list[Fault]:
    """Find exclusive grids that overlap another or lie in no township or in two.

    Parameters
    ----------
    sketch
        The whole layer as it is now.
    changed
        The grids to judge.
    """
    grids = sketch.current()
    shapes = lattice_geometry([grid.geometry for grid in grids])
    faults = []
    for state in changed:
        shape = lattice_geometry(state.geometry).item()
        overlaps = shapely.relate_pattern(shapes, shape, INTERIORS_OVERLAP)
        faults += [
            _overlap(state, grids[i], shapely.intersection(shape, shapes[i]))
            for i in np.flatnonzero(overlaps).tolist()
            if grids[i].code != state.code
        ]
        faults += _outside(sketch.base, state, shape)
    return faults


def _outside(base: Neighbourhood, state: GridState, shape: Any) -> list[Fault]:
    """Return the fault of a grid that is not inside one township, its own."""
    basic = [grid for grid in base if grid.layer == "basic"]
    shapes = lattice_geometry([grid.geometry for grid in basic])
    over = np.flatnonzero(shapely.relate_pattern(shapes, shape, INTERIORS_OVERLAP)).tolist()
    townships = sorted({basic[i].township for i in over})
    own = state.township
    expected = [own] if not own.endswith("000") else townships[:1]
    if townships == expected and shapely.covers(_united(shapes[over]), shape):
        return []
    inside = [i for i in over if [basic[i].township] == expected]
    beyond = shapely.difference(shape, _united(shapes[inside]))
    area = float(area_m2(_areas(beyond)).sum())
    named = ", ".join(townships) or "none"
    return [
        error(
            FaultCode.OUTSIDE_TOWN,
            f"Exclusive grid {state.label} must lie inside one township, the one that it belongs"
            f" to; {area:,.0f} m² of it lie outside (it lies in {named}).",
            f"专属网格{state.label_zh}须完全位于所属的一个乡镇内,超出 {area:,.0f} ㎡"
            f"(涉及乡镇:{named})。",
            grids=(state.code,),
            geometry=_degrees(beyond),
            measure=area,
            unit="m2",
        )
    ]


def _united(shapes: Geometries) -> Any:
    return shapely.union_all(shapes) if len(shapes) else shapely.Polygon()


def _overlap(state: GridState, other: GridState, common: Any) -> Fault:
    area = float(area_m2(_areas(common)).sum())
    return error(
        FaultCode.OVERLAP,
        f"Exclusive grid {state.label} overlaps {other.label} by {area:,.0f} m².",
        f"专属网格{state.label_zh}与{other.label_zh}重叠 {area:,.0f} ㎡。",
        grids=tuple(sorted((state.code, other.code))),
        geometry=_degrees(common),
        measure=area,
        unit="m2",
    )


def _areas(geometry: Any) -> Geometries:
    parts = shapely.get_parts(geometry)
    areas = parts[np.isin(shapely.get_type_id(parts), (3, 6))]
    return degrees_geometry(areas)


def _degrees(geometry: Any) -> Any:
    areas = _areas(geometry)
    return shapely.multipolygons(areas) if len(areas) else None
