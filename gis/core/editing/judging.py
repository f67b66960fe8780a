"""The verdict on what an operation has drawn.

Exact and local: the changed grids must be valid, and have the same signed boundary chain as
they had, all together (no gap, no overlap) and township by township (nothing crosses its
outline). Then come sizes, and what is only warned about.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable

import numpy as np
import shapely

from gis.core.chain import Chain, chain_residual
from gis.core.editing.exclusive import exclusive_faults
from gis.core.editing.explaining import outline_faults, tiling_faults
from gis.core.editing.faults import Fault, FaultCode, error
from gis.core.editing.measures import compactness
from gis.core.editing.model import GridState
from gis.core.editing.sketch import Sketch
from gis.core.geodesy import area_m2, metres_per_degree
from gis.core.labels import label_points
from gis.core.lattice import Geometries
from gis.core.soundness import unusable_grids


def judge(sketch: Sketch) -> list[Fault]:
    """Refuse what breaks a rule.

    Parameters
    ----------
    sketch
        What an operation has drawn.

    Returns
    -------
    list of Fault
        Warnings.

    Raises
    ------
    EditRefused
        With every fault found: first what is no polygon, else what does not tile, else what is
        too small or in too many parts.
    """
    sketch.refuse_faults()
    after = [state for state in sketch.after.values() if state is not None]
    sketch.faults += _unsound(after)
    sketch.refuse_faults()
    warnings: list[Fault] = []
    if sketch.layer == "exclusive":
        sketch.faults += exclusive_faults(sketch, after)
    else:
        sketch.faults += tiling_faults(sketch, _residual(sketch, after))
        sketch.refuse_faults()
        warnings += _outlines(sketch)
    sketch.faults += _sizes(sketch)
    sketch.refuse_faults()
    return warnings + _looks(sketch)


def _unsound(after: list[GridState]) -> list[Fault]:
    """Return faults of grids that are not valid or have too long segments.

    Shells run counter-clockwise in every `GridState`; a ring that an operation turns round was
    found when it was redrawn (`Sketch.redraw`).
    """
    polygons = _geometries(after)
    faults = []
    for i, defect in unusable_grids(polygons, [state.code for state in after]):
        state = after[i]
        faults.append(
            error(
                FaultCode.GEOM_INVALID,
                defect.detail.replace(f"Grid {state.code}", f"Grid {state.label}", 1),
                defect.detail_zh.replace(f"网格 {state.code}", f"网格{state.label_zh}", 1),
                grids=(state.code,),
                geometry=defect.geometry,
            )
        )
    return faults


def _residual(sketch: Sketch, after: list[GridState]) -> Chain:
    before = [sketch.base[code] for code in sketch.after if code in sketch.base]
    return chain_residual(_geometries(after), outline=_geometries(before))


def _outlines(sketch: Sketch) -> list[Fault]:
    """Refuse changes of townships' outlines beyond the scope; warn about those of villages."""
    residuals = _residuals_by(sketch, lambda state: state.township)
    beyond = set(residuals) - sketch.rules.scope
    if beyond:
        sketch.faults += outline_faults(sketch, residuals)
        return []
    villages = _residuals_by(sketch, lambda state: state.division_code)
    if not villages:
        return []
    named = ", ".join(sorted(villages))
    return [
        Fault(
            FaultCode.VILLAGE_LINE,
            "warning",
            f"The outline of the villages {named} changes.",
            f"村(社区)界将变动:{named}。",
            grids=tuple(sorted(sketch.meant)),
        )
    ]


def _residuals_by(sketch: Sketch, key: Callable[[GridState], str]) -> dict[str, Chain]:
    """Return the groups whose outline changes, with what changes of it.

    Vertices that were only inserted do not count: they go into the outline before as well.
    """
    old: dict[str, list[GridState]] = defaultdict(list)
    new: dict[str, list[GridState]] = defaultdict(list)
    for code, state in sketch.after.items():
        before = sketch.base.get(code)
        if before is not None:
            old[key(before)].append(before)
        if state is not None:
            new[key(state)].append(state)
    groups = sorted(set(old) | set(new))
    if len(groups) == 1:  # the whole was judged already
        return {}
    found = {}
    for group in groups:
        noded = [sketch.noded(state) for state in old[group]]
        residual = chain_residual(_geometries(new[group]), outline=_array(noded))
        if len(residual):
            found[group] = residual
    return found


def _sizes(sketch: Sketch) -> list[Fault]:
    """Return faults of grids that are too small, too thin, or in too many parts."""
    states = _meant(sketch)
    least, width = sketch.rules.min_area_of(sketch.layer), sketch.rules.min_width_m
    shapes = _geometries(states)
    thin = _are_thin(shapes, width) if len(shapes) else []
    faults = []
    for state, area, is_thin in zip(states, area_m2(shapes), thin, strict=True):
        before = sketch.base.get(state.code)
        if (area < least or is_thin) and not _is_worse(before, float(area)):
            pass  # it was so before, and does not shrink
        elif area < least:
            faults.append(_small(state, float(area), least))
        elif is_thin:
            diameter = 2.0 * float(label_points([state.geometry]).radius_m[0])
            faults.append(_thin(state, diameter, width))
        parts = len(state.geometry.geoms)
        allowed = max(1, len(before.geometry.geoms) if before is not None else 1)
        if parts > max(1, sketch.parts_allowed.get(state.code, allowed)):
            faults.append(_parts(sketch, state, parts))
    return faults


def _is_worse(before: GridState | None, area: float) -> bool:
    """Tell whether a grid is new or has shrunk to an area in m²."""
    return before is None or float(area_m2([before.geometry])[0]) > area


def _are_thin(shapes: Geometries, width_m: float) -> list[bool]:
    """Tell which shapes hold no circle of a diameter in metres."""
    bounds = shapely.bounds(shapes)
    east, north = metres_per_degree(0.5 * (bounds[:, 1] + bounds[:, 3]))
    count = shapely.get_num_coordinates(shapes)
    scale = np.column_stack([east, north]).repeat(count, axis=0)
    xy = (shapely.get_coordinates(shapes) - bounds[:, :2].repeat(count, axis=0)) * scale
    local = shapely.set_coordinates(shapes.copy(), xy)
    # Most are far wider: a large circle round one inner point settles it.
    inner = shapely.point_on_surface(local)
    roomy = shapely.distance(inner, shapely.boundary(local)) > 0.5 * width_m
    rest = np.flatnonzero(~roomy)
    eroded = shapely.buffer(local[rest], -0.5 * width_m, quad_segs=2)
    result = np.zeros(len(shapes), dtype=bool)
    result[rest] = shapely.is_empty(eroded)
    return [bool(is_thin) for is_thin in result]


def _small(state: GridState, area: float, least: float) -> Fault:
    return error(
        FaultCode.MIN_AREA,
        f"Grid {state.label} would have only {area:,.0f} m², less than {least:,.0f} m².",
        f"网格{state.label_zh}仅 {area:,.0f} ㎡,小于最小面积 {least:,.0f} ㎡。",
        grids=(state.code,),
        geometry=state.geometry,
        measure=area,
        unit="m2",
    )


def _thin(state: GridState, width: float, least: float) -> Fault:
    return error(
        FaultCode.SLIVER,
        f"Grid {state.label} would be only {width:.1f} m wide at its widest, less than"
        f" {least:.1f} m.",
        f"网格{state.label_zh}最宽处仅 {width:.1f} 米,小于 {least:.1f} 米。",
        grids=(state.code,),
        geometry=state.geometry,
        measure=width,
        unit="m",
    )


def _parts(sketch: Sketch, state: GridState, parts: int) -> Fault:
    is_merge = sketch.operation.op == "merge"
    codes = tuple(sorted(sketch.meant)) if is_merge else (state.code,)
    cause = "the grids do not border on one another; " if is_merge else ""
    cause_zh = "合并的网格不相邻;" if is_merge else ""
    return error(
        FaultCode.MULTIPART,
        f"Grid {state.label} would lie in {parts} parts: {cause}a grid is one area.",
        f"{cause_zh}网格{state.label_zh}将分成 {parts} 个不相连的部分。",
        grids=codes,
        geometry=state.geometry,
        measure=float(parts),
        unit="count",
    )


def _looks(sketch: Sketch) -> list[Fault]:
    """Return what should be looked at: new holes, and stretched shapes."""
    states = _meant(sketch)
    if not states:
        return []
    warnings = []
    measures = compactness(_geometries(states))
    for state, measure in zip(states, measures.tolist(), strict=True):
        before = sketch.base.get(state.code)
        if _holes(state) > (0 if before is None else _holes(before)):
            warnings.append(_enclave(state))
        least = sketch.rules.warn_compactness
        if measure < least and (before is None or compactness([before.geometry])[0] > measure):
            warnings.append(_stretched(state, measure))
    return warnings


def _holes(state: GridState) -> int:
    return int(shapely.get_num_interior_rings(shapely.get_parts(state.geometry)).sum())


def _enclave(state: GridState) -> Fault:
    return Fault(
        FaultCode.ENCLAVE,
        "warning",
        f"Grid {state.label} surrounds another one.",
        f"网格{state.label_zh}内部包含其他网格(飞地)。",
        grids=(state.code,),
        geometry=state.geometry,
    )


def _stretched(state: GridState, measure: float) -> Fault:
    return Fault(
        FaultCode.COMPACTNESS,
        "warning",
        f"Grid {state.label} is stretched (compactness {measure:.2f}).",
        f"网格{state.label_zh}形状狭长(紧凑度 {measure:.2f})。",
        grids=(state.code,),
        geometry=state.geometry,
        measure=measure,
        unit="ratio",
    )


def _meant(sketch: Sketch) -> list[GridState]:
    states = (sketch.after[code] for code in sorted(sketch.meant & set(sketch.after)))
    return [state for state in states if state is not None]


def _geometries(states: Iterable[GridState]) -> Geometries:
    return _array([state.geometry for state in states])


def _array(geometries: list[object]) -> Geometries:
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result
