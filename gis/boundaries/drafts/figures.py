"""Figures of grids, filed and moved: what a preview is made of."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from gis.boundaries.drafts.statements import statement
from gis.core.editing import MOVED_MARGIN_DEGREES, GridState, MovedFace
from gis.core.geodesy import area_m2
from gis.core.lattice import UNITS_PER_DEGREE, lattice_geometry

COUNTED = ("households", "people", "party_members", "events", "open_events")


@dataclass(frozen=True, slots=True)
class Move:
    """What goes from one grid to another.

    Attributes
    ----------
    from_code, to_code
        None for no grid, which only the exclusive layer has.
    counted
        Figure → how much.
    """

    from_code: str | None
    to_code: str | None
    counted: Mapping[str, int]


def filed_figures(session: Session, county: str, codes: Iterable[str]) -> dict[str, dict[str, int]]:
    """Return what is filed into published grids now.

    Parameters
    ----------
    session
        Sees the whole.
    county
        Six digits.
    codes
        Of grids; those that are not published are left out.

    Returns
    -------
    dict
        Code → figure of `COUNTED` and ``staff`` → number.
    """
    rows = session.execute(statement("filed_figures"), {"county": county, "codes": list(codes)})
    return {row.code: {name: getattr(row, name) for name in (*COUNTED, "staff")} for row in rows}


def township_households(
    session: Session, county: str, townships: Iterable[str]
) -> dict[str, dict[str, int]]:
    """Return the households filed into the basic grids of townships.

    Returns
    -------
    dict
        Township (nine digits) → code of a grid → households.
    """
    rows = session.execute(
        statement("township_households"),
        {"county": county, "townships": [f"{code}000" for code in sorted(townships)]},
    )
    return {row.township: dict(zip(row.codes, row.households, strict=True)) for row in rows}


def moves_between(
    session: Session,
    faces: Sequence[MovedFace],
    before: Sequence[GridState],
    after: Sequence[GridState],
    real: Mapping[str, str],
) -> list[Move]:
    """Count what changes its grid, from the moved areas only.

    Parameters
    ----------
    session
        Sees the whole.
    faces
        Areas that change owner.
    before, after
        The grids around, of the layer concerned.
    real
        Code of a grid → the code that ties are settled by, where they differ.

    Returns
    -------
    list of Move
        By the codes; what does not move is left out.
    """
    if not faces:
        return []
    # Unite first: a point on the border of two faces is one point.
    area = shapely.buffer(
        shapely.union_all([face.polygon for face in faces]), MOVED_MARGIN_DEGREES, quad_segs=1
    )
    rows = session.execute(
        statement("moved_points"), {"area": shapely.to_wkb(area, hex=True)}
    ).all()
    if not rows:
        return []
    xy = np.rint(np.array([(row.lon, row.lat) for row in rows]) * UNITS_PER_DEGREE)
    was, now = (_owners(xy, states, real) for states in (before, after))
    counted: dict[tuple[str | None, str | None], dict[str, int]] = defaultdict(
        lambda: dict.fromkeys(COUNTED, 0)
    )
    for row, source, target in zip(rows, was, now, strict=True):
        if source != target:
            _count(counted[source, target], row)
    order = sorted(counted, key=lambda pair: (pair[0] or "", pair[1] or ""))
    return [Move(*pair, counted[pair]) for pair in order]


def moved_by_grid(moves: Iterable[Move]) -> dict[str, dict[str, int]]:
    """Return what moves add to and take from each grid."""
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(COUNTED, 0))
    for move in moves:
        for code, sign in ((move.from_code, -1), (move.to_code, 1)):
            if code is not None:
                for name, number in move.counted.items():
                    found[code][name] += sign * number
    return found


def area_of(faces: Sequence[MovedFace]) -> float:
    """Return the area of faces, m²."""
    if not faces:
        return 0.0
    polygons = np.empty(len(faces), dtype=object)
    polygons[:] = [face.polygon for face in faces]
    return float(area_m2(polygons).sum())


def _owners(
    xy: NDArray[np.float64], states: Sequence[GridState], real: Mapping[str, str]
) -> list[str | None]:
    """Return the grid that each point lies in; on a border the lowest code wins (ADR 0003)."""
    ordered = sorted(states, key=lambda state: real.get(state.code, state.code))
    owners: list[str | None] = [None] * len(xy)
    if not ordered:
        return owners
    tree = shapely.STRtree(lattice_geometry([state.geometry for state in ordered]))
    points, grids = tree.query(shapely.points(xy), predicate="intersects")
    first = np.full(len(xy), len(ordered))
    np.minimum.at(first, points, grids)
    return [ordered[n].code if n < len(ordered) else None for n in first.tolist()]


def _count(into: dict[str, int], row: Any) -> None:
    if row.is_household:
        into["households"] += 1
        into["people"] += row.people
        into["party_members"] += row.party_members
    else:
        into["events"] += 1
        into["open_events"] += int(row.is_open)
