"""Lineage: which grid became (part of) which, with shares of area and of households."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import shapely
from sqlalchemy import text

from gis.boundaries.refile import Moves
from gis.boundaries.versions import Revision
from gis.core.lattice import Geometries, lattice_geometry
from gis.db.copying import append_columns
from gis.db.session import WriteSession

#: An overlap narrower than this (lattice units, about a centimetre) comes of rounding.
HAIRLINE_UNITS = 2.0

#: (parent, child) → share of the parent.
Shares = dict[tuple[str, str], float]


def write_lineage(
    session: WriteSession, revision: Revision, ids: dict[str, int], households: Moves
) -> None:
    """Write what became of each grid whose border changed or that is retired.

    Parameters
    ----------
    session
        The transaction of the publication, after the filing.
    revision
        What was published.
    ids
        Code → grid id, as `gis.boundaries.versions.write_grids` gave it.
    households
        Those that moved, as `gis.boundaries.refile.refile_points` told.

    Notes
    -----
    The shares of a parent sum to 1 in area and in households. Where nobody lives, households are
    shared as the area is. An exclusive grid that ends without a successor has no lineage.
    """
    before, grids, changes = revision.before, revision.grids, revision.changes
    shapes = dict(zip(grids["code"], grids.geometry, strict=True))
    old = [*changes.changed, *changes.retired]
    known = before["wkb"].to_dict()
    wkb = [bytes(known[code]) for code in old]
    was = dict(zip(old, shapely.from_wkb(wkb), strict=True))
    same = {code for code in changes.changed if was[code] == shapes[code]}
    parents = {code: shape for code, shape in was.items() if code not in same}
    children = {c: shapes[c] for c in (*changes.created, *changes.changed) if c not in same}
    kinds = dict(zip(before.index, before["kind"], strict=True))
    kinds |= dict(zip(grids["code"], grids["kind"], strict=True))
    pairs = _exchanged(area_shares(parents, children, kinds))
    if not pairs:
        return
    went = _households(session, [(ids[p], ids[c]) for p, c in pairs], households)
    total: Counter[str] = Counter()
    for parent, child in pairs:
        total[parent] += went[ids[parent], ids[child]]
    rows = [
        (
            parent[:6],
            revision.moment.generation,
            ids[parent],
            ids[child],
            operation,
            area,
            went[ids[parent], ids[child]] / total[parent] if total[parent] else area,
        )
        for ((parent, child), area), operation in zip(
            pairs.items(), operations(list(pairs)), strict=True
        )
    ]
    names = ("county_code", "generation", "parent_id", "child_id", "operation")
    values = zip((*names, "area_share", "household_share"), zip(*rows, strict=True), strict=True)
    columns = {name: np.array(column, dtype=object) for name, column in values}
    append_columns(session, "lineage", columns, len(rows))


def _exchanged(shares: Shares) -> Shares:
    """Leave out grids that gave nothing away and got nothing."""
    gave, got = (Counter(pair[side] for pair in shares) for side in (0, 1))
    return {
        (parent, child): share
        for (parent, child), share in shares.items()
        if parent != child or gave[parent] > 1 or got[child] > 1
    }


def area_shares(parents: dict[str, Any], children: dict[str, Any], kinds: dict[str, str]) -> Shares:
    """Return which part of each parent lies in which child of its layer.

    Parameters
    ----------
    parents, children
        Code → polygon, canonical degrees.
    kinds
        Code → kind.

    Returns
    -------
    dict
        (parent, child) → share of the parent's area; the shares of a parent sum to 1. Overlaps
        narrower than `HAIRLINE_UNITS` come of rounding and are left out.
    """
    if not parents or not children:
        return {}
    ours, theirs = _local(list(parents.values()), list(children.values()))
    a, b = shapely.STRtree(theirs).query(ours, predicate="intersects")
    common = shapely.intersection(ours[a], theirs[b])
    area, around = shapely.area(common), shapely.length(common)
    wide = 2.0 * area > HAIRLINE_UNITS * around
    old, new = list(parents), list(children)
    found: dict[tuple[str, str], float] = {}
    total: Counter[str] = Counter()
    for i, j, size in zip(a[wide].tolist(), b[wide].tolist(), area[wide].tolist(), strict=True):
        if (kinds[old[i]] == "exclusive") == (kinds[new[j]] == "exclusive"):
            found[old[i], new[j]] = size
            total[old[i]] += size
    return {pair: size / total[pair[0]] for pair, size in sorted(found.items())}


def differ_by_nodes(one: Any, other: Any) -> bool:
    """Tell whether two polygons (degrees) are the same but for vertices within a centimetre."""
    ours, theirs = _local([one], [other])
    rest = shapely.symmetric_difference(ours[0], theirs[0])
    return bool(2.0 * shapely.area(rest) <= HAIRLINE_UNITS * shapely.length(rest))


def _local(ours: list[Any], theirs: list[Any]) -> tuple[Geometries, Geometries]:
    """Return polygons in lattice units from a near origin, where areas lose no digits."""
    shapes = lattice_geometry(np.array([*ours, *theirs], dtype=object))
    origin = np.floor(shapely.total_bounds(shapes)[:2])
    local = np.asarray(shapely.transform(shapes, lambda xy: xy - origin))
    return local[: len(ours)], local[len(ours) :]


def operations(pairs: list[tuple[str, str]]) -> list[str]:
    """Say by what each child came of its parent, from the pairs alone.

    Parameters
    ----------
    pairs
        Parent and child.

    Returns
    -------
    list of str
        ``keep`` (the grid goes on), ``split`` (one of several that came of one), ``merge`` (what
        several went into), ``replace`` (one for one), ``transfer`` (several to several).
    """
    gave, got = (Counter(pair[side] for pair in pairs) for side in (0, 1))
    said = []
    for parent, child in pairs:
        if parent == child:
            said.append("keep")
        elif gave[parent] > 1:
            said.append("transfer" if got[child] > 1 else "split")
        else:
            said.append("merge" if got[child] > 1 else "replace")
    return said


def _households(
    session: WriteSession, pairs: list[tuple[int, int]], moves: Moves
) -> Counter[tuple[int, int]]:
    """Count the households that went from grid to grid, or stayed; by pairs of grid ids."""
    found: Counter[tuple[int, int]] = Counter()
    arrived: Counter[int] = Counter()
    for layer in ("basic", "exclusive"):
        sides = (getattr(moves, f"{side}_{layer}").tolist() for side in ("from", "to"))
        went = [(a, b) for a, b in zip(*sides, strict=True) if a != b]
        found.update(went)
        arrived.update(b for _, b in went)
    kept = [parent for parent, child in pairs if parent == child]
    # Who is there now and did not come was there before.
    found.update({(g, g): n - arrived[g] for g, n in _count(session, kept).items()})
    return found


def _count(session: WriteSession, grid_ids: list[int]) -> dict[int, int]:
    """Return how many households are filed into grids of either layer."""
    if not grid_ids:
        return {}
    rows = session.execute(
        text(
            "SELECT basic_grid_id AS grid_id, count(*) AS households FROM household"
            " WHERE basic_grid_id = ANY(:ids) GROUP BY 1"
            " UNION ALL SELECT exclusive_grid_id, count(*) FROM household"
            " WHERE exclusive_grid_id = ANY(:ids) GROUP BY 1"
        ),
        {"ids": grid_ids},
    )
    return {row.grid_id: row.households for row in rows}
