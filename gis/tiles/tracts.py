"""A deployment too large to be sent whole: its divisions stand for their grids, as *tracts* (区块).

The document has the form of `gis.tiles.topology`, so that the same modules draw it: what is a grid
there is a division here, from the lowest level of which there are not too many. Borders are
simplified arc by arc, so that neighbours still share every one. Each division whose grids are few
enough to be fetched together is marked as a *part* (分片).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile
from typing import Any, NamedTuple

import numpy as np
import shapely
from sqlalchemy import text

from gis.core.access import Scope
from gis.core.adjacency import contacts
from gis.core.colouring import colour
from gis.core.labels import label_points
from gis.core.lattice import UNITS_PER_DEGREE
from gis.db.session import ReadSession
from gis.db.sql import read_sql
from gis.tiles.queries import find_part
from gis.tiles.topology import topology_document, version_of

#: Grids of a deployment that are sent at once, unless a setting says otherwise.
MOST_AT_ONCE = 20_000
#: Tracts on an overview at most: as many areas as a county has grids.
MOST_TRACTS = 5000
#: Grids of a part at most: what a page draws beside its tracts without delay.
MOST_OF_PART = 6000
#: A border may be off by this share of the longer side of the land.
TOLERANCE = 1 / 8000


@dataclass(frozen=True, slots=True)
class Tract:
    """A division that stands for its grids; fields as `gis.tiles.topology` reads them of a grid."""

    code: str
    name: str
    kind: str
    division_code: str
    wkb: bytes
    area_m2: float
    colour_index: int = 0
    label_lon: float = 0.0
    label_lat: float = 0.0
    label_radius_m: float = 0.0


class _Counted(NamedTuple):
    grids: int
    rural: int
    community: int


def is_large(
    session: ReadSession, generation: int, most: int, *, division: str | None = None
) -> bool:
    """Tell whether there are more grids than a limit, of those that may be seen.

    Parameters
    ----------
    session
        Reads the boundaries.
    generation
        As known in which generation.
    most
        The limit.
    division
        Only those of this division and all below; twelve digits.

    Returns
    -------
    bool
    """
    part = find_part(session, division).part
    bound = {"generation": generation, "most": most, "part": part}
    return bool(session.scalar(text(read_sql(__file__, "map_size")), bound))


def tract_depth(session: ReadSession) -> int:
    """Return the depth of the divisions that stand for their grids on an overview.

    Parameters
    ----------
    session
        Reads the divisions.

    Returns
    -------
    int
        The lowest level that has, as each above it, `MOST_TRACTS` divisions at most, of those that
        may be seen. Below it a few may lie deeper: their level would leave all others as they are.
    """
    levels = session.execute(text(read_sql(__file__, "tract_levels")))
    few = takewhile(lambda row: row.divisions <= MOST_TRACTS, levels)
    return max((row.depth for row in few), default=0)


def overview_version(session: ReadSession, generation: int, *, scope: Scope) -> str:
    """Return the digest that names the overview of a generation.

    Parameters
    ----------
    session
        Reads the boundaries.
    generation
        Which generation.
    scope
        What the session sees; where that is everything, no grid has to be looked at. Two scopes
        may see the same divisions of an overview and different grids in them.

    Returns
    -------
    str
        Hexadecimal, 32 characters, and the number of the document's form.

    Raises
    ------
    NotFound
        There is no such generation.
    """
    bound = {
        "generation": generation,
        "is_whole": scope.is_whole,
        "scope": "" if scope.is_whole else ",".join(scope.divisions),
        "depth": tract_depth(session),
    }
    return version_of(session.scalar(text(read_sql(__file__, "tract_digest")), bound), generation)


def build_overview(session: ReadSession, generation: int, most: int) -> dict[str, Any]:
    """Make the overview of a generation.

    Parameters
    ----------
    session
        Reads the boundaries.
    generation
        Which generation.
    most
        Grids of a part at most; never more than `MOST_OF_PART`.

    Returns
    -------
    dict
        As `gis.tiles.topology.topology_document` gives, tracts in the place of grids, and of each
        division ``grids``, how many there are in it, ``kinds``, the same by kind, and ``is_part``,
        whether these are fetched together.
    """
    depth = tract_depth(session)
    rows = session.execute(
        text(read_sql(__file__, "tract_divisions")), {"generation": generation, "depth": depth}
    ).all()
    counted = _counted(session, generation, depth)
    seen = [row for row in rows if row.wkb is not None]
    # Whoever has nobody below with an outline stands for itself.
    parents = {row.parent_code for row in seen}
    tracts = _drawn([row for row in seen if row.code not in parents], counted)
    document = topology_document(
        tracts, _without_shapes(rows), generation, tolerance=_tolerance(tracts)
    )
    wider = [row for row in seen if row.code in parents]
    _tell_places(document["divisions"], {**_places(tracts), **_roomiest(wider)})
    _tell_parts(document["divisions"], counted, min(most, MOST_OF_PART))
    return document


def _counted(session: ReadSession, generation: int, depth: int) -> dict[str, _Counted]:
    """Count the grids of each division down to a depth."""
    bound = {"generation": generation, "places": depth + 1}
    totals: dict[str, _Counted] = {}
    for row in session.execute(text(read_sql(__file__, "tract_grids")), bound):
        for code in row.path:
            had = totals.get(code, _Counted(0, 0, 0))
            more = (row.grids, row.rural, row.community)
            totals[code] = _Counted(*(a + b for a, b in zip(had, more, strict=True)))
    return totals


def _drawn(rows: Sequence[Any], counted: dict[str, _Counted]) -> list[Tract]:
    """Return the tracts with their colours and the places of their names."""
    shapes = np.asarray(shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object)))
    colours = colour(contacts(shapes), len(shapes))
    labels = label_points(shapes)
    return [
        Tract(
            code=row.code,
            name=row.name,
            kind=_kind(counted.get(row.code)),
            division_code=row.code,
            wkb=bytes(row.wkb),
            area_m2=row.area_m2,
            colour_index=int(colours[n]),
            label_lon=float(labels.lon[n]),
            label_lat=float(labels.lat[n]),
            label_radius_m=float(labels.radius_m[n]),
        )
        for n, row in enumerate(rows)
    ]


def _kind(counted: _Counted | None) -> str:
    """Return of which kind most of the basic grids are."""
    return "community" if counted and counted.community > counted.rural else "rural"


def _tolerance(tracts: Sequence[Tract]) -> float:
    """Return by how much a border may be off, in lattice units."""
    if not tracts:
        return 0.0
    west, south, east, north = shapely.total_bounds(shapely.from_wkb([t.wkb for t in tracts]))
    return float(max(east - west, north - south)) * TOLERANCE * UNITS_PER_DEGREE


class _Place(NamedTuple):
    lon: float
    lat: float
    radius_m: float


class _Named(NamedTuple):
    code: str
    name: str
    level: str
    depth: int
    parent_code: str | None
    wkb: None = None


def _without_shapes(rows: Sequence[Any]) -> list[_Named]:
    """Return divisions without outlines: of those on an overview the names' places are known."""
    return [_Named(row.code, row.name, row.level, row.depth, row.parent_code) for row in rows]


def _places(tracts: Sequence[Tract]) -> dict[str, _Place]:
    return {t.code: _Place(t.label_lon, t.label_lat, t.label_radius_m) for t in tracts}


def _roomiest(rows: Sequence[Any]) -> dict[str, _Place]:
    """Return where the names of larger divisions go; their outlines are made coarse for that."""
    shapes = shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object))
    west, south, east, north = shapely.bounds(shapes).reshape(-1, 4).T
    labels = label_points(shapely.simplify(shapes, np.maximum(east - west, north - south) / 200))
    found = zip(labels.lon.tolist(), labels.lat.tolist(), labels.radius_m.tolist(), strict=True)
    return {row.code: _Place(*place) for row, place in zip(rows, found, strict=True)}


def _tell_places(divisions: list[dict[str, Any]], places: dict[str, _Place]) -> None:
    for row in divisions:
        if row["code"] in places:
            place = places[row["code"]]
            row["label"] = [round(place.lon, 6), round(place.lat, 6)]
            row["label_radius_m"] = round(place.radius_m, 1)


def _tell_parts(divisions: list[dict[str, Any]], counted: dict[str, _Counted], most: int) -> None:
    """Mark the highest divisions on each way down whose grids are few enough, or else the lowest.

    Parameters
    ----------
    divisions
        Of an overview, parents first; they are changed.
    counted
        Division → its grids.
    most
        So many grids make a part at most.
    """
    parents = {row["parent"] for row in divisions}
    within: set[str] = set()
    for row in divisions:
        code = row["code"]
        had = counted.get(code, _Counted(0, 0, 0))
        row["grids"] = had.grids
        row["kinds"] = {
            "rural": had.rural,
            "community": had.community,
            "exclusive": had.grids - had.rural - had.community,
        }
        is_inside = row["parent"] in within
        row["is_part"] = not is_inside and (row["grids"] <= most or code not in parents)
        if is_inside or row["is_part"]:
            within.add(code)


__all__ = [
    "MOST_AT_ONCE",
    "MOST_OF_PART",
    "MOST_TRACTS",
    "Tract",
    "build_overview",
    "is_large",
    "overview_version",
    "tract_depth",
]
