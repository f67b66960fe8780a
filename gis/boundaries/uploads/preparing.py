"""From a file and what its author confirmed to what it would change."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

import numpy as np
import shapely

from gis.boundaries.drafts.ground import GivenCodes, townships_of
from gis.boundaries.drafts.seeing import seeing_whole
from gis.boundaries.import_queries import list_division_names
from gis.boundaries.reading.packing import unpack_parsed
from gis.boundaries.uploads.changes import draft_changes, whole_groups
from gis.boundaries.uploads.comparing import TOLD_SHARE, compare
from gis.boundaries.uploads.features import (
    Feature,
    as_table,
    columns_of,
    read_features,
    verdict_documents,
)
from gis.boundaries.uploads.findings import change_features, repair_documents, summary_of
from gis.boundaries.uploads.model import Upload
from gis.boundaries.uploads.queries import find_edge, read_content, stored_grids
from gis.boundaries.uploads.repairing import find_groups
from gis.boundaries.uploads.snapping import snap_to_known
from gis.core.crs import parse_crs
from gis.core.editing import GridState, Neighbourhood, Replace, Rules, plan
from gis.core.errors import EditRefused
from gis.core.lattice import lattice_geometry
from gis.db.session import WriteSession, as_reader
from gis.profiles import Profile
from gis.tabular import Note


@dataclass(frozen=True, slots=True)
class Settings:
    """What the author of an upload confirmed.

    Attributes
    ----------
    crs
        Name of the coordinate system.
    columns
        Field → header; None for "look at no column for it".
    snap_m
        How far vertices may be moved onto known ones.
    accept
        Identities of the accepted repairs; None for all of them.
    """

    crs: str
    columns: Mapping[str, str | None]
    snap_m: float
    accept: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a file would change.

    Attributes
    ----------
    report
        For people; see `docs/api.md`.
    features
        What changes, as GeoJSON features.
    operations
        What does it: of the basic grids, then of the exclusive ones.
    touched
        Townships (nine digits) whose grids change.
    """

    report: dict[str, Any]
    features: list[dict[str, Any]] = field(repr=False)
    operations: list[Replace] = field(repr=False)
    touched: frozenset[str]


def prepare(
    session: WriteSession,
    upload: Upload,
    settings: Settings,
    profile: Profile,
    *,
    is_kept: bool,
) -> Prepared:
    """Find out what a file would change.

    Parameters
    ----------
    session
        With the scope in which the author drafts.
    upload
        The file.
    settings
        What was confirmed.
    profile
        Of the deployment.
    is_kept
        Whether this is for good: the codes of new grids are kept from being given to others, and
        no faults are looked for, as whoever applies the operations meets them.

    Returns
    -------
    Prepared

    Raises
    ------
    Invalid
        The settings do not fit the file.
    """
    notes: list[Note] = []
    states = stored_grids(session, upload.scope_codes)
    features, refusals, columns = _features(session, upload, settings, profile, notes)
    features, outside = _inside(features, states)
    basic, exclusive = _by_layer(features, states)
    sides = [[state for state in states if state.layer == layer] for layer in _LAYERS]
    basic, moved = _snapped(basic, sides[0], settings.snap_m)
    exclusive, _ = _snapped(exclusive, sides[1], settings.snap_m)
    compared = [compare(some, side) for some, side in zip((basic, exclusive), sides, strict=True)]
    with seeing_whole(session):
        edge = find_edge(session, upload.county_code)
    groups = [find_groups(compared[0], edge), whole_groups(compared[1])]
    repairs = {r.repair_id: r for group in groups[0] for r in group.repairs}
    accepted = frozenset(repairs) if settings.accept is None else settings.accept
    with seeing_whole(session):
        giver = _Giver(GivenCodes(session, is_kept=is_kept), upload.county_code, notes)
        drafted = [
            draft_changes(one, parts, accepted, giver.code)
            for one, parts in zip(compared, groups, strict=True)
        ]
        operations = [one.operation for one in drafted if one.operation is not None]
        faults = [] if is_kept else _faults(states, operations, upload, giver.given)
    changes = [change for one in drafted for change in one.changes]
    report = {
        **upload.report,
        "columns": columns,
        "notes": [asdict(note) for note in notes],
        "snapped": moved,
        "refused": verdict_documents(refusals),
        "outside": outside,
        "homeless": [row for one in drafted for row in one.homeless],
        "repairs": repair_documents(groups[0], compared[0], accepted),
        "hairlines": sum(group.hairlines for group in groups[0]),
        "summary": summary_of(compared, drafted),
        "changes": [asdict(change) for change in changes],
        "faults": faults,
    }
    told = [feature for one in drafted for feature in change_features(one)]
    return Prepared(report, told, operations, _touched(operations, states))


_LAYERS = ("basic", "exclusive")


class _Giver:
    """Gives new grids their codes: that of the file where it is free, else the next free one."""

    def __init__(self, given: GivenCodes, county: str, notes: list[Note]) -> None:
        self.given, self._county, self._notes = given, county, notes
        self._used: set[str] = set()

    def code(self, feature: Feature, division: str, kind: str) -> str:
        wanted = feature.code
        fits = wanted.startswith(self._county) and wanted not in self._used
        if not wanted or not fits or wanted in self.given:
            code = next(c for c in self.given.free(division, kind) if c not in self._used)
            if wanted:
                self._notes.append(
                    Note(
                        f"编码 {wanted} 已使用过或不属于本县，新网格改用 {code}",
                        f"code {wanted} was given before or is not of this county; the new grid"
                        f" gets {code}",
                    )
                )
            wanted = code
        self._used.add(wanted)
        return wanted


def _features(
    session: WriteSession,
    upload: Upload,
    settings: Settings,
    profile: Profile,
    notes: list[Note],
) -> tuple[list[Feature], Any, Mapping[str, str]]:
    layer = unpack_parsed(read_content(session, upload)).layer
    mapping = {name: header for name, header in settings.columns.items() if header is not None}
    table = as_table(upload.filename, layer, mapping)
    for name, header in settings.columns.items():
        if header is None:
            table.header.columns.pop(name, None)
            table.header.headers.pop(name, None)
    if layer.had_z:
        notes.append(Note(f"去掉高程：{layer.had_z} 个图形", f"heights dropped: {layer.had_z}"))
    placed = layer.shapes, parse_crs(settings.crs)
    divisions = list_division_names(as_reader(session))
    found, refusals = read_features(table, placed, profile, divisions, notes)
    return found, refusals, columns_of(table)


def _inside(features: list[Feature], states: Sequence[GridState]) -> tuple[list[Feature], int]:
    """Leave out features that are of grids elsewhere; those of known grids are never."""
    known = {state.code for state in states}
    asked = [i for i, feature in enumerate(features) if feature.code not in known]
    if not asked:
        return features, 0
    shapes = lattice_geometry([features[i].polygon for i in asked])
    grids = lattice_geometry([s.geometry for s in states if s.layer == "basic"])
    a, b = shapely.STRtree(grids).query(shapes, predicate="intersects")
    share = np.zeros(len(shapes))
    np.add.at(share, a, shapely.area(shapely.intersection(shapes[a], grids[b])))
    beyond = share < TOLD_SHARE * shapely.area(shapes)
    left = {asked[i] for i in np.flatnonzero(beyond).tolist()}
    return [f for i, f in enumerate(features) if i not in left], len(left)


def _by_layer(
    features: Iterable[Feature], states: Sequence[GridState]
) -> tuple[list[Feature], list[Feature]]:
    """Return basic and exclusive ones; where the file does not say, as the grid with the code."""
    known = {state.code: state.layer for state in states}
    basic: list[Feature] = []
    exclusive: list[Feature] = []
    for feature in features:
        layer = known.get(feature.code) or feature.layer_or("basic")
        # A grid never goes from one layer to the other.
        kept = feature if not feature.kind or feature.layer_or(layer) == layer else None
        (exclusive if layer == "exclusive" else basic).append(kept or replace(feature, kind=""))
    return basic, exclusive


def _snapped(
    features: list[Feature], states: Sequence[GridState], snap_m: float
) -> tuple[list[Feature], dict[str, Any]]:
    known = np.array([state.geometry for state in states], dtype=object)
    drawn = np.array([f.polygon for f in features], dtype=object)
    done = snap_to_known(drawn, known, snap_m)
    moved = {
        "snap_m": snap_m,
        "vertices": done.vertices,
        "features": done.features,
        "farthest_m": round(done.farthest_m, 3),
    }
    pairs = zip(features, done.polygons, strict=True)
    return [replace(f, polygon=polygon) for f, polygon in pairs], moved


def _faults(
    states: Sequence[GridState],
    operations: Iterable[Replace],
    upload: Upload,
    given: GivenCodes,
) -> list[dict[str, Any]]:
    """Return why the changes would be refused as they are now; nothing for most."""
    rules = Rules(free_codes=given.free, scope=townships_of(upload.scope_codes))
    faults: list[dict[str, Any]] = []
    for operation in operations:
        try:
            plan(Neighbourhood(states, given), operation, rules)
        except EditRefused as refused:
            # A remedy would be another file; and it may be as large as this one.
            faults += [{**fault, "fix": None} for fault in refused.extra["errors"]]
    return faults


def _touched(operations: Iterable[Replace], states: Sequence[GridState]) -> frozenset[str]:
    townships = {state.code: state.township for state in states}
    named: set[str] = set()
    for operation in operations:
        named |= {townships[code] for code in operation.retired}
        named |= {townships[one.grid] for one in operation.grids if one.grid in townships}
        named |= {one.division_code[:9] for one in operation.grids if one.division_code}
    return frozenset(named)
