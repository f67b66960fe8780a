"""Which townships' outlines a set of changes moves: the check that publication repeats."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np

from gis.core.chain import Chain, chain_residual
from gis.core.editing.borders import Shape, geometry_of, redrawn, segments_in, shape_of
from gis.core.editing.mending import missing_nodes
from gis.core.editing.model import GridChange, GridState


def changed_outlines(changes: Iterable[GridChange]) -> dict[str, Chain]:
    """Find the townships whose outline changes by more than added vertices.

    Parameters
    ----------
    changes
        Of basic grids, such as those of a plan or of a whole changeset; others are left out.

    Returns
    -------
    dict
        Township (nine digits) → what remains of its new outline when the old one is taken away.
        Empty when every township keeps its own; vertices added within a centimetre, as
        ``node_only`` changes have them, do not count.
    """
    old: dict[str, list[GridState]] = defaultdict(list)
    new: dict[str, list[GridState]] = defaultdict(list)
    for change in changes:
        for state, side in ((change.before, old), (change.after, new)):
            if state is not None and state.layer == "basic":
                side[state.township].append(state)
    found = {}
    for township in sorted({*old, *new}):
        residual = _residual(new[township], old[township])
        if len(residual):
            found[township] = residual
    return found


def _residual(new: list[GridState], old: list[GridState]) -> Chain:
    after, before = _geometries(new), _geometries(old)
    residual = chain_residual(after, outline=before)
    if len(residual) == 0:
        return residual
    shapes: list[Shape] = [shape_of(state.geometry) for state in old]
    nodes = missing_nodes(residual, [s for shape in shapes for s in segments_in(shape)])
    noded = _array([geometry_of(redrawn(shape, {}, nodes)) for shape in shapes])
    return chain_residual(after, outline=noded)


def _geometries(states: list[GridState]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return _array([state.geometry for state in states])


def _array(geometries: list[object]) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    result = np.empty(len(geometries), dtype=object)
    result[:] = geometries
    return result
