"""The grids of a generation as TopoJSON: each shared border once, so that no seam can open.

Coordinates are quantised to 1e-6 degree (about 0.1 m on the ground). Nothing is simplified
here: a hit test on these arcs agrees with the locator to that distance. The browser drops
vertices by itself where a screen cannot show them, arc by arc, so that neighbours still share
every border.
"""

from __future__ import annotations

import gzip
import os
import tempfile
import threading
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray
from sqlalchemy import Row

from gis.core.arcs import Arcs, extract_arcs
from gis.core.errors import NotFound
from gis.core.labels import label_points
from gis.core.lattice import UNITS_PER_DEGREE
from gis.db.session import ReadSession
from gis.tiles.packing import packed as packed_form
from gis.tiles.queries import (
    find_part,
    find_topology_digest,
    list_topology_divisions,
    list_topology_grids,
)

#: Raised whenever the document changes its form, so that no cache serves the old one.
FORM = 2

#: Documents in memory, all together.
MOST_BYTES = 64 << 20

#: Quantum of the document, in lattice units (1e-7 degree).
QUANTUM = 10


@dataclass(frozen=True, slots=True)
class Topology:
    """A packed TopoJSON document.

    Attributes
    ----------
    version
        Digest of all that it shows; part of its address.
    packed
        The document, gzipped.
    """

    version: str
    packed: bytes


class TopologyStore:
    """Documents that were built once, in memory and as files.

    Parameters
    ----------
    folder
        Where the files rest; it is made when the first one is written.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._held: OrderedDict[str, Topology] = OrderedDict()
        self._lock = threading.Lock()
        #: Name → held while its document is made.
        self._building: dict[str, threading.Lock] = {}

    def get(
        self,
        session: ReadSession,
        generation: int,
        *,
        packed: bool = False,
        division: str | None = None,
    ) -> Topology:
        """Return the document of a generation; build it if nobody has.

        Parameters
        ----------
        session
            Reads the boundaries.
        generation
            Which generation.
        packed
            Whether in the form of `gis.tiles.packing`, for our own pages.
        division
            Only the grids of this division and all below; twelve digits.

        Returns
        -------
        Topology

        Raises
        ------
        NotFound
            There is no such generation, or no such division.
        """
        version = topology_version(session, generation, division)
        name = version if division is None else f"{division}-{version}"
        return self.made(
            version, name, lambda: build_topology(session, generation, division), packed=packed
        )

    def made(
        self, version: str, name: str, build: Callable[[], dict[str, Any]], *, packed: bool
    ) -> Topology:
        """Return a document that is kept under a name; build it if nobody has.

        Parameters
        ----------
        version
            Digest of all that it shows.
        name
            Of its file.
        build
            Makes it, as TopoJSON.
        packed
            Whether in the form of `gis.tiles.packing`.

        Returns
        -------
        Topology
        """
        if packed:
            name = f"packed-{name}"
        # One builder of each: ten browsers that open at once must not build ten times, and who
        # wants a county does not wait for a province.
        with self._lock:
            building = self._building.setdefault(name, threading.Lock())
        with building:
            found = self._held.get(name)
            if found is None:
                found = self._read_or_build(version, name, build, packed=packed)
            with self._lock:
                self._building.pop(name, None)
                self._held[name] = found
                self._held.move_to_end(name)
                self._forget()
        return found

    def _forget(self) -> None:
        """Let go of what was asked for least lately; each area has a document of its own."""
        while len(self._held) > 1 and sum(len(t.packed) for t in self._held.values()) > MOST_BYTES:
            self._held.popitem(last=False)

    def _read_or_build(
        self, version: str, name: str, build: Callable[[], dict[str, Any]], *, packed: bool
    ) -> Topology:
        path = self._folder / f"grids-{name}.topojson.gz"
        try:
            return Topology(version, path.read_bytes())
        except FileNotFoundError:
            document = packed_form(build()) if packed else build()
            content = gzip.compress(orjson.dumps(document), compresslevel=9, mtime=0)
            _write_whole(path, content)
            return Topology(version, content)


def topology_version(session: ReadSession, generation: int, division: str | None = None) -> str:
    """Return the digest that names the document of a generation.

    Parameters
    ----------
    session
        Reads the boundaries.
    generation
        Which generation.
    division
        Only of this division and all below; twelve digits.

    Returns
    -------
    str
        Hexadecimal, 32 characters, and the number of the document's form.

    Raises
    ------
    NotFound
        There is no such generation, or no such division.
    """
    return version_of(
        find_topology_digest(session, generation, find_part(session, division)), generation
    )


def version_of(digest: str | None, generation: int) -> str:
    """Return the version of a document of a generation.

    Parameters
    ----------
    digest
        Of all that it shows; None where there is no such generation.
    generation
        Which one.

    Returns
    -------
    str
        The digest, and the number of the document's form.

    Raises
    ------
    NotFound
        There is no such generation.
    """
    if digest is None:
        raise NotFound(f"generation {generation} does not exist", zh=f"不存在第 {generation} 版")
    return f"{digest}-{FORM}"


def build_topology(
    session: ReadSession, generation: int, division: str | None = None
) -> dict[str, Any]:
    """Make the TopoJSON document of a generation.

    Parameters
    ----------
    session
        Reads the boundaries.
    generation
        Which generation.
    division
        Only the grids of this division and all below, and what lies above it; twelve digits.

    Returns
    -------
    dict
        Objects `basic` and `exclusive` (one MultiPolygon a grid), the list `divisions`, arcs
        delta-encoded with a transform (TopoJSON 1.0, §2.1.2).
    """
    part = find_part(session, division)
    divisions = list_topology_divisions(session, generation, part)
    grids = list_topology_grids(session, generation, part)
    return topology_document(grids, divisions, generation)


def topology_document(
    rows: Sequence[Any], divisions: Sequence[Any], generation: int, *, tolerance: float = 0.0
) -> dict[str, Any]:
    """Make a TopoJSON document of grids that are at hand.

    Parameters
    ----------
    rows
        Grids with code, name, kind, division_code, colour_index, label_lon, label_lat,
        label_radius_m, area_m2, and wkb on the lattice.
    divisions
        With code, name, level, depth, parent_code and wkb (None where it has no outline), parents
        first.
    generation
        What the document says of it.
    tolerance
        By how much borders may be off, in lattice units; 0 leaves every vertex.

    Returns
    -------
    dict
        See `build_topology`.
    """
    basic = [row for row in rows if row.kind != "exclusive"]
    exclusive = [row for row in rows if row.kind == "exclusive"]
    # Exclusive grids lie over the basic ones: the two layers share no border.
    basic_arcs = extract_arcs(_polygons(basic))
    exclusive_arcs = extract_arcs(_polygons(exclusive))
    arcs = [*basic_arcs.arcs, *exclusive_arcs.arcs]
    if tolerance > 0:
        arcs = [simplified(arc, tolerance) for arc in arcs]
    origin = _origin(arcs)
    return {
        "type": "Topology",
        "generation": generation,
        "transform": {
            "scale": [QUANTUM / UNITS_PER_DEGREE] * 2,
            "translate": [float(n) / UNITS_PER_DEGREE for n in origin],
        },
        "objects": {
            "basic": _collection(basic, basic_arcs, first=0),
            "exclusive": _collection(exclusive, exclusive_arcs, first=len(basic_arcs.arcs)),
        },
        "divisions": _divisions(divisions),
        "arcs": [_delta_encoded(arc, origin) for arc in arcs],
    }


def simplified(arc: NDArray[np.int64], tolerance: float) -> NDArray[np.int64]:
    """Leave out vertices that hardly matter; both ends stay, and a ring stays one.

    Parameters
    ----------
    arc
        int64 (k, 2), lattice units.
    tolerance
        How far the line may move, in lattice units.

    Returns
    -------
    ndarray of int64
        (m, 2), vertices of the arc.

    Notes
    -----
    Source: Douglas and Peucker (1973), as GEOS has it.
    """
    kept = shapely.get_coordinates(shapely.simplify(shapely.linestrings(arc), tolerance))
    is_ring = bool((arc[0] == arc[-1]).all())
    return arc if is_ring and len(kept) < 4 else kept.astype(np.int64)


def _polygons(rows: Sequence[Row[Any]]) -> NDArray[Any]:
    return np.asarray(shapely.from_wkb(np.array([bytes(row.wkb) for row in rows], dtype=object)))


def _origin(arcs: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    if not arcs:
        return np.zeros(2, dtype=np.int64)
    lowest: NDArray[np.int64] = np.min([arc.min(axis=0) for arc in arcs], axis=0)
    return lowest


def _delta_encoded(arc: NDArray[np.int64], origin: NDArray[np.int64]) -> list[list[int]]:
    steps = np.rint((arc - origin) / QUANTUM).astype(np.int64)
    moves = np.diff(steps, axis=0)
    moving: NDArray[np.bool_] = np.asarray(moves.any(axis=1))
    if not moving.any():
        # Shorter than the quantum: two equal points keep it a line (TopoJSON 1.0, §2.1.3).
        moving[:1] = True
    return [steps[0].tolist(), *moves[moving].tolist()]


def _collection(rows: Sequence[Row[Any]], arcs: Arcs, *, first: int) -> dict[str, Any]:
    return {
        "type": "GeometryCollection",
        "geometries": [
            {
                "type": "MultiPolygon",
                "arcs": _shifted(arcs.rings(index), first),
                "properties": _properties(row),
            }
            for index, row in enumerate(rows)
        ],
    }


def _shifted(parts: list[list[list[int]]], first: int) -> list[list[list[int]]]:
    """Return references that count within the whole document; ~n is arc n backwards."""
    return [
        [[ref + first if ref >= 0 else ref - first for ref in ring] for ring in part]
        for part in parts
    ]


def _properties(row: Row[Any]) -> dict[str, Any]:
    return {
        "code": row.code,
        "name": row.name,
        "kind": row.kind,
        "division": row.division_code,
        "colour_index": row.colour_index,
        "label": [round(row.label_lon, 6), round(row.label_lat, 6)],
        "label_radius_m": round(row.label_radius_m, 1),
        "area_m2": round(row.area_m2),
    }


def _divisions(rows: Sequence[Row[Any]]) -> list[dict[str, Any]]:
    drawn = [row for row in rows if row.wkb is not None]
    labels = label_points(_polygons(drawn))
    places = {
        row.code: {
            "label": [round(float(labels.lon[n]), 6), round(float(labels.lat[n]), 6)],
            "label_radius_m": round(float(labels.radius_m[n]), 1),
        }
        for n, row in enumerate(drawn)
    }
    return [
        {
            "code": row.code,
            "name": row.name,
            "level": row.level,
            "depth": row.depth,
            "parent": row.parent_code,
            **places.get(row.code, {"label": None, "label_radius_m": 0.0}),
        }
        for row in rows
    ]


def _write_whole(path: Path, content: bytes) -> None:
    """Write a file so that nobody ever reads half of it, whoever else writes the same one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, fresh = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    Path(fresh).replace(path)
