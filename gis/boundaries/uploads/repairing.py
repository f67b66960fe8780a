"""Where the grids of a file do not fit together, and what would make them fit.

Grids that change are looked at in groups: those that share area with the same stored grids. If a
group does not have the outline that its stored grids had, the borders of the group and that
outline are put onto the lattice as one network; its faces tile by construction. Each face that
not exactly one grid of the file covers is a *repair*: to whom it would go is told, and a person
accepts it or leaves it. A group with a repair that is left stays as it is stored.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from gis.boundaries.uploads.comparing import Comparison
from gis.boundaries.uploads.edging import NEAR_UNITS, edge_of, keep_edge
from gis.boundaries.uploads.parts import Group, Repair, RepairKind
from gis.core.chain import chain_residual
from gis.core.faces import residual_faces
from gis.core.geodesy import area_m2, length_m
from gis.core.lattice import Geometries, degrees_geometry, lattice_geometry
from gis.core.nodes import split_at_nodes

HAIRLINE_UNITS = 2.0
"""Faces narrower than this (two centimetres) come of rounding and are closed without asking."""


def find_groups(comparison: Comparison, edge: Any | None = None) -> list[Group]:
    """Return the groups of a file's changes, each as it would be after its repairs.

    Parameters
    ----------
    comparison
        Of the basic grids.
    edge
        The county's outline in degrees: beyond it nobody could take a vertex.

    Returns
    -------
    list of Group
        In the order of their first features.
    """
    groups = []
    rim = None if edge is None else edge_of(edge)
    for features, stored in _components(comparison):
        polygons = {i: comparison.features[i].polygon for i in features}
        group = Group(tuple(features), tuple(stored), polygons)
        if _is_torn(comparison, group):
            group = _mended(comparison, group)
        shapes = lattice_geometry(list(group.polygons.values()))
        if rim is not None and shapely.dwithin(rim.line, shapes, NEAR_UNITS).any():
            group = keep_edge(comparison, group, rim)
        groups.append(group)
    return groups


def _components(comparison: Comparison) -> list[tuple[list[int], list[int]]]:
    """Return redrawn features and replaced grids that hang together by shared area."""
    redrawn, replaced = comparison.redrawn, comparison.replaced
    nodes: list[tuple[str, int]] = [("f", i) for i in redrawn] + [("s", j) for j in replaced]
    root = {node: node for node in nodes}

    def top(node: tuple[str, int]) -> tuple[str, int]:
        while root[node] != node:
            root[node] = root[root[node]]
            node = root[node]
        return node

    links: list[tuple[tuple[str, int], tuple[str, int]]] = [
        (("f", i), ("s", j)) for i, j in comparison.overlaps
    ]
    links += [(("f", i), ("s", j)) for i, j in comparison.pair.items()]
    links += [(("f", a), ("f", b)) for a, b in _overlapping(comparison, redrawn)]
    for one, other in links:
        if one in root and other in root:
            root[top(one)] = top(other)
    parts: dict[tuple[str, int], tuple[list[int], list[int]]] = defaultdict(lambda: ([], []))
    for node in nodes:
        parts[top(node)][0 if node[0] == "f" else 1].append(node[1])
    return [part for part in parts.values() if part[0]]


def _overlapping(comparison: Comparison, redrawn: list[int]) -> list[tuple[int, int]]:
    if len(redrawn) < 2:
        return []
    shapes = lattice_geometry([comparison.features[i].polygon for i in redrawn])
    a, b = shapely.STRtree(shapes).query(shapes, predicate="intersects")
    a, b = a[a < b], b[a < b]
    shared = shapely.area(shapely.intersection(shapes[a], shapes[b])) > 1.0
    return [(redrawn[i], redrawn[j]) for i, j in zip(a[shared], b[shared], strict=True)]


def _is_torn(comparison: Comparison, group: Group) -> bool:
    """Tell whether a group's outline differs from that of its stored grids by an area."""
    old = np.array([comparison.stored[j].geometry for j in group.stored], dtype=object)
    residual = chain_residual(list(group.polygons.values()), outline=old)
    chain = split_at_nodes(residual).chain
    if len(chain) == 0:
        return False
    faces = residual_faces(chain, None)
    real = faces.geometry[faces.covered != 0]
    return bool((_width_units(real) >= 1.0).any())


def _mended(comparison: Comparison, group: Group) -> Group:
    """Return a group whose grids tile the outline of its stored ones."""
    case = _Case(comparison, group)
    repairs, hairlines = case.repairs()
    return replace(group, polygons=case.polygons(), repairs=tuple(repairs), hairlines=hairlines)


class _Case:
    """The faces of a group, and whose each is."""

    def __init__(self, comparison: Comparison, group: Group) -> None:
        self.comparison, self.group = comparison, group
        self.new = lattice_geometry([comparison.features[i].polygon for i in group.features])
        old = lattice_geometry([comparison.stored[j].geometry for j in group.stored])
        outline = shapely.union_all(old, grid_size=1.0) if len(old) else shapely.Polygon()
        lines = shapely.boundary([*self.new.tolist(), outline])
        network = shapely.union_all(lines, grid_size=1.0)
        self.faces: Geometries = shapely.get_parts(shapely.polygonize(shapely.get_parts(network)))
        self.tree = shapely.STRtree(self.faces)
        inner = shapely.point_on_surface(self.faces)
        self.cover = _lists(shapely.STRtree(self.new).query(inner, "intersects"), len(inner))
        self.inside = np.asarray(shapely.intersects(outline, inner))
        self.home = self._homes(_lists(shapely.STRtree(old).query(inner, "intersects"), len(inner)))
        self.owner = self._owners()

    def _homes(self, stored: list[list[int]]) -> list[int | None]:
        """Return, of each face, the feature that is the stored grid that it lies in."""
        of = {self.comparison.pair.get(i): k for k, i in enumerate(self.group.features)}
        grids = [self.group.stored[at[0]] if at else None for at in stored]
        return [None if grid is None else of.get(grid) for grid in grids]

    def kind(self, face: int) -> RepairKind | None:
        """Return what is wrong with a face; None where nothing is."""
        many = len(self.cover[face])
        if not self.inside[face]:
            return "beyond" if many else None
        return "gap" if many == 0 else "overlap" if many > 1 else None

    def _owners(self) -> list[int | None]:
        owners: list[int | None] = [
            at[0] if is_in and len(at) == 1 else None
            for at, is_in in zip(self.cover, self.inside.tolist(), strict=True)
        ]
        settled = owners.copy()
        for face in range(len(self.faces)):
            kind = self.kind(face)
            if kind in ("gap", "overlap"):
                owners[face] = self._heir(face, settled)
        return owners

    def _heir(self, face: int, settled: list[int | None]) -> int | None:
        """Return who gets a face: whose the area was, else who has the longest border with it."""
        border = self._borders(face, settled)
        among = set(self.cover[face]) or set(border)
        if not among:
            return None
        home = self.home[face]
        if home is not None and home in among:
            return home
        return max(sorted(among), key=lambda k: border.get(k, 0.0))

    def _borders(self, face: int, settled: list[int | None]) -> dict[int, float]:
        rim = shapely.boundary(self.faces[face])
        found: dict[int, float] = defaultdict(float)
        for other in self.tree.query(self.faces[face], "intersects").tolist():
            owner = settled[other]
            if owner is not None:
                common = shapely.intersection(rim, shapely.boundary(self.faces[other]))
                found[owner] += float(shapely.length(common))
        return {owner: length for owner, length in found.items() if length > 0}

    def repairs(self) -> tuple[list[Repair], int]:
        """Return the places to be mended, and how many are mere hairlines."""
        alike: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for face in range(len(self.faces)):
            kind = self.kind(face)
            if kind is not None:
                alike[kind, tuple(self.cover[face]), self.owner[face]].append(face)
        found, hairlines = [], 0
        for (kind, cover, owner), faces in alike.items():
            together = shapely.get_parts(shapely.union_all(self.faces[faces]))
            wide = _width_units(together) >= HAIRLINE_UNITS
            hairlines += int((~wide).sum())
            concerned = sorted({*cover, *(() if owner is None else (owner,))})
            found += [self._repair(shape, kind, concerned, owner) for shape in together[wide]]
        return sorted(found, key=lambda one: -one.area_m2), hairlines

    def _repair(
        self, shape: Any, kind: RepairKind, concerned: list[int], owner: int | None
    ) -> Repair:
        rows = [self.comparison.features[i].row for i in self.group.features]
        polygon = degrees_geometry(shape).item()
        area, around = float(area_m2([polygon])[0]), float(length_m([polygon])[0])
        key = f"{kind} {shapely.to_wkt(shapely.normalize(shape), rounding_precision=0)}"
        return Repair(
            repair_id=hashlib.sha256(key.encode()).hexdigest()[:12],
            kind=kind,
            place=polygon,
            area_m2=area,
            width_m=2.0 * area / around if around else 0.0,
            rows=tuple(rows[k] for k in concerned),
            owner=None if owner is None else rows[owner],
        )

    def polygons(self) -> dict[int, Any]:
        """Return the shapes after all repairs; a feature of which nothing is left has none."""
        whose: dict[int, list[int]] = defaultdict(list)
        for face, owner in enumerate(self.owner):
            if owner is not None:
                whose[owner].append(face)
        found = {}
        for k, faces in sorted(whose.items()):
            shape = shapely.coverage_union_all(self.faces[faces])
            found[self.group.features[k]] = shapely.orient_polygons(degrees_geometry(shape).item())
        return found


def _lists(pairs: NDArray[np.int64], count: int) -> list[list[int]]:
    found: list[list[int]] = [[] for _ in range(count)]
    for at, value in sorted(pairs.T.tolist()):
        found[at].append(value)
    return found


def _width_units(shapes: Geometries) -> NDArray[np.float64]:
    return np.asarray(2.0 * shapely.area(shapes) / np.maximum(shapely.length(shapes), 1e-9))
