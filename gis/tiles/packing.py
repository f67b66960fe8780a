"""A TopoJSON document in less than half of its bytes, for pages that wait for it.

Coordinates are quantised to 1e-5 degree (about 1 m, the vertex of a screen's closest view), and
numbers are characters: a step along a border differs little from the one before it, so that the
entropy coder of gzip sees one short code for each. The exact boundaries stay where they are
(`/api/v1/grids`), and TopoJSON is served for all other programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

#: Quanta of the TopoJSON document to one of the packed one.
COARSER = 10
#: The first character: none below has to be escaped in JSON.
FIRST = 35
#: The one that would be escaped in JSON.
BACKSLASH = 92
#: Largest number in one character, well below the surrogates; a larger one takes several.
MOST = 0x7FFF
#: Areas are shown with two or three figures.
AREA_STEP_M2 = 100

Point = tuple[int, int]


def packed(topology: dict[str, Any]) -> dict[str, Any]:
    """Return a TopoJSON document of grids in the form that our pages read.

    Parameters
    ----------
    topology
        What `gis.tiles.topology.topology_document` gives.

    Returns
    -------
    dict
        ``type`` "PackedTopology", ``generation``, ``transform`` and ``divisions`` as they were
        (the transform's scale is that of the new quantum), ``grids`` (columns; the first ``basic``
        of them are basic ones) and ``arcs`` (see ``web/static/js/core/packed.js``).
    """
    (scale, _), lowest = topology["transform"]["scale"], topology["transform"]["translate"]
    basic, exclusive = (topology["objects"][name]["geometries"] for name in ("basic", "exclusive"))
    geometries = [*basic, *exclusive]
    rings, order = _referred([geometry["arcs"] for geometry in geometries])
    scale *= COARSER
    known = [geometry["properties"] for geometry in geometries]
    return {
        "type": "PackedTopology",
        "generation": topology["generation"],
        "transform": {"scale": [scale, scale], "translate": lowest},
        "basic": len(basic),
        "grids": {**_columns(known, lowest, scale), "rings": rings},
        "divisions": topology["divisions"],
        "arcs": _arcs([_coarser(topology["arcs"][n]) for n in order]),
    }


def text_of(numbers: Iterable[int]) -> str:
    """Return whole numbers as characters; small ones take the least.

    Parameters
    ----------
    numbers
        Of either sign.

    Returns
    -------
    str
        Nothing in it is escaped in JSON.
    """
    return "".join(_character(2 * n if n >= 0 else -2 * n - 1) for n in numbers)


def _character(number: int) -> str:
    whole, rest = divmod(number, MOST)
    return whole * _single(MOST) + _single(rest)


def _single(number: int) -> str:
    code = FIRST + number
    return chr(code + 1 if code >= BACKSLASH else code)


def _referred(grids: Sequence[list[list[list[int]]]]) -> tuple[list[list[list[str]]], list[int]]:
    """Give arcs numbers as they are met; each reference of a ring says how far back it lies."""
    order: dict[int, int] = {}

    def reference(ref: int) -> int:
        arc = ref if ref >= 0 else ~ref
        back = len(order) - order.setdefault(arc, len(order))
        # An arc that is new lies where the next one comes: no way back.
        return 2 * back + (ref < 0)

    def ring_of(ring: list[int]) -> str:
        return "".join(_character(reference(ref)) for ref in ring)

    rings = [[[ring_of(ring) for ring in part] for part in grid] for grid in grids]
    return rings, list(order)


def _coarser(arc: list[list[int]]) -> list[Point]:
    """Return the places along an arc in the coarser quantum, none twice in a row."""
    x = y = 0
    places: list[Point] = []
    for dx, dy in arc:
        x, y = x + dx, y + dy
        place = ((x + COARSER // 2) // COARSER, (y + COARSER // 2) // COARSER)
        if not places or place != places[-1]:
            places.append(place)
    # Shorter than the quantum: two equal points keep it a line.
    return places if len(places) > 1 else places * 2


def _arcs(arcs: Sequence[list[Point]]) -> dict[str, Any]:
    """Return where each begins, counted from the end of the one before, and its steps."""
    ends = [(0, 0), *(arc[-1] for arc in arcs)]
    return {
        "starts": [
            value
            for end, arc in zip(ends, arcs, strict=False)
            for value in (arc[0][0] - end[0], arc[0][1] - end[1])
        ],
        "steps": [len(arc) - 1 for arc in arcs],
        "x": "".join(text_of(_bends(arc, 0)) for arc in arcs),
        "y": "".join(text_of(_bends(arc, 1)) for arc in arcs),
    }


def _bends(arc: list[Point], axis: int) -> list[int]:
    """Return by how much each step differs from the one before it."""
    steps = [after[axis] - before[axis] for before, after in pairwise(arc)]
    return [after - before for before, after in pairwise([0, *steps])]


def _columns(
    grids: Sequence[dict[str, Any]], lowest: Sequence[float], scale: float
) -> dict[str, Any]:
    columns = {
        name: [grid[name] for grid in grids]
        for name in ("code", "name", "kind", "division", "colour_index")
    }
    places = [
        [round((grid["label"][axis] - lowest[axis]) / scale) for grid in grids] for axis in (0, 1)
    ]
    return {
        **columns,
        "x": text_of(after - before for before, after in pairwise([0, *places[0]])),
        "y": text_of(after - before for before, after in pairwise([0, *places[1]])),
        "radius_m": [round(grid["label_radius_m"]) for grid in grids],
        "area": [round(grid["area_m2"] / AREA_STEP_M2) for grid in grids],
    }
