"""Given geometries in the place of grids, and attributes."""

from __future__ import annotations

from dataclasses import replace as changed

import numpy as np

from gis.core.chain import chain_residual
from gis.core.editing.borders import Shape, geometry_of, multi, redrawn, segments_in, shape_of
from gis.core.editing.measures import moved
from gis.core.editing.mending import missing_nodes, noded
from gis.core.editing.model import Descent, GridState, Neighbourhood, Rules, states_of
from gis.core.editing.operations import Replace, Replacement, SetAttributes
from gis.core.editing.sketch import Sketch, known_grid
from gis.core.editing.splitting import require_one_layer
from gis.core.errors import Invalid


def replace(base: Neighbourhood, operation: Replace, rules: Rules) -> Sketch:
    """Put given geometries in the place of grids; only vertices in common are added.

    Raises
    ------
    EditRefused
        A grid is not there, and is not described as a new one.
    Invalid
        Grids of both layers, or a new one without kind and division.
    """
    states = [_state(base, one) for one in operation.grids]
    gone = [known_grid(base, code) for code in operation.retired]
    require_one_layer([*states, *gone])
    sketch = Sketch(base, rules, states[0].layer, operation)
    for state in states:
        sketch.put(state)
        sketch.parts_allowed[state.code] = max(1, _parts_before(base, state.code))
    for state in gone:
        sketch.retire(state.code)
    if sketch.layer == "basic":
        _share_nodes(sketch, [*(base[s.code] for s in states if s.code in base), *gone])
    sketch.lineage += _descents(sketch)
    return sketch


def set_attributes(base: Neighbourhood, operation: SetAttributes, rules: Rules) -> Sketch:
    """Change name, kind, division or further attributes of a grid.

    Raises
    ------
    EditRefused
        There is no such grid.
    Invalid
        The kind is one of the other layer.
    """
    before = known_grid(base, operation.grid)
    attributes = {**before.attributes, **operation.attributes}
    after = changed(
        before,
        name=operation.name or before.name,
        kind=operation.kind or before.kind,
        division_code=operation.division_code or before.division_code,
        attributes={key: value for key, value in attributes.items() if value is not None},
    )
    if after.layer != before.layer:
        raise Invalid(
            f"grid {before.label} cannot move between the basic and the exclusive layer; draw a"
            " new grid",
            zh=f"网格{before.label_zh}不能在基础网格与专属网格之间变更,请新建网格",
            field="kind",
        )
    if after.division_code[:6] != before.division_code[:6]:
        raise Invalid(
            f"grid {before.label} cannot move to another county",
            zh=f"网格{before.label_zh}不能划到其他县(市、区)",
            field="division_code",
        )
    sketch = Sketch(base, rules, before.layer, operation)
    sketch.put(after)
    return sketch


def _state(base: Neighbourhood, one: Replacement) -> GridState:
    before = base.get(one.grid)
    geometry = multi(one.geometry)
    if before is None and one.kind is not None and one.division_code is not None:
        return GridState(one.grid, one.kind, one.division_code, geometry, one.name or "")
    before = known_grid(base, one.grid)
    return changed(
        before,
        geometry=geometry,
        kind=one.kind or before.kind,
        division_code=one.division_code or before.division_code,
        name=one.name or before.name,
    )


def _descents(sketch: Sketch) -> list[Descent]:
    """Return which grid got area of which, by the areas that changed owner."""
    meant = [change for change in sketch.changes() if change.action != "node_only"]
    before, after = states_of(meant)
    if not all(state.geometry.is_valid for state in after):
        return []  # the verdict tells why
    pairs = {(face.from_code, face.to_code) for face in moved(before, after)}
    return [
        Descent(parent, child, sketch.operation.op)
        for parent, child in sorted((a, b) for a, b in pairs if a is not None and b is not None)
    ]


def _parts_before(base: Neighbourhood, code: str) -> int:
    before = base.get(code)
    return 0 if before is None else len(before.geometry.geoms)


def _share_nodes(sketch: Sketch, before: list[GridState]) -> None:
    """Give both sides the vertices that the other has, within a centimetre.

    First the new geometries get those of the borders that stay, then the neighbours those of
    the new ones.
    """
    drawn = {code: state for code, state in sketch.after.items() if state is not None}
    if not all(state.geometry.is_valid for state in drawn.values()):
        return  # the verdict tells why
    old = np.array([state.geometry for state in before], dtype=object)
    residual = chain_residual([state.geometry for state in drawn.values()], outline=old)
    shapes = {code: shape_of(state.geometry) for code, state in drawn.items()}
    lacking = missing_nodes(residual, [s for shape in shapes.values() for s in segments_in(shape)])
    for code, shape in shapes.items():
        mended: Shape = redrawn(shape, {}, lacking)
        if mended != shape:
            sketch.draw(code, geometry_of(mended))
    if lacking:
        sketch.fixed.append(noded(lacking, drawn))
        new = [state.geometry for state in sketch.after.values() if state is not None]
        residual = chain_residual(new, outline=old)
    borders = sketch.base.borders(sketch.layer)
    held = [s for state in before for s in segments_in(borders.shape(state.code))]
    nodes = missing_nodes(residual, held)
    if nodes:
        sketch.add_nodes(nodes)
        sketch.fixed.append(noded(nodes, set(sketch.after) - set(drawn)))
