"""Write the versions of one generation: identities, grids, outlines."""

from __future__ import annotations

import datetime as dt
import hashlib
from dataclasses import dataclass, field, replace
from typing import Any

import geopandas as gpd
import numpy as np
import orjson
import pandas as pd
import shapely
from sqlalchemy import Result, text

from gis.boundaries.derive import shape_columns
from gis.db.copying import append_columns, ewkb, point_ewkb, reserve_ids
from gis.db.session import WriteSession
from gis.db.sql import read_sql


@dataclass(frozen=True, slots=True)
class Moment:
    """When a publication happens: which generation, and from which day its boundaries hold."""

    generation: int
    effective_from: dt.date


@dataclass(frozen=True, slots=True)
class Source:
    """What becomes a generation: a file, a changeset; and in whose name."""

    kind: str
    note: str = ""
    actor: str = "system"
    changeset_id: int | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """Codes of the grids that a publication creates, changes, retires.

    Attributes
    ----------
    followed
        Grids that stay as they are, but for their colour or what they say of their neighbours.
    """

    created: list[str]
    changed: list[str]
    retired: list[str]
    followed: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Revision:
    """One publication: what was, what shall be, what that changes, and when.

    Attributes
    ----------
    before
        The current versions, as `current_versions` gave them: at least those of the grids that are
        changed, retired or followed. A created grid that is among them is one that comes back,
        with its identity.
    grids
        The grids afterwards, as `gis.boundaries.publish.normalised`: at least those that are
        created, changed or followed.
    changes
        What to write.
    moment
        Generation and effective day.
    """

    before: pd.DataFrame
    grids: gpd.GeoDataFrame
    changes: Changes
    moment: Moment


VERSION_COLUMNS = (
    "county_code, grid_version_id, grid_id, code, name, kind, division_code, attributes,"
    " colour_index, bounds_text, lower(valid) AS valid_from, ST_AsBinary(geom) AS wkb"
)
#: What holds now, and without an end.
OPEN = "upper_inf(generations) AND upper_inf(valid)"


def current_versions(session: WriteSession, counties: list[str]) -> pd.DataFrame:
    """Return the open versions of some counties, indexed by code; ``wkb`` is their geometry."""
    return versions_where(session, f"{OPEN} AND county_code = ANY(:counties)", counties=counties)


def versions_where(session: WriteSession, condition: str, **values: Any) -> pd.DataFrame:
    """Return the versions that fulfil a condition of ours, indexed by code.

    Parameters
    ----------
    session
        Reads.
    condition
        SQL on ``grid_version``; never text from outside.
    **values
        Its parameters.

    Returns
    -------
    pandas.DataFrame
        `VERSION_COLUMNS`; ``wkb`` is the geometry.
    """
    rows = session.execute(
        text(f"SELECT {VERSION_COLUMNS} FROM grid_version WHERE {condition}"),  # noqa: S608
        values,
    )
    return versions_frame(rows)


def versions_frame(rows: Result[Any]) -> pd.DataFrame:
    """Return rows of `VERSION_COLUMNS`, indexed by code."""
    names = list(rows.keys())
    # Plain objects: looking up a few texts in columns of Arrow's takes longer than the database.
    frame = pd.DataFrame(rows.all(), columns=names, dtype=object)
    frame.index = pd.Index(frame.pop("code"), dtype=object, name="code")
    return frame


def compare(before: pd.DataFrame, grids: gpd.GeoDataFrame) -> Changes:
    """Return which grids are new, which changed in shape or attributes, and which are gone."""
    codes = list(grids["code"])
    known = set(before.index)
    created = [code for code in codes if code not in known]
    retired = sorted(known - set(codes))
    wkb = shapely.to_wkb(grids.geometry.to_numpy())
    changed = [
        row.code
        for row, shape in zip(grids.itertuples(), wkb, strict=True)
        if row.code in known and _differs(before.loc[row.code], row, shape)
    ]
    return Changes(created=created, changed=changed, retired=retired)


def _differs(old: Any, new: Any, shape: bytes) -> bool:
    same = ("name", "kind", "division_code", "attributes")
    return bytes(old["wkb"]) != shape or any(old[key] != getattr(new, key) for key in same)


def add_generation(
    session: WriteSession, grids: gpd.GeoDataFrame, effective_from: dt.date, source: Source
) -> int:
    """Take the next number; the caller holds the lock on publications.

    Parameters
    ----------
    session
        The open transaction.
    grids
        The grids that it is about, for its hash.
    effective_from
        First day of the new boundaries.
    source
        What becomes a generation, and who wants it.

    Returns
    -------
    int
        Its number.
    """
    number: int = session.execute(
        text(
            "INSERT INTO generation (generation, parent, kind, effective_from, published_by, note,"
            "                        changeset_id, content_hash)"
            " SELECT coalesce(max(generation), 0) + 1, max(generation), :kind, :effective_from,"
            "        :actor, :note, :changeset_id, :content_hash"
            "   FROM generation RETURNING generation"
        ),
        {
            "kind": source.kind,
            "effective_from": effective_from,
            "actor": source.actor,
            "note": source.note,
            "changeset_id": source.changeset_id,
            "content_hash": content_hash(grids),
        },
    ).scalar_one()
    return number


def content_hash(grids: gpd.GeoDataFrame) -> str:
    """Return the SHA-256 of codes and geometries: equal boundaries have an equal hash."""
    digest = hashlib.sha256()
    for code, wkb in zip(grids["code"], shapely.to_wkb(grids.geometry.to_numpy()), strict=True):
        digest.update(code.encode())
        digest.update(wkb)
    return digest.hexdigest()


def follow(
    before: pd.DataFrame, grids: gpd.GeoDataFrame, changes: Changes, derived: pd.DataFrame
) -> Changes:
    """Add the grids that only take on another colour, or other words about their neighbours.

    Parameters
    ----------
    before
        As `current_versions` gave them.
    grids
        The grids after the change, of which `derived` is known.
    changes
        What is created, changed, retired.
    derived
        As `gis.boundaries.derive.followed_columns` gave it.

    Returns
    -------
    Changes
    """
    touched = {*changes.created, *changes.changed}
    followed = [
        code
        for code, colour, words in zip(
            grids["code"], derived["colour_index"], derived["bounds_text"], strict=True
        )
        if code not in touched
        and (before.at[code, "colour_index"] != colour or before.at[code, "bounds_text"] != words)
    ]
    return replace(changes, followed=followed)


def write_grids(session: WriteSession, revision: Revision, derived: pd.DataFrame) -> dict[str, int]:
    """Write identities and versions of what a publication creates and changes.

    Parameters
    ----------
    session
        The open transaction.
    revision
        What to write.
    derived
        As `gis.boundaries.derive.followed_columns` gave it for the grids of the revision.

    Returns
    -------
    dict
        Code → grid id of all grids before and after.
    """
    before, changes, grids = revision.before, revision.changes, revision.grids
    _close_grids(session, revision)
    new = [code for code in changes.created if code not in before.index]
    ids: dict[str, int] = before["grid_id"].to_dict()
    if new:
        fresh = reserve_ids(session, "grid", "grid_id", len(new))
        kinds = dict(zip(grids["code"], grids["kind"], strict=True))
        identities = _identity_rows({code: kinds[code] for code in new}, fresh, revision.moment)
        append_columns(session, "grid", identities, len(new))
        ids |= dict(zip(new, fresh.tolist(), strict=True))
    wanted = {*changes.created, *changes.changed, *changes.followed}
    written = np.array([code in wanted for code in grids["code"]], dtype=bool)
    rows = _version_rows(grids[written], derived[written], revision.moment)
    rows["grid_id"] = np.array([int(ids[code]) for code in rows["code"]], dtype=np.int64)
    append_columns(session, "grid_version", rows, int(written.sum()))
    return ids


def _close_grids(session: WriteSession, revision: Revision) -> None:
    changes = revision.changes
    codes = [*changes.changed, *changes.retired, *changes.followed]
    known = revision.before["grid_version_id"].to_dict()
    session.execute(
        text(read_sql(__file__, "close_grid_versions")),
        {
            "counties": sorted({code[:6] for code in codes}),
            "ids": [int(known[code]) for code in codes],
            "generation": revision.moment.generation,
            "effective_from": revision.moment.effective_from,
        },
    )


def _identity_rows(kinds: dict[str, str], ids: Any, moment: Moment) -> dict[str, Any]:
    layers = ["exclusive" if kind == "exclusive" else "basic" for kind in kinds.values()]
    return {
        # A code begins with its county (`gis.boundaries.rules.require_divisions`).
        "county_code": np.array([code[:6] for code in kinds], dtype=object),
        "grid_id": ids,
        "layer": np.array(layers, dtype=object),
        "created_generation": moment.generation,
    }


def _version_rows(grids: gpd.GeoDataFrame, derived: pd.DataFrame, moment: Moment) -> dict[str, Any]:
    given = ("code", "name", "kind", "division_code")
    polygons = np.asarray(grids["geometry"], dtype=object)
    shapes = shape_columns(polygons)
    attributes = [orjson.dumps(value).decode() for value in grids["attributes"]]
    return {
        "county_code": np.array([code[:6] for code in grids["division_code"]], dtype=object),
        "generations": f"[{moment.generation},)",
        "valid": f"[{moment.effective_from},)",
        **{name: np.asarray(grids[name], dtype=object) for name in given},
        "geom": ewkb(polygons),
        "label": point_ewkb(shapes["label_lon"], shapes["label_lat"]),
        **{name: derived[name].to_numpy() for name in ("colour_index", "bounds_text")},
        **{name: shapes[name].to_numpy() for name in ("area_m2", "perimeter_m", "label_radius_m")},
        "attributes": np.array(attributes, dtype=object),
    }


def write_outlines(
    session: WriteSession,
    outlines: pd.DataFrame,
    moment: Moment,
    *,
    codes: list[str],
    counties: list[str],
) -> None:
    """Write outlines of divisions in the place of those that hold now.

    Parameters
    ----------
    session
        The open transaction.
    outlines
        ``division_code``, ``geometry`` (MultiPolygon, exact), ``area_m2``.
    moment
        Generation and effective day.
    codes
        Divisions whose outlines end: those written, and those that hold no grid any more.
    counties
        Six digits: all outlines of these end.
    """
    session.execute(
        text(read_sql(__file__, "close_outlines")),
        {
            "counties": counties,
            "codes": codes,
            "generation": moment.generation,
            "effective_from": moment.effective_from,
        },
    )
    codes_written = np.asarray(outlines["division_code"], dtype=object)
    rows = {
        "county_code": np.array([code[:6] for code in codes_written], dtype=object),
        "division_code": codes_written,
        "generations": f"[{moment.generation},)",
        "valid": f"[{moment.effective_from},)",
        "geom": ewkb(outlines["geometry"].to_numpy()),
        "area_m2": outlines["area_m2"].to_numpy(),
    }
    append_columns(session, "division_outline", rows, len(outlines))
