"""The working state of one operation, before it is judged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import shapely

from gis.core.editing.borders import (
    Nodes,
    Segment,
    Shape,
    geometry_of,
    redrawn,
    segments_in,
    shape_of,
    twice_area,
)
from gis.core.editing.faults import Fault, FaultCode, error, refusal
from gis.core.editing.model import Descent, GridChange, GridState, Neighbourhood, Rules
from gis.core.editing.operations import Layer, Operation, Point
from gis.core.lattice import to_degrees


@dataclass
class Sketch:
    """What an operation has drawn so far.

    Attributes
    ----------
    base
        The grids before.
    rules
        Least sizes, scope, free codes.
    layer
        The layer that is edited.
    operation
        The operation, with what it left open settled.
    after
        New state of each grid that differs; None for a retired one.
    meant
        The grids that the operation is about; others differ by nodes only.
    nodes
        Vertices inserted in directed segments of the base without moving the border.
    parts_allowed
        Parts that a grid may have, where that is not as many as before.
    """

    base: Neighbourhood
    rules: Rules
    layer: Layer
    operation: Operation
    after: dict[str, GridState | None] = field(default_factory=dict)
    meant: set[str] = field(default_factory=set)
    nodes: Nodes = field(default_factory=dict)
    parts_allowed: dict[str, int] = field(default_factory=dict)
    fixed: list[Fault] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lineage: list[Descent] = field(default_factory=list)
    _shapes: dict[str, Shape] = field(default_factory=dict)
    _segments: dict[str, set[Segment]] = field(default_factory=dict)

    def state(self, code: str) -> GridState:
        """Return a grid as it is now.

        Raises
        ------
        EditRefused
            ``STALE``: there is no such grid.
        """
        state = self.after[code] if code in self.after else self.base.get(code)
        if state is None:
            raise refusal([missing_grid(code)])
        return state

    def current(self) -> list[GridState]:
        """Return the grids of the layer as they are now."""
        kept = [g for g in self.base if g.code not in self.after and g.layer == self.layer]
        return kept + [state for state in self.after.values() if state is not None]

    def shape(self, code: str) -> Shape:
        """Return the rings of a grid as it is now."""
        if code not in self.after:
            return self.base.borders(self.layer).shape(code)
        if code not in self._shapes:
            self._shapes[code] = shape_of(self.state(code).geometry)
        return self._shapes[code]

    def owner(self, start: Point, end: Point) -> str | None:
        """Return the grid that now has a directed segment on its border, inside on the left."""
        for code, state in self.after.items():
            if state is not None and (start, end) in self._segments_of(code):
                return code
        before = self.base.borders(self.layer).owner(start, end)
        return None if before in self.after else before

    def _segments_of(self, code: str) -> set[Segment]:
        if code not in self._segments:
            self._segments[code] = set(segments_in(self.shape(code)))
        return self._segments[code]

    def draw(self, code: str, geometry: Any, *, is_meant: bool = True) -> None:
        """Give a grid a geometry (MultiPolygon, canonical degrees)."""
        self.put(replace(self.state(code), geometry=geometry), is_meant=is_meant)

    def put(self, state: GridState, *, is_meant: bool = True) -> None:
        """Put a grid's new state."""
        self.after[state.code] = state
        self._shapes.pop(state.code, None)
        self._segments.pop(state.code, None)
        if is_meant:
            self.meant.add(state.code)

    def retire(self, code: str) -> None:
        """Take a grid away."""
        self.after[code] = None
        self._shapes.pop(code, None)
        self._segments.pop(code, None)
        self.meant.add(code)

    def redraw(
        self,
        code: str,
        moved: Mapping[Point, Point | None],
        inserted: Mapping[Segment, Sequence[Point]],
        *,
        is_meant: bool = True,
    ) -> None:
        """Delete, insert and move vertices of a grid; rings that collapse or turn are faults."""
        before = self.shape(code)
        after = redrawn(before, moved, inserted)
        if after == before:
            return
        state = self.state(code)
        if min(len(ring) for part in after for ring in part) < 3:
            self.faults.append(_collapsed(state))
            return
        rings = zip((r for p in before for r in p), (r for p in after for r in p), strict=True)
        if any(twice_area(old) * twice_area(new) <= 0 for old, new in rings):
            self.faults.append(_flipped(state))
            return
        self.draw(code, geometry_of(after), is_meant=is_meant)
        self._shapes[code] = after

    def add_nodes(self, nodes: Nodes) -> None:
        """Insert vertices in segments, in every grid of the layer that has them."""
        if not nodes:
            return
        self.nodes.update(nodes)
        borders = self.base.borders(self.layer)
        owners = {borders.owner(*segment) for segment in nodes} - {None, *self.after}
        known = [code for code, state in self.after.items() if state is not None]
        for code in [*known, *sorted(filter(None, owners))]:
            self.redraw(code, {}, nodes, is_meant=False)

    def changes(self) -> tuple[GridChange, ...]:
        """Return what becomes of each grid, by code; what is as it was is left out."""
        found = []
        for code in sorted(self.after):
            before, after = self.base.get(code), self.after[code]
            if before is None and after is None:
                continue
            if before is None:
                found.append(GridChange("create", code, None, after))
            elif after is None:
                found.append(GridChange("retire", code, before, None))
            elif after != before:
                action = "node_only" if self._is_node_only(before, after) else "modify"
                found.append(GridChange(action, code, before, after))  # type: ignore[arg-type]
        return tuple(found)

    def noded(self, state: GridState) -> Any:
        """Return a grid's geometry before, with the inserted nodes."""
        if not self.nodes:
            return state.geometry
        shape = self.base.borders(self.layer).shape(state.code)
        after = redrawn(shape, {}, self.nodes)
        return state.geometry if after == shape else geometry_of(after)

    def refuse_faults(self) -> None:
        """Raise when there are faults.

        Raises
        ------
        EditRefused
            With all of them.
        """
        if self.faults:
            raise refusal(self.faults)

    def _is_node_only(self, before: GridState, after: GridState) -> bool:
        if replace(before, geometry=after.geometry) != after:
            return False
        return bool(self.noded(before).equals_exact(after.geometry, normalize=True))


def known_grid(base: Neighbourhood, code: str) -> GridState:
    """Return a grid.

    Raises
    ------
    EditRefused
        ``STALE``: there is no such grid.
    """
    state = base.get(code)
    if state is None:
        raise refusal([missing_grid(code)])
    return state


def missing_grid(code: str) -> Fault:
    """Describe a grid that is not there (any more)."""
    return error(
        FaultCode.STALE,
        f"There is no grid {code} here (any more); load the map anew.",
        f"网格 {code} 不存在或已撤销,请刷新地图。",
        grids=(code,),
    )


def missing_vertices(vertices: Iterable[Point]) -> list[Fault]:
    """Describe vertices that no border has (any more)."""
    return [
        error(
            FaultCode.STALE,
            f"No border has a vertex at {place_text(at)} (any more); load the map anew.",
            f"{place_text(at)} 处已没有边界顶点,边界可能已被调整,请刷新地图。",
            geometry=place(at),
        )
        for at in vertices
    ]


def place(vertex: Point) -> Any:
    """Return a vertex as a Point in degrees."""
    return shapely.Point(to_degrees(vertex))


def place_text(vertex: Point) -> str:
    """Return a vertex as text, longitude first."""
    return f"{vertex[0] / 1e7:.7f}, {vertex[1] / 1e7:.7f}"


def _collapsed(state: GridState) -> Fault:
    return error(
        FaultCode.GEOM_INVALID,
        f"Grid {state.label} would have a ring of less than three vertices.",
        f"网格{state.label_zh}的边界将少于 3 个顶点。",
        grids=(state.code,),
        geometry=state.geometry,
    )


def _flipped(state: GridState) -> Fault:
    return error(
        FaultCode.FLIPPED,
        f"A vertex would leave grid {state.label} on the other side, which turns it inside out;"
        " undo that.",
        f"顶点移出了网格{state.label_zh},网格被翻转,请撤销。",
        grids=(state.code,),
        geometry=state.geometry,
    )
