"""Publish a whole set of boundaries as a new generation, in one transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import geopandas as gpd
import shapely
from sqlalchemy import text

from gis.boundaries.refile import refile_points
from gis.boundaries.rules import (
    division_paths,
    require_continuity,
    require_divisions,
    require_publishable,
)
from gis.boundaries.versions import (
    Moment,
    add_generation,
    compare,
    current_versions,
    write_grids,
    write_outlines,
)
from gis.core.errors import Invalid
from gis.core.lattice import is_canonical
from gis.db.session import WriteSession, as_reader
from gis.grids import load_locator


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
) -> Publication:
    """Publish grids as the whole of their counties.

    A grid whose code and layer are known keeps its identity; one that came back unchanged keeps
    its version; one that is missing is retired. Households and events are filed anew in the
    same transaction (promise 4).

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

    Returns
    -------
    Publication

    Raises
    ------
    Invalid, NotTiling
        The grids break a rule; nothing is written.
    """
    # One publication at a time: generation numbers become visible in their order (ADR 0006).
    session.execute(text("SELECT pg_advisory_xact_lock(hashtext('gridmap.publish'))"))
    grids = normalised(grids)
    paths = division_paths(session)
    require_divisions(grids, paths)
    counties = sorted(set(grids["division_code"].str[:6]))
    lock_counties(session, counties)
    before = current_versions(session, counties)
    require_continuity(session, grids, before, effective_from)
    require_publishable(grids, paths)
    changes = compare(before, grids)
    moment = Moment(add_generation(session, grids, effective_from, note), effective_from)
    write_grids(session, grids, before, changes, moment)
    write_outlines(session, grids, paths, moment)
    locator = load_locator(as_reader(session))
    return Publication(
        generation=moment.generation,
        grids=len(grids),
        created=len(changes.created),
        changed=len(changes.changed),
        retired=len(changes.retired),
        refiled_households=refile_points(session, "household", counties, locator),
        refiled_events=refile_points(session, "event", counties, locator),
    )


def lock_counties(session: WriteSession, counties: list[str]) -> None:
    """Wait until nobody files into these counties; inserts hold the same lock, shared."""
    for county in counties:
        session.execute(
            text("SELECT pg_advisory_xact_lock(hashtext('gridmap.county'), :county)"),
            {"county": int(county)},
        )


def normalised(grids: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Return the grids as they are stored: MultiPolygons, shells counter-clockwise, by code.

    Raises
    ------
    Invalid
        A coordinate is not canonical.
    """
    ordered = grids.sort_values("code", kind="stable", ignore_index=True)
    geometries = ordered.geometry.to_numpy()
    if not is_canonical(shapely.get_coordinates(geometries)).all():
        raise Invalid(
            "coordinates are not canonical (n / 1e7 degrees); round them on the way in",
            zh="坐标未按 1e-7 度规范化",
        )
    oriented = shapely.orient_polygons(geometries)
    parts, owners = shapely.get_parts(oriented, return_index=True)
    return ordered.set_geometry(shapely.multipolygons(parts, indices=owners), crs=grids.crs)
