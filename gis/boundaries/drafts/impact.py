"""What a draft, or one operation of it, does to people and work: figures before and after."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any, Literal

import numpy as np
import shapely
from sqlalchemy.orm import Session

from gis.boundaries.drafts.figures import (
    COUNTED,
    Move,
    area_of,
    filed_figures,
    moved_by_grid,
    moves_between,
    township_households,
)
from gis.boundaries.drafts.model import DraftGrid
from gis.core.editing import (
    GridChange,
    GridState,
    MovedFace,
    Neighbourhood,
    compactness,
    contiguity,
    moved,
    states_of,
)
from gis.core.editing.model import TOWNSHIP_DIGITS

Place = Literal["below", "within", "above"]


@dataclass(frozen=True, slots=True)
class Band:
    """How many households a grid should have."""

    least: int = 300
    most: int = 500

    def place(self, households: int) -> Place:
        """Tell where a number lies."""
        if households < self.least:
            return "below"
        return "above" if households > self.most else "within"


@dataclass(frozen=True, slots=True)
class GridImpact:
    """A grid before and after.

    Attributes
    ----------
    before, after
        Figure of `COUNTED` and ``staff`` → number; None where there is no such grid.
    band
        Where the households after lie; None for exclusive grids and where there is none.
    compactness, parts
        Of the shape after; None where there is none.
    """

    code: str
    name: str
    kind: str
    before: dict[str, int] | None
    after: dict[str, int] | None
    band: Place | None
    compactness: float | None
    parts: int | None


@dataclass(frozen=True, slots=True)
class Balance:
    """Households of the basic grids of a township: the least, the median, the most."""

    grids: int
    least: int
    median: float
    most: int
    outside_band: int


@dataclass(frozen=True, slots=True)
class TownshipImpact:
    """How evenly a township is divided, before and after."""

    code: str
    before: Balance | None
    after: Balance | None


@dataclass(frozen=True, slots=True)
class MovedPart:
    """An area that changes owner, and what of it."""

    from_code: str | None
    to_code: str | None
    area_m2: float
    geometry: str
    counted: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Impact:
    """What is done to people and work.

    Attributes
    ----------
    moved
        Areas that change owner; for an operation, by this operation alone.
    totals
        Sum of what moves: figure → number, and ``area_m2``.
    """

    band: Band
    grids: list[GridImpact]
    townships: list[TownshipImpact]
    moved: list[MovedPart]
    totals: dict[str, float]


@dataclass(frozen=True, slots=True)
class Shift:
    """What moves between grids: by areas and by counts."""

    faces: Sequence[MovedFace]
    moves: Sequence[Move]

    def by_grid(self) -> dict[str, dict[str, int]]:
        """Return what is added to and taken from each grid."""
        return moved_by_grid(self.moves)


def shift_of(
    session: Session,
    changes: Iterable[GridChange],
    around: tuple[Neighbourhood, Neighbourhood],
    real: Mapping[str, str],
) -> Shift:
    """Find what changes move.

    Parameters
    ----------
    session
        Sees the whole.
    changes
        Of one layer.
    around
        The grids around before and after.
    real
        Code of a grid → the code that ties are settled by, where they differ.

    Returns
    -------
    Shift
    """
    before, after = states_of(changes)
    faces = moved(before, after)
    if not faces:
        return Shift((), ())
    layer = (before or after)[0].layer
    sides = [[grid for grid in side if grid.layer == layer] for side in around]
    return Shift(faces, moves_between(session, faces, sides[0], sides[1], real))


def impact_of(
    session: Session,
    county: str,
    *,
    rows: Mapping[str, DraftGrid],
    states: Mapping[str, GridState],
    concerned: Iterable[str],
    shifts: Sequence[Shift],
    band: Band,
) -> Impact:
    """Say what a draft does to people and work.

    Parameters
    ----------
    session
        Sees the whole.
    county
        Six digits.
    rows
        All rows of the working state, by code, with what they move.
    states
        Code → shape after, of the grids concerned.
    concerned
        Codes of the grids to tell of.
    shifts
        What to tell of as moved.
    band
        How many households a grid should have.

    Returns
    -------
    Impact
    """
    codes = sorted(concerned)
    filed = filed_figures(session, county, codes)
    shapes = _shapes(states, codes)
    grids = [_grid_impact(code, rows.get(code), filed.get(code), shapes, band) for code in codes]
    townships = _townships(session, county, rows, codes, band)
    parts = [part for shift in shifts for part in _parts(shift)]
    totals: dict[str, float] = dict.fromkeys(COUNTED, 0)
    for shift in shifts:
        for move in shift.moves:
            for name, number in move.counted.items():
                totals[name] += number
    totals["area_m2"] = sum(part.area_m2 for part in parts)
    return Impact(band, grids, townships, parts, totals)


def _shapes(states: Mapping[str, GridState], codes: Sequence[str]) -> dict[str, tuple[float, int]]:
    found = [code for code in codes if code in states]
    if not found:
        return {}
    polygons = np.empty(len(found), dtype=object)
    polygons[:] = [states[code].geometry for code in found]
    figures = zip(compactness(polygons).tolist(), contiguity(polygons).tolist(), strict=True)
    return dict(zip(found, figures, strict=True))


def _grid_impact(
    code: str,
    row: DraftGrid | None,
    filed: dict[str, int] | None,
    shapes: Mapping[str, tuple[float, int]],
    band: Band,
) -> GridImpact:
    after = None
    if row is None or row.action != "retire":
        start = filed or dict.fromkeys((*COUNTED, "staff"), 0)
        moved_here = {} if row is None else row.moved
        after = {name: number + moved_here.get(name, 0) for name, number in start.items()}
    kind = "" if row is None else row.kind or ""
    is_banded = after is not None and kind != "exclusive"
    shape = shapes.get(code)
    return GridImpact(
        code=code,
        name="" if row is None else row.name or "",
        kind=kind,
        before=filed,
        after=after,
        band=band.place(after["households"]) if after is not None and is_banded else None,
        compactness=None if shape is None else shape[0],
        parts=None if shape is None else shape[1],
    )


def _townships(
    session: Session,
    county: str,
    rows: Mapping[str, DraftGrid],
    codes: Sequence[str],
    band: Band,
) -> list[TownshipImpact]:
    basic = {code: row for code, row in rows.items() if row.kind != "exclusive"}
    concerned = {
        (basic[code].division_code or "")[:TOWNSHIP_DIGITS] for code in codes if code in basic
    }
    if not concerned:
        return []
    filed = township_households(session, county, concerned)
    found = []
    for township in sorted(concerned):
        before = filed.get(township, {})
        after = dict(before)
        for code, row in basic.items():
            inside = (row.division_code or "").startswith(township)
            if row.action == "retire" or (not inside and code in after):
                after.pop(code, None)
            elif inside:
                after[code] = before.get(code, 0) + row.moved.get("households", 0)
        found.append(
            TownshipImpact(
                f"{township}000", _balance(before.values(), band), _balance(after.values(), band)
            )
        )
    return found


def _balance(households: Iterable[int], band: Band) -> Balance | None:
    numbers = list(households)
    if not numbers:
        return None
    outside = sum(not band.least <= number <= band.most for number in numbers)
    return Balance(len(numbers), min(numbers), float(median(numbers)), max(numbers), outside)


def _parts(shift: Shift) -> list[MovedPart]:
    """Return the moved areas with what moves there; several areas of one pair are one part."""
    faces: dict[tuple[str | None, str | None], list[MovedFace]] = {}
    for face in shift.faces:
        faces.setdefault((face.from_code, face.to_code), []).append(face)
    moves = {(move.from_code, move.to_code): move.counted for move in shift.moves}
    # A point on a border may move between grids that share no moved area.
    return [
        MovedPart(
            *pair,
            area_of(faces.get(pair, [])),
            _geojson(faces.get(pair, [])),
            moves.get(pair, dict.fromkeys(COUNTED, 0)),
        )
        for pair in sorted({*faces, *moves}, key=lambda pair: (pair[0] or "", pair[1] or ""))
    ]


def _geojson(faces: Sequence[MovedFace]) -> str:
    polygons: list[Any] = [face.polygon for face in faces]
    return str(shapely.to_geojson(shapely.multipolygons(polygons)))
