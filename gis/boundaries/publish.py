"""Publish a whole set of boundaries as a new generation, in one transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from gis.boundaries.derive import division_outlines, followed_columns
from gis.boundaries.descent import write_lineage
from gis.boundaries.refile import Area, Moves, refile_assets, refile_points
from gis.boundaries.rules import (
    division_paths,
    require_apart,
    require_continuity,
    require_divisions,
    require_publishable,
)
from gis.boundaries.telling import tell_published
from gis.boundaries.versions import (
    Moment,
    Revision,
    Source,
    add_generation,
    compare,
    current_versions,
    follow,
    write_grids,
    write_outlines,
)
from gis.core.errors import Conflict, Invalid
from gis.core.lattice import Geometries, is_canonical
from gis.core.locator import Locator
from gis.db.session import WriteSession, as_reader
from gis.divisions.locking import claim_counties
from gis.grids import current_generation, load_locator, lock_publications


@dataclass(frozen=True, slots=True)
class Publication:
    """What a publication did."""

    generation: int
    grids: int
    created: int
    changed: int
    retired: int
    refiled_households: int
    refiled_events: int


def publish_import(
    session: WriteSession,
    grids: gpd.GeoDataFrame,
    *,
    effective_from: dt.date,
    note: str = "",
    retire: bool = False,
) -> Publication:
    """Publish grids as the whole of their counties.

    A grid whose code and layer are known keeps its identity; one that came back unchanged keeps
    its version; one that is missing is retired, if that is meant. Households and events are filed
    anew in the same transaction (promise 4). Boundaries that change nothing are not published.

    Parameters
    ----------
    session
        The open transaction.
    grids
        Columns ``code``, ``name``, ``kind`` (rural, community, exclusive), ``division_code``,
        ``attributes`` (dict), ``geometry`` (Polygon or MultiPolygon, CGCS2000 degrees,
        canonical).
    effective_from
        First day on which the new boundaries hold; not after today.
    note
        Said in the history.
    retire
        Whether current grids that are missing here shall be retired, for good.

    Returns
    -------
    Publication

    Raises
    ------
    Invalid, NotTiling
        The grids break a rule; nothing is written.
    Conflict
        Current grids are missing, and `retire` is not set; nothing is written.
    """
    lock = lock_publications(session)
    grids = normalised(grids)
    paths = division_paths(session)
    require_divisions(grids, paths)
    counties = sorted(set(grids["division_code"].str[:6]))
    before = current_versions(session, counties)
    require_continuity(session, grids, before, effective_from)
    require_publishable(grids, paths)
    require_apart(session, grids)
    changes = compare(before, grids)
    _require_meant(changes.retired, retire=retire)
    if not (changes.created or changes.changed or changes.retired):
        return Publication(current_generation(as_reader(session)), len(grids), 0, 0, 0, 0, 0)
    source = Source("import", note)
    moment = Moment(add_generation(session, grids, effective_from, source), effective_from)
    known, unsettled = before["colour_index"].to_dict(), {*changes.created, *changes.changed}
    derived = followed_columns(grids, known, unsettled)
    revision = Revision(before, grids, follow(before, grids, changes, derived), moment)
    ids = write_grids(session, revision, derived)
    outlines = division_outlines(grids[grids["kind"] != "exclusive"], paths)
    codes = list(outlines["division_code"])
    write_outlines(session, outlines, moment, codes=codes, counties=counties)
    locator = load_locator(as_reader(session))
    # Only now, so that reports of events wait for the filing and not for all the proofs: until
    # we commit, whoever files after us sees that his generation is not the newest any more.
    claim_counties(session, counties)
    filed = refile_area(session, Area(counties, changed_boxes(revision)), locator)
    write_lineage(session, revision, ids, filed.households)
    tell_published(session, moment, counties)
    lock.outwait_leases()
    return Publication(
        generation=moment.generation,
        grids=len(grids),
        created=len(changes.created),
        changed=len(changes.changed),
        retired=len(changes.retired),
        refiled_households=len(filed.households),
        refiled_events=len(filed.events),
    )


@dataclass(frozen=True, slots=True)
class Refiled:
    """Who moved, as `refile_points` tells it."""

    households: Moves
    events: Moves


def refile_area(session: WriteSession, area: Area, locator: Locator) -> Refiled:
    """File all that lies in an area anew.

    Parameters
    ----------
    session
        The transaction of the publication, which holds the counties' locks.
    area
        Where grids changed.
    locator
        Of the new generation; it needs to hold the grids that touch the area.

    Returns
    -------
    Refiled
    """
    refile_assets(session, area, locator)
    households = refile_points(session, "household", area, locator)
    return Refiled(households, refile_points(session, "event", area, locator))


def changed_boxes(revision: Revision) -> NDArray[np.float64]:
    """Return the boxes of what is created, changed and retired, float64 (n, 4), degrees."""
    changes, grids = revision.changes, revision.grids
    known, written = revision.before["wkb"].to_dict(), {*changes.created, *changes.changed}
    old = [bytes(known[code]) for code in (*changes.changed, *changes.retired)]
    rows = zip(grids["code"], grids["geometry"], strict=True)
    shapes = [*shapely.from_wkb(old), *(shape for code, shape in rows if code in written)]
    return np.asarray(shapely.bounds(np.array(shapes, dtype=object))).reshape(-1, 4)


def _require_meant(retired: list[str], *, retire: bool) -> None:
    """Raise when grids would be retired by a file that merely leaves them out."""
    if retired and not retire:
        raise Conflict(
            f"{len(retired)} current grids are missing here, for example {retired[0]}; a file holds"
            " all grids of its counties. To retire them for good (their codes are never given"
            " again), say so: --retire",
            zh=f"有 {len(retired)} 个现行网格不在文件中，例如 {retired[0]}；"
            "文件应包含全县所有网格。如确需撤销（编码不再启用），请加 --retire",
            codes=retired[:20],
        )


def normalised(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the grids as they are stored: MultiPolygons, shells counter-clockwise, by code.

    Raises
    ------
    Invalid
        A coordinate is not canonical.
    """
    ordered = grids.sort_values("code", kind="stable", ignore_index=True)
    return ordered.set_geometry(stored_shapes(ordered.geometry.to_numpy()), crs=grids.crs)


def stored_shapes(shapes: Geometries) -> Geometries:
    """Return polygons as they are stored: MultiPolygons, shells counter-clockwise.

    Raises
    ------
    Invalid
        A coordinate is not canonical.
    """
    if not is_canonical(shapely.get_coordinates(shapes)).all():
        raise Invalid(
            "coordinates are not canonical (n / 1e7 degrees); round them on the way in",
            zh="坐标未按 1e-7 度规范化",
        )
    oriented = shapely.orient_polygons(shapes)
    parts, owners = shapely.get_parts(oriented, return_index=True)
    return np.asarray(shapely.multipolygons(parts, indices=owners))
